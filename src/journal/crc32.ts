/**
 * CRC-32 (IEEE) that can be continued. Short runs are summed here, sixteen bytes a step: the call into zlib costs about as much as
 * summing 400 bytes does. Long ones go to zlib.
 */
import * as zlib from 'node:zlib'
import type { Memory } from './memory.ts'

const nativeFromBytes = 512
const table = makeTable()

/** The checksum of `bytes[from, to)`, continuing from `seed` (the checksum of what came before; 0 at the start). */
export function crc32({ bytes, view }: Memory, from: number, to: number, seed: number): number {
  if (to - from >= nativeFromBytes) return zlib.crc32(bytes.subarray(from, to), seed)
  const t = table
  let c = ~seed
  let i = from
  for (; i + 16 <= to; i += 16) {
    c ^= view.getInt32(i, true)
    const d = view.getInt32(i + 4, true)
    const e = view.getInt32(i + 8, true)
    const f = view.getInt32(i + 12, true)
    c =
      (t[3840 + (c & 255)] as number) ^
      (t[3584 + ((c >>> 8) & 255)] as number) ^
      (t[3328 + ((c >>> 16) & 255)] as number) ^
      (t[3072 + (c >>> 24)] as number) ^
      (t[2816 + (d & 255)] as number) ^
      (t[2560 + ((d >>> 8) & 255)] as number) ^
      (t[2304 + ((d >>> 16) & 255)] as number) ^
      (t[2048 + (d >>> 24)] as number) ^
      (t[1792 + (e & 255)] as number) ^
      (t[1536 + ((e >>> 8) & 255)] as number) ^
      (t[1280 + ((e >>> 16) & 255)] as number) ^
      (t[1024 + (e >>> 24)] as number) ^
      (t[768 + (f & 255)] as number) ^
      (t[512 + ((f >>> 8) & 255)] as number) ^
      (t[256 + ((f >>> 16) & 255)] as number) ^
      (t[f >>> 24] as number)
  }
  if (i + 8 <= to) {
    c ^= view.getInt32(i, true)
    const d = view.getInt32(i + 4, true)
    c =
      (t[1792 + (c & 255)] as number) ^
      (t[1536 + ((c >>> 8) & 255)] as number) ^
      (t[1280 + ((c >>> 16) & 255)] as number) ^
      (t[1024 + (c >>> 24)] as number) ^
      (t[768 + (d & 255)] as number) ^
      (t[512 + ((d >>> 8) & 255)] as number) ^
      (t[256 + ((d >>> 16) & 255)] as number) ^
      (t[d >>> 24] as number)
    i += 8
  }
  if (i + 4 <= to) {
    c ^= view.getInt32(i, true)
    c =
      (t[768 + (c & 255)] as number) ^
      (t[512 + ((c >>> 8) & 255)] as number) ^
      (t[256 + ((c >>> 16) & 255)] as number) ^
      (t[c >>> 24] as number)
    i += 4
  }
  for (; i < to; i++) c = (c >>> 8) ^ (t[(c ^ (bytes[i] as number)) & 255] as number)
  return ~c >>> 0
}

function makeTable(): Int32Array {
  const entries = new Int32Array(16 * 256)
  for (let n = 0; n < 256; n++) {
    let c = n
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1
    entries[n] = c
  }
  for (let n = 256; n < entries.length; n++) {
    const before = entries[n - 256] as number
    entries[n] = (before >>> 8) ^ (entries[before & 255] as number)
  }
  return entries
}
