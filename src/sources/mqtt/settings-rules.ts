/** Rules for settings of a broker that a type cannot express. Each returns what is wrong, or undefined. */
import type { Rule } from '../settings.ts'

/** A topic filter as MQTT 5.0, section 4.7 defines it: `#` only at the end, wildcards only as a whole level. */
export const topicFilterFault: Rule = (text) => {
  if (text.includes('\0')) return 'a topic filter must not contain a NUL character'
  if (Buffer.byteLength(text) > 65_535) return 'a topic filter has at most 65535 bytes'
  const levels = text.split('/')
  if (levels.some((level, i) => level === '#' && i < levels.length - 1))
    return `"${text}" is not a topic filter: # may only be the last level, as in a/b/#`
  if (levels.some((level) => level.length > 1 && /[#+]/.test(level)))
    return `"${text}" is not a topic filter: + and # stand alone between slashes, as in a/+/b`
  return undefined
}

export const brokerUrlFault: Rule = (text) => {
  if (!/^(mqtts?|wss?|tcp|ssl):\/\//.test(text)) return 'must start with mqtt://, mqtts://, ws:// or wss://'
  const parsed = URL.parse(text)
  return parsed && parsed.hostname !== '' ? undefined : 'must name a host, as in mqtt://broker.example.org:1883'
}
