/** Readings over MQTT at QoS 1; what the board marks as sent before has the DUP flag. */
import mqtt from 'mqtt'
import type { Channel, ChannelOptions } from './channel.ts'
import type { FleetRecord } from './member-records.ts'

const reconnectMs = 500
/** In flight at once. */
const windowMax = 100

export async function mqttChannel(url: string, { token, user, signal, onTrouble }: ChannelOptions): Promise<Channel> {
  const client = await mqtt.connectAsync(url, {
    reconnectPeriod: reconnectMs,
    ...(token && user ? { username: user, password: token } : {}),
  })
  client.on('error', ({ message }) => onTrouble(`${new URL(url).host}: ${message}`))
  const aborted = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  )
  // It is raced; a rejection when nothing is sent must not end the process.
  aborted.catch(() => {})
  const publish = (topic: string, text: string, dup: boolean) => client.publishAsync(topic, text, { qos: 1, dup })
  const topicOf = ({ member }: FleetRecord) => `baykeeper/${member.device}/reading`
  return {
    async send(records) {
      for (let at = 0; at < records.length; at += windowMax) {
        const sent = records
          .slice(at, at + windowMax)
          .flatMap((record) => record.texts.map((text) => publish(topicOf(record), text, record.dup === true)))
        await Promise.race([Promise.all(sent), aborted])
      }
    },
    async noise(text) {
      await Promise.race([publish('baykeeper/noise/reading', text, false), aborted])
      return 1
    },
    [Symbol.asyncDispose]: () => client.endAsync(signal.aborted),
  }
}
