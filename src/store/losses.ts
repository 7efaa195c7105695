/**
 * The part of the store contract that remembers what was lost and why, and where the frames of each sensor went by day.
 *
 * - L1 What a batch says here is written in the batch's own transaction.
 * - L2 Of one device and epoch, `max - min + 1 = distinct + numbers in its gaps`: gaps are ranges, never overlap, never touch.
 * - L3 A discard takes the bytes of a dead letter away and leaves who, when, why and their hash; the ledger stays as it is.
 *
 * A loss whose size nobody can know has `frames: null`, and is never counted as 0.
 */

import type { LossCause } from '@baykeeper/contract/vocabulary.ts'
import type { Instant } from '../lib/brand.ts'
import type { DayNumber } from '../lib/utc-day.ts'
import type { Recount, RecountOptions } from './recount.ts'
import type { StoredDeadLetter } from './store.ts'

/**
 * What happened to frames of one sensor on one day of arrival. A frame counts once for each sensor it speaks of, by how it ended for
 * that sensor; frames nobody could decode speak of no sensor.
 */
export interface SensorDayDelta {
  readonly day: DayNumber
  /** DeviceState.id */
  readonly device: number
  readonly committed: number
  readonly duplicate: number
  readonly quarantined: number
  /** Missing numbers noticed on this day; a late frame takes one away from the day it was noticed on. */
  readonly lost: number
  /** Rows stored: what a recount of the readings has to find. */
  readonly readings: number
}

/** Numbers `from` to `to` of one device and epoch that never came. A gap is known by its end: a late frame moves or ends it. */
export interface Gap extends GapKey {
  readonly from: number
  /** Day on which it was noticed. */
  readonly day: DayNumber
}

export interface GapKey {
  readonly device: number
  readonly epoch: number
  readonly to: number
}

/** A loss that is no gap. Written again under its `id` it replaces what was known of it before; its day stays. */
export interface LossRow {
  readonly source: string
  readonly cause: Exclude<LossCause, 'sequence-gap'>
  /** Unique for source and cause within a journal. */
  readonly id: string
  readonly day: DayNumber
  readonly frames: number | null
  readonly from: Instant | null
  readonly to: Instant | null
  /** One sentence for people. */
  readonly detail: string
}

/** What intake counted, as it stands now: replaces what was written before for the same source and day. */
export interface IntakeDay {
  readonly source: string
  /** YYYY-MM-DD, UTC. */
  readonly day: string
  readonly received: number
  readonly accepted: number
  readonly refused: number
  readonly unframeable: number
}

/** What a batch has to say here. Gaps that are gone are removed before those that are put. */
export interface LossBatch {
  readonly sensorDays: readonly SensorDayDelta[]
  readonly gaps: readonly Gap[]
  readonly gapsGone: readonly GapKey[]
  readonly losses: readonly LossRow[]
  readonly intakeDays: readonly IntakeDay[]
}

/** Days are inclusive. */
export interface LossFilter {
  readonly source?: string
  /** External id. */
  readonly device?: string
  readonly cause?: LossCause
  readonly from?: DayNumber
  readonly to?: DayNumber
}

export interface Paged {
  readonly cursor?: string
  readonly limit: number
}

export type StoredLoss =
  | ({ readonly cause: 'sequence-gap'; readonly source: string; readonly external: string } & Gap)
  | LossRow

export interface LossTotal {
  readonly cause: LossCause
  readonly frames: number
  /** Losses whose size nobody can know. */
  readonly uncounted: number
}

export interface StoredSensorDay extends SensorDayDelta {
  readonly source: string
  readonly external: string
}

export interface Discard {
  readonly pos: number
  readonly idx: number
  readonly source: string
  readonly codec: string
  readonly arrived: Instant
  readonly code: string
  /** Frames it was counted as. */
  readonly frames: number
  readonly size: number
  readonly sha256: string
  readonly discarded: Instant
  readonly author: string
  readonly reason: string
}

export interface DiscardOrder {
  readonly pos: number
  readonly idx: number
  readonly author: string
  readonly reason: string
  readonly now: Instant
}

export interface LossStore {
  /** Gaps of one device and epoch that end at `seq` or above it, lowest first: the first may hold `seq`. */
  gapsFrom(device: number, epoch: number, seq: number, limit: number): Promise<readonly Gap[]>
  /** Newest day first; of one day losses before gaps. */
  losses(filter: LossFilter & Paged): Promise<{ items: readonly StoredLoss[]; next: string | null }>
  /** Of everything the filter matches, by cause; causes without a loss are left out. */
  lossTotals(filter: LossFilter): Promise<readonly LossTotal[]>
  /** Newest day first, then by device number. */
  sensorDays(
    filter: Omit<LossFilter, 'cause'> & Paged,
  ): Promise<{ items: readonly StoredSensorDay[]; next: string | null }>
  /** By source, then day; every journal this store ever followed. */
  intakeDays(): Promise<readonly IntakeDay[]>
  /** How many dead letters there are of each code, most first; a look through all of them. */
  deadLetterCodes(): Promise<readonly { code: string; waiting: number; requeued: number }[]>
  deadLetter(pos: number, idx: number): Promise<StoredDeadLetter | undefined>
  /** `discarded` when this call did it, `gone` when there is none such (any more), `requeued` while it waits to be decoded again. */
  discard(order: DiscardOrder): Promise<'discarded' | 'gone' | 'requeued'>
  discardOf(pos: number, idx: number): Promise<Discard | undefined>
  /** Counts every row again, in one snapshot beside all writers; `cursor` and `totals` are those of this journal. */
  recount(journal: string, options?: RecountOptions): Promise<Recount>
}
