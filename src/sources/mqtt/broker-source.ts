/**
 * The built-in MQTT broker (3.1 and 3.1.1), for sensors that have none.
 *
 * Promises
 * - A message to one of the reading topics is journaled before its PUBACK (QoS 1) or PUBREC (QoS 2); acknowledgements keep the
 *   order of the messages. What a client sends in one go is covered by one sync.
 * - When intake refuses, the client is disconnected without acknowledgement, so that it sends again.
 * - A QoS 2 message repeated on its connection is journaled once; repeated on a new one it is a duplicate that processing finds.
 * - QoS 0 is journaled and marked (`meta.qos`): what is lost of it nobody can tell the sender.
 * - Everything is bounded: connections, packet size, topics. Nothing is retained or queued for absent or slow subscribers, and every
 *   session ends with its connection: messages are passed on to who listens now, readings and other topics alike, and only the
 *   readings are kept, in the journal.
 * - A password is an ingest token and names the source; without one the source is the broker's own name, where that is allowed.
 */
import { createServer, type Socket } from 'node:net'
import { Aedes, type AedesOptions, type AuthenticateError, type Client } from 'aedes'
import { createDeliveryQueue } from '../delivery-queue.ts'
import { aborted, type ListenOn, listen } from '../listener.ts'
import type { Delivery, Source, SourceContext, TokenCheck } from '../source.ts'
import { guardPackets, type PacketGate } from './packet-gate.ts'
import { createTopicMatch, defaultTopics } from './topic-filter.ts'

export interface MqttBrokerOptions {
  readonly listen: ListenOn
  readonly tokens: TokenCheck
  /** Clients without a password are taken. */
  readonly anonymous: boolean
  /** Filters of the topics that carry readings. */
  readonly topics?: readonly string[]
  readonly codec?: string
  readonly name?: string
  readonly time?: 'trust'
  readonly onListening?: (url: string) => void
  readonly connectionsMax?: number
}

const connectionsMax = 5_000
/** A gateway's batch of readings fits many times. */
const packetBytesMax = 256 * 1024
/** The same before a client is known: CONNECT with a will. */
const connectBytesMax = 16 * 1024
const connectMs = 10_000
/** Finds peers that vanished without a word and asked for no keep-alive of MQTT. */
const keepAliveMs = 60_000
/** Packets sent after CONNECT without waiting for its answer; one read of a socket holds no more. */
const earlyPacketsMax = 32_768
/** Messages of QoS 2 between PUBLISH and PUBREL, of one client. */
const halfOpenMax = 1_000
const closeMs = 5_000

type AuthorizePublish = NonNullable<AedesOptions['authorizePublish']>
type Message = Parameters<AuthorizePublish>[1]

export function mqttBrokerSource(options: MqttBrokerOptions): Source {
  return { name: options.name ?? 'mqtt', kind: 'mqtt', run: (signal, context) => serve(options, signal, context) }
}

