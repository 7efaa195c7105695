/**
 * The store contract: what remembers. Everything in it can be rebuilt by replaying the journal, but for what operators chose
 * (decoder-choices.ts).
 *
 * Promises
 * - S1 `commit` is one transaction and moves the offset first; it hits exactly one offset row or throws `fenced`.
 * - S2 After a throw of `commit` the caller does not know whether it happened: it reads `cursor()` again, and that
 *   is the truth (a connection lost after COMMIT was sent is settled by locking that row).
 * - S3 Rows are never altered silently: a value the table cannot hold throws `data`.
 * - S4 Migrations only go forward, are safe to run twice, and a database newer than the program is refused.
 * - S5 A commit may be asked for while others are under way, `commitsUnderWayMax` in all: they happen in the order of asking, and one that
 *   follows a failed one fails as `fenced`, because the offset is not where it begins.
 */

import type { LetterState } from '@baykeeper/contract/vocabulary.ts'
import type { DeviceState } from '../domain/device.ts'
import type { MeasureValues } from '../domain/measures.ts'
import type { Instant } from '../lib/brand.ts'
import type { Count } from '../lib/sum.ts'
import type { AlertStore } from './alerts.ts'
import type { AssignmentStore } from './assignments.ts'
import type { BayStore } from './bays.ts'
import type { CodecStore } from './codecs.ts'
import type { CountStore } from './counts.ts'
import type { DecoderStore } from './decoder-choices.ts'
import type { DeskRequestStore } from './desk-requests.ts'
import type { ForecastStore } from './forecasts.ts'
import type { HistoryBatch, HistoryStore } from './history.ts'
import type { LayoutRow, LayoutStore } from './layouts.ts'
import type { LossBatch, LossStore } from './losses.ts'
import type { RowList } from './packed-rows.ts'
import type { JournalPart, RawStore } from './raw-frames.ts'
import type { ReadingRows } from './readings/reading-rows.ts'
import type { ScheduleStore } from './report-schedules.ts'
import type { ReportStore } from './reports.ts'
import type { LeaseStore } from './server-lease.ts'
import type { SignStore } from './signs.ts'
import type { TableChange } from './table.ts'
import type { TableRowStore } from './table-rows.ts'
import type { StoredDeadLetter } from './tables/dead-letter.ts'
import type { DeviceOrder } from './tables/device-order.ts'
import type { LedgerDelta } from './tables/ledger.ts'

export type * from './alerts.ts'
export type * from './bays.ts'
export type * from './codecs.ts'
export { commitsUnderWayMax } from './commits.ts'
export type * from './counts.ts'
/** The contract's second page: what was lost and why. */
export type * from './forecasts.ts'
export type * from './history.ts'
export type * from './layouts.ts'
export type * from './losses.ts'
/** How rows for each device are handed over without an object each. */
export { deviceRows, sensorDayRows } from './packed-batch.ts'
export { type RowList, type RowMemory, rowMemory } from './packed-rows.ts'
export { type JournalPart, journalParts, type RawBatch, type RawStore } from './raw-frames.ts'
/** How the readings of a batch are handed over. */
export {
  addReading,
  emptied,
  listOf,
  noReadings,
  type ReadingRows,
  readingAt,
  readingRow,
  readingWidth,
  sharedReadings,
} from './readings/reading-rows.ts'
export { createSessionBook, noSessions, sessionList, sessionRows } from './readings/session-rows.ts'
export type * from './report-schedules.ts'
export type * from './reports.ts'
export type * from './signs.ts'
export { isForPerson, StoreError, type StoreFault } from './store-fault.ts'
export type { TableChange } from './table.ts'
export type { AssignmentRow } from './tables/assignment.ts'
export type { StoredDeadLetter } from './tables/dead-letter.ts'
export type { DecoderChoice } from './tables/decoder-choice.ts'
export type { DeskRequestRow } from './tables/desk-request.ts'
export type { DeviceOrder } from './tables/device-order.ts'
export type { Discard } from './tables/discard.ts'
export type { IssuedForecastRow, TrainingRow } from './tables/forecast.ts'
export type { Gap, GapKey } from './tables/gap.ts'
export type { IntakeDay } from './tables/intake-day.ts'
export type { LedgerDelta } from './tables/ledger.ts'
export type { LossRow } from './tables/loss.ts'
export type { OccupancyRow } from './tables/occupancy.ts'
export type { OverstayRow } from './tables/overstay.ts'
export type { RawFrameRow } from './tables/raw-frame.ts'
export type { SensorDayDelta } from './tables/sensor-day.ts'
export type { SessionKey, SessionRow } from './tables/stay.ts'

