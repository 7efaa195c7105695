/**
 * The part of the store contract that remembers how parking went: sessions, occupancy of places over time, counts of count zones, health of
 * devices. All of it is folded from the readings of a batch and written in the batch's own transaction.
 */
import type { AlertRows } from '../domain/alerts/alert-rows.ts'
import type { BayRows } from '../domain/folds/bay-rows.ts'
import type { CountRows } from '../domain/folds/count-rows.ts'
import type { ReportScheduleRow } from '../domain/folds/report-schedules.ts'
import type { SignRows } from '../domain/folds/sign-rows.ts'
import type { Place } from '../domain/watching.ts'
import type { Instant } from '../lib/brand.ts'
import type { DayNumber } from '../lib/utc-day.ts'
import type { SessionRows } from './readings/session-rows.ts'
import type { HealthRow } from './tables/device-health.ts'
import type { OccupancyRow } from './tables/occupancy.ts'
import type { OverstayKey, OverstayRow } from './tables/overstay.ts'
import type { SessionKey, SessionRow } from './tables/stay.ts'
import type { StandingKey, StandingRow } from './tables/stay-standing.ts'
import type { CountDelta } from './tables/zone-count.ts'

export interface HistoryBatch {
  readonly sessions: SessionRows
  /** Stays that late readings showed to be none: removed after `sessions` were added. */
  readonly sessionsGone?: readonly SessionKey[]
  /** Stays that came to light by late readings: added last, in the place of one of the same key. */
  readonly sessionsAdded?: readonly SessionRow[]
  readonly bays?: BayRows
  /** Of count zones. */
  readonly vehicles?: CountRows
  readonly alerts?: AlertRows
  readonly signs?: SignRows
  readonly reportSchedules?: readonly ReportScheduleRow[]
  /** What is remembered of bays, and their overstays. */
  readonly standing?: StandingBatch
  readonly occupancy: readonly OccupancyRow[]
  readonly counts: readonly CountDelta[]
  readonly health: readonly HealthRow[]
}

export interface StandingBatch {
  readonly put: readonly StandingRow[]
  readonly gone: readonly StandingKey[]
  readonly overstays: { readonly put: readonly OverstayRow[]; readonly gone: readonly OverstayKey[] }
}

export type PlaceKey = Place

/** How a place stood at the end of spans, as columns: entries of one index belong together, oldest first. */
export interface PlaceStates {
  readonly starts: readonly Instant[]
  readonly capacities: readonly number[]
  readonly occupied: readonly number[]
  readonly known: readonly number[]
}
export interface PlaceStatesFilter {
  readonly spanMs: number
  readonly places: readonly PlaceKey[]
  readonly from: Instant
  readonly to: Instant
}

/** Of which bays, and when they ended: `from` inclusive, `to` exclusive. */
export interface StayFilter {
  readonly bays: ReadonlySet<string>
  readonly from: Instant
  readonly to: Instant
  readonly cursor?: string
  readonly limit: number
}

export interface TurnoverFilter {
  readonly bays: ReadonlySet<string>
  readonly from: Instant
  readonly to: Instant
}

/** Sums over the stays of one bay. */
export interface TurnoverRow {
  readonly bay: string
  readonly stays: number
  readonly uncertain: number
  readonly dwellMs: number
  readonly overstays: number
  readonly overstayMin: number
}

export interface HistoryStore {
  /** That one device began, by departure: `from` inclusive, `to` exclusive. Oldest first. */
  sessions(filter: { device: number; from: Instant; to: Instant; limit: number }): Promise<readonly SessionRow[]>
  /** Newest day of storing first, of one day by departure, newest first. A page costs a look through the days it spans. */
  stays(filter: StayFilter): Promise<{ items: readonly SessionRow[]; next: string | null }>
  /** Of one bay, those that touch the time from `from` to `to`, oldest first; none that an earlier release has written. */
  staysAround(bay: string, from: Instant, to: Instant): Promise<readonly SessionRow[]>
  /** By bay and local day: of stays that ended from `from` on, before `to`. In the order of the bays' ids. */
  turnover(filter: TurnoverFilter): Promise<readonly TurnoverRow[]>
  standingStays(): Promise<readonly StandingRow[]>
  /** Overstays that go on, in the order of their begin. */
  currentOverstays(): Promise<readonly OverstayRow[]>
  /** Overstays of at least a minute that ended, by departure: `from` inclusive, `to` exclusive. Newest first. */
  endedOverstays(filter: StayFilter): Promise<{ items: readonly OverstayRow[]; next: string | null }>
  /** Forgets overstays that ended before this day; returns how many rows are gone. */
  forgetOverstays(before: DayNumber): Promise<number>
  /** Rows of one place before `to`, beginning with the one in effect at `from`. Oldest first. */
  occupancy(filter: PlaceKey & { spanMs: number; from: Instant; to: Instant }): Promise<readonly OccupancyRow[]>
  /** The same for each of many places, reduced to their states. All of it is held in memory. */
  placeStates(filter: PlaceStatesFilter): Promise<readonly PlaceStates[]>
  /** The newest row of every place and span: where the fold goes on. */
  newestOccupancy(): Promise<readonly OccupancyRow[]>
  counted(filter: { device: number; from: Instant; to: Instant }): Promise<readonly CountDelta[]>
  health(filter: { device: number; from: DayNumber; to: DayNumber }): Promise<readonly HealthRow[]>
  /**
   * Forgets readings and sessions stored on days before this one, a day at a time; returns the days that are gone. What a recount needs to
   * know of them is kept.
   */
  forgetDays(before: DayNumber): Promise<readonly DayNumber[]>
  /** Forgets occupancy of this span from before this day, but never the newest row of a place; returns how many rows are gone. */
  forgetOccupancy(spanMs: number, before: DayNumber): Promise<number>
  /** Forgets counts of count zones from before this day; returns how many rows are gone. */
  forgetCounts(before: DayNumber): Promise<number>
  /** Forgets the extremes of days before this one; returns how many rows are gone. */
  forgetHealth(before: DayNumber): Promise<number>
}
