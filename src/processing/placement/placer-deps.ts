/** What placing a reading works with, for one batch. */
import type { DayNumber } from '../../lib/utc-day.ts'
import type { ReadingRows } from '../../store/store.ts'
import type { Outcome } from '../dead-letter.ts'
import type { DecodedFrame, DecodedRecord } from '../decode-record.ts'
import type { Fleet } from '../fleet.ts'
import type { HistoryFold } from '../folds.ts'
import type { GapBook } from '../gap-book.ts'
import type { LateStays } from '../late-stays.ts'
import type { StoredKeys } from '../stored-keys.ts'
import type { PlacedReading, Ticket, Undecided } from '../undecided-frames.ts'

export type Fate = Outcome | 'undecided'
export type MaybePromise<T> = T | Promise<T>

export interface PlacerDeps {
  readonly fleet: Fleet
  readonly rows: ReadingRows
  readonly stored: StoredKeys
  readonly gaps: GapBook
  readonly history: HistoryFold | undefined
  readonly lateStays: LateStays
  /** Positions before it were seen by the feeds already: records are decoded again. 0 for those that come from the journal. */
  readonly revMin: number
  /** By how much the missing numbers of a day change. */
  missed(taken: PlacedReading, day: DayNumber, by: number): void
  /** A row was added. */
  added(taken: PlacedReading): void
  ticketOf(record: DecodedRecord, frame: DecodedFrame): Ticket
  refile(ticket: Ticket): void
  /** A reading that waited was decided. */
  decided(entry: Undecided, fate: 'committed' | 'duplicate'): void
}
