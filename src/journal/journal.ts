/**
 * The journal: an append-only log of records. It knows bytes, not parking.
 *
 * Promises
 * - J1 `append` resolves only after a successful `fdatasync` covers every record of the call (and its segment's directory
 *   entry a directory fsync). Records of one call are contiguous and in order; calls are in order of calling.
 * - J2 Record numbers are dense, start at 1 and are never used twice, also after a crash. Where the end of the journal may have
 *   been lost, numbers that may have been used are skipped: a range of them is reported as damage.
 * - J3 What was appended is read back byte for byte, in order, or named as damage with its exact range; never altered.
 * - J4 `open` succeeds on any directory content: never throws for what it finds, never hangs, never deletes data. The one thing it
 *   refuses is a segment of a later version of the format: continuing would count all its records as lost.
 * - J5 Nothing beyond `released` minus the retention is ever removed; uncommitted segments are never deleted.
 *
 * The writer lives in one process, readers in others: a reader sees records up to the durable number passed to it.
 */

/** Number of a record, dense from 1. `0` as a position means before the first. */
export type RecordNumber = number

/** Kinds are the owner's business; the journal stores the byte. 4 = desk: a change made by a person, such as a layout. */
export const recordKinds = { data: 1, noise: 2, checkpoint: 3, desk: 4 } as const
export type RecordKind = (typeof recordKinds)[keyof typeof recordKinds]

export interface JournalRecord {
  readonly kind: RecordKind
  /** Frames this record holds: data and noise count theirs, checkpoint and desk have 0. u32. */
  readonly frames: number
  readonly bytes: Uint8Array
}

export interface StoredRecord extends JournalRecord {
  readonly number: RecordNumber
  /** Frames of kind data in the journal up to and including this record, since the journal began. */
  readonly acceptedFrames: number
  /** The same for noise. */
  readonly noiseFrames: number
}

/** A range of records that can no longer be read, with what is known of it. */
export interface Damage {
  readonly segment: string
  readonly fromRecord: RecordNumber
  /** Inclusive; equals the record before the next readable one. */
  readonly toRecord: RecordNumber
  readonly bytes: number
  /** Data frames lost in it, known exactly from the cumulative counts around it; 0 where `reason` states that the number is unknown. */
  readonly frames: number
  /** The same for noise. */
  readonly noiseFrames?: number
  /** Where in the segment the unreadable bytes begin. */
  readonly offset?: number
  /** The end of a journal that was not closed cleanly: records lost there were most likely never acknowledged. */
  readonly torn?: true
  readonly reason: string
}

/** Newest durable state of the journal. Cumulative counts since the journal began. */
export interface JournalTail {
  readonly id: string
  readonly fence: number
  readonly lastRecord: RecordNumber
  readonly acceptedFrames: number
  readonly noiseFrames: number
}

export interface JournalWriter extends AsyncDisposable {
  /** Random id of this journal, made once; offsets in the database belong to it. */
  readonly id: string
  /** Grows by one at each opening for writing. */
  readonly fence: number
  readonly damage: readonly Damage[]
  /** Newest checkpoint record found at opening, and the cumulative counts at it: counters resume from here. */
  readonly lastCheckpoint: StoredRecord | undefined
  append(records: readonly JournalRecord[]): Promise<RecordNumber>
  /** Durable state; grows only. */
  tail(): JournalTail
  /** Called after each sync that made records durable. One listener. */
  onDurable(listener: (tail: JournalTail) => void): void
  /**
   * The consumer has committed everything up to and including this record; retention may pass it, time and size allowing, but not what
   * is `held`: another consumer is only so far.
   */
  release(upTo: RecordNumber, held?: RecordNumber): void
  stats(): JournalStats
}

export interface JournalStats {
  readonly segments: number
  readonly bytes: number
  readonly freeBytes: number
  readonly pendingBytes: number
  readonly syncs: number
  /** Milliseconds of recent syncs. */
  readonly syncMsP50: number
  readonly syncMsP99: number
  /** Why bytes should not or cannot be accepted now; undefined when all is well. */
  readonly refusing: string | undefined
  /** Its kind: the disk is full, nearly full, or fails; `gone`: the owner found another directory in its place. */
  readonly refusal?: 'full' | 'nearly-full' | 'failed' | 'gone' | undefined
  /** Warnings, before they become a reason to refuse. */
  readonly warning?: string | undefined
}

export interface ReadLimit {
  /** Records above this number are not durable yet and are not returned. */
  readonly durable: RecordNumber
  readonly bytesMax: number
  readonly framesMax: number
}

export interface JournalReader extends AsyncDisposable {
  /** Empty as long as no writer has made the journal. */
  readonly id: string
  /**
   * Records after `after`, in order, at least one if any is durable, up to the limits. Damage met on the way is reported once
   * through `damage` and skipped. Bytes are views that stay valid until the next call.
   */
  read(after: RecordNumber, limit: ReadLimit): Promise<{ records: readonly StoredRecord[]; damage: readonly Damage[] }>
  /**
   * Cumulative counts at a record (for the ledger): the state after it, even if retention removed its segment as long as a
   * later segment header exists. `undefined` when unknown.
   */
  countsAt(record: RecordNumber): Promise<{ acceptedFrames: number; noiseFrames: number } | undefined>
  /** Scans the whole directory without a writer (stopped server): tail as recovery would find it, and the last checkpoint. */
  scan(options?: {
    /** False trusts all but the newest segment, as recovery does: quick. Default true: every record is checked. */
    readonly whole?: boolean
  }): Promise<{ tail: JournalTail; lastCheckpoint: StoredRecord | undefined; damage: readonly Damage[] }>
}

export interface JournalOptions {
  readonly segmentBytesMax?: number
  /** Records larger than this are refused. Default 16 MiB. */
  readonly recordBytesMax?: number
  /** A write takes no more appends once it has this many bytes. Default 1 MiB: the disk's full speed, answered soon. */
  readonly groupBytesMax?: number
  /** Bytes appended but not yet synced, beyond which `append` rejects. Default 64 MiB. */
  readonly pendingBytesMax?: number
  readonly retentionMs?: number
  readonly retentionBytes?: number
  /** Share of the disk in use from which `stats().warning` speaks. Default 0.8. */
  readonly diskWarnRatio?: number
  /** Share of the disk in use from which `stats().refusing` speaks. Default 0.9. Appends still work: who to refuse is the owner's. */
  readonly diskRefuseRatio?: number
  /** Time between two tries to write after the disk failed. Default 1,000. */
  readonly probeMs?: number
}

/**
 * The journal cannot accept bytes now. `code` is the reason: E_JOURNAL_FULL, E_JOURNAL_FAILED, E_JOURNAL_OVERLOAD, E_JOURNAL_LOCKED,
 * E_JOURNAL_TOO_LARGE (one record above `recordBytesMax`), E_JOURNAL_CLOSED, E_JOURNAL_NEWER (a later version of the program wrote
 * here; opening for writing and reading is refused, nothing is changed). E_JOURNAL_GONE: a reader finds no segment of its journal any more.
 */
export class JournalError extends Error {
  readonly code:
    | 'E_JOURNAL_FULL'
    | 'E_JOURNAL_FAILED'
    | 'E_JOURNAL_OVERLOAD'
    | 'E_JOURNAL_TOO_LARGE'
    | 'E_JOURNAL_LOCKED'
    | 'E_JOURNAL_CLOSED'
    | 'E_JOURNAL_NEWER'
    | 'E_JOURNAL_GONE'
  constructor(code: JournalError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
