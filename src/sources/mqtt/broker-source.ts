/**
 * The built-in MQTT broker (3.1 and 3.1.1), for sensors that have none.
 *
 * Promises
 * - Every message is journaled before its PUBACK (QoS 1) or PUBREC (QoS 2); acknowledgements keep the order of the messages. What a
 *   client sends in one go is covered by one sync. A message to a topic that no rule is about is kept too, as a dead letter.
 * - When intake refuses, the client is disconnected without acknowledgement, so that it sends again.
 * - A QoS 2 message repeated on its connection is journaled once; repeated on a new one it is a duplicate that processing finds.
 * - A message that its client marks as sent before (DUP) is marked (`meta.dup`).
 * - QoS 0 is journaled and marked (`meta.qos`): what is lost of it nobody can tell the sender.
 * - Everything is bounded: connections, packet size, subscriptions, bytes on their way; a client with too many of those is not
 *   read until they are durable. Nothing is retained or queued for absent or slow subscribers, and every
 *   session ends with its connection.
 * - A password is an ingest token and names the source; without one the source is the broker's own name, where that is allowed.
 *   A token only sends: its client may subscribe to nothing. A token that is revoked or replaced ends its connections.
 * - Clients without a token may subscribe to what other clients without one send, and to nothing of the broker's own (`$SYS`).
 * - A client id belongs to its credential: it ends a connection of the same token with this id, and no other.
 * - What violates the protocol ends the connection, and is never forgiven (packet-fault.ts).
 */
import type { EventEmitter } from 'node:events'
import { createServer } from 'node:net'
import { Aedes, type AuthenticateError, type Client } from 'aedes'
import type { ConnectionLimits } from '../connection-limits.ts'
import { createDeliveryQueue } from '../delivery-queue.ts'
import { createLimitedWarn } from '../limited-warn.ts'
import { aborted, type ListenOn, listen } from '../listener.ts'
import type { Source, SourceContext, TokenCheck } from '../source.ts'
import { lossyByProtocol, qos0Sent } from './client-facts.ts'
import { clientIdOf, createCredentials, mayRead } from './credentials.ts'
import { createJournaling, halfOpenMax } from './journaling.ts'
import { PacketGate } from './packet-gate.ts'
import { defaultTopics, topicLevelsMax } from './topic-filter.ts'

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
  /** Shared with the other listeners. */
  readonly connections?: ConnectionLimits
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
/** Interval of the facts, and upper bound on how long a revoked token still sends. */
const lookEveryMs = 1_000

const defaultName = 'mqtt'

export function mqttBrokerSource(options: MqttBrokerOptions): Source {
  return { name: options.name ?? defaultName, kind: 'mqtt', run: (signal, context) => serve(options, signal, context) }
}

