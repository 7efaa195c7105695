/** Lets a message to the built-in broker pass once it is durable. */
import type { AedesOptions, Client } from 'aedes'
import type { DeliveryQueue } from '../delivery-queue.ts'
import type { Delivery } from '../source.ts'
import type { PacketGate } from './packet-gate.ts'
import { createTopicMatch } from './topic-filter.ts'

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
  readonly time: 'trust' | undefined
  /** The source that the client's token named. */
  sourceOf(client: Client): string | undefined
  gateOf(client: Client): PacketGate | undefined
  readonly queue: DeliveryQueue
  /** A reading came with QoS 0. */
  onQos0(client: Client | null): void
}

/** For aedes, which acknowledges a message when told it may pass, and disconnects the client when told a fault. */
export function createJournaling(options: JournalingOptions): AuthorizePublish {
  const { topics, codec, time, sourceOf, gateOf, queue, onQos0 } = options
  const isReading = createTopicMatch(topics)
  const undurable = new WeakMap<Client, number>()
  /** QoS 2 messages of a connection by packet id: a repeated one waits for the first. */
  const halfOpen = new WeakMap<Client, Map<number, Promise<void>>>()

  /** Reads no more of a client while too much of it is on its way. */
  function weigh(client: Client | null, bytes: number) {
    const gate = client && gateOf(client)
    if (!gate) return
    const left = (undurable.get(client) ?? 0) + bytes
    undurable.set(client, left)
    // Held only while something of its own is on its way: what settles it opens the gate again.
    if (left > clientBytesMax || (left > 0 && queue.bytes > allBytesMax)) gate.hold()
    else gate.release()
  }

  const deliveryOf = (client: Client | null, { topic, payload, qos, dup }: Message): Delivery => {
    const source = client ? sourceOf(client) : undefined
    return {
      framing: 'whole',
      codec,
      meta: { topic, ...(qos === 0 ? { qos: '0' } : {}), ...(dup ? { dup: '1' } : {}) },
      ...(source === undefined ? {} : { source }),
      ...(time ? { time } : {}),
      bytes: typeof payload === 'string' ? Buffer.from(payload) : payload,
      frames: 1,
    }
  }

  function journal(client: Client | null, message: Message): Promise<void> {
    if (!isReading(message.topic)) return queue.add([])
    if (message.qos === 0) onQos0(client)
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
    const bytes = message.payload.length
    const settled = journal(client, message)
    weigh(client, bytes)
    settled.then(
      () => {
        callback(null)
        weigh(client, -bytes)
      },
      (fault) => callback(fault as Error),
    )
  }
}
