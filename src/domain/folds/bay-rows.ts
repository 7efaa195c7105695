/** What the bay fold stores, and resumes from. */
import type { BayCause, BayState } from '@baykeeper/contract/vocabulary.ts'
import type { Instant } from '../../lib/brand.ts'
import type { GatewayChanges, StoredGateways } from './gateway-rows.ts'
import type { OverrideRow } from './overrides-in-force.ts'

/** The state of a bay as it is now. */
export interface BayStateRow {
  readonly bay: string
  readonly state: BayState
  /** Null: as long as it is known. */
  readonly since: Instant | null
  readonly cause: BayCause
  /** `bayFlagBits` */
  readonly flags: number
  /** DeviceState.id of the sensor that it rests on. */
  readonly device: number | null
  /** Id of the override that it rests on. */
  readonly override: string | null
  /** Time of its newest change in the history; null: it has none. */
  readonly changed: Instant | null
  /** Of the devices that watch it: JSON of a list of `StoredPattern`. */
  readonly patterns: string
  /** Grows by 1 with each commit that changes a bay: feeds follow it as a cursor. */
  readonly rev: number
}

/** The state of a bay from a time on. The newest one at or before a moment is its state at that moment. */
export interface BayChangeRow {
  readonly bay: string
  readonly time: Instant
  readonly state: BayState
  readonly cause: BayCause
  readonly flags: number
  readonly device: number | null
  readonly override: string | null
}

export interface BayRows {
  readonly states: readonly BayStateRow[]
  readonly changes: readonly BayChangeRow[]
  readonly overrides: readonly OverrideRow[]
  readonly gateways: GatewayChanges
  /** Where the clock of the folds stands; undefined: as it is stored. */
  readonly clock: Instant | undefined
}

/** All as it is stored. */
export interface StoredBays {
  readonly states: readonly BayStateRow[]
  /** Those in force. */
  readonly overrides: readonly OverrideRow[]
  /** Ids of all others. */
  readonly endedOverrides: readonly string[]
  /** The highest position of any of them; 0: there was none. */
  readonly newestOverride: number
  readonly gateways: StoredGateways
  /** Undefined in a database that no commit of this release has reached. */
  readonly clock: Instant | undefined
}
