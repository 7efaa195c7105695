/** JSON as it is journaled and stored when it may be large: gzip. Text that was stored before is read as it is. */
import { promisify } from 'node:util'
import { gunzip, gunzipSync, gzip, gzipSync } from 'node:zlib'

/** Nothing that is packed is larger: a damaged or hostile text cannot take all memory. */
const unpackedBytesMax = 256 * 1024 * 1024
const gzipMagic = [0x1f, 0x8b] as const
const decoder = new TextDecoder('utf-8', { fatal: true })

export const packJson = async (value: unknown): Promise<Uint8Array> => promisify(gzip)(JSON.stringify(value))

/** In one go: for its own thread, or where little is packed. */
export const packJsonSync = (value: unknown): Uint8Array => gzipSync(JSON.stringify(value))

/** As `unpackJson`, with the unpacking beside the event loop. */
export async function unpackJsonBeside(bytes: Uint8Array): Promise<unknown> {
  if (!isPacked(bytes)) return unpackJson(bytes)
  return JSON.parse(decoder.decode(await promisify(gunzip)(bytes, { maxOutputLength: unpackedBytesMax })))
}

const isPacked = (bytes: Uint8Array) => bytes[0] === gzipMagic[0] && bytes[1] === gzipMagic[1]

/** Throws what `JSON.parse` or gzip throws. */
export function unpackJson(bytes: Uint8Array): unknown {
  const text = isPacked(bytes) ? gunzipSync(bytes, { maxOutputLength: unpackedBytesMax }) : bytes
  return JSON.parse(decoder.decode(text))
}
