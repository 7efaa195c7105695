/**
 * Walks the records of one segment in order. What is no valid record is skipped to the next valid one: that is a hole. The walk
 * ends at a seal, or where no valid record follows.
 */
import type { OpenFile } from '../lib/files.ts'
import {
  markBytes,
  markOffset,
  type RecordHead,
  readRecord,
  recordFlags,
  recordHeaderBytes,
  type Totals,
} from './record.ts'
import { headerBytes } from './segment.ts'
import { extend, moveTo, type Window, withWindow } from './window.ts'

export interface Hole {
  readonly fromRecord: number
  /** Inclusive. */
  readonly toRecord: number
  readonly offset: number
  readonly bytes: number
  /** The record behind it. */
  readonly next: RecordHead
}

export interface Visitor {
  /** `offset` is where the record begins in the file. True ends the walk before this record. */
  record(record: RecordHead, offset: number, window: Window): boolean | undefined
  hole?(hole: Hole): void
}

export interface WalkStart {
  readonly salt: number
  /** Offset of a record, or of the first one. */
  readonly offset?: number
  /** Number the record there should have. */
  readonly number: number
  /** Records from here on belong to a later segment. */
  readonly below?: number
}

/**
 * How a segment ended: `closed` by a writer that stopped, `continued` by one that went on in the next. `recovered` was written by a
 * later opening after a crash: it proves that another segment followed, not that everything before it was synced.
 */
export const sealWords = { closed: 1, continued: 2, recovered: 3 } as const
export type Seal = keyof typeof sealWords

export interface WalkEnd {
  /** Behind the last valid record (before the seal). */
  readonly offset: number
  /** Number the next record would have. */
  readonly number: number
  readonly seal: Seal | undefined
  /** Behind the seal; the same as `offset` where there is none. */
  readonly sealEnd: number
  /** The counts at the end, from the seal. */
  readonly totals?: Totals
  /** True when a visitor or `below` ended it. */
  readonly stopped: boolean
}

export const walk = (file: OpenFile, start: WalkStart, visitor: Visitor): Promise<WalkEnd> =>
  withWindow((window) => walkIn(window, file, start, visitor))

async function walkIn(window: Window, file: OpenFile, start: WalkStart, visitor: Visitor): Promise<WalkEnd> {
  const { salt, below = Number.POSITIVE_INFINITY } = start
  let offset = start.offset ?? headerBytes
  let number = start.number
  const stop = (stopped: boolean): WalkEnd => ({ offset, number, seal: undefined, sealEnd: offset, stopped })
  moveTo(window, offset)
  for (;;) {
    let record = await loadRecord(file, { salt, offset }, window)
    let found = offset
    if (record?.number !== number) {
      const next = await findIn(window, file, { salt, offset, number })
      if (!next) return stop(false)
      record = next.record
      found = next.offset
    }
    const sealed = (record.flags & recordFlags.seal) !== 0
    if (record.number >= below && !sealed) return stop(true)
    if (record.number > number && number < below) {
      const toRecord = Math.min(record.number, below) - 1
      visitor.hole?.({ fromRecord: number, toRecord, offset, bytes: found - offset, next: record })
    }
    if (sealed) {
      const end = await readSeals(file, { salt, offset: found }, window)
      return { offset, number: record.number, ...end, stopped: false }
    }
    if (visitor.record(record, found, window)) {
      offset = found
      number = record.number
      return stop(true)
    }
    offset = window.start + record.to
    number = record.number + 1
  }
}

/** The record at `offset`, loaded whole; undefined when there is none. */
async function loadRecord(file: OpenFile, { salt, offset }: { salt: number; offset: number }, window: Window) {
  for (;;) {
    const record = readRecord(window, offset - window.start, window.length, salt)
    if (record !== 'more') return record
    if (window.atEnd) return undefined
    await extend(window, file, offset)
  }
}

/** Where a journal was closed and opened again a second seal lies behind the first. */
async function readSeals(file: OpenFile, { salt, offset }: { salt: number; offset: number }, window: Window) {
  const words: number[] = []
  let sealEnd = offset
  let totals: Totals | undefined
  for (;;) {
    const record = await loadRecord(file, { salt, offset: sealEnd }, window)
    if (!record || !(record.flags & recordFlags.seal)) break
    words.push(window.bytes[record.from] ?? 0)
    totals = record
    sealEnd = window.start + record.to
  }
  const recovered = words.includes(sealWords.recovered)
  const synced = words.some((word) => word !== sealWords.recovered)
  const continued = words.includes(sealWords.continued) || (recovered && synced)
  const seal: Seal = continued ? 'continued' : recovered ? 'recovered' : 'closed'
  return { seal, sealEnd, ...(totals ? { totals } : {}) }
}

type FindStart = Required<Omit<WalkStart, 'below'>>

/** The first valid record at or behind `offset` whose number is not below `number`. */
export const findRecord = (file: OpenFile, start: FindStart) =>
  withWindow(async (window) => {
    moveTo(window, start.offset)
    return findIn(window, file, start)
  })

/** The window then holds all of the record. */
async function findIn(window: Window, file: OpenFile, { salt, offset, number }: FindStart) {
  let at = offset
  for (;;) {
    const relative = at - window.start
    const candidate = indexOfMark(window, Math.max(0, relative) + markOffset) - markOffset
    if (relative >= 0 && candidate >= 0) {
      const record = readRecord(window, candidate, window.length, salt)
      if (record === 'more' && !window.atEnd) {
        at = window.start + candidate
        await extend(window, file, at)
        continue
      }
      if (record && record !== 'more' && record.number >= number) return { record, offset: window.start + candidate }
      // A valid record with a lower number is a stale copy: what it holds is no place to look for the next one.
      at = window.start + (record && record !== 'more' ? record.to : candidate + 1)
      continue
    }
    if (window.atEnd) return undefined
    at = Math.max(at, window.start + window.length - recordHeaderBytes)
    await extend(window, file, at)
  }
}

function indexOfMark({ bytes, length }: Window, from: number): number {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, length)
  const found = all.indexOf(markBytes, from)
  return found < 0 ? Number.NEGATIVE_INFINITY : found
}

/**
 * True when nothing behind a hole shows that the write it lies in was ever synced: no later write, no seal. With a stop right after
 * it, that write was most likely torn, and nothing in it acknowledged.
 */
export async function endsWrites(file: OpenFile, next: RecordHead, at: number, start: Omit<WalkStart, 'number'>) {
  let later = false
  const end = await walk(
    file,
    { ...start, offset: at, number: next.number },
    {
      record(record) {
        later = (record.flags & recordFlags.firstOfWrite) !== 0
        return later
      },
    },
  )
  return !later && (!end.seal || end.seal === 'recovered')
}

/** How many bytes from `offset` on are in use: up to the last one that is not zero. */
export const usedBytes = (file: OpenFile, offset: number): Promise<number> =>
  withWindow(async (window) => {
    moveTo(window, offset)
    let used = 0
    while (!window.atEnd) {
      await extend(window, file, window.start + window.length)
      const loaded = Buffer.from(window.bytes.buffer, 0, window.length)
      if (!isZero(loaded)) used = window.start + lastNonZero(loaded) + 1 - offset
    }
    return used
  })

const zeros = Buffer.alloc(64 * 1024)
function isZero(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += zeros.length) {
    const part = bytes.subarray(at, at + zeros.length)
    if (!part.equals(zeros.subarray(0, part.length))) return false
  }
  return true
}

function lastNonZero(bytes: Buffer): number {
  let at = bytes.length - 1
  while (at >= 0 && bytes[at] === 0) at--
  return at
}
