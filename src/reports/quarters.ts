/**
 * Occupancy of a place, quarter by quarter: a quarter without its own row is as the row before it ended. That holds up to where processing
 * has come: of a quarter that ends later nothing is known.
 */
import { quarterMs } from '../domain/occupancy-span.ts'
import { type Instant, instant } from '../lib/brand.ts'
import { dayMs } from '../lib/utc-day.ts'
import type { OccupancyRow, PlaceKey, Store } from '../store/store.ts'

/** Integrals are of bays times milliseconds. Nothing known: `knownMs` is 0. */
export interface Quarter {
  start: Instant
  /** False: no row holds its capacity. */
  isRecorded: boolean
  capacity: number
  occupiedMs: number
  knownMs: number
  fullMs: number
  lowest: number
  highest: number
  /** At its end. */
  occupiedEnd: number
  knownEnd: number
}

export interface QuartersOf {
  readonly place: PlaceKey
  readonly from: Instant
  readonly to: Instant
  /** Of a time before the first row. */
  readonly capacity: number
  /** Up to where processing has come (Store.foldClock). */
  readonly processed: Instant
}

/** Rows held at once: some 9,000 of a busy place. */
const readMs = 92 * dayMs

/** Oldest first. The quarter is the same object each time: it is not to be kept. */
export async function eachQuarter(
  store: Pick<Store, 'occupancy'>,
  asked: QuartersOf,
  visit: (quarter: Readonly<Quarter>) => void,
): Promise<void> {
  for (let from = asked.from; from < asked.to; from = instant(from + readMs)) {
    const to = instant(Math.min(asked.to, from + readMs))
    const rows = await store.occupancy({ ...asked.place, spanMs: quarterMs, from, to })
    walk(rows, { ...asked, from, to }, visit)
  }
}

function walk(rows: readonly OccupancyRow[], asked: QuartersOf, visit: (quarter: Quarter) => void) {
  const { from, to, capacity, processed } = asked
  const quarter: Quarter = {
    ...{ start: from, isRecorded: false, capacity, occupiedMs: 0, knownMs: 0, fullMs: 0, lowest: 0, highest: 0 },
    ...{ occupiedEnd: 0, knownEnd: 0 },
  }
  let next = 0
  let standing: OccupancyRow | undefined
  for (let start = from as number; start < to; start += quarterMs) {
    let own: OccupancyRow | undefined
    for (let row = rows[next]; row && row.start <= start; row = rows[++next]) {
      own = row.start === start ? row : undefined
      standing = row
    }
    quarter.start = instant(start)
    if (start + quarterMs > processed) recordUnknown(quarter, standing)
    else if (own) record(quarter, own)
    else if (standing) recordUnchanged(quarter, standing)
    visit(quarter)
  }
}

function record(quarter: Quarter, row: OccupancyRow) {
  quarter.isRecorded = true
  quarter.capacity = row.capacity
  quarter.occupiedMs = row.occupiedMs
  // A layout that took bays away within the quarter leaves more known time than there is.
  quarter.knownMs = Math.max(row.occupiedMs, Math.min(row.knownMs, row.capacity * quarterMs))
  quarter.fullMs = row.fullMs
  quarter.lowest = row.minOccupied
  quarter.highest = row.maxOccupied
  quarter.occupiedEnd = row.occupiedEnd
  quarter.knownEnd = row.knownEnd
}

/** A row of it holds only what came before processing stopped. */
function recordUnknown(quarter: Quarter, standing: OccupancyRow | undefined) {
  quarter.isRecorded = false
  if (standing) quarter.capacity = standing.capacity
  quarter.occupiedMs = 0
  quarter.knownMs = 0
  quarter.fullMs = 0
  quarter.lowest = 0
  quarter.highest = 0
  quarter.occupiedEnd = 0
  quarter.knownEnd = 0
}

function recordUnchanged(quarter: Quarter, { capacity, occupiedEnd, knownEnd }: OccupancyRow) {
  quarter.isRecorded = true
  quarter.capacity = capacity
  quarter.occupiedMs = occupiedEnd * quarterMs
  quarter.knownMs = Math.max(occupiedEnd, Math.min(knownEnd, capacity)) * quarterMs
  quarter.fullMs = capacity > 0 && occupiedEnd >= capacity ? quarterMs : 0
  quarter.lowest = occupiedEnd
  quarter.highest = occupiedEnd
  quarter.occupiedEnd = occupiedEnd
  quarter.knownEnd = knownEnd
}
