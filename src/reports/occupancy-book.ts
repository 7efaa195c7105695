/** Occupancy of a report, added up quarter by quarter: by weekday and hour, by local day, and the times that were nearly full. Pure. */
import { openDays } from '@baykeeper/contract/vocabulary.ts'
import { quarterMs } from '../domain/occupancy-span.ts'
import { zoneClock } from '../domain/zone-clock.ts'
import type { Instant } from '../lib/brand.ts'
import { dayMs, dayName } from '../lib/utc-day.ts'
import type { Quarter } from './quarters.ts'

/** Bays times milliseconds, but for `ms` and `observedMs`, which are time. */
export interface Sums {
  occupiedMs: number
  knownMs: number
  capacityMs: number
  fullMs: number
  ms: number
  /** Of quarters of an hour of which at least `observedMin` is known. */
  observedMs: number
}

export interface CellSums extends Sums {
  readonly day: string
  readonly hour: number
  /** Means of this hour on the days that were observed for long enough. */
  readonly means: number[]
  days: number
}

export interface DaySums extends Sums {
  readonly date: string
  readonly begin: Instant
  readonly day: string
  highest: number | null
  highestBays: number
  highestAt: Instant | null
  lowest: number | null
  /** At least so many vehicles have left: by how much occupancy fell from one quarter to the next. */
  left: number
}

export interface BusyTime {
  readonly begin: Instant
  end: Instant
  highest: number
}

export interface OccupancyBook {
  add(quarter: Readonly<Quarter>): void
  finish(): Measured
}

export interface Measured {
  readonly all: Sums
  /** By `openDays`, then hour. */
  readonly cells: readonly CellSums[]
  readonly days: readonly DaySums[]
  readonly busy: readonly BusyTime[]
}

/** Below this share of known bay-time a mean is no observation. */
export const observedMin = 0.8
export const busyMin = 0.9
const hours = 24
const hourMs = dayMs / hours

export const noSums = (): Sums => ({ occupiedMs: 0, knownMs: 0, capacityMs: 0, fullMs: 0, ms: 0, observedMs: 0 })

/** Undefined where nothing was known: it is neither free nor taken. */
export const occupancyOf = ({ occupiedMs, knownMs }: Pick<Sums, 'occupiedMs' | 'knownMs'>): number | null =>
  knownMs > 0 ? Math.min(1, occupiedMs / knownMs) : null
export const coverageOf = ({ knownMs, capacityMs }: Pick<Sums, 'knownMs' | 'capacityMs'>): number | null =>
  capacityMs > 0 ? Math.min(1, knownMs / capacityMs) : null

/** `holidays`: local dates. Throws RangeError for a zone that there is not. */
export function createOccupancyBook(zone: string, holidays: ReadonlySet<string>): OccupancyBook {
  const clock = zoneClock(zone)
  const all = noSums()
  const cells = openDays.flatMap((day) =>
    Array.from({ length: hours }, (_, hour): CellSums => ({ ...noSums(), day, hour, means: [], days: 0 })),
  )
  const days: DaySums[] = []
  const busy: BusyTime[] = []
  let [today, ofHours]: [number, Sums[]] = [Number.NaN, []]
  let ofToday: DaySums | undefined
  const leftUntil = createDepartures()

  function beginDay(local: number, begin: Instant) {
    endDay()
    today = local
    const date = dayName(local)
    const day = holidays.has(date) ? 'holiday' : (openDays[weekdayOf(local)] as string)
    ofToday = { ...noSums(), date, begin, day, highest: null, highestBays: 0, highestAt: null, lowest: null, left: 0 }
    days.push(ofToday)
    ofHours = Array.from({ length: hours }, noSums)
  }

  function endDay() {
    if (!ofToday) return
    // The fullest time was hardly observed: how full it was is not known.
    if ((ofToday.highest ?? 0) < (occupancyOf(ofToday) ?? 0)) Object.assign(ofToday, { highest: null, highestAt: null })
    const first = openDays.indexOf(ofToday.day as (typeof openDays)[number]) * hours
    for (const [hour, sums] of ofHours.entries()) {
      if (sums.ms === 0) continue
      const cell = cells[first + hour] as CellSums
      addSums(cell, sums)
      cell.days++
      const mean = occupancyOf(sums)
      if (mean !== null && (coverageOf(sums) ?? 0) >= observedMin) cell.means.push(mean)
    }
    ofToday = undefined
  }

  return {
    add(quarter) {
      const local = quarter.start + clock(quarter.start).offsetMs
      const day = Math.floor(local / dayMs)
      if (day !== today) beginDay(day, quarter.start)
      const hour = ofHours[Math.floor((local - day * dayMs) / hourMs)] as Sums
      for (const sums of [all, ofToday as DaySums, hour]) addQuarter(sums, quarter)
      peak(ofToday as DaySums, quarter)
      ;(ofToday as DaySums).left += leftUntil(quarter)
      follow(busy, quarter)
    },
    finish() {
      endDay()
      return {
        all,
        cells,
        days,
        busy: busy.toSorted((a, b) => b.end - b.begin - (a.end - a.begin) || a.begin - b.begin),
      }
    },
  }
}

