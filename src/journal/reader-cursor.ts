/** The cursor of a reader: opens the segment that holds a record, loads its bytes, and takes records from there on. Its states are in reader-state.ts. */
import type { Files, OpenFile } from '../lib/files.ts'
import { damageOfHole, missingRecords, stored, totalsBefore } from './damage.ts'
import { type Segment, stoppedAt } from './directory.ts'
import type { Damage, ReadLimit, StoredRecord } from './journal.ts'
import type { Milestones } from './milestones.ts'
import type { ReaderSegments } from './reader-segments.ts'
import {
  type Cursor,
  cursorOf,
  firstState,
  loadedUpTo,
  nextState,
  type ReaderEvent,
  type ReaderState,
} from './reader-state.ts'
import { readRecord, recordFlags, type Totals } from './record.ts'
import { headerBytes, segmentSalt } from './segment.ts'
import { endsWrites, findRecord, walk } from './walk.ts'
import { createWindow, extend, moveTo, type Window } from './window.ts'

export interface ReaderCursor {
  /** The number the next record should have; undefined while no segment is open. */
  readonly next: number | undefined
  /** The cursor before a record, in the segment that holds it; undefined when there is none. */
  enter(number: number): Promise<Cursor | undefined>
  /** True when the record at the cursor can be read; the window then holds it. */
  standsAt(at: Cursor, durable: number): Promise<boolean>
  /** Records from the cursor on, out of one segment. Their bytes are views of the window until the next call. */
  take(at: Cursor, limit: ReadLimit): Promise<readonly StoredRecord[]>
  /** Passes over what cannot be read at the cursor; undefined when no record was lost by it. */
  skip(at: Cursor, durable: number): Promise<Damage | undefined>
  /** What is loaded may have changed: it is loaded again. */
  doubt(): void
  leave(): Promise<void>
}

export function createReaderCursor(files: Files, segments: ReaderSegments, milestones: Milestones): ReaderCursor {
  const window = createWindow()
  let state: ReaderState = firstState
  const on = (event: ReaderEvent) => {
    state = nextState(state, event)
  }

  async function enter(number: number): Promise<Cursor | undefined> {
    const segment = segments.holding(number)
    if (!segment) return undefined
    const left = cursorOf(state)
    if (left && left.segment.name === segment.name && left.next === number) return left
    await leave()
    const file = await openIfThere(files, segments, segment)
    if (!file) return enter(number)
    const totals = segment.header ?? (left?.next === segment.first ? left.totals : undefined)
    const cursor = { segment, file, salt: segmentSalt(segment), offset: headerBytes, next: segment.first, totals }
    on({ type: 'enter', cursor })
    await forward(cursor, number, milestones)
    return cursor
  }

  async function leave() {
    const left = cursorOf(state)
    on({ type: 'leave' })
    // It was opened for reading only.
    await left?.file.close().catch(() => {})
  }

  return {
    get next() {
      return cursorOf(state)?.next
    },
    enter,
    leave,
    doubt: () => on({ type: 'doubt' }),
    standsAt(at, durable) {
      if (loadedUpTo(state) < at.next) {
        moveTo(window, at.offset)
        on({ type: 'load', durable })
      }
      return isWhole(window, at)
    },
    take(at, limit) {
      const behind = segments.firstAbove(at.next, at.segment)?.first ?? Number.POSITIVE_INFINITY
      const last = Math.min(limit.durable, loadedUpTo(state), behind - 1)
      return takeRecords({ window, at, last, milestones }, limit)
    },
    async skip(at, durable) {
      const above = segments.firstAbove(at.next, at.segment)
      on({ type: 'doubt' })
      const hole = await passOver(at, durable, above)
      if (hole !== 'end') return hole
      await leave()
      return missingRecords(at.next, durable, above, at)
    },
  }
}

