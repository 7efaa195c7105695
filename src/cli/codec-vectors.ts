/** A file of vectors: bytes that a sensor sends, and what they mean in the names of the wire. */
import { readFileSync } from 'node:fs'
import { measures } from '../domain/measures.ts'
import { CommandFailed, exitCodes } from './output.ts'

export interface Vector {
  readonly fPort: number | undefined
  readonly bytes: Uint8Array
  readonly hex: string
  /** Only what is named is compared. */
  readonly expect: Readonly<Record<string, boolean | number | null>>
}

/** Names that a vector may expect: those of a reading. */
export const wireNames: readonly string[] = ['occupied', 'battery_low', ...measures.map(({ name }) => name)]
const vectorsMax = 10_000
const bytesMax = 1_024
const portMax = 255

export function textOfFile(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const why =
      code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a directory' : String(code ?? cause)
    throw new CommandFailed(exitCodes.failed, `${what} ${file} cannot be read: ${why}`, { cause })
  }
}

export function readVectors(file: string): readonly Vector[] {
  const bad = (what: string, options?: ErrorOptions) =>
    new CommandFailed(exitCodes.failed, `${file}: ${what}; a vector is ${example}`, options)
  const text = textOfFile(file, 'the file of vectors').replace(/^\uFEFF/, '')
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (cause) {
    const comment = /^\s*(?:\/[/*]|#)/m.test(text) ? ', and JSON has no comments' : ''
    throw bad(`it is not JSON: ${(cause as Error).message.slice(0, 200)}${comment}`, { cause })
  }
  if (!Array.isArray(parsed)) throw bad('it holds no list of vectors')
  if (parsed.length === 0) throw bad('its list of vectors is empty, so nothing would be tested')
  if (parsed.length > vectorsMax) throw bad(`it holds ${parsed.length} vectors; ${vectorsMax} are the most`)
  return parsed.map((value: unknown, i) => {
    const vector = vectorOf(value)
    if (typeof vector === 'string') throw bad(`vector ${i + 1} ${vector}`)
    return vector
  })
}

const example = '{"fPort":1,"bytes":"0124","expect":{"occupied":true}}, with the bytes in hex'

function vectorOf(value: unknown): Vector | string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is no object'
  const { fPort, bytes: given, expect } = value as { fPort?: unknown; bytes?: unknown; expect?: unknown }
  const port = fPort ?? undefined
  if (port !== undefined && !(Number.isInteger(port) && (port as number) >= 0 && (port as number) <= portMax))
    return `has the fPort ${shown(port)}: a whole number from 0 to ${portMax} is one`
  const bytes = bytesOf(given)
  if (typeof bytes === 'string') return bytes
  if (typeof expect !== 'object' || expect === null || Array.isArray(expect)) return 'has no object "expect"'
  for (const [name, wanted] of Object.entries(expect)) {
    if (!wireNames.includes(name)) return `expects "${name.slice(0, 40)}": the names are ${wireNames.join(', ')}`
    if (wanted !== null && typeof wanted !== 'number' && typeof wanted !== 'boolean')
      return `expects ${shown(wanted)} as "${name}": true, false, null or a number can be expected`
  }
  return { fPort: port as number | undefined, bytes, hex: bytes.toHex(), expect: expect as Vector['expect'] }
}

function bytesOf(given: unknown): Uint8Array | string {
  if (isByteList(given))
    return `has the bytes ${shown(given)}: write them in hex, "${Uint8Array.from(given).toHex().slice(0, 80)}"`
  if (typeof given !== 'string') return `has the bytes ${shown(given)}: text in hex is needed`
  const hex = given.replace(/^0x/i, '').replaceAll(/[\s:-]/g, '')
  const other = /[^0-9a-f]/i.exec(hex)?.[0]
  if (other !== undefined) return `has the bytes ${shown(given)}: "${other}" is no hex digit${asBase64(given)}`
  if (hex.length % 2 === 1) return `has the bytes ${shown(given)}: ${hex.length} hex digits are no whole bytes`
  if (hex.length > 2 * bytesMax) return `has ${hex.length / 2} bytes; ${bytesMax} are the most`
  return Uint8Array.fromHex(hex)
}

const isByteList = (given: unknown): given is number[] =>
  Array.isArray(given) &&
  given.length <= bytesMax &&
  given.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255)

/** Network servers show bytes in base64. */
const asBase64 = (given: string): string =>
  given.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(given)
    ? `; if it is base64, it is "${Uint8Array.fromBase64(given).toHex().slice(0, 80)}" in hex`
    : ''

const shown = (value: unknown) => (JSON.stringify(value) ?? 'undefined').slice(0, 60)
