/**
 * The built-in MQTT broker (3.1, 3.1.1 and 5), for sensors that have none.
 *
 * Promises
 * - Every message is journaled before its PUBACK (QoS 1) or PUBREC (QoS 2); acknowledgements keep the order of the messages. What a
 *   client sends in one go is covered by one sync. A message to a topic that no rule is about is kept too, as a dead letter.
 * - When intake refuses, the client is disconnected without acknowledgement, so that it sends again.
 * - A QoS 2 message repeated on its connection is journaled once; repeated on a new one it is a duplicate that processing finds.
 * - A message that its client marks as sent before (DUP) is marked (`meta.dup`).
 * - QoS 0 is journaled and marked (`meta.qos`): its sender cannot be notified of a loss.
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
import { createServer, type Socket } from 'node:net'
import { Aedes, type AedesOptions, type AuthenticateError, type Client } from 'aedes'
import type { TopicRule } from '../../domain/topic-rule.ts'
import type { ConnectionLimits } from '../connection-limits.ts'
import { createDeliveryQueue, type DeliveryQueue } from '../delivery-queue.ts'
import { aborted, type ListenOn, listen } from '../listener.ts'
import type { Source, SourceContext, TokenCheck } from '../source.ts'
import { type BrokerReport, createBrokerReport, unmatchedSent } from './broker-report.ts'
import { qos0Sent } from './client-facts.ts'
import { type Credentials, clientIdOf, createCredentials, mayRead } from './credentials.ts'
import { createJournaling, halfOpenMax } from './journaling.ts'
import { PacketGate } from './packet-gate.ts'
import { defaultTopics, topicLevelsMax, topicMatches } from './topic-filter.ts'
import { reasons } from './version5/reason.ts'

export interface MqttBrokerOptions {
  readonly listen: ListenOn
  readonly tokens: TokenCheck
  /** Clients without a password are taken. */
  readonly anonymous: boolean
  /** Filters of the topics that carry readings. */
  readonly topics?: readonly string[]
  readonly codec?: string
  /** How topics of other programs are read. */
  readonly rules?: readonly TopicRule[]
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
  const { connections, name = defaultName } = options
  const queue = createDeliveryQueue(context, { onRefused: 'reject', signal })
  const gates = new Set<PacketGate>()
  const credentials = createCredentials(options)
  const report = createBrokerReport(context, name, gates, connections)
  const broker = await Aedes.createBroker(brokerOptions(options, context, { queue, credentials, report }))
  const events: EventEmitter = broker
  events.on('error', (fault: Error) => context.log.error('the broker failed at a message', { fault }))
  broker.on('keepaliveTimeout', (client) => {
    gateOf(client).endReason = reasons.keepAliveTimeout
  })
  broker.on('clientError', (client, fault) =>
    context.log.debug('an MQTT client was cut off', { clientId: clientIdOf(client), fault }),
  )

  const server = createServer({ keepAlive: true, keepAliveInitialDelay: keepAliveMs, noDelay: true }, (socket) => {
    if (connections && !connections.admit(socket, { name, log: context.log })) return
    const gate = gateFor(socket, context, report)
    gates.add(gate)
    gate.once('close', () => gates.delete(gate))
    broker.handle(gate)
  })
  server.maxConnections = options.connectionsMax ?? connectionsMax
  const address = await listen(server, options.listen, { name, context, connections })
  server.on('error', (fault) => report.warn('a connection could not be taken', { fault }))
  server.on('drop', () => report.warn('a connection was refused: too many are open', { max: server.maxConnections }))
  context.status('up', `listening on ${address}`)
  options.onListening?.(`mqtt://${address}`)
  report.send()
  const timer = setInterval(() => {
    report.send()
    for (const client of credentials.revoked()) {
      const clientId = clientIdOf(client)
      report.warn('an MQTT client was cut off: its token was revoked or replaced', { clientId })
      gateOf(client).endReason = reasons.notAuthorized
      client.close()
    }
  }, lookEveryMs)

  await aborted(signal)
  clearInterval(timer)
  for (const gate of gates) gate.endReason = reasons.shuttingDown
  const closed = new Promise((resolve) => server.close(resolve))
  for (const gate of gates) gate.shut()
  await settledWithin(closeMs, queue, context)
  // A turn of the loop for the acknowledgements to be written.
  await new Promise((resolve) => setImmediate(resolve))
  await new Promise<void>((resolve) => broker.close(() => resolve()))
  for (const gate of gates) gate.destroy()
  await closed
}

const gateOf = (client: Client) => client.conn as PacketGate

