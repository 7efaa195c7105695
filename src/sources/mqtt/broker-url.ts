import type { Rule } from '../settings.ts'

/** What is wrong with the URL of a broker. */
export const brokerUrlFault: Rule = (text) => {
  if (!/^(mqtts?|wss?|tcp|ssl):\/\//.test(text)) return 'must start with mqtt://, mqtts://, ws:// or wss://'
  const parsed = URL.parse(text)
  return parsed && parsed.hostname !== '' ? undefined : 'must name a host, as in mqtt://broker.example.org:1883'
}
