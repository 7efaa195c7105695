/** A journal in memory that holds what is not committed yet: a week of the city would not fit. */
import type { JournalReader, RecordKind, RecordNumber, StoredRecord } from '../../src/journal/journal.ts'

export interface HourJournal extends JournalReader {
  readonly last: RecordNumber
  /** Since it began. */
  readonly frames: number
  add(kind: RecordKind, frames: number, bytes: Uint8Array): void
  /** All that it holds is committed. */
  forget(): void
}

export function hourJournal(): HourJournal {
  let kept: StoredRecord[] = []
  let last = 0
  let acceptedFrames = 0
  return {
    id: '00000000000000bb',
    get last() {
      return last
    },
    get frames() {
      return acceptedFrames
    },
    add(kind, frames, bytes) {
      acceptedFrames += frames
      kept.push({ number: ++last, kind, frames, bytes, acceptedFrames, noiseFrames: 0 })
    },
    forget() {
      kept = []
    },
    async read(after, { durable, framesMax, bytesMax }) {
      const records: StoredRecord[] = []
      let [frames, bytes] = [0, 0]
      const first = kept[0]?.number ?? 0
      for (const record of kept.slice(Math.max(0, after + 1 - first))) {
        frames += record.frames
        bytes += record.bytes.length
        if (record.number > durable || (records.length > 0 && (frames > framesMax || bytes > bytesMax))) break
        records.push(record)
      }
      return { records, damage: [] }
    },
    countsAt: async () => ({ acceptedFrames, noiseFrames: 0 }),
    async scan() {
      throw new Error('not asked here')
    },
    async [Symbol.asyncDispose]() {},
  }
}