/** Checks what comes over a connection, before the broker sees it. */
const gateFor = (socket: Socket, context: SourceContext, { counts, warn }: BrokerReport) =>
  new PacketGate(socket, {
    bytesMax: connectBytesMax,
    limits: { receiveMax: halfOpenMax, packetBytesMax, subscriptionsMax },
    onTooLarge(bytes) {
      context.refused(1, 'too-large')
      warn('an MQTT client was cut off: its packet is too large', { peer: socket.remoteAddress, bytes })
    },
    onFault({ reason, frames }) {
      counts.protocol_violations++
      if (frames > 0) context.refused(frames, 'protocol')
      warn(`an MQTT client was cut off: ${reason}`, { peer: socket.remoteAddress })
    },
  })

async function settledWithin(ms: number, queue: DeliveryQueue, { clock }: SourceContext) {
  const late = new AbortController()
  // The sleep is aborted once it is not needed any more.
  await Promise.race([queue.settled(), clock.sleep(ms, late.signal).catch(() => {})])
  late.abort()
}

interface BrokerParts {
  readonly queue: DeliveryQueue
  readonly credentials: Credentials
  readonly report: BrokerReport
}

/** Limits of the broker, who may connect, and what becomes of a message. */
function brokerOptions(
  { topics = defaultTopics, codec = 'generic', rules = [], time, connections }: MqttBrokerOptions,
  context: SourceContext,
  { queue, credentials, report }: BrokerParts,
): AedesOptions {
  const { counts, warn, refusals } = report
  const peerOf = (client: Client | null) => client && gateOf(client).socket.remoteAddress
  const subscriptions = new WeakMap<Client, number>()
  const byId = new Map<string, PacketGate>()
  return {
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
      if (credentials.of(client) === undefined) {
        turnAway(client, username, credentials, report)
        return callback(turnedAway(), false)
      }
      gateOf(client).bytesMax = packetBytesMax
      takeOver(byId, client.id, gateOf(client))
      connections?.proven(gateOf(client).socket)
      callback(null, true)
    },
    authorizePublish: createJournaling({
      ...{ topics, codec, rules, time, gateOf, queue },
      senderOf: (client) => credentials.of(client),
      onQos0(client) {
        if (counts.qos0_messages++ > 0) return
        context.log.warn(qos0Sent, { clientId: client && clientIdOf(client) })
        report.send()
      },
      onUnmatched(client, topic) {
        counts.unmatched_messages++
        warn(unmatchedSent, { topic, clientId: client && clientIdOf(client) })
      },
      onReserved: () => context.refused(1, 'protocol'),
      onEnding(client, reason) {
        if (client) gateOf(client).endReason = reason
      },
      onLimited: (reason, client, source) => refusals.refuse(reason, { peer: peerOf(client), source }),
    }),
    authorizeSubscribe(client, subscription, callback) {
      const count = (subscriptions.get(client) ?? 0) + 1
      subscriptions.set(client, count)
      const allowed = count <= subscriptionsMax && mayRead(credentials.of(client), subscription.topic)
      callback(null, allowed ? subscription : null)
    },
    authorizeForward: (client, packet) =>
      client.conn.writableNeedDrain || !credentials.mayForward(packet) || isOwn(client, packet) ? null : packet,
  }
}

function turnAway(client: Client, username: string | undefined, credentials: Credentials, report: BrokerReport) {
  const { counts, warn, refusals } = report
  counts.clients_turned_away++
  const { reason, source } = credentials.refusalOf(client)
  warn('an MQTT client was rejected', { clientId: clientIdOf(client), username, reason })
  refusals.refuse(reason, { peer: gateOf(client).socket.remoteAddress, source, frames: 0 })
}

/** The connection that has the id now ends when another one brings it. */
function takeOver(byId: Map<string, PacketGate>, id: string, gate: PacketGate) {
  const before = byId.get(id)
  if (before) before.endReason = reasons.takenOver
  byId.set(id, gate)
  gate.once('close', () => {
    if (byId.get(id) === gate) byId.delete(id)
  })
}

/** A message of its own that the client wants back from none of its subscriptions (MQTT 5, 3.8.3.1, no local). */
function isOwn(client: Client, packet: { readonly topic: string; readonly clientId?: string }): boolean {
  const filters = gateOf(client).session5?.filters
  if (!filters || packet.clientId !== client.id) return false
  const matching = [...filters].filter(([filter]) => topicMatches(filter, packet.topic))
  return matching.length > 0 && matching.every(([, noLocal]) => noLocal)
}

const turnedAway = (): AuthenticateError =>
  Object.assign(new Error('the user is the name of the source and the password its ingest token'), { returnCode: 4 })
