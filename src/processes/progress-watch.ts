/**
 * Whether processing advances, judged from outside the processor, so that one that hangs is noticed too: records wait in the journal
 * beyond the committed position, and that position has not moved for a while. A long backlog that shrinks advances, and so does a server
 * that has nothing to do.
 */
import type { Clock } from '../lib/clock.ts'

/** With the seconds that figures take to arrive, a standstill is reported within 30 s. */
export const standsAfterMs = 20_000

export interface Standstill {
  /** Milliseconds since the position last moved, or since records began to wait. */
  readonly forMs: number
  /** Records of the journal that wait. */
  readonly records: number
}

export interface ProgressWatch {
  /** The last durable record of the journal. */
  tail(record: number): void
  /** The last committed record; it may go back when a database was restored. */
  committed(record: number): void
  /** Another journal is followed from now on. */
  reset(): void
  standstill(): Standstill | undefined
}

export function createProgressWatch(clock: Pick<Clock, 'monotonic'>): ProgressWatch {
  let tail = 0
  let committed = 0
  let sinceMs: number | undefined
  const waits = () => tail > committed
  return {
    tail(record) {
      tail = record
      if (!waits()) sinceMs = undefined
      else sinceMs ??= clock.monotonic()
    },
    committed(record) {
      const moved = record !== committed
      committed = record
      if (!waits()) sinceMs = undefined
      else if (moved) sinceMs = clock.monotonic()
    },
    reset() {
      tail = 0
      committed = 0
      sinceMs = undefined
    },
    standstill() {
      if (sinceMs === undefined) return undefined
      const forMs = clock.monotonic() - sinceMs
      return forMs < standsAfterMs ? undefined : { forMs, records: tail - committed }
    },
  }
}