async function serve(options: MqttBrokerOptions, signal: AbortSignal, context: SourceContext): Promise<void> {
  const { tokens, anonymous, connections, name = defaultName } = options
  const queue = createDeliveryQueue(context, { onRefused: 'reject', signal })
  const gates = new Set<PacketGate>()
  const gateOf = (client: Client) => client.conn as PacketGate
  const credentials = createCredentials({ tokens, anonymous })
  const subscriptions = new WeakMap<Client, number>()
  const warn = createLimitedWarn(context.log, context.clock)
  const figures = { qos0Messages: 0, unmatchedMessages: 0, protocolViolations: 0, clientsTurnedAway: 0 }
  const tell = () => {
    const { qos0Messages, unmatchedMessages } = figures
    context.facts({
      ...(qos0Messages > 0 ? { lossy: lossyByProtocol } : {}),
      warnings: [...(qos0Messages > 0 ? [qos0Sent] : []), ...(unmatchedMessages > 0 ? [unmatchedSent] : [])],
      figures: { ...figures, connections: gates.size, ...connections?.figures(name) },
    })
  }
  const broker = await Aedes.createBroker({
    connectTimeout: connectMs,
    queueLimit: earlyPacketsMax,
    maxInflightInbound: halfOpenMax,
    // Client ids are longer inside: they carry the credential. What the standards allow is checked by the gate.
    maxClientsIdLength: Number.MAX_SAFE_INTEGER,
    maxTopicLevels: topicLevelsMax,
    preConnect(client, packet, callback) {
      // No session outlives its connection; SUBACK and CONNACK say so.
      packet.clean = true
      credentials.connect(client, packet)
      callback(null, true)
    },
    authenticate(client, username, _password, callback) {
      const sender = credentials.of(client)
      if (sender === undefined) {
        figures.clientsTurnedAway++
        warn('an MQTT client was turned away: wrong user or token', { clientId: clientIdOf(client), username })
        return callback(turnedAway(), false)
      }
      const gate = gateOf(client)
      gate.bytesMax = packetBytesMax
      connections?.proven(gate.socket)
      callback(null, true)
    },
    authorizePublish: createJournaling({
      topics: options.topics ?? defaultTopics,
      codec: options.codec ?? 'generic',
      time: options.time,
      senderOf: (client) => credentials.of(client),
      gateOf,
      queue,
      onQos0(client) {
        if (figures.qos0Messages++ > 0) return
        context.log.warn(qos0Sent, { clientId: client && clientIdOf(client) })
        tell()
      },
      onUnmatched(client, topic) {
        figures.unmatchedMessages++
        warn(unmatchedSent, { topic, clientId: client && clientIdOf(client) })
      },
      onReserved: () => context.refused(1, 'protocol'),
    }),
    authorizeSubscribe(client, subscription, callback) {
      const count = (subscriptions.get(client) ?? 0) + 1
      subscriptions.set(client, count)
      const allowed = count <= subscriptionsMax && mayRead(credentials.of(client), subscription.topic)
      callback(null, allowed ? subscription : null)
    },
    authorizeForward: (client, packet) =>
      client.conn.writableNeedDrain || !credentials.mayForward(packet) ? null : packet,
  })
  const events: EventEmitter = broker
  events.on('error', (fault: Error) => context.log.error('the broker failed at a message', { fault }))
  broker.on('clientError', (client, fault) =>
    context.log.debug('an MQTT client was cut off', { clientId: clientIdOf(client), fault }),
  )

  const server = createServer({ keepAlive: true, keepAliveInitialDelay: keepAliveMs, noDelay: true }, (socket) => {
    if (connections && !connections.admit(socket, { name, log: context.log })) return
    const gate = new PacketGate(socket, {
      bytesMax: connectBytesMax,
      onTooLarge(bytes) {
        context.refused(1, 'too-large')
        warn('an MQTT client was cut off: its packet is too large', { peer: socket.remoteAddress, bytes })
      },
      onFault({ reason, frames }) {
        figures.protocolViolations++
        if (frames > 0) context.refused(frames, 'protocol')
        warn(`an MQTT client was cut off: ${reason}`, { peer: socket.remoteAddress })
      },
    })
    gates.add(gate)
    gate.once('close', () => gates.delete(gate))
    broker.handle(gate)
  })
  server.maxConnections = options.connectionsMax ?? connectionsMax
  const address = await listen(server, options.listen)
  server.on('error', (fault) => warn('a connection could not be taken', { fault }))
  server.on('drop', () => warn('a connection was refused: too many are open', { max: server.maxConnections }))
  context.status('up', `listening on ${address}`)
  options.onListening?.(`mqtt://${address}`)
  tell()
  const timer = setInterval(() => {
    tell()
    for (const client of credentials.revoked()) {
      warn('an MQTT client was cut off: its token was revoked or replaced', { clientId: clientIdOf(client) })
      client.close()
    }
  }, lookEveryMs)

  await aborted(signal)
  clearInterval(timer)
  const closed = new Promise((resolve) => server.close(resolve))
  for (const gate of gates) gate.shut()
  const late = new AbortController()
  // The sleep is aborted once it is not needed any more.
  await Promise.race([queue.settled(), context.clock.sleep(closeMs, late.signal).catch(() => {})])
  late.abort()
  // A turn of the loop for the acknowledgements to be written.
  await new Promise((resolve) => setImmediate(resolve))
  await new Promise<void>((resolve) => broker.close(() => resolve()))
  for (const gate of gates) gate.destroy()
  await closed
}

const unmatchedSent =
  'messages come to topics that no rule is about; they are kept as dead letters. Readings belong to baykeeper/DEVICE/reading'

const turnedAway = (): AuthenticateError =>
  Object.assign(new Error('the user is the name of the source and the password its ingest token'), { returnCode: 4 })
