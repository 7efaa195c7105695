/** The part of the store contract that reports are made from: sums that a database makes faster than we could read their rows. */
import type { Instant } from '../lib/brand.ts'
import type { DayNumber } from '../lib/utc-day.ts'
import type { BayChangeRow } from './bays.ts'

/** From `from` on the wall clock of a zone differs from UTC by `offsetMs`, until the next. */
export interface ClockOffset {
  readonly from: number
  readonly offsetMs: number
}

export interface StayLengthFilter {
  readonly bays: ReadonlySet<string>
  /** Departure, inclusive. */
  readonly from: Instant
  /** Departure, exclusive. */
  readonly to: Instant
  /** Ascending; the first one also counts before its begin. */
  readonly offsets: readonly ClockOffset[]
  /** Lengths are not asked for, which is less to sum up: `minutes` is 0. */
  readonly isByDay?: boolean
}

/** Stays that ended on one local day, of one length in whole minutes. */
export interface StayLength {
  /** Local day, days since 1970. */
  readonly day: DayNumber
  readonly certain: boolean
  readonly minutes: number
  readonly stays: number
  /** Sum of their lengths, milliseconds. */
  readonly dwellMs: number
  /** Of them, those that began before `from`. */
  readonly begunBefore: number
}

/** Overstays of one bay under one rule. */
export interface OverstaySum {
  readonly bay: string
  readonly maxStayMin: number
  readonly graceMin: number
  readonly overstays: number
  /** Beyond the limit, together. */
  readonly minutes: number
  readonly longestMin: number
}

/** Frames of one device over days of arrival (UTC). Sums stop at 2^53 - 1. */
export interface DeviceDays {
  /** DeviceState.id */
  readonly device: number
  /** Days on which a frame of it was stored. */
  readonly days: number
  readonly committed: number
  readonly duplicate: number
  readonly quarantined: number
  readonly lost: number
}

export interface ReportStore {
  /** Of stays that ended in the time asked for, in no order. A stay of an earlier release is among them. */
  stayLengths(filter: StayLengthFilter): Promise<readonly StayLength[]>
  /** How many stays began before `at` and ended at `at` or later, but before `until`. */
  staysAcross(filter: { bays: ReadonlySet<string>; at: Instant; until: Instant }): Promise<number>
  /** Of overstays of at least a minute that ended from `from` on, before `to`; in the order of bays and rules. */
  overstaySums(filter: { bays: ReadonlySet<string>; from: Instant; to: Instant }): Promise<readonly OverstaySum[]>
  /** Both days inclusive; in the order of device numbers. */
  deviceDays(filter: { from: DayNumber; to: DayNumber }): Promise<readonly DeviceDays[]>
  /** `from` inclusive, `to` exclusive; in the order of bays, then times. All of it is held in memory: ask for few bays. */
  bayChanges(filter: { bays: readonly string[]; from: Instant; to: Instant }): Promise<readonly BayChangeRow[]>
}
