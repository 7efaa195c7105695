/** Tables of stays: their length, and turnover. */
import { reportTables } from '@baykeeper/contract/reports.ts'
import { dayMs, minuteMs } from '../lib/utc-day.ts'
import type { StayLength, TurnoverRow } from '../store/store.ts'
import { coverageOf, type DaySums, type Measured, observedMin } from './occupancy-book.ts'
import { localDay } from './recorded-days.ts'
import type { FilledTable } from './report.ts'
import type { Scope } from './scope.ts'
import { binsOf, figuresOf, type KnownStays } from './stay-lengths.ts'

/** Undefined: none of them is known. */
type Stays = KnownStays | undefined

export function dwellTable(now: Stays, before: Stays): FilledTable {
  const rows = (['certain', 'uncertain', 'all'] as const).map((stays) => {
    const counts = ({ certain }: StayLength) => stays === 'all' || certain === (stays === 'certain')
    const is = now && figuresOf(now.lengths.filter(counts))
    const then = before && figuresOf(before.lengths.filter(counts))
    return {
      ...{ stays, count: is?.count ?? null, begun_before: is?.begunBefore ?? null, median_min: is?.medianMin ?? null },
      ...{ p90_min: is?.p90Min ?? null, mean_min: is?.meanMin ?? null, longest_min: is?.longestMin ?? null },
      ...{ count_before: then?.count ?? null, median_min_before: then?.medianMin ?? null },
    }
  })
  return { table: reportTables.dwell, rows }
}

export function lengthsTable(now: Stays, before: Stays): FilledTable {
  const [bins, then] = [binsOf(now?.lengths ?? []), before && binsOf(before.lengths)]
  const certainOf = (of: typeof bins) => of.reduce((sum, { certain }) => sum + certain, 0)
  const [all, allThen] = [certainOf(bins), then ? certainOf(then) : 0]
  const shareOf = (part: number, whole: number) => (whole > 0 ? part / whole : null)
  const rows = bins.map(({ fromMin, toMin, certain, uncertain }, i) => ({
    ...{ from_min: fromMin, to_min: toMin, stays: now ? certain : null, share: shareOf(certain, all) },
    uncertain_stays: now ? uncertain : null,
    share_before: shareOf(then?.[i]?.certain ?? 0, allThen),
  }))
  return { table: reportTables.lengths, rows }
}

/**
 * Stays per bay and day of known time, of days that were observed: stays of unknown time, such as imported ones, would be divided by the little
 * time that is known. Null where none was. Null too where the known time is that of count zones as well: they have no stays, and the known time
 * of bays alone is not kept.
 */
const turnoverOf = (stays: number, knownMs: number, { countedPlaces }: TurnoverPlace): number | null =>
  knownMs > 0 && countedPlaces === 0 ? stays / (knownMs / dayMs) : null
const isObserved = (day: DaySums) => (coverageOf(day) ?? 0) >= observedMin
/** Stays of the whole day are recorded, and kept. */
const isRecorded = (day: DaySums, { from, unrecorded }: Pick<KnownStays, 'from' | 'unrecorded'>): boolean =>
  day.begin >= from && !unrecorded.has(localDay(day))
type TurnoverPlace = Pick<Scope, 'countedPlaces'>

export function turnoverDaysTable(place: TurnoverPlace, { days }: Measured, known: Stays): FilledTable {
  const byDay = Map.groupBy(known?.lengths ?? [], ({ day }) => day)
  const rows = days.map((day: DaySums) => {
    const own = byDay.get(localDay(day)) ?? []
    const stays = own.reduce((sum, row) => sum + row.stays, 0)
    const isKept = known !== undefined && isRecorded(day, known) && (day.knownMs > 0 || stays > 0)
    const uncertain = own.reduce((sum, row) => sum + (row.certain ? 0 : row.stays), 0)
    return {
      ...{ date: day.date, stays: isKept ? stays : null, uncertain_stays: isKept ? uncertain : null },
      ...{ turnover: isKept && isObserved(day) ? turnoverOf(stays, day.knownMs, place) : null },
      ...{ known_bay_hours: day.knownMs / (60 * minuteMs), coverage: coverageOf(day) },
    }
  })
  return { table: reportTables.turnoverDays, rows }
}

/** Of the days that were observed and whose stays are recorded and kept whole. */
export function turnoverOfDays(place: TurnoverPlace, { days }: Measured, known: KnownStays): number | null {
  const { lengths } = known
  const kept = days.filter((day) => isRecorded(day, known) && isObserved(day))
  const dates = new Set(kept.map(localDay))
  const stays = lengths.reduce((sum, row) => sum + (dates.has(row.day) ? row.stays : 0), 0)
  return turnoverOf(
    stays,
    kept.reduce((sum, { knownMs }) => sum + knownMs, 0),
    place,
  )
}

export interface BaySums {
  readonly sums: readonly TurnoverRow[]
  /** Days of the period whose stays are recorded and kept. */
  readonly days: number
}

/** Of several times: a bay has a row for each. */
export function sumsByBay(rows: readonly TurnoverRow[]): TurnoverRow[] {
  const sums = new Map<string, TurnoverRow>()
  for (const row of rows) {
    const { stays = 0, uncertain = 0, dwellMs = 0, overstays = 0, overstayMin = 0 } = sums.get(row.bay) ?? {}
    sums.set(row.bay, {
      ...{ bay: row.bay, stays: stays + row.stays, uncertain: uncertain + row.uncertain },
      ...{ dwellMs: dwellMs + row.dwellMs, overstays: overstays + row.overstays },
      overstayMin: overstayMin + row.overstayMin,
    })
  }
  return [...sums.values()]
}

/** Undefined: no stay of the period is known. */
export function turnoverBaysTable({ bays }: Scope, known: BaySums | undefined): FilledTable {
  const byBay = new Map(known?.sums.map((row) => [row.bay, row]))
  const none = { stays: 0, uncertain: 0, dwellMs: 0, overstays: 0, overstayMin: 0 }
  const rows = [...bays]
    .map(([bay, place]) => ({ bay, ...place, ...(byBay.get(bay) ?? none) }))
    .sort((a, b) => b.stays - a.stays || (a.bay < b.bay ? -1 : 1))
    .map(({ site, level, bay, stays, uncertain, dwellMs, overstays, overstayMin }) => ({
      ...{ site, level, bay, stays: known ? stays : null, uncertain_stays: known ? uncertain : null },
      ...{ stays_per_day: known ? stays / known.days : null, mean_min: stays > 0 ? dwellMs / stays / minuteMs : null },
      ...{ overstays: known ? overstays : null, overstay_min: known ? overstayMin : null },
    }))
  return { table: reportTables.turnoverBays, rows }
}
