/** A server in memory, for the judge: it sees frames as they are delivered and nothing of the truth. */
import { type Delivery, type History, readingOf, recordsOf, type Transport, type Wire } from './history.ts'
import type { Fate, Observation, Presence } from './judge.ts'

/** One frame as it reaches a server. */
export interface Frame extends Wire, Omit<Delivery, 'reading'> {
  readonly index: number
  readonly transport: Transport
}

export interface ToyServer {
  /** The frames of one uplink. */
  take(frames: readonly Frame[]): void
  shown(): Presence
  readonly fates: (Fate | undefined)[]
  missing(): number | 'not certain'
}

export function observe(history: History, server: ToyServer): Observation {
  const shown: (Presence | undefined)[] = []
  for (const [first, deliveries] of recordsOf(history)) {
    server.take(deliveries.map((delivery, k) => frameOf(history, delivery, first + k)))
    for (const _ of deliveries.slice(1)) shown.push(undefined)
    shown.push(server.shown())
  }
  return { shown, fates: history.deliveries.map((_, i) => server.fates[i]), missing: server.missing() }
}

function frameOf(history: History, delivery: Delivery, index: number): Frame {
  const { reading: _, ...transport } = delivery
  return { ...readingOf(history, delivery).wire, ...transport, index, transport: history.transport }
}

export const payloadOf = ({ occupied, batteryPct, countIn }: Wire): string => `${occupied} ${batteryPct} ${countIn}`

/** One row of the table: takes the frames that carry the same. */
export interface Row extends Pick<ToyServer, 'shown' | 'missing'> {
  take(frame: Frame): void
}

export function holesIn(numbers: readonly number[]): number {
  return numbers.length === 0 ? 0 : Math.max(...numbers) - Math.min(...numbers) + 1 - new Set(numbers).size
}
