/** What a connection of MQTT 5 has beyond one of 3.1.1. */

/** Topic aliases that a client may set. */
export const topicAliasMax = 64
/** Of a topic that an alias may stand for: a message of a few bytes may mean no more than this. */
export const aliasedTopicBytesMax = 256
/** Messages to a client that wait for its acknowledgements; more are not sent to it, as nothing is piled up for slow subscribers. */
const waitingMax = 256

export interface Session5 {
  /** Chosen here, because the client sent none. */
  assignedId: string | undefined
  /** CONNACK was sent, and accepts the client. */
  accepted: boolean
  asksForSession: boolean
  readonly aliases: Map<number, string>
  /** Filters with their option "no local". */
  readonly filters: Map<string, boolean>
  /** Answers to UNSUBSCRIBE by packet id: a code for each filter (3.11.3). */
  readonly unsubscribing: Map<number, readonly number[]>
  /** QoS 2 messages of the client without PUBCOMP, and how many there may be (3.3.4). */
  readonly halfOpen: Set<number>
  readonly halfOpenMax: number
  receiveMax: number
  packetBytesMax: number
  /** QoS 1 and 2 messages to the client without an acknowledgement. */
  readonly inFlight: Set<number>
  readonly waiting: { readonly id: number; readonly packet: Buffer }[]
}

export const createSession5 = (halfOpenMax: number): Session5 => ({
  ...{ halfOpen: new Set(), halfOpenMax },
  ...{ assignedId: undefined, accepted: false, asksForSession: false },
  ...{ aliases: new Map(), filters: new Map(), unsubscribing: new Map() },
  ...{ receiveMax: 65_535, packetBytesMax: Number.MAX_SAFE_INTEGER, inFlight: new Set(), waiting: [] },
})

/** Whether the message may go out now; else it waits, or is dropped. */
export function mayGo(session: Session5, id: number, packet: Buffer): boolean {
  if (session.inFlight.size < session.receiveMax) {
    session.inFlight.add(id)
    return true
  }
  if (session.waiting.length < waitingMax) session.waiting.push({ id, packet })
  return false
}

/** What goes out instead of the message that was acknowledged. */
export function acknowledged(session: Session5, id: number): Buffer | undefined {
  if (!session.inFlight.delete(id)) return undefined
  const next = session.waiting.shift()
  if (!next) return undefined
  session.inFlight.add(next.id)
  return next.packet
}
