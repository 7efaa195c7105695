/** What the fold of count zones stores, and resumes from. */
import type { CountChange, CountState } from '@baykeeper/contract/vocabulary.ts'
import type { Instant } from '../../lib/brand.ts'
import type { CountZoneName } from '../counting.ts'

/** A count zone as it is now. */
export interface CountZoneRow extends CountZoneName {
  readonly state: CountState
  /** Of the state; null: as long as the zone is known. */
  readonly since: Instant | null
  /** Of the layout. */
  readonly capacity: number
  readonly offset: number
  /** Counted in it; null: it was never set. */
  readonly vehicles: number | null
  /** Its band; null as `vehicles`. */
  readonly low: number | null
  readonly high: number | null
  /** The newest recount or reset: when, and to how many vehicles. */
  readonly setAt: Instant | null
  readonly setTo: number | null
  /** Vehicles counted since. */
  readonly entries: number
  readonly exits: number
  /** Vehicles that its limits have cut off since: exits from an empty zone, entries into a full one. */
  readonly cutEmpty: number
  readonly cutFull: number
  readonly slackLow: number
  readonly slackHigh: number
  /** `Drift` */
  readonly driftErrors: number
  readonly driftTraffic: number
  /** Time since it was set in which a gate did not count, added up over the gates, milliseconds. */
  readonly lostMs: number
  /** Devices of its gates that have been silent or are new, and have not counted since then: their normal ids. */
  readonly awaited: readonly string[]
  /** Those of them that are new at their gate since it was set: what they have counted before may be of another place. */
  readonly newDevices: readonly string[]
  /** Since when a gate of it is not counted; null: all are. */
  readonly uncounted: Instant | null
  /** Newest time at which a gate has counted. */
  readonly counted: Instant | null
  /** By how many vehicles count and bays contradict each other, and since when; 0 and null: they do not. */
  readonly mismatch: number
  readonly mismatchSince: Instant | null
  /** Ids of its newest recounts, oldest first. */
  readonly recounts: readonly string[]
  /** Grows by 1 with each commit that changes a count zone: feeds follow it as a cursor. */
  readonly rev: number
}

/** One entry of the trail of a count zone. */
export interface CountChangeRow extends CountZoneName {
  /** Of `empty` and `full`: begin of its quarter of an hour, or what set the count within it. */
  readonly time: Instant
  readonly change: CountChange
  /** Id of the recount; empty: it is none. */
  readonly id: string
  /** In the zone after it. */
  readonly vehicles: number
  /** In the zone before it, as it was counted; null: not known. */
  readonly before: number | null
  /** Vehicles counted between the change before it and this one. */
  readonly traffic: number
  /** Vehicles that the limit has cut off; added up within the quarter. */
  readonly cut: number
  /** Null: no person made it. */
  readonly author: string | null
  readonly reason: string
}

/** What a count zone was from a time on, up to its next row. */
export interface CountStateRow
  extends CountZoneName,
    Pick<CountZoneRow, 'state' | 'capacity' | 'offset' | 'vehicles' | 'low' | 'high' | 'mismatch'> {
  /** Never before that of the row before it. */
  readonly time: Instant
}

export interface CountRows {
  readonly zones: readonly CountZoneRow[]
  readonly states: readonly CountStateRow[]
  readonly changes: readonly CountChangeRow[]
}
