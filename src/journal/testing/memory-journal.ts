/**
 * The journal in memory, for tests and for comparison: what the others must do, in the plainest way. It forgets everything with the
 * process, so it keeps no promise about power; everything else it keeps.
 */
import { type Clock, systemClock } from '../../lib/clock.ts'
import {
  JournalError,
  type JournalOptions,
  type JournalReader,
  type JournalRecord,
  type JournalTail,
  type JournalWriter,
  type ReadLimit,
  recordKinds,
  type StoredRecord,
} from '../journal.ts'
import { type Totals, totalsAfter } from '../record.ts'
import { journalDefaults } from '../writer.ts'

export interface MemoryJournal {
  openWriter(options?: JournalOptions): Promise<JournalWriter>
  openReader(): Promise<JournalReader>
}

interface Kept extends StoredRecord {
  readonly at: number
}

export function createMemoryJournal(clock: Clock = systemClock, id = '00000000000000aa'): MemoryJournal {
  let kept: Kept[] = []
  let removed = 0
  let removedTotals: Totals = { acceptedFrames: 0, noiseFrames: 0 }
  let fence = 0
  let open = false

  const totals = (): Totals => kept.at(-1) ?? removedTotals
  const tail = (): JournalTail => {
    const { acceptedFrames, noiseFrames } = totals()
    return { id, fence, lastRecord: removed + kept.length, acceptedFrames, noiseFrames }
  }
  const lastCheckpoint = () => kept.findLast(({ kind }) => kind === recordKinds.checkpoint)

  function put(record: JournalRecord) {
    const { acceptedFrames, noiseFrames } = totalsAfter(totals(), record)
    const { kind, frames } = record
    const number = removed + kept.length + 1
    kept.push({ number, kind, frames, acceptedFrames, noiseFrames, bytes: record.bytes.slice(), at: clock.now() })
  }

  function remove(released: number, { retentionMs, retentionBytes }: Required<JournalOptions>) {
    let bytes = kept.reduce((sum, record) => sum + record.bytes.byteLength, 0)
    const checkpoint = lastCheckpoint()?.number ?? Number.POSITIVE_INFINITY
    const now = clock.now()
    while (kept.length > 1) {
      const oldest = kept[0] as Kept
      if (oldest.number > released || oldest.number >= checkpoint) return
      if (now - oldest.at <= retentionMs && bytes <= retentionBytes) return
      bytes -= oldest.bytes.byteLength
      removedTotals = oldest
      removed = oldest.number
      kept = kept.slice(1)
    }
  }

  async function openWriter(options: JournalOptions = {}): Promise<JournalWriter> {
    if (open) throw new JournalError('E_JOURNAL_LOCKED', 'the journal has a writer already')
    open = true
    fence++
    const limits = { ...journalDefaults, ...options }
    let closed = false
    let listener: ((tail: JournalTail) => void) | undefined
    return {
      id,
      fence,
      damage: [],
      lastCheckpoint: lastCheckpoint(),
      async append(records) {
        if (closed) throw new JournalError('E_JOURNAL_CLOSED', 'the journal is closed')
        const largest = records.reduce((most, { bytes }) => Math.max(most, bytes.byteLength), 0)
        if (largest > limits.recordBytesMax) throw new JournalError('E_JOURNAL_TOO_LARGE', 'a record is too large')
        for (const record of records) put(record)
        const { lastRecord } = tail()
        if (records.length > 0) listener?.(tail())
        return lastRecord
      },
      tail,
      onDurable(given) {
        listener = given
      },
      release: (upTo, held = upTo) => remove(Math.min(upTo, held), limits),
      stats: () => ({
        ...{ segments: 1, bytes: kept.reduce((sum, { bytes }) => sum + bytes.byteLength, 0), freeBytes: 0 },
        ...{ pendingBytes: 0, syncs: 0, syncMsP50: 0, syncMsP99: 0, refusing: undefined },
      }),
      async [Symbol.asyncDispose]() {
        if (!closed) open = false
        closed = true
      },
    }
  }

  function read(after: number, { durable, bytesMax, framesMax }: ReadLimit) {
    const records: StoredRecord[] = []
    let bytes = 0
    let frames = 0
    for (const record of kept.slice(Math.max(0, after - removed))) {
      const full = bytes + record.bytes.byteLength > bytesMax || frames + record.frames > framesMax
      if (record.number > durable || (full && records.length > 0)) break
      bytes += record.bytes.byteLength
      frames += record.frames
      records.push(record)
    }
    return { records, damage: after < removed ? [gone(after)] : [] }
  }

  const gone = (after: number) => ({
    ...{ segment: 'memory', fromRecord: after + 1, toRecord: removed, bytes: 0 },
    ...(after === 0 ? { frames: removedTotals.acceptedFrames, noiseFrames: removedTotals.noiseFrames } : { frames: 0 }),
    reason: 'removed after release',
  })

  async function countsAt(number: number) {
    if (number === 0) return { acceptedFrames: 0, noiseFrames: 0 }
    const at = number === removed ? removedTotals : kept[number - removed - 1]
    return at && { acceptedFrames: at.acceptedFrames, noiseFrames: at.noiseFrames }
  }

  const reader: JournalReader = {
    id,
    read: async (after, limit) => read(after, limit),
    countsAt,
    scan: async () => ({ tail: tail(), lastCheckpoint: lastCheckpoint(), damage: [] }),
    async [Symbol.asyncDispose]() {},
  }
  return { openWriter, openReader: async () => reader }
}
