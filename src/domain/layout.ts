/**
 * The layout: site > level > zone > bay. Coordinates are metres in one plan, x to the right, y down. Layouts are versioned;
 * the newest is live. What a person writes is checked by contract/layout.ts and layout-faults.ts; what earlier releases stored is read by
 * stored-layout.ts.
 */
import type { BayType, OpenDay } from '@baykeeper/contract/vocabulary.ts'

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Bay {
  /** Unique over all sites. */
  readonly id: string
  /** What is painted on it; absent: its id. */
  readonly label?: string
  /** At least one; the first one is drawn. */
  readonly types: readonly BayType[]
  /** Zones of its level, which may overlap; of none, it belongs to the level alone. */
  readonly zones: readonly string[]
  /** Upper left corner of its rectangle before that is turned, or of the box around its polygon. */
  readonly x: number
  readonly y: number
  /** Size of its own, metres; absent: the layout's. */
  readonly w?: number
  readonly h?: number
  /** Degrees clockwise about its centre; absent: 0. */
  readonly angle?: number
  /** Its outline in place of a rectangle: 3 corners or more, the last one not repeated. */
  readonly polygon?: readonly Point[]
  /** No lines on the ground: where exactly a vehicle stands is not known. */
  readonly unmarked?: boolean
  /** External ids of the devices assigned to it; none: a device whose id or claimed bay equals the bay's id. */
  readonly devices: readonly string[]
  /** Set when the bay is out of service for any report of its sensor. */
  readonly closed?: boolean
  /** In place of the rules of its site for its types. */
  readonly rule?: StayRule
}

/** Local time of the site, `HH:MM`; `to` before `from` ends on the next day; 24:00 is the end of a day. */
export interface Hours {
  readonly days: readonly OpenDay[]
  readonly from: string
  readonly to: string
}

/** How long a vehicle may stand; times outside `hours` do not count. */
export interface StayRule {
  /** Whole minutes, above 0. */
  readonly maxStayMin: number
  /** Whole minutes on top of it before a stay counts as an overstay; absent: 0. */
  readonly graceMin?: number
  /** Absent: at all times. */
  readonly hours?: readonly Hours[]
}

/** A rule of a site for its bays of these types; the first one that fits counts. No types: for every bay. */
export interface SiteStayRule extends StayRule {
  readonly types?: readonly BayType[]
}

export interface Zone {
  readonly id: string
  readonly name: string
  /** Of a count zone: vehicles that fit into it. Its occupancy follows from its gates. */
  readonly countCapacity?: number
  /** Of a count zone: vehicles that stand in it and never pass its gates, counted as taken on top of those that do; below 0: places too many. */
  readonly countOffset?: number
  /** Of a count zone: once a day it is known how many vehicles are in it. */
  readonly countReset?: CountReset
}

export interface CountReset {
  /** Local time of the site, `HH:MM`. */
  readonly at: string
  readonly vehicles: number
}

/** What counts vehicles that pass. Entries go into `into` and out of `outOf`; exits the other way. */
export interface Gate {
  /** Unique in its site. */
  readonly id: string
  readonly name: string
  /** External ids of the devices that count here. */
  readonly devices: readonly string[]
  /** Absent: the street. */
  readonly into?: ZoneName
  readonly outOf?: ZoneName
}

/** A zone by its level, both of the same site. */
export interface ZoneName {
  readonly level: string
  readonly zone: string
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

/** Where a point of the plan lies on the earth. */
export interface Anchor extends Point {
  /** WGS 84, degrees. */
  readonly lat: number
  readonly lon: number
  /** Compass direction of the plan's upward direction, degrees clockwise from north. */
  readonly bearing: number
}

export interface Site {
  readonly id: string
  readonly name: string
  /** IANA time zone. */
  readonly zone: string
  readonly levels: readonly Level[]
  readonly gates?: readonly Gate[]
  /** Opening hours; absent: always open. */
  readonly open?: readonly Hours[]
  /** Local dates (YYYY-MM-DD) on which the rules of `holiday` count in place of those of the weekday. */
  readonly holidays?: readonly string[]
  readonly stayRules?: readonly SiteStayRule[]
  readonly anchor?: Anchor
}

/** A distance below the first is a vehicle, one from the second on a free bay; between them the state stays. Millimetres. */
export interface DistanceLimits {
  readonly occupiedBelowMm: number
  readonly freeAboveMm: number
}

/** What is known of a device beyond its readings. */
export interface DeviceFacts {
  /** External id. */
  readonly device: string
  /** A model of the registry (device-models.ts). */
  readonly model?: string
  /** How often it promises to send, seconds; in place of its model's. */
  readonly heartbeatS?: number
  readonly notes?: string
  /** Absent: a distance alone is no presence. */
  readonly presenceByDistance?: DistanceLimits
}

export interface Layout {
  readonly name: string
  /** Size of one bay, metres. */
  readonly bayW: number
  readonly bayH: number
  readonly sites: readonly Site[]
  readonly devices?: readonly DeviceFacts[]
}

export const emptyLayout: Layout = { name: '', bayW: 2.5, bayH: 5, sites: [] }

/** A bay as a plain rectangle of one type. */
export const plainBay = (id: string, { x, y }: Point, more: Partial<Bay> = {}): Bay => ({
  ...{ id, types: ['standard'], zones: [], x, y, devices: [] },
  ...more,
})
