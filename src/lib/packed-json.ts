/** JSON as it is journaled and stored when it may be large: gzip. Text that was stored before is read as it is. */
import { promisify } from 'node:util'
import { gunzipSync, gzip } from 'node:zlib'

/** Nothing that is packed is larger: a damaged or hostile text cannot take all memory. */
const unpackedBytesMax = 256 * 1024 * 1024
const gzipMagic = [0x1f, 0x8b] as const
const decoder = new TextDecoder('utf-8', { fatal: true })

export const packJson = async (value: unknown): Promise<Uint8Array> => promisify(gzip)(JSON.stringify(value))

/** Throws what `JSON.parse` or gzip throws. */
export function unpackJson(bytes: Uint8Array): unknown {
  const isPacked = bytes[0] === gzipMagic[0] && bytes[1] === gzipMagic[1]
  const text = isPacked ? gunzipSync(bytes, { maxOutputLength: unpackedBytesMax }) : bytes
  return JSON.parse(decoder.decode(text))
}