/** `position` is the journal record number up to which everything is committed; `fence` guards against an older writer. */
export interface Cursor {
  readonly position: number
  readonly fence: number
  /**
   * What a record number of this journal is raised by to become the `pos` of rows and the `rev` of devices: 0 for the first
   * journal of a database, above everything stored for one that came later, so that positions stay unique and keep growing.
   */
  readonly base?: number
}

/**
 * One stored reading. `(pos, idx)` is unique and grows with acceptance: `pos` = journal record, `idx` = index of the frame in it
 * x 1,024 + index of the reading in the frame.
 */
export interface ReadingRow extends MeasureValues {
  readonly pos: number
  readonly idx: number
  /** DeviceState.id */
  readonly device: number
  readonly epoch: number
  readonly seq: number | null
  readonly time: Instant
  readonly arrived: Instant
  /**
   * Quality marks, bit set (`qualityBits`): `late` did not touch live state; `possible-repeat` is stored in epoch -1; `count-doubted` is not
   * counted; `arrival-time`: the device's time was not plausible.
   */
  readonly quality: number
  /** 48-bit hash of the frame's bytes: distinguishes a duplicate from a conflict. */
  readonly hash: number
  /** true occupied, false vacant, null unknown, undefined not reported. */
  readonly occupied: boolean | null | undefined
}

export interface DeadLetterRow extends Omit<StoredDeadLetter, 'state'> {
  /** `tentative`: no dead letter yet; its frame waits for the frames after it (processing/undecided-frames.ts). Absent: `new`. */
  readonly state?: Exclude<LetterState, 'requeued'>
}

/** What a store knows of a reading to decide whether another one repeats it. */
export type StoredKey = Pick<ReadingRow, 'pos' | 'idx' | 'seq' | 'time' | 'hash'>

/** What deltas have added up to. Terms of the message balance are exact; `lost` stops at 2^53 - 1 and then means "at least". */
export interface LedgerSums {
  readonly committed: Count
  readonly duplicate: Count
  readonly quarantined: Count
  readonly lost: number
  readonly damaged: Count
}

/** Frames that wait for a decision are rows of dead letters too, and were added up as quarantined: they are separate here. */
export interface LedgerTotals extends LedgerSums {
  readonly tentative: number
}

export interface LedgerRow extends LedgerTotals {
  readonly source: string
  /** YYYY-MM-DD, UTC. */
  readonly day: string
}

export interface CommitBatch {
  /** A trial: everything is written and taken back. It throws what the commit would throw. */
  readonly dry?: true
  readonly journal: string
  readonly from: number
  readonly to: number
  readonly fence: number
  readonly readings: ReadingRows
  /** Final states of every device touched, new ones included. */
  readonly devices: RowList<DeviceState>
  /** Orders of devices that changed: each takes the place of the one before it. */
  readonly orders?: readonly DeviceOrder[]
  readonly deadLetters: readonly DeadLetterRow[]
  /** Dead letters that were decoded again after a requeue: removed in the same transaction, before `deadLetters` are added. */
  readonly deadLettersDone: readonly { readonly pos: number; readonly idx: number }[]
  readonly ledger: readonly LedgerDelta[]
  /** Days of sensors, gaps, losses with their cause, what intake counted (losses.ts). */
  readonly losses?: LossBatch
  /** Sessions, occupancy of places, counts, health (history.ts). */
  readonly history?: HistoryBatch
  /** Rows of further declared tables (`change` of table.ts). */
  readonly changes?: readonly TableChange[]
  /** Layouts published by records of the batch, in order. */
  readonly layouts?: readonly LayoutRow[]
}

/** The reading page's largest `limit`; the caller enforces it. */
export const readingPageMax = 1_000

export interface ReadingPage {
  readonly items: readonly (ReadingRow & { readonly source: string; readonly external: string })[]
  readonly next: string | null
}

export interface DeadLetterFilter {
  readonly source?: string
  readonly code?: string
  readonly cursor?: string
  readonly limit: number
}

