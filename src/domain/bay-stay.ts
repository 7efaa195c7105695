/**
 * The stay in one bay, from what is known of the bay over time. Pure, and the same for the live fold and for the repair by late readings.
 *
 * - A1 A stay begins when the bay becomes occupied and ends when it becomes free. What is not known in between does not end it.
 * - A2 A change whose bay was not known directly before it may have happened anywhere since it was known last: that is the bound on its error.
 *   Where the bay was never known before, there is none.
 * - A3 What was not known within a stay may hide the departure of one vehicle and the arrival of the next: the bound then reaches from the one
 *   to the end of the stay, and from its begin to the other.
 * - A4 Numbers that a device skipped within a stay may hide more stays: of n before a reading that is occupied every other one may have been free,
 *   so it is half of them, rounded up; before one that is free, rounded down. After a restart it is not known how many it skipped. A departure that is passed over while the sensor flaps may hide one.
 */
import { type Instant, instant } from '../lib/brand.ts'

/** In `lostAt`: the bay was never known. */
export const never = instant(0)

/** What is remembered of a bay; times by the clock of its devices. */
export interface BayStay {
  /** Of the stay that goes on; null: it was free when it was known last. */
  arrival: Instant | null
  /** DeviceState.id of the device that reported the arrival; 0: none did. */
  device: number
  /** Not known since then; null: it is known. */
  lostAt: Instant | null
  /** Not known because its device was not heard. When its numbers show that no reading is missing, nothing was missed. */
  isUnheard: boolean
  /** How much earlier the stay may have begun, milliseconds; null: without bound. */
  arrivalErrorMs: number | null
  /** When the bay was lost for the first time during the stay, and when it was known again for the last time. */
  lostFirst: Instant | null
  regained: Instant | null
  /** Stays that may hide in this one; null: without bound. */
  hidden: number | null
  /** How often the stay was corrected. */
  corrections: number
  /** Its overstay does not begin before it: the rule was another until then. */
  notBefore: Instant | null
}

export interface EndedStay {
  readonly device: number
  readonly arrival: Instant
  readonly departure: Instant
  /** Bound on the error of arrival and departure, milliseconds; null: there is none. */
  readonly maxErrorMs: number | null
  readonly hidden: number | null
  readonly corrections: number
}

export const unknownBay = (): BayStay => ({ ...freeBay(), lostAt: never })

export const freeBay = (): BayStay => ({
  ...{ arrival: null, device: 0, lostAt: null, isUnheard: false, arrivalErrorMs: 0, lostFirst: null, regained: null },
  ...{ hidden: 0, corrections: 0, notBefore: null },
})

export const occupiedBay = (arrival: Instant, device: number): BayStay => ({ ...freeBay(), arrival, device })

/** The stay is its arrival, and nothing else. */
export const isPlain = ({ lostAt, arrivalErrorMs, lostFirst, hidden, corrections, notBefore }: BayStay): boolean =>
  lostAt === null &&
  arrivalErrorMs === 0 &&
  lostFirst === null &&
  hidden === 0 &&
  corrections === 0 &&
  notBefore === null

/** A report of presence. `after`: numbers were skipped since this earlier report, so it may be later than the change. */
export interface Report {
  readonly time: Instant
  readonly after: Instant | null
  readonly device: number
}

export function occupy(bay: BayStay, { time, after, device }: Report): void {
  if (bay.arrival === null) Object.assign(bay, occupiedBay(time, device), { arrivalErrorMs: errorOf(bay, time, after) })
  else if (bay.lostAt !== null) {
    bay.lostFirst ??= bay.lostAt
    bay.regained = latest(time, bay.arrival)
    bay.lostAt = null
    bay.isUnheard = false
  }
}

/** The stay that ends with it, if one went on. */
export function vacate(bay: BayStay, { time, after }: Omit<Report, 'device'>): EndedStay | undefined {
  const { arrival, device, hidden, corrections, arrivalErrorMs, lostFirst, regained } = bay
  const departureErrorMs = errorOf(bay, time, after)
  Object.assign(bay, freeBay())
  if (arrival === null) return undefined
  const departure = latest(time, arrival)
  const errors = [
    ...[arrivalErrorMs, departureErrorMs],
    ...(lostFirst === null ? [] : [departure - lostFirst]),
    ...(regained === null ? [] : [regained - arrival]),
  ]
  const maxErrorMs = errors.reduce((most, error) => (most === null || error === null ? null : Math.max(most, error)), 0)
  return { device, arrival, departure, maxErrorMs, hidden, corrections }
}

/** Not known from now on. `known`: until when it was. */
export function lose(bay: BayStay, known: Instant, isUnheard: boolean): void {
  if (bay.lostAt === null) Object.assign(bay, { lostAt: latest(known, bay.arrival ?? known), isUnheard })
  else if (!isUnheard) bay.isUnheard = false
}

/** No reading of its device is missing since it was heard last: it was known all the time. */
export function restore(bay: BayStay): void {
  if (bay.isUnheard && bay.lostAt !== never) Object.assign(bay, { lostAt: null, isUnheard: false })
}

/** The device skipped so many numbers before a reading; null: it is not known how many. */
export function skip(bay: BayStay, numbers: number | null, isFree: boolean): void {
  if (bay.arrival === null) return
  bay.hidden =
    bay.hidden === null || numbers === null
      ? null
      : bay.hidden + (isFree ? Math.floor(numbers / 2) : Math.ceil(numbers / 2))
}

/** From the last moment at which the bay was as before. */
function errorOf({ lostAt }: BayStay, time: Instant, after: Instant | null): number | null {
  if (lostAt === never) return null
  return Math.max(0, time - Math.min(lostAt ?? time, after ?? time))
}

const latest = (a: Instant, b: Instant) => (a > b ? a : b)

/** Nothing of it is in doubt. A stay of no length always is. */
export const isCertain = ({ arrival, departure, maxErrorMs, hidden }: EndedStay): boolean =>
  maxErrorMs === 0 && hidden === 0 && departure > arrival
