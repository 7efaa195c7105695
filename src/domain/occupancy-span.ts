/**
 * The occupancy of a place over one span of time, a minute or a quarter of an hour, while it lasts.
 *
 * - A span is written as if nothing happened until its end; the next change corrects it. So it is right at any moment, and a span without
 *   a change needs no row: it is as the one before it ended.
 * - Integrals are of bays times milliseconds, whole numbers: mean = occupiedMs / span, rate = occupiedMs / knownMs, coverage = knownMs / (capacity x span).
 * - Time never turns back: a change that comes late counts from the beginning of the current span, for all of it: its extremes move with it.
 */
import type { Instant } from '../lib/brand.ts'
import { minuteMs } from '../lib/utc-day.ts'

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
  by: { occupied: number; known: number; capacity: number },
): OccupancySpan {
  const isOver = time >= before.start + before.spanMs
  const span = isOver ? beginSpan(time, before.spanMs, before) : before
  const leftMs = span.start + span.spanMs - Math.max(time, span.start)
  if (isFull(span)) span.fullMs -= leftMs
  span.occupied += by.occupied
  span.known += by.known
  span.capacity += by.capacity
  span.occupiedMs += by.occupied * leftMs
  span.knownMs += by.known * leftMs
  if (isFull(span)) span.fullMs += leftMs
  // A sensor whose clock was corrected ends a presence before it began: that is no time at all, and never less.
  span.occupiedMs = Math.max(0, span.occupiedMs)
  span.knownMs = Math.max(span.occupiedMs, span.knownMs)
  span.fullMs = Math.max(0, span.fullMs)
  follow(span, time <= span.start ? by.occupied : 0)
  return span
}

/** `late`: what was so from the begin of the span on. An imported history of arrivals and departures leaves no peak that never was. */
function follow(span: OccupancySpan, late: number) {
  span.minOccupied = Math.min(Math.max(0, span.minOccupied + late), span.occupied)
  span.maxOccupied = Math.max(span.maxOccupied + late, span.occupied)
}
