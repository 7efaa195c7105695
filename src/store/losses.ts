/**
 * The part of the store contract that remembers what was lost and why, and where the frames of each sensor went by day.
 *
 * - L1 The losses of a batch are written in the batch's own transaction.
 * - L2 Of one device and epoch, `max - min + 1 = distinct + numbers in its gaps`: gaps are ranges, never overlap, never touch.
 * - L3 A discard takes the bytes of a dead letter away and leaves who, when, why and their hash; the ledger stays as it is.
 *
 * A loss whose size cannot be known has `frames: null`, and is never counted as 0.
 */

import type { LossCause } from '@baykeeper/contract/vocabulary.ts'
import type { Instant } from '../lib/brand.ts'
import type { DayNumber } from '../lib/utc-day.ts'
import type { RowList } from './packed-rows.ts'
import type { Recount, RecountOptions } from './queries/recount.ts'
import type { Discard, StoredDeadLetter } from './store.ts'
import type { Gap, GapKey } from './tables/gap.ts'
import type { IntakeDay } from './tables/intake-day.ts'
import type { LossRow } from './tables/loss.ts'
import type { SensorDayDelta } from './tables/sensor-day.ts'

/** What a batch has to say here. Gaps that are gone are removed before those that are put. */
export interface LossBatch {
  readonly sensorDays: RowList<SensorDayDelta>
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
  /** Losses whose size cannot be known. */
  readonly uncounted: number
}

export interface StoredSensorDay extends SensorDayDelta {
  readonly source: string
  readonly external: string
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