export interface Store
  extends AsyncDisposable,
    LossStore,
    HistoryStore,
    ForecastStore,
    RawStore,
    DecoderStore,
    CodecStore,
    DeskRequestStore,
    AssignmentStore,
    LayoutStore,
    BayStore,
    CountStore,
    AlertStore,
    SignStore,
    LeaseStore,
    ReportStore,
    ScheduleStore,
    TableRowStore {
  readonly dialect: 'sqlite' | 'mysql'
  /** For people: server version and what of its settings weakens the promise, empty when nothing does. */
  describe(): Promise<{ readonly version: string; readonly location: string; readonly weaknesses: readonly string[] }>
  /** Brings the schema up to date; returns the names applied now. Throws StoreError `newer` on a database from a later release. */
  migrate(): Promise<readonly string[]>

  // processing; one writer per journal and part. `part` is that of the readings by default.
  /** Creates the row at position 0 when the journal is new to this store. Waits for a commit in doubt (locks the row). */
  cursor(journal: string, part?: JournalPart): Promise<Cursor>
  /** Raises the fence to `fence`; throws `fenced` when the stored one is higher. */
  takeFence(journal: string, fence: number, part?: JournalPart): Promise<void>
  commit(batch: CommitBatch): Promise<void>
  devices(): Promise<readonly DeviceState[]>
  /** Stored readings of one device and epoch with these sequence numbers: the slow path of deduplication. */
  findSeqs(device: number, epoch: number, seqs: readonly number[]): Promise<readonly StoredKey[]>
  /** Stored readings of one device with these times. */
  findTimes(device: number, times: readonly number[]): Promise<readonly StoredKey[]>
  /** The newest readings of each device by position, newest first; a list per device, in their order. */
  newestOf(devices: readonly number[], count: number): Promise<readonly (readonly StoredKey[])[]>
  /** Readings of a device by their time: `from` inclusive, `to` exclusive, in no order. */
  readingsBetween(device: number, from: Instant, to: Instant): Promise<readonly ReadingRow[]>
  /** Of all devices, or of these. */
  deviceOrders(of?: readonly number[]): Promise<readonly DeviceOrder[]>
  /** Frames of the state `tentative`, in the order of their positions. */
  undecidedFrames(): Promise<readonly StoredDeadLetter[]>
  /** Lowest and highest sequence number and how many distinct ones are stored of one device and epoch; undefined when none. */
  epochSpan(device: number, epoch: number): Promise<{ min: number; max: number; distinct: number } | undefined>
  /** Oldest first. */
  requeuedDeadLetters(limit: number): Promise<readonly StoredDeadLetter[]>

  // reading back
  /**
   * Devices whose `rev` is above `rev`, in order of rev. Devices of one rev are never split over two answers: the limit is exceeded
   * rather, so that the highest rev of an answer is a safe cursor.
   */
  devicesSince(rev: number, limit: number): Promise<readonly DeviceState[]>
  /** Devices numbered `from` up to but not `to`, whose `rev` is above `rev`, by number. */
  devicesNumbered(from: number, to: number, rev: number): Promise<readonly DeviceState[]>
  /** The highest number of a device, and the highest `rev` of which every device is committed; 0 where there is none. */
  deviceEnds(): Promise<{ readonly id: number; readonly rev: number }>
  /** A hardware id is found in each of its spellings, here and in every filter by device. */
  devicesByExternal(external: string): Promise<readonly DeviceState[]>
  /** Ordered by external id, then source. */
  devicePage(filter: {
    cursor?: string
    limit: number
    source?: string
  }): Promise<{ items: readonly DeviceState[]; next: string | null }>
  /** Ordered by epoch, seq, then acceptance. `from` inclusive, `to` exclusive, by reading time. */
  readings(filter: {
    external: string
    source?: string
    from?: Instant
    to?: Instant
    cursor?: string
    limit: number
  }): Promise<ReadingPage>
  /** Newest first. */
  deadLetters(filter: DeadLetterFilter): Promise<{ items: readonly StoredDeadLetter[]; next: string | null }>
  /** Marks for decoding again; returns how many were marked. Idempotent. */
  requeue(which: { pos: number; idx: number } | { code?: string; source?: string }): Promise<number>
  /** By source, then day; every journal this store ever followed. */
  ledger(): Promise<readonly LedgerRow[]>
  /** Ledger totals of this journal's frames and its cursor, read in one snapshot; zeros when the journal is new to this store. */
  ledgerAt(journal: string): Promise<{ cursor: Cursor; totals: LedgerTotals }>
  counts(): Promise<{ readings: number; devices: number; deadLetters: number }>
}

/** A page cursor that this store did not hand out: the request is wrong, not the store. */
export class BadCursor extends RangeError {
  readonly code = 'E_BAD_CURSOR'
}
