/** Rows of the occupancy of a place as an even row of steps: a step without its own row is as the row before it ended. Pure. */
import type { OccupancyPoint } from '@baykeeper/contract/history.ts'
import { type Instant, instant } from '../lib/brand.ts'
import type { OccupancyRow } from '../store/store.ts'
import { iso } from './wire.ts'

export interface Steps {
  readonly from: Instant
  /** Exclusive. */
  readonly to: Instant
  readonly spanMs: number
}

/** Shares to a hundredth of a per cent. */
const digits = 10_000
const rounded = (n: number) => Math.round(n * digits) / digits

export function occupancyPoints(rows: readonly OccupancyRow[], { from, to, spanMs }: Steps): OccupancyPoint[] {
  const points: OccupancyPoint[] = []
  let next = 0
  let standing: OccupancyRow | undefined
  for (let start = from as number; start < to; start += spanMs) {
    let own: OccupancyRow | undefined
    for (let row = rows[next]; row && row.start <= start; row = rows[++next]) {
      own = row.start === start ? row : undefined
      standing = row
    }
    const said = own ?? (standing && unchanged(standing))
    points.push(said ? pointOf(instant(start), said) : unknownAt(instant(start)))
  }
  return points
}

type Said = Omit<OccupancyRow, 'site' | 'level' | 'zone' | 'start' | 'occupiedEnd' | 'knownEnd'>

function unchanged({ spanMs, capacity, occupiedEnd, knownEnd }: OccupancyRow): Said {
  return {
    ...{ spanMs, capacity, occupiedMs: occupiedEnd * spanMs, knownMs: knownEnd * spanMs },
    fullMs: capacity > 0 && occupiedEnd >= capacity ? spanMs : 0,
    ...{ minOccupied: occupiedEnd, maxOccupied: occupiedEnd },
  }
}

function pointOf(start: Instant, said: Said): OccupancyPoint {
  const { spanMs, capacity, occupiedMs, knownMs, fullMs, minOccupied, maxOccupied } = said
  if (knownMs <= 0) return { ...unknownAt(start), capacity }
  return {
    ...{ start: iso(start), capacity, occupied: rounded(occupiedMs / spanMs) },
    ...{ occupied_min: minOccupied, occupied_max: maxOccupied },
    rate: rounded(Math.min(1, occupiedMs / knownMs)),
    // A layout that lost bays within the step would make it more than all of them.
    coverage: capacity > 0 ? rounded(Math.min(1, knownMs / (capacity * spanMs))) : 0,
    full: rounded(fullMs / spanMs),
  }
}

const unknownAt = (start: Instant): OccupancyPoint => ({
  ...{ start: iso(start), capacity: null, occupied: null, occupied_min: null, occupied_max: null },
  ...{ rate: null, coverage: 0, full: null },
})
