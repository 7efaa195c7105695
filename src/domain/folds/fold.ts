/**
 * A fold: state that follows from what happens to devices, and the rows that it writes. Pure: no store, and no clock but the arrivals it is
 * given, so that replay and live make the same rows. Loaded with what is stored, and dropped and loaded again after a failed commit.
 */
import type { Instant } from '../../lib/brand.ts'
import type { DeviceRecord } from '../fold.ts'
import type { Reading } from '../reading.ts'
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
}

export type DeviceEvent =
  /** A frame has arrived, before its outcome is known; the device is as it was before. `time`: of the reading. */
  | { readonly is: 'heard'; readonly device: DeviceRecord; readonly arrived: Instant; readonly time: Instant }
  /** A reading in order has just been applied to the device. */
  | {
      readonly is: 'applied'
      readonly device: DeviceRecord
      readonly before: Before
      readonly reading: Reading
      readonly time: Instant
    }
  /** The presence became uncertain, or is certain again: no stay ends by that. */
  | { readonly is: 'doubted'; readonly device: DeviceRecord; readonly time: Instant }
  | { readonly is: 'counted'; readonly device: DeviceRecord; readonly step: CountStep; readonly time: Instant }
  /** The layout is another from now on: the devices are what they are, the places change. */
  | { readonly is: 'layout'; readonly watching: Watching; readonly devices: readonly DeviceRecord[] }
  /** The clock of the server was set back. */
  | { readonly is: 'set-back' }

export type EventKind = DeviceEvent['is']
export type EventOf<K extends EventKind> = Extract<DeviceEvent, { is: K }>

/** `K`: the kinds of events that it follows. */
export interface Fold<Rows, K extends EventKind = EventKind> {
  readonly follows: readonly K[]
  apply(event: EventOf<K>): void
  /** The newest arrival. */
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
}
