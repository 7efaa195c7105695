/**
 * The part of the store contract that keeps raw frames, where retention asks for them: byte for byte as they came, beside the readings
 * made of them. They are copied out of the journal behind the batches, with their own offset, in their own transactions: S1 and S2
 * hold for them apart, and no ledger counts them.
 */
import type { Instant } from '../lib/brand.ts'
import type { DayNumber } from '../lib/utc-day.ts'
import type { RawFrameRow } from './tables/raw-frame.ts'

/** Who follows a journal: each has a row of `journal_offset`. */
export const journalParts = { readings: 0, rawFrames: 1 } as const
export type JournalPart = (typeof journalParts)[keyof typeof journalParts]

export interface RawBatch {
  readonly journal: string
  readonly from: number
  readonly to: number
  readonly fence: number
  /** In the order of the journal. */
  readonly frames: readonly RawFrameRow[]
}

export interface RawStore {
  /** One transaction: moves the offset of `rawFrames` first, then adds the frames. Throws as `commit` does. */
  copyRaw(batch: RawBatch): Promise<void>
  /** Undefined when it was not copied, or forgotten since. `arrived`: about when it came, which is where it is looked for first. */
  rawFrame(key: { pos: number; idx: number; arrived?: Instant }): Promise<RawFrameRow | undefined>
  /** Forgets frames copied on days before this one, a day at a time; returns the days that are gone. */
  forgetRaw(before: DayNumber): Promise<readonly DayNumber[]>
}
