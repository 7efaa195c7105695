/** What a connection of MQTT 5 has beyond one of 3.1.1. */

/** Topic aliases that a client may set. */
export const topicAliasMax = 64
/** Of a topic that an alias may stand for: a message of a few bytes may mean no more than this. */
export const aliasedTopicBytesMax = 256
/** Messages to a client that wait for its acknowledgements; more are not sent to it, as nothing is piled up for slow subscribers. */
const waitingMax = 256
const waitingBytesMax = 256 * 1024

export interface Session5 {
  /** Chosen here, because the client sent none. */
  assignedId: string | undefined
  /** CONNACK was sent, and accepts the client. */
  accepted: boolean
  asksForSession: boolean
  readonly aliases: Map<number, string>
  /** Filters that SUBACK granted, with their option "no local". */
  readonly filters: Map<string, boolean>
  /** The same of SUBSCRIBE without SUBACK by packet id, in the order of the codes to come. */
  readonly subscribing: Map<number, ReadonlyMap<string, boolean>>
  readonly subscriptionsMax: number
  /** Filters of UNSUBSCRIBE without UNSUBACK by packet id. */
  readonly unsubscribing: Map<number, readonly string[]>
  /** QoS 2 messages of the client without PUBCOMP, and how many there may be (3.3.4). */
  readonly halfOpen: Set<number>
  readonly halfOpenMax: number
  receiveMax: number
  packetBytesMax: number
  /** QoS 1 and 2 messages to the client without an acknowledgement. */
  readonly inFlight: Set<number>
  readonly waiting: { readonly id: number; readonly packet: Buffer }[]
  waitingBytes: number
}

export const createSession5 = (limits: { receiveMax: number; subscriptionsMax: number }): Session5 => ({
  ...{ halfOpen: new Set(), halfOpenMax: limits.receiveMax, subscriptionsMax: limits.subscriptionsMax },
  ...{ assignedId: undefined, accepted: false, asksForSession: false },
  ...{ aliases: new Map(), filters: new Map(), subscribing: new Map(), unsubscribing: new Map() },
  ...{ receiveMax: 65_535, packetBytesMax: Number.MAX_SAFE_INTEGER, inFlight: new Set(), waiting: [], waitingBytes: 0 },
})

/** Filters that one more SUBSCRIBE may bring: the broker grants no more of them in the life of a connection. */
export function filtersLeft({ filters, subscribing, subscriptionsMax }: Session5): number {
  let left = subscriptionsMax - filters.size
  for (const asked of subscribing.values()) left -= asked.size
  return left
}

/** By the codes of SUBACK; 0x80 is a refusal. */
export function subscribed(session: Session5, id: number, codes: Uint8Array): void {
  const asked = session.subscribing.get(id) ?? []
  session.subscribing.delete(id)
  let at = 0
  for (const [filter, noLocal] of asked) if ((codes[at++] ?? 0x80) < 0x80) session.filters.set(filter, noLocal)
}

/** Whether the message may go out now; else it waits, or is dropped. */
export function mayGo(session: Session5, id: number, packet: Buffer): boolean {
  if (session.inFlight.size < session.receiveMax) {
    session.inFlight.add(id)
    return true
  }
  const bytes = session.waitingBytes + packet.length
  if (session.waiting.length >= waitingMax || bytes > waitingBytesMax) return false
  session.waiting.push({ id, packet })
  session.waitingBytes = bytes
  return false
}

/** What goes out instead of the message that was acknowledged. */
export function acknowledged(session: Session5, id: number): Buffer | undefined {
  if (!session.inFlight.delete(id)) return undefined
  const next = session.waiting.shift()
  if (!next) return undefined
  session.waitingBytes -= next.packet.length
  session.inFlight.add(next.id)
  return next.packet
}