async function serve(options: MqttBrokerOptions, signal: AbortSignal, context: SourceContext): Promise<void> {
  const queue = createDeliveryQueue(context, { onRefused: 'reject', signal })
  const gates = new Map<Socket, PacketGate>()
  const gateOf = (client: Client) => gates.get(client.conn as Socket)
  const names = new WeakMap<Client, string>()
  const broker = await Aedes.createBroker({
    connectTimeout: connectMs,
    queueLimit: earlyPacketsMax,
    maxInflightInbound: halfOpenMax,
    preConnect(_client, packet, callback) {
      // No session outlives its connection; SUBACK and CONNACK say so.
      packet.clean = true
      callback(null, true)
    },
    authenticate(client, username, password, callback) {
      const sender = senderOf(options, username, password)
      if (sender === undefined) {
        context.log.warn('an MQTT client was turned away: wrong user or token', { clientId: client.id, username })
        return callback(turnedAway(), false)
      }
      if (sender.source !== undefined) names.set(client, sender.source)
      const gate = gateOf(client)
      if (gate) gate.bytesMax = packetBytesMax
      callback(null, true)
    },
    authorizePublish: createJournaling(options, context, queue, names),
    authorizeForward: (client, packet) => ((client.conn as Socket).writableNeedDrain ? null : packet),
  })
  broker.on('clientError', (client, fault) =>
    context.log.debug('an MQTT client was cut off', { clientId: client.id, fault }),
  )

  const server = createServer({ keepAlive: true, keepAliveInitialDelay: keepAliveMs, noDelay: true }, (socket) => {
    const gate = guardPackets(socket, connectBytesMax, (bytes) => {
      context.refused(1, 'too-large')
      context.log.warn('an MQTT client was cut off: its packet is too large', { peer: socket.remoteAddress, bytes })
    })
    gates.set(socket, gate)
    socket.once('close', () => gates.delete(socket))
    broker.handle(socket)
  })
  server.maxConnections = options.connectionsMax ?? connectionsMax
  const address = await listen(server, options.listen)
  server.on('error', (fault) => context.log.warn('a connection could not be taken', { fault }))
  server.on('drop', () =>
    context.log.warn('a connection was refused: too many are open', { max: server.maxConnections }),
  )
  context.status('up', `listening on ${address}`)
  options.onListening?.(`mqtt://${address}`)

  await aborted(signal)
  const closed = new Promise((resolve) => server.close(resolve))
  for (const gate of gates.values()) gate.shut()
  const late = new AbortController()
  await Promise.race([queue.settled(), context.clock.sleep(closeMs, late.signal).catch(() => {})])
  late.abort()
  // A turn of the loop for the acknowledgements to be written.
  await new Promise((resolve) => setImmediate(resolve))
  await new Promise<void>((resolve) => broker.close(() => resolve()))
  for (const socket of gates.keys()) socket.destroy()
  await closed
}

/** Undefined: not let in. Without a source of its own the client sends under the broker's name. */
function senderOf(
  { tokens, anonymous }: MqttBrokerOptions,
  username: string | undefined,
  password: Buffer | undefined,
): { source?: string } | undefined {
  if (!password || password.length === 0) return anonymous ? {} : undefined
  const source = tokens.ingest(password.toString())
  return source !== undefined && source === username ? { source } : undefined
}

const turnedAway = (): AuthenticateError =>
  Object.assign(new Error('the user is the name of the source and the password its ingest token'), { returnCode: 4 })

/** Lets a message pass once it is durable. Aedes acknowledges it then, and disconnects the client when told a fault. */
function createJournaling(
  options: MqttBrokerOptions,
  context: SourceContext,
  queue: ReturnType<typeof createDeliveryQueue>,
  names: WeakMap<Client, string>,
): AuthorizePublish {
  const isReading = createTopicMatch(options.topics ?? defaultTopics)
  const { codec = 'generic', time } = options
  /** QoS 2 messages of a connection by packet id: a repeated one waits for the first. */
  const halfOpen = new WeakMap<Client, Map<number, Promise<void>>>()
  let warned = false

  const deliveryOf = (client: Client | null, { topic, payload, qos }: Message): Delivery => {
    const source = client ? names.get(client) : undefined
    return {
      framing: 'whole',
      codec,
      meta: qos === 0 ? { topic, qos: '0' } : { topic },
      ...(source === undefined ? {} : { source }),
      ...(time ? { time } : {}),
      bytes: typeof payload === 'string' ? Buffer.from(payload) : payload,
      frames: 1,
    }
  }

  function journal(client: Client | null, message: Message): Promise<void> {
    if (!isReading(message.topic)) return queue.add([])
    if (message.qos === 0 && !warned) {
      warned = true
      context.log.warn('readings come with QoS 0, which is lossy by protocol; set QoS 1', { clientId: client?.id })
    }
    if (message.qos !== 2 || !client || message.messageId === undefined) return queue.add([deliveryOf(client, message)])
    const open = halfOpen.get(client) ?? new Map<number, Promise<void>>()
    halfOpen.set(client, open)
    const first = message.dup ? open.get(message.messageId) : undefined
    if (first) return first
    const done = queue.add([deliveryOf(client, message)])
    open.delete(message.messageId)
    open.set(message.messageId, done)
    for (const oldest of open.keys()) {
      if (open.size <= halfOpenMax) break
      open.delete(oldest)
    }
    return done
  }

  return (client, message, callback) => {
    if (message.topic.startsWith('$')) return callback(new Error('topics that begin with $ are the server’s own'))
    message.retain = false
    journal(client, message).then(
      () => callback(null),
      (fault) => callback(fault as Error),
    )
  }
}
