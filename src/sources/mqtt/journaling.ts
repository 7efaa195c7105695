/** Lets a message to the built-in broker pass once it is durable. */
import type { AedesOptions, Client } from 'aedes'
import { createTopicRules } from '../../domain/topic-mapping.ts'
import type { TopicRule } from '../../domain/topic-rule.ts'
import { type DeliveryQueue, shareBytes } from '../delivery-queue.ts'
import { deviceLimitMeta, limitRefusal } from '../sender-limits.ts'
import type { Delivery } from '../source.ts'
import type { MqttSender } from './credentials.ts'
import type { PacketGate } from './packet-gate.ts'
import { createTopicMatch, mappedCodec } from './topic-filter.ts'
import { type Reason, reasons } from './version5/reason.ts'

/** Messages of QoS 2 between PUBLISH and PUBREL, of one client. */
export const halfOpenMax = 1_000
/** Received and not yet durable: of one client, and of all. */
const clientBytesMax = 1024 * 1024
const allBytesMax = 64 * 1024 * 1024

type AuthorizePublish = NonNullable<AedesOptions['authorizePublish']>
type Message = Parameters<AuthorizePublish>[1]

export interface JournalingOptions {
  readonly topics: readonly string[]
  readonly codec: string
  readonly rules: readonly TopicRule[]
  readonly time: 'trust' | undefined
  /** Undefined when its token was revoked. */
  senderOf(client: Client): MqttSender | undefined
  gateOf(client: Client): PacketGate | undefined
  readonly queue: DeliveryQueue
  /** A message came with QoS 0. */
  onQos0(client: Client | null): void
  /** A message came to a topic that no rule is about. */
  onUnmatched(client: Client | null, topic: string): void
  /** A message to one of the server's own topics is refused. */
  onReserved(): void
  /** The connection ends without an acknowledgement, for this reason. */
  onEnding(client: Client | null, reason: Reason): void
  /** A message is refused: its token is not for it. */
  onLimited(reason: string, client: Client | null, source: string | undefined): void
}

/** Codec of messages to topics that no rule is about: it keeps each as a dead letter. */
const unmatchedCodec = 'unmatched-topic'

/** For aedes, which acknowledges a message on a callback without a fault, and disconnects the client on one with a fault. */
export function createJournaling(options: JournalingOptions): AuthorizePublish {
  const { topics, codec, gateOf, queue } = options
  const isReading = createTopicMatch(topics)
  const ruleOf = createTopicRules(options.rules)
  const undurable = new WeakMap<Client, number>()
  /** QoS 2 messages of a connection by packet id: a repeated one waits for the first. */
  const halfOpen = new WeakMap<Client, Map<number, Promise<void>>>()

  /** Reads no more of a client while too much of it is on its way. */
  function weigh(client: Client | null, bytes: number) {
    const gate = client && gateOf(client)
    if (!gate) return
    const left = (undurable.get(client) ?? 0) + bytes
    undurable.set(client, left)
    // Held only while something of its own is in flight: its settling opens the gate again.
    if (left > clientBytesMax || (left > 0 && queue.held > allBytesMax)) gate.hold()
    else gate.release()
  }

  const deliveryOf = (client: Client | null, { topic, payload, qos, dup }: Message): Delivery => {
    const sender = (client && options.senderOf(client)) ?? {}
    const { source, time = options.time } = sender
    const rule = isReading(topic) ? undefined : ruleOf(topic)
    return {
      framing: 'whole',
      codec: isReading(topic) ? codec : rule === undefined ? unmatchedCodec : mappedCodec,
      meta: {
        topic,
        ...(rule === undefined ? {} : { rule }),
        ...(qos === 0 ? { qos: '0' } : {}),
        ...(dup ? { dup: '1' } : {}),
        ...deviceLimitMeta(sender),
      },
      ...(source === undefined ? {} : { source }),
      ...(time ? { time } : {}),
      bytes: typeof payload === 'string' ? Buffer.from(payload) : payload,
      frames: 1,
    }
  }

  function journal(client: Client | null, message: Message): Promise<void> {
    if (!isReading(message.topic) && ruleOf(message.topic) === undefined) options.onUnmatched(client, message.topic)
    if (message.qos === 0) options.onQos0(client)
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
    if (message.topic.startsWith('$')) {
      options.onReserved()
      options.onEnding(client, reasons.invalidTopic)
      return callback(new Error('topics that begin with $ are the server’s own'))
    }
    if (client && !options.senderOf(client)) {
      options.onEnding(client, reasons.notAuthorized)
      return callback(new Error('the token of this client was revoked'))
    }
    const sender = client ? options.senderOf(client) : undefined
    const limited =
      sender?.source === undefined
        ? undefined
        : limitRefusal(
            { ...sender, source: sender.source },
            { topic: message.topic, address: client && gateOf(client)?.socket.remoteAddress },
          )
    if (limited !== undefined) {
      options.onLimited(limited, client, sender?.source)
      options.onEnding(client, reasons.notAuthorized)
      // MQTT 3.1.1 has no refusal of a message but the end of the connection.
      return callback(new Error(limited))
    }
    message.retain = false
    // The broker needs the client that it forwards from.
    if (client) Object.assign(message, { clientId: client.id })
    const bytes = message.topic.length + message.payload.length + shareBytes
    const settled = journal(client, message)
    weigh(client, bytes)
    settled.then(
      () => {
        callback(null)
        weigh(client, -bytes)
      },
      (fault) => {
        options.onEnding(client, reasons.busy)
        callback(fault as Error)
      },
    )
  }
}
