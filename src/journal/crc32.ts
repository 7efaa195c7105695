/**
 * CRC-32 (IEEE) that can be continued. Short runs are summed here, eight bytes a step: the call into zlib costs about as much as
 * summing 400 bytes does. Long ones go to zlib.
 */
import * as zlib from 'node:zlib'

const nativeFromBytes = 400
const tables = makeTables()

/** The checksum of `bytes[from, to)`, continuing from `seed` (the checksum of what came before; 0 at the start). */
export function crc32(bytes: Uint8Array, from: number, to: number, seed: number): number {
  if (to - from >= nativeFromBytes) return zlib.crc32(bytes.subarray(from, to), seed)
  const t = tables
  let c = ~seed
  let i = from
  for (; i + 8 <= to; i += 8) {
    c =
      (t[1792 + ((c ^ at(bytes, i)) & 255)] as number) ^
      (t[1536 + (((c >>> 8) ^ at(bytes, i + 1)) & 255)] as number) ^
      (t[1280 + (((c >>> 16) ^ at(bytes, i + 2)) & 255)] as number) ^
      (t[1024 + ((c >>> 24) ^ at(bytes, i + 3))] as number) ^
      (t[768 + at(bytes, i + 4)] as number) ^
      (t[512 + at(bytes, i + 5)] as number) ^
      (t[256 + at(bytes, i + 6)] as number) ^
      (t[at(bytes, i + 7)] as number)
  }
  for (; i < to; i++) c = (c >>> 8) ^ (t[(c ^ at(bytes, i)) & 255] as number)
  return ~c >>> 0
}

const at = (bytes: Uint8Array, i: number) => bytes[i] as number

function makeTables(): Int32Array {
  const table = new Int32Array(8 * 256)
  for (let n = 0; n < 256; n++) {
    let c = n
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1
    table[n] = c
  }
  for (let n = 256; n < table.length; n++) {
    const before = table[n - 256] as number
    table[n] = (before >>> 8) ^ (table[before & 255] as number)
  }
  return table
}
