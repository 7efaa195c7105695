/**
 * A fold: state that follows from what happens to devices, and the rows that it writes. Pure: no store, and no clock but the arrivals it is
 * given, so that replay and live make the same rows. Loaded with what is stored, and dropped and loaded again after a failed commit.
 */
import type { BayCause, BayState, LossCause, RejectionCode, SourceState } from '@baykeeper/contract/vocabulary.ts'
import type { Instant } from '../../lib/brand.ts'
import type { DeskEntry } from '../desk-change.ts'
import type { DeviceRecord } from '../fold.ts'
import type { FramePath, Reading } from '../reading.ts'
import type { Watching } from '../watching.ts'

/** Presence of a device before a reading was applied to it. */
export interface Before {
  readonly occupied: boolean | null | undefined
  readonly since: Instant | null
  readonly claimedBay: string | null
}

/** By how much the counters of a gate went on. */
export interface CountStep {
  readonly entries: number
  readonly exits: number
  readonly resets: number
  /** Time of the last accepted value. */
  readonly from: Instant
  /** It has had no value before. */
  readonly isFirst: boolean
  /** A value of it is in doubt: what it has counted is decided by the next one. */
  readonly isDoubtful: boolean
}

export type DeviceEvent =
  /** A frame has arrived, before its outcome is known; the device is as it was before. `time`: of the reading. */
  | {
      readonly is: 'liveness'
      readonly device: DeviceRecord
      readonly arrived: Instant
      readonly time: Instant
      readonly path: FramePath
    }
  /** A reading in order has just been applied to the device. `isTimeTrusted`: its time was taken unchecked (an import, a replay). */
  | {
      readonly is: 'applied'
      readonly device: DeviceRecord
      readonly before: Before
      readonly reading: Reading
      readonly time: Instant
      readonly isTimeTrusted?: boolean
    }
  /** The reading that has just changed the device has numbers missing before it, and its `applied` follows; null: a restart, how many is not known. `after`: the reading before. */
  | { readonly is: 'skipped'; readonly device: DeviceRecord; readonly numbers: number | null; readonly after: Instant }
  /** The presence became uncertain, or is certain again: no stay ends by that. */
  | { readonly is: 'doubted'; readonly device: DeviceRecord; readonly time: Instant }
  | { readonly is: 'counted'; readonly device: DeviceRecord; readonly step: CountStep; readonly time: Instant }
  /**
   * The layout is another from now on: the devices are what they are, the places change. Its `bay` events come before it. `at`: when it was
   * published.
   */
  | {
      readonly is: 'layout'
      readonly watching: Watching
      readonly devices: readonly DeviceRecord[]
      readonly at: Instant
    }
  /** The clock of the server was set back. */
  | { readonly is: 'set-back' }
  /** A heartbeat of the journal: intake lived at this time, whether frames arrived or not. */
  | { readonly is: 'clock'; readonly at: Instant }
  /** A change by a person; `pos`: of its record, as `rev` of devices. */
  | { readonly is: 'desk'; readonly entry: DeskEntry; readonly pos: number }
  | BayEvent
  | CountEvent
  | FlagsEvent
  | GatewayEvent
  | OverstayEvent
  | ZoneEvent
  | LetterEvent
  | FactsEvent

/** What a bay, or the places of a count zone that have no bay, add to the occupancy of the places that they belong to. */
export interface Weight {
  readonly occupied: number
  readonly known: number
  readonly capacity: number
}

/** What a count zone adds to occupancy, or whether it is known, is another from `time` on. Emitted by the fold of count zones (vehicle-counts.ts). */
export interface CountEvent {
  readonly is: 'count'
  /** Index in `Watching.counting.zones`. */
  readonly zone: number
  readonly time: Instant
  readonly before: Weight
  readonly after: Weight
  /** It follows from the state of a bay of the zone, whose event comes next. */
  readonly byBay?: true
}

