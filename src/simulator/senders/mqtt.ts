/**
 * Readings over MQTT at QoS 1, each on `baykeeper/<device>/reading`. A reading counts when its PUBACK is there; what a lost
 * connection left open is sent again, in order, by the client's own store.
 */
import mqtt from 'mqtt'
import { jsonLine, type WireReading } from '../wire-reading.ts'
import { type Sender, type SenderOptions, SendRefused } from './sender.ts'

export interface MqttSenderOptions extends SenderOptions {
  /** Name of the source that the token belongs to; without both the client is anonymous. */
  readonly user?: string | undefined
}

const reconnectMs = 500
/** CONNACK codes that no retry mends: 3.1.1 (4 bad user or password, 5 not authorised) and 5.0. */
const refusals = new Set([4, 5, 134, 135])

export async function openMqttSender(url: string, options: MqttSenderOptions = {}): Promise<Sender> {
  const { token, user, signal, onTrouble } = options
  const stats = { sent: 0, acknowledged: 0, retries: 0 }
  signal?.throwIfAborted()
  const client = mqtt.connect(url, {
    reconnectPeriod: reconnectMs,
    ...(token && user ? { username: user, password: token } : {}),
  })
  const end = Promise.withResolvers<never>()
  // It is raced, or awaited later: a rejection before that must not end the process.
  end.promise.catch(() => {})
  let troubled = false
  const trouble = (message: string) => {
    if (!troubled) onTrouble?.(`${new URL(url).host}: ${message}; trying again`)
    troubled = true
  }
  client.on('error', (error: Error & { code?: string | number }) => {
    if (typeof error.code === 'number' && refusals.has(error.code))
      end.reject(
        new SendRefused(`the broker at ${new URL(url).host} refuses the user ${user ?? '(none)'}: ${error.message}`),
      )
    else trouble(error.message || String(error.code))
  })
  client.on('close', () => {
    if (!client.disconnecting) trouble('the connection closed')
  })
  client.on('reconnect', () => stats.retries++)
  client.on('connect', () => {
    troubled = false
  })
  if (signal?.aborted) end.reject(signal.reason)
  signal?.addEventListener('abort', () => end.reject(signal.reason), { once: true })
  const connected = new Promise<void>((resolve) => client.once('connect', () => resolve()))
  try {
    await Promise.race([connected, end.promise])
  } catch (error) {
    await client.endAsync(true)
    throw error
  }

  async function send(readings: readonly WireReading[]) {
    stats.sent += readings.length
    const acknowledged = readings.map((reading) =>
      client.publishAsync(topicOf(reading.device), jsonLine(reading), { qos: 1 }).then(() => {
        stats.acknowledged++
      }),
    )
    await Promise.race([Promise.all(acknowledged), end.promise])
  }
  return { stats, acknowledges: true, batchMax: 500, send, [Symbol.asyncDispose]: async () => client.endAsync(true) }
}

/** The device stands in the payload; a name that is no topic level is replaced here. */
const topicOf = (device: string) => `baykeeper/${device.replace(/[/+#\0]/g, '_')}/reading`