/** Loads the record at the cursor; false where it is not there. */
async function isWhole(window: Window, at: Cursor): Promise<boolean> {
  for (;;) {
    const found = readRecord(window, at.offset - window.start, window.length, at.salt)
    if (found !== 'more') return found?.number === at.next && !(found.flags & recordFlags.seal)
    if (window.atEnd) return false
    await extend(window, at.file, at.offset)
  }
}

/** Moves to the next record that can be read, and answers with what was lost before it. The end: there is none in this segment. */
async function passOver(at: Cursor, durable: number, above: Segment | undefined): Promise<Damage | undefined | 'end'> {
  const { file, salt, segment, offset, next, totals: before } = at
  const below = above?.first ?? Number.POSITIVE_INFINITY
  const behind = await findRecord(file, { salt, offset, number: next })
  if (!behind || behind.record.number > Math.min(durable + 1, below)) return 'end'
  const { record } = behind
  const isSeal = (record.flags & recordFlags.seal) !== 0
  if (isSeal && record.number === next) return 'end'
  Object.assign(at, { offset: behind.offset, next: record.number, totals: totalsBefore(record) })
  if (record.number === next) return undefined
  const bytes = behind.offset - offset
  const hole = { fromRecord: next, toRecord: record.number - 1, offset, bytes, next: record }
  const mayBeTorn = !isSeal && stoppedAt(segment, above)
  const torn = mayBeTorn && (await endsWrites(file, record, behind.offset, { salt, below }))
  return damageOfHole(segment.name, hole, before, torn)
}

/** Undefined where it vanished since the directory was listed; it is no longer one of the segments then. */
async function openIfThere(files: Files, segments: ReaderSegments, segment: Segment): Promise<OpenFile | undefined> {
  try {
    return await files.open(segment.path, 'read')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    segments.drop(segment)
    return undefined
  }
}

/** Moves behind the last record below `number`. */
async function forward(at: Cursor, number: number, milestones: Milestones) {
  const start = milestones.atOrBelow(at.segment, number - 1)
  if (start) Object.assign(at, { offset: start.offset, next: start.number + 1, totals: start })
  if (at.next >= number) return
  const { file, salt, offset, next } = at
  const end = await walk(
    file,
    { salt, offset, number: next, below: number },
    {
      record(record) {
        at.totals = record
        return undefined
      },
    },
  )
  // The counts before a record behind a hole are known only where the hole ends.
  if (end.number !== number) at.totals = undefined
  at.offset = end.offset
  at.next = number
}

/** Up to record `last`, at least one. From the first on the window only grows: their bytes lie in it. */
async function takeRecords(
  { window, at, last, milestones }: { window: Window; at: Cursor; last: number; milestones: Milestones },
  { bytesMax, framesMax }: ReadLimit,
): Promise<readonly StoredRecord[]> {
  const records: StoredRecord[] = []
  let bytes = 0
  let frames = 0
  if (at.offset > window.start) await extend(window, at.file, at.offset, 0)
  while (at.next <= last && (records.length === 0 || (bytes < bytesMax && frames < framesMax))) {
    const found = readRecord(window, at.offset - window.start, window.length, at.salt)
    if (found === 'more') {
      if (window.atEnd || window.length > bytesMax) break
      await extend(window, at.file, window.start)
      continue
    }
    if (found?.number !== at.next || found.flags & recordFlags.seal) break
    const length = found.to - found.from
    if (records.length > 0 && (bytes + length > bytesMax || frames + found.frames > framesMax)) break
    bytes += length
    frames += found.frames
    records.push({ ...stored(found), bytes: window.bytes.subarray(found.from, found.to) })
    at.offset = window.start + found.to
    at.next = found.number + 1
    at.totals = found
  }
  const { acceptedFrames, noiseFrames } = at.totals as Totals
  milestones.add({ segment: at.segment.name, number: at.next - 1, offset: at.offset, acceptedFrames, noiseFrames })
  return records
}
