/** Stays by length and local day, as a report shows them. Pure. */
import { dwellEdgesMin } from '@baykeeper/contract/reports.ts'
import type { Instant } from '../lib/brand.ts'
import type { DayNumber } from '../lib/utc-day.ts'
import type { StayLength } from '../store/store.ts'

/** Stays of a period. They are kept for some days only: those that ended before `from` are not known. */
export interface KnownStays {
  readonly lengths: readonly StayLength[]
  readonly from: Instant
  /** Local days whose stays are not recorded (recorded-days.ts). */
  readonly unrecorded: ReadonlySet<DayNumber>
}

export interface LengthFigures {
  readonly count: number
  readonly begunBefore: number
  /** Null: there is no stay. */
  readonly medianMin: number | null
  readonly p90Min: number | null
  readonly meanMin: number | null
  readonly longestMin: number | null
}

export function figuresOf(lengths: readonly StayLength[]): LengthFigures {
  const byMinutes = new Map<number, number>()
  let [count, begunBefore, dwellMs] = [0, 0, 0]
  for (const { minutes, stays, ...row } of lengths) {
    byMinutes.set(minutes, (byMinutes.get(minutes) ?? 0) + stays)
    count += stays
    begunBefore += row.begunBefore
    dwellMs += row.dwellMs
  }
  const sorted = [...byMinutes].sort(([a], [b]) => a - b)
  return {
    ...{ count, begunBefore, medianMin: nearestRank(sorted, count, 0.5), p90Min: nearestRank(sorted, count, 0.9) },
    ...{ meanMin: count > 0 ? dwellMs / count / 60_000 : null, longestMin: sorted.at(-1)?.[0] ?? null },
  }
}

/** The smallest length that at least this share of the stays does not exceed. */
function nearestRank(sorted: readonly (readonly [minutes: number, stays: number])[], count: number, share: number) {
  const rank = Math.ceil(count * share)
  let seen = 0
  for (const [minutes, stays] of sorted) {
    seen += stays
    if (seen >= rank) return minutes
  }
  return null
}

export interface Bin {
  readonly fromMin: number
  readonly toMin: number | null
  readonly certain: number
  readonly uncertain: number
}

export function binsOf(lengths: readonly StayLength[]): readonly Bin[] {
  const bins = dwellEdgesMin.map((fromMin, i) => ({
    ...{ fromMin: fromMin as number, toMin: dwellEdgesMin[i + 1] ?? null, certain: 0, uncertain: 0 },
  }))
  for (const { minutes, certain, stays } of lengths) {
    const bin = bins.findLast(({ fromMin }) => minutes >= fromMin)
    if (bin) bin[certain ? 'certain' : 'uncertain'] += stays
  }
  return bins
}
