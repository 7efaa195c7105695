/**
 * A segment: one file of the log. Its name holds the journal, the segment and its first record, so that its records
 * can still be checked when its header is lost; the header adds what only the writer knew. 512 bytes, little-endian:
 *
 *   0 'BAYKJRNL'   8 u16 version   10 u16 header bytes   12 u64 journal id   20 u32 ordinal   24 u32 fence
 *  28 u48 first record   34 u48 last record before it (less than first - 1: numbers between were skipped and hold nothing)
 *  40 u48 data frames before it   46 u48 noise frames before it   52 u48 made at, ms since 1970
 *  58 u32 segment, 62 u32 offset, 66 u48 number of the newest checkpoint before it (number 0: none)   508 u32 checksum of 0 to 508
 *
 * Law: the segment that holds record n is the one with the highest ordinal whose first record is not above n. What an older
 * segment holds from there on is void: that is how a segment whose sync failed is left behind. A file with neither header nor any
 * record is no segment: its making was cut short, and it voids nothing.
 */
import { crc32 } from './crc32.ts'
import { memory } from './memory.ts'
import { getU48, setU48 } from './record.ts'

export const formatVersion = 1
export const headerBytes = 512
const magic = Uint8Array.from('BAYKJRNL', (letter) => letter.charCodeAt(0))
const namePattern = /^([0-9a-f]{16})-([0-9]{8,10})-([0-9]{15,16})\.segment$/
/** Files with larger numbers in their names were not written by this program. */
const ordinalMax = 0xffff_fff0
const firstMax = 2 ** 47

export interface SegmentName {
  readonly id: string
  readonly ordinal: number
  readonly first: number
}

/** Where a checkpoint record lies. */
export interface CheckpointPlace {
  readonly ordinal: number
  readonly offset: number
  readonly number: number
}

export interface SegmentHeader extends SegmentName {
  readonly fence: number
  readonly prior: number
  readonly acceptedFrames: number
  readonly noiseFrames: number
  readonly madeAt: number
  readonly checkpoint: CheckpointPlace | undefined
}

export const segmentName = ({ id, ordinal, first }: SegmentName) =>
  `${id}-${String(ordinal).padStart(8, '0')}-${String(first).padStart(15, '0')}.segment`

export function parseSegmentName(name: string): SegmentName | undefined {
  const [, id, ordinalText, firstText] = namePattern.exec(name) ?? []
  const ordinal = Number(ordinalText)
  const first = Number(firstText)
  if (id === undefined || ordinal < 1 || ordinal > ordinalMax || first < 1 || first > firstMax) return undefined
  return { id, ordinal, first }
}

/** Seed of the checksums of a segment's records. */
export function segmentSalt({ id, ordinal, first }: SegmentName): number {
  const seed = memory(18)
  const { bytes, view } = seed
  bytes.set(Uint8Array.fromHex(id))
  view.setUint32(8, ordinal, true)
  setU48(view, 12, first)
  return crc32(seed, 0, bytes.length, 0)
}

export function encodeHeader(header: SegmentHeader): Uint8Array {
  const block = memory(headerBytes)
  const { bytes, view } = block
  bytes.set(magic)
  view.setUint16(8, formatVersion, true)
  view.setUint16(10, headerBytes, true)
  bytes.set(Uint8Array.fromHex(header.id), 12)
  view.setUint32(20, header.ordinal, true)
  view.setUint32(24, header.fence, true)
  setU48(view, 28, header.first)
  setU48(view, 34, header.prior)
  setU48(view, 40, header.acceptedFrames)
  setU48(view, 46, header.noiseFrames)
  setU48(view, 52, Math.max(0, header.madeAt))
  view.setUint32(58, header.checkpoint?.ordinal ?? 0, true)
  view.setUint32(62, header.checkpoint?.offset ?? 0, true)
  setU48(view, 66, header.checkpoint?.number ?? 0)
  view.setUint32(508, crc32(block, 0, 508, 0), true)
  return bytes
}

/** The header in the first bytes of a file; only its version where a later one of this format wrote it; undefined when there is none. */
export function decodeHeader(bytes: Uint8Array): SegmentHeader | { readonly newer: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.byteLength < headerBytes || magic.some((letter, i) => bytes[i] !== letter)) return undefined
  if (crc32({ bytes, view }, 0, 508, 0) !== view.getUint32(508, true)) return undefined
  if (view.getUint16(8, true) !== formatVersion) return { newer: view.getUint16(8, true) }
  const checkpoint = { ordinal: view.getUint32(58, true), offset: view.getUint32(62, true), number: getU48(view, 66) }
  return {
    id: bytes.subarray(12, 20).toHex(),
    ordinal: view.getUint32(20, true),
    fence: view.getUint32(24, true),
    first: getU48(view, 28),
    prior: getU48(view, 34),
    acceptedFrames: getU48(view, 40),
    noiseFrames: getU48(view, 46),
    madeAt: getU48(view, 52),
    checkpoint: checkpoint.number > 0 ? checkpoint : undefined,
  }
}
