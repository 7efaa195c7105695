/**
 * A subscriber to any MQTT broker (3.1.1 and 5), with a persistent session, so that the broker keeps what arrives while we are away.
 *
 * - M1 A PUBACK is sent after the sync that covers its message, in the order the messages came, for a whole group at once. MQTT.js
 *   acknowledges one by one after its own callback (850 messages a second); here the callback is released with an error, which
 *   makes it leave the PUBACK out, and we send it ourselves. That is undocumented behaviour: the version is pinned and
 *   `client-source.test.ts` holds it.
 * - M2 What cannot be accepted is not acknowledged and the connection is closed: a broker sends again only on a new connection.
 * - M3 At most QoS 1 is asked for; exactly-once belongs to the key in the database.
 */
import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt'
import { createDeliveryQueue } from '../delivery-queue.ts'
import type { Delivery, Source, SourceContext } from '../source.ts'
import { defaultTopics } from './topic-filter.ts'

export interface MqttClientOptions {
  /** mqtt://, mqtts://, ws:// or wss://; user and password may stand in it. */
  readonly url: string
  readonly name?: string | undefined
  readonly topics?: readonly string[]
  /** Stable: the broker keeps the session under it. */
  readonly clientId?: string
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** 4 = MQTT 3.1.1, 5 = MQTT 5. */
  readonly version?: 4 | 5
  readonly codec?: string
  readonly time?: 'trust'
}

const connectMsMax = 10_000
const keepAliveS = 30
/** Messages the broker may have on the way to us (MQTT 5); a group commit covers hundreds. */
const receiveMax = 4_096
/** MQTT 5: the session is kept until the broker's own limit. */
const sessionForeverS = 0xffff_ffff
const clientIdUsual = 'baykeeper'
const closeMs = 5_000

/** The one method of MQTT.js used beside its documented ones (M1). */
interface AckSender {
  _sendPacket(packet: { cmd: 'puback'; messageId: number; reasonCode: 0 }): void
}
const acknowledgedLater = new Error('acknowledged after the sync')

export function mqttClientSource(options: MqttClientOptions): Source {
  return { name: options.name ?? 'mqtt', kind: 'mqtt', run: (signal, context) => subscribe(options, signal, context) }
}

async function subscribe(options: MqttClientOptions, signal: AbortSignal, context: SourceContext): Promise<void> {
  const { url, topics = defaultTopics, codec = 'generic', time } = options
  const shown = url.replace(/\/\/[^@/]*@/, '//')
  const stopped = new AbortController()
  const queue = createDeliveryQueue(context, { onRefused: 'reject', signal })
  const broken = Promise.withResolvers<never>()
  broken.promise.catch(() => {})
  let lossy = false

  const deliveryOf = ({ topic, payload, qos, dup }: IPublishPacket): Delivery => ({
    framing: 'whole',
    codec,
    meta: { topic, ...(qos === 0 ? { qos: '0' } : {}), ...(dup ? { dup: '1' } : {}) },
    ...(time ? { time } : {}),
    bytes: typeof payload === 'string' ? Buffer.from(payload) : payload,
    frames: 1,
  })

  const take: Handler = (client, packet, release) => {
    if (packet.qos === 0 && !lossy) {
      lossy = true
      context.log.warn('the broker sends with QoS 0, which is lossy by protocol: publish with QoS 1', {
        topic: packet.topic,
      })
    }
    queue.add([deliveryOf(packet)]).then(
      () => {
        if (packet.qos === 1 && client.connected)
          (client as unknown as AckSender)._sendPacket({
            cmd: 'puback',
            messageId: packet.messageId as number,
            reasonCode: 0,
          })
      },
      (fault) => broken.reject(fault),
    )
    release(packet.qos === 0 ? undefined : acknowledgedLater)
  }

  // Messages of a kept session come right after CONNACK: the handler must be there before the connection is.
  const client = await openClient(url, options, take, signal)
  try {
    client.on('error', (fault) => broken.reject(fault))
    client.on('close', () => broken.reject(new Error(`the connection to ${shown} was closed`)))
    const granted = await client.subscribeAsync([...topics], { qos: 1 })
    const refused = granted.filter(({ qos }) => qos >= 128)
    if (refused.length > 0)
      throw new Error(
        `${shown} refuses to subscribe ${refused.map(({ topic }) => topic).join(', ')}: check the rights of the user`,
      )
    preflight(options, granted, context)
    context.status('up', `${shown}, ${topics.join(', ')}`)
    const abort = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    await Promise.race([broken.promise, abort])
  } finally {
    const late = context.clock.sleep(closeMs, stopped.signal).catch(() => {})
    await Promise.race([queue.settled(), late])
    // A turn of the loop for the acknowledgements to be written.
    await new Promise((resolve) => setImmediate(resolve))
    await Promise.race([client.endAsync(!client.connected).catch(() => {}), late])
    client.end(true)
    stopped.abort()
  }
}

type Handler = (client: MqttClient, packet: IPublishPacket, release: (fault?: Error) => void) => void

async function openClient(
  url: string,
  options: MqttClientOptions,
  handle: Handler,
  signal: AbortSignal,
): Promise<MqttClient> {
  const { clientId = clientIdUsual, username, password, version = 5 } = options
  const settings: IClientOptions = {
    clientId,
    clean: false,
    protocolVersion: version,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(version === 5 ? { properties: { sessionExpiryInterval: sessionForeverS, receiveMaximum: receiveMax } } : {}),
    keepalive: keepAliveS,
    connectTimeout: connectMsMax,
    // The runner owns reconnecting, by one schedule for all sources.
    reconnectPeriod: 0,
    resubscribe: false,
    manualConnect: true,
  }
  const client = mqtt.connect(url, settings)
  client.handleMessage = (packet, release) => handle(client, packet, release as (fault?: Error) => void)
  const open = Promise.withResolvers<void>()
  const closed = () => open.reject(new Error('the broker closed the connection before it was open'))
  const aborted = () => open.reject(signal.reason)
  client.once('connect', () => open.resolve())
  client.on('error', open.reject)
  client.on('close', closed)
  signal.addEventListener('abort', aborted, { once: true })
  try {
    client.connect()
    await open.promise
  } catch (fault) {
    client.end(true)
    throw fault
  } finally {
    // Only our own: MQTT.js listens to itself.
    client.off('close', closed)
    signal.removeEventListener('abort', aborted)
  }
  return client
}

/** Says what about this connection weakens the promise. */
function preflight(
  { clientId }: MqttClientOptions,
  granted: readonly { topic: string; qos: number }[],
  context: SourceContext,
) {
  if (clientId === undefined)
    context.log.warn(
      `the client id is the usual "${clientIdUsual}": give each Baykeeper on one broker its own, or they throw each other out`,
    )
  const lowered = granted.filter(({ qos }) => qos === 0)
  if (lowered.length > 0)
    context.log.warn('the broker grants QoS 0 only, which is lossy by protocol', {
      topics: lowered.map(({ topic }) => topic),
    })
}
