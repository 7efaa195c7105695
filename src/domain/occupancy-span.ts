/**
 * The occupancy of a place over one span of time, a minute or a quarter of an hour, while it is being lived through.
 *
 * - A span is written as if nothing happened until its end; the next change corrects it. So it is right at any moment, and a span without
 *   a change needs no row: it is as the one before it ended.
 * - Integrals are of bays times milliseconds, whole numbers: mean = occupiedMs / knownMs x the bays known, coverage = knownMs / (capacity x span).
 * - Time never turns back: a change that comes late counts from the beginning of the span that is lived through.
 */
import type { Instant } from '../lib/brand.ts'

export interface OccupancySpan {
  readonly start: number
  readonly spanMs: number
  capacity: number
  occupiedMs: number
  knownMs: number
  /** Time in which every bay was taken. */
  fullMs: number
  minOccupied: number
  maxOccupied: number
  /** Bays at its end so far. */
  occupied: number
  known: number
}

export const minuteMs = 60_000
export const quarterMs = 15 * minuteMs
export const spansMs = [minuteMs, quarterMs] as const

const isFull = ({ occupied, capacity }: OccupancySpan) => capacity > 0 && occupied >= capacity

export function beginSpan(time: number, spanMs: number, now: Pick<OccupancySpan, 'capacity' | 'occupied' | 'known'>) {
  const { capacity, occupied, known } = now
  const span: OccupancySpan = {
    ...{ start: Math.floor(time / spanMs) * spanMs, spanMs, capacity, occupied, known },
    ...{
      occupiedMs: occupied * spanMs,
      knownMs: known * spanMs,
      fullMs: 0,
      minOccupied: occupied,
      maxOccupied: occupied,
    },
  }
  if (isFull(span)) span.fullMs = spanMs
  return span
}

/** The span that `time` falls into, with the change applied: the one given, or the next one with a change in it. */
export function changeSpan(
  before: OccupancySpan,
  time: Instant,
  by: { occupied: number; known: number },
): OccupancySpan {
  const isOver = time >= before.start + before.spanMs
  const span = isOver ? beginSpan(time, before.spanMs, before) : before
  const leftMs = span.start + span.spanMs - Math.max(time, span.start)
  if (isFull(span)) span.fullMs -= leftMs
  span.occupied += by.occupied
  span.known += by.known
  span.occupiedMs += by.occupied * leftMs
  span.knownMs += by.known * leftMs
  if (isFull(span)) span.fullMs += leftMs
  // A sensor whose clock was corrected ends a presence before it began: that is no time at all, and never less.
  span.occupiedMs = Math.max(0, span.occupiedMs)
  span.knownMs = Math.max(span.occupiedMs, span.knownMs)
  span.fullMs = Math.max(0, span.fullMs)
  span.minOccupied = Math.min(span.minOccupied, span.occupied)
  span.maxOccupied = Math.max(span.maxOccupied, span.occupied)
  return span
}
