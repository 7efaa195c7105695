/**
 * The layout: site > level > zone > bay. Coordinates are metres in one plan, x to the right, y down. Layouts are versioned;
 * the newest is live.
 */
import type { BayType } from '@baykeeper/contract/vocabulary.ts'

export interface Bay {
  readonly id: string
  readonly type: BayType
  /** Zone id within the level; absent = the level itself. */
  readonly zone?: string
  readonly x: number
  readonly y: number
  /** External id of the device that watches it; absent = a device whose id or claimed bay equals the bay's id. */
  readonly device?: string
  /** Set when the bay is out of service, whatever its sensor says. */
  readonly closed?: boolean
}

export interface Zone {
  readonly id: string
  readonly name: string
}

export interface Level {
  readonly id: string
  readonly name: string
  /** Outline of the level's plate in the plan, metres. */
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
  readonly zones: readonly Zone[]
  readonly bays: readonly Bay[]
}

export interface Site {
  readonly id: string
  readonly name: string
  /** IANA time zone. */
  readonly zone: string
  readonly levels: readonly Level[]
}

export interface Layout {
  readonly name: string
  /** Size of one bay, metres. */
  readonly bayW: number
  readonly bayH: number
  readonly sites: readonly Site[]
}

export const emptyLayout: Layout = { name: '', bayW: 2.5, bayH: 5, sites: [] }
