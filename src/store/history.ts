/**
 * The part of the store contract that remembers how parking went: sessions, occupancy of places over time, counts of count zones, health of
 * devices. All of it is folded from the readings of a batch and written in the batch's own transaction.
 */
import type { Instant } from '../lib/brand.ts'
import type { DayNumber } from '../lib/utc-day.ts'
import type { SessionRows } from './readings/session-rows.ts'
import type { HealthRow } from './tables/device-health.ts'
import type { OccupancyRow } from './tables/occupancy.ts'
import type { SessionKey, SessionRow } from './tables/session.ts'
import type { CountDelta } from './tables/zone-count.ts'

export interface HistoryBatch {
  readonly sessions: SessionRows
  /** Stays that late readings showed to be none: removed after `sessions` were added. */
  readonly sessionsGone?: readonly SessionKey[]
  /** Stays that came to light by late readings: added last, in the place of one of the same key. */
  readonly sessionsAdded?: readonly SessionRow[]
  readonly occupancy: readonly OccupancyRow[]
  readonly counts: readonly CountDelta[]
  readonly health: readonly HealthRow[]
}

export interface PlaceKey {
  readonly site: string
  readonly level: string | null
  readonly zone: string | null
}

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

/** Of whom, and when they ended: `from` inclusive, `to` exclusive. */
export interface StayFilter {
  readonly bays: ReadonlySet<string>
  /** Only of these devices, where it is known who could have been there. */
  readonly devices?: readonly number[]
  readonly from: Instant
  readonly to: Instant
  readonly cursor?: string
  readonly limit: number
}

export interface HistoryStore {
  /** Of one device, by departure: `from` inclusive, `to` exclusive. Oldest first. */
  sessions(filter: { device: number; from: Instant; to: Instant; limit: number }): Promise<readonly SessionRow[]>
  /** Newest day of storing first, of one day by departure, newest first. A page costs a look through the days it spans. */
  stays(filter: StayFilter): Promise<{ items: readonly SessionRow[]; next: string | null }>
  /** Rows of one place from the one that says how it stood at `from` on, before `to`. Oldest first. */
  occupancy(filter: PlaceKey & { spanMs: number; from: Instant; to: Instant }): Promise<readonly OccupancyRow[]>
  /** The same of each of many places, as far as it tells how they stood. ByteBudget in memory whole. */
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
