/**
 * Weights on disk, in the safetensors format: eight bytes of header length (little endian), a JSON header of names, types, shapes and offsets
 * with free text under `__metadata__`, then the numbers. Nothing in such a file can run. Only F32 is written or read.
 * Source: github.com/huggingface/safetensors, README, "Format".
 */
import type { StoredTensor, StoredTensors } from './stored-tensors.ts'

/** A file with a longer header was not written by this program. */
const headerBytesMax = 1_000_000

export interface Weights {
  readonly tensors: StoredTensors
  readonly metadata: Readonly<Record<string, string>>
}

interface Entry {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data_offsets: readonly [number, number]
}

export function writeSafetensors({ tensors, metadata }: Weights): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata }
  let offset = 0
  for (const [name, { shape, values }] of Object.entries(tensors)) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + values.byteLength] }
    offset += values.byteLength
  }
  const json = JSON.stringify(header)
  const bytes = new TextEncoder().encode(json)
  // Padded with blanks so that the numbers begin at a multiple of eight.
  const length = Math.ceil(bytes.length / 8) * 8
  const out = new Uint8Array(8 + length + offset).fill(32, 8, 8 + length)
  new DataView(out.buffer).setBigUint64(0, BigInt(length), true)
  out.set(bytes, 8)
  let at = 8 + length
  for (const { values } of Object.values(tensors)) {
    out.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at)
    at += values.byteLength
  }
  return out
}

/** Throws with the reason when the bytes are not what they claim. */
export function readSafetensors(bytes: Uint8Array): Weights {
  if (bytes.length < 8) throw new Error('not a safetensors file: shorter than its header length')
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
  if (length > headerBytesMax || 8 + length > bytes.length)
    throw new Error(`not a safetensors file: header of ${length} bytes`)
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<string, Entry>
  const { __metadata__, ...entries } = header
  const tensors = Object.entries(entries).map(([name, entry]): [string, StoredTensor] => [
    name,
    tensorAt(bytes, { name, entry, start: 8 + length }),
  ])
  return { tensors: Object.fromEntries(tensors), metadata: (__metadata__ ?? {}) as unknown as Record<string, string> }
}

function tensorAt(
  bytes: Uint8Array,
  { name, entry, start }: { name: string; entry: Entry; start: number },
): StoredTensor {
  const [from, to] = entry.data_offsets
  const count = entry.shape.reduce((a, b) => a * b, 1)
  if (entry.dtype !== 'F32') throw new Error(`${name} is ${entry.dtype}; only F32 is read`)
  if (to - from !== 4 * count || from < 0 || start + to > bytes.length)
    throw new Error(`${name} has ${to - from} bytes for ${count} numbers, or ends beyond the file`)
  const values = new Float32Array(count)
  // Copied by bytes: a Buffer of Node lies anywhere in a shared pool, so its own buffer is not these bytes.
  new Uint8Array(values.buffer).set(bytes.subarray(start + from, start + to))
  return { shape: entry.shape, values }
}
