/**
 * The built-in MQTT broker (3.1 and 3.1.1), for sensors that have none.
 *
 * Promises
 * - A message to one of the reading topics is journaled before its PUBACK (QoS 1) or PUBREC (QoS 2); acknowledgements keep the
 *   order of the messages. What a client sends in one go is covered by one sync.
 * - When intake refuses, the client is disconnected without acknowledgement, so that it sends again.
 * - A QoS 2 message repeated on its connection is journaled once; repeated on a new one it is a duplicate that processing finds.
 * - A message that its client marks as sent before (DUP) is marked (`meta.dup`).
 * - QoS 0 is journaled and marked (`meta.qos`): what is lost of it nobody can tell the sender.
 * - Everything is bounded: connections, packet size, subscriptions, bytes on their way; a client with too many of those is not
 *   read until they are durable. Nothing is retained or queued for absent or slow subscribers, and every
 *   session ends with its connection: messages are passed on to who listens now, readings and other topics alike, and only the
 *   readings are kept, in the journal.
 * - A password is an ingest token and names the source; without one the source is the broker's own name, where that is allowed.
 */
import type { EventEmitter } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { Aedes, type AuthenticateError, type Client } from 'aedes'
import { createDeliveryQueue } from '../delivery-queue.ts'
import { aborted, type ListenOn, listen } from '../listener.ts'
import type { Source, SourceContext, TokenCheck } from '../source.ts'
import { lossyByProtocol, qos0Sent } from './client-facts.ts'
import { createJournaling, halfOpenMax } from './journaling.ts'
import { guardPackets, type PacketGate } from './packet-gate.ts'
import { defaultTopics } from './topic-filter.ts'

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
/** Filters that one client may subscribe to. */
const subscriptionsMax = 256
const closeMs = 5_000
/** How often the facts are told. */
const factsEveryMs = 2_000

export function mqttBrokerSource(options: MqttBrokerOptions): Source {
  return { name: options.name ?? 'mqtt', kind: 'mqtt', run: (signal, context) => serve(options, signal, context) }
}

async function serve(options: MqttBrokerOptions, signal: AbortSignal, context: SourceContext): Promise<void> {
  const queue = createDeliveryQueue(context, { onRefused: 'reject', signal })
  const gates = new Map<Socket, PacketGate>()
  const gateOf = (client: Client) => gates.get(client.conn as Socket)
  const names = new WeakMap<Client, string>()
  const subscriptions = new WeakMap<Client, number>()
  let qos0Messages = 0
  const tell = () =>
    context.facts({
      ...(qos0Messages > 0 ? { lossy: lossyByProtocol } : {}),
      warnings: qos0Messages > 0 ? [qos0Sent] : [],
      figures: { qos0Messages, connections: gates.size },
    })
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
    authorizePublish: createJournaling({
      topics: options.topics ?? defaultTopics,
      codec: options.codec ?? 'generic',
      time: options.time,
      sourceOf: (client) => names.get(client),
      gateOf,
      queue,
      onQos0(client) {
        if (qos0Messages++ > 0) return
        context.log.warn(qos0Sent, { clientId: client?.id })
        tell()
      },
    }),
    authorizeSubscribe(client, subscription, callback) {
      const count = (subscriptions.get(client) ?? 0) + 1
      subscriptions.set(client, count)
      callback(null, count > subscriptionsMax ? null : subscription)
    },
    authorizeForward: (client, packet) => ((client.conn as Socket).writableNeedDrain ? null : packet),
  })
  const events: EventEmitter = broker
  events.on('error', (fault: Error) => context.log.error('the broker failed at a message', { fault }))
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
  tell()
  const timer = setInterval(tell, factsEveryMs)

  await aborted(signal)
  clearInterval(timer)
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
