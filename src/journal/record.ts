/**
 * A record as it lies in a segment: 36 bytes of header, then the bytes as given. Little-endian.
 *
 *   0 u32 checksum of everything from offset 8 on, seeded by the segment's salt
 *   4 u16 mark 0x4a42, for finding the next record behind damage
 *   6 u16 check of the header alone (offsets 8 to 36): a false mark costs no checksum over bytes that are no record
 *   8 u8 kind     9 u8 flags (1 first of a write, 2 seal)
 *  10 u32 length of the bytes     14 u32 frames
 *  18 u48 number     24 u48 data frames up to and including this record     30 u48 the same for noise
 *
 * The salt depends on journal and segment: neither a record of another place nor one forged inside a payload is taken for one here.
 */
import { crc32 } from './crc32.ts'
import { type RecordKind, recordKinds } from './journal.ts'
import type { Memory } from './memory.ts'

export const recordHeaderBytes = 36
/** Upper bound on a record for any options: a reader may trust a length up to here. */
export const recordBytesLimit = 64 * 1024 * 1024
const mark = 0x4a42
export const markBytes = Uint8Array.of(mark & 255, mark >> 8)
/** Where the mark lies in a record. */
export const markOffset = 4
export const recordFlags = { firstOfWrite: 1, seal: 2 } as const

export interface Totals {
  readonly acceptedFrames: number
  readonly noiseFrames: number
}

export interface RecordHead extends Totals {
  readonly kind: RecordKind
  readonly flags: number
  readonly frames: number
  readonly number: number
  /** Offsets in the bytes it was read from. */
  readonly from: number
  readonly to: number
}

/** Where a record stands in the log. */
export interface RecordPlace extends Totals {
  readonly flags: number
  readonly number: number
}

interface RecordContent {
  readonly kind: number
  readonly frames: number
  readonly bytes: Uint8Array
}

/** Counts after a record, given those before it. */
export function totalsAfter(before: Totals, record: { readonly kind: number; readonly frames: number }): Totals {
  const { acceptedFrames, noiseFrames } = before
  if (record.kind === recordKinds.data) return { acceptedFrames: acceptedFrames + record.frames, noiseFrames }
  if (record.kind === recordKinds.noise) return { acceptedFrames, noiseFrames: noiseFrames + record.frames }
  return { acceptedFrames, noiseFrames }
}

/** Writes a record at `at`; there must be room. Returns the offset behind it. */
export function writeRecord(out: Memory, at: number, record: RecordContent, place: RecordPlace, salt: number): number {
  const { bytes, view } = out
  const from = at + recordHeaderBytes
  const to = from + record.bytes.byteLength
  view.setUint16(at + 8, record.kind | (place.flags << 8), true)
  view.setUint32(at + 10, record.bytes.byteLength, true)
  view.setUint32(at + 14, record.frames, true)
  setU48(view, at + 18, place.number)
  setU48(view, at + 24, place.acceptedFrames)
  setU48(view, at + 30, place.noiseFrames)
  bytes.set(record.bytes, from)
  const head = crc32(out, at + 8, from, salt)
  view.setUint16(at + 4, mark, true)
  view.setUint16(at + 6, headCheck(head), true)
  view.setUint32(at, crc32(out, from, to, head), true)
  return to
}

/** The record at `at` of `bytes[0, end)`; 'more' when it may go on behind `end`; undefined when there is no valid record. */
export function readRecord(memory: Memory, at: number, end: number, salt: number) {
  const { view } = memory
  const from = at + recordHeaderBytes
  if (from > end) return 'more' as const
  if (view.getUint16(at + 4, true) !== mark) return undefined
  const head = crc32(memory, at + 8, from, salt)
  if (headCheck(head) !== view.getUint16(at + 6, true)) return undefined
  const length = view.getUint32(at + 10, true)
  if (length > recordBytesLimit) return undefined
  const to = from + length
  if (to > end) return 'more' as const
  if (crc32(memory, from, to, head) !== view.getUint32(at, true)) return undefined
  const found: RecordHead = {
    kind: view.getUint8(at + 8) as RecordKind,
    flags: view.getUint8(at + 9),
    frames: view.getUint32(at + 14, true),
    number: getU48(view, at + 18),
    acceptedFrames: getU48(view, at + 24),
    noiseFrames: getU48(view, at + 30),
    from,
    to,
  }
  return found
}

const headCheck = (sum: number) => (sum ^ (sum >>> 16)) & 0xffff

export function setU48(view: DataView, at: number, value: number) {
  view.setUint32(at, value >>> 0, true)
  view.setUint16(at + 4, value / 0x1_0000_0000, true)
}

export const getU48 = (view: DataView, at: number) =>
  view.getUint32(at, true) + view.getUint16(at + 4, true) * 0x1_0000_0000