/** 1970-01-01 was a Thursday; the list begins with Monday. */
const weekdayOf = (day: number) => (((day + 3) % 7) + 7) % 7

function addQuarter(sums: Sums, quarter: Readonly<Quarter>) {
  const { capacity, occupiedMs, knownMs, fullMs } = quarter
  sums.occupiedMs += occupiedMs
  sums.knownMs += knownMs
  sums.capacityMs += capacity * quarterMs
  sums.fullMs += fullMs
  sums.ms += quarterMs
  if (isObserved(quarter)) sums.observedMs += quarterMs
}

function addSums(to: Sums, from: Sums) {
  to.occupiedMs += from.occupiedMs
  to.knownMs += from.knownMs
  to.capacityMs += from.capacityMs
  to.fullMs += from.fullMs
  to.ms += from.ms
  to.observedMs += from.observedMs
}

const isObserved = ({ knownMs, capacity }: Readonly<Quarter>) =>
  capacity > 0 && knownMs >= observedMin * capacity * quarterMs

/** Most bays taken at once, of those known in the mean of the quarter: never below its mean occupancy. */
const highestOf = ({ highest, knownMs }: Readonly<Quarter>) => Math.min(1, (highest * quarterMs) / knownMs)

/** At least so many vehicles have left since the quarter before. Bays that are no longer known, or no longer there, are not left. */
function createDepartures() {
  let before: Pick<Quarter, 'occupiedEnd' | 'knownEnd'> | undefined
  return ({ occupiedEnd, knownEnd }: Readonly<Quarter>): number => {
    const unknown = Math.max(0, (before?.knownEnd ?? 0) - knownEnd)
    const left = (before?.occupiedEnd ?? 0) - occupiedEnd - unknown
    before = { occupiedEnd, knownEnd }
    return Math.max(0, left)
  }
}

function peak(day: DaySums, quarter: Readonly<Quarter>) {
  const { highest, start } = quarter
  if (!isObserved(quarter)) return
  const share = highestOf(quarter)
  if (day.highest === null || share > day.highest)
    Object.assign(day, { highest: share, highestBays: highest, highestAt: start })
  const mean = occupancyOf(quarter)
  if (mean !== null && (day.lowest === null || mean < day.lowest)) day.lowest = mean
}

function follow(busy: BusyTime[], quarter: Readonly<Quarter>) {
  const { start } = quarter
  if (!isObserved(quarter) || (occupancyOf(quarter) ?? 0) < busyMin) return
  const share = highestOf(quarter)
  const end = (start + quarterMs) as Instant
  const last = busy.at(-1)
  if (last?.end === start) Object.assign(last, { end, highest: Math.max(last.highest, share) })
  else busy.push({ begin: start, end, highest: share })
}