/** The state of a bay is another from `time` on. Emitted by the bay fold (bay-states.ts), for the folds behind it. */
export interface BayEvent {
  readonly is: 'bay'
  readonly bay: string
  /** Never before that of the change of this bay before it. */
  readonly time: Instant
  readonly before: BayState
  readonly after: BayState
  readonly cause: BayCause
  /** The device that the state now rests on, or that changed it; null: none did. */
  readonly device: DeviceRecord | null
  /** False when no sensor measured it: silence, doubt, a person, a layout. */
  readonly certain: boolean
  /** One of the changes that another layout brings about, all at one moment. */
  readonly byLayout?: true
}

/** Doubts about a bay are others. Emitted by the bay fold. */
export interface FlagsEvent {
  readonly is: 'flags'
  readonly bay: string
  /** `bayFlagBits` */
  readonly before: number
  readonly after: number
  readonly time: Instant
}

/** A gateway was judged offline, or is heard again. Emitted by the bay fold. */
export interface GatewayEvent {
  readonly is: 'gateway'
  readonly source: string
  /** Empty: the source itself. */
  readonly gateway: string
  /** Null: it is online. */
  readonly offlineSince: Instant | null
  readonly time: Instant
}

/** An overstay has begun, has ended, or turns out to have been none. Emitted by the fold of stays. */
export interface OverstayEvent {
  readonly is: 'overstay'
  readonly bay: string
  readonly maxStayMin: number
  readonly begun: Instant
  /** Null: it goes on. */
  readonly ended: Instant | null
}

/** A count zone was judged again. Emitted by the fold of count zones. */
export interface ZoneEvent {
  readonly is: 'zone'
  /** Index in `Watching.counting.zones`. */
  readonly zone: number
  readonly time: Instant
}

/** A frame has become a dead letter. */
export interface LetterEvent {
  readonly is: 'letter'
  readonly source: string
  readonly code: RejectionCode
  readonly time: Instant
}

/** What intake has reported with a heartbeat. */
export interface FactsEvent {
  readonly is: 'facts'
  readonly at: Instant
  readonly losses: readonly LossFact[]
  readonly health: SystemHealth | undefined
}

/** Frames that were lost, added up: by cause, source and `id`. */
export interface LossFact {
  readonly source: string
  readonly cause: LossCause
  /** Of the loss, or of the day it is added up by. */
  readonly id: string
  /** Null: not known. */
  readonly frames: number | null
  readonly detail: string
}

/** Of more sources the others are left out of a heartbeat. */
export const healthSourcesMax = 200

/** The server as its processes see it, at a heartbeat. A part that is absent is not known. */
export interface SystemHealth {
  /** State of each source, and one sentence. */
  readonly sources?: Readonly<Record<string, { readonly state: SourceState; readonly detail: string }>>
  /** Bytes where the journal is. */
  readonly disk?: { readonly free: number; readonly total: number }
  /** False: the processor cannot reach the database. `since`: milliseconds since 1970. */
  readonly database?: { readonly isUp: boolean; readonly since: number | null; readonly detail: string }
  /** Frames that are received and unaccounted for. */
  readonly unaccounted?: number
  /** Lots whose measured occupancy lies outside of the range of their forecasts. */
  readonly forecastMisses?: Readonly<Record<string, { readonly share: number; readonly checked: number }>>
}

export type EventKind = DeviceEvent['is']
export type EventOf<K extends EventKind> = Extract<DeviceEvent, { is: K }>

/** `K`: the kinds of events that it follows. */
export interface Fold<Rows, K extends EventKind = EventKind> {
  readonly follows: readonly K[]
  apply(event: EventOf<K>): void
  /** The newest arrival, heartbeat or change by a person: comes before the event that brings it. */
  tick?(time: Instant): void
  /** The rows that have changed since it was last called. */
  take(): Rows
}

/** What folds are loaded from. */
export interface FoldStart<OccupancyRow> {
  readonly watching: Watching
  /** In the order of their numbers. */
  readonly devices: readonly DeviceRecord[]
  /** The newest row of every place there ever was. */
  readonly occupancy: readonly OccupancyRow[]
  /** A device silent for longer is silent; whole milliseconds. */
  readonly promiseMs: number
  /** The state of a bay, as the bay fold has it now; `unknown` for one that the layout does not know. */
  readonly stateOf: (bay: string) => BayState
  /** What a count zone adds to occupancy, by its index in `watching`, as its fold has it now. */
  readonly restOf: (zone: number) => Weight
}
