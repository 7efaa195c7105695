/**
 * The answer of a Modbus RTU device, read with the register map that it was asked by. The map travels with the frame: what was asked decides what the bytes mean,
 * also when the journal is read again years later.
 */
import { type AskedRegisters, askedRegisters, type RegisterReading, registerTables } from '../../domain/register-map.ts'
import { fail, ok, type Result } from '../../lib/result.ts'

const known = new Map<string, AskedRegisters>()
const knownMax = 64

export function askedOf(text: string): AskedRegisters | undefined {
  const before = known.get(text)
  if (before) return before
  try {
    const read = askedRegisters.parse(JSON.parse(text))
    if (known.size >= knownMax) known.clear()
    known.set(text, read)
    return read
  } catch {
    // The frame names no map that can be read: it is answered for as a rejection.
    return undefined
  }
}

/** Values by device, as the fields of a reading; `answer` is the whole frame: unit, function, number of bytes, bytes, CRC. */
export function valuesOf(
  answer: Uint8Array,
  what: AskedRegisters,
): Result<ReadonlyMap<string, Map<string, unknown>>, string> {
  const isBits = what.table === 'coils' || what.table === 'discrete'
  const bytes = isBits ? Math.ceil(what.count / 8) : 2 * what.count
  if (answer.length !== bytes + 5 || answer[1] !== registerTables[what.table] || answer[2] !== bytes)
    return fail(`the answer has ${answer.length} bytes, and ${what.count} of ${what.table} have ${bytes + 5}`)
  const view = new DataView(answer.buffer, answer.byteOffset + 3, bytes)
  const found = new Map<string, Map<string, unknown>>()
  for (const reading of what.readings) {
    const index = reading.at - what.from
    const raw = isBits ? (view.getUint8(index >> 3) >> (index & 7)) & 1 : numberAt(view, 2 * index, reading)
    const value = reading.bit === undefined ? raw : (raw >> reading.bit) & 1
    const fields = found.get(reading.device) ?? new Map<string, unknown>()
    found.set(reading.device, fields)
    if (reading.field === 'occupied') fields.set('occupied', value === reading.unknown ? null : presenceOf(value))
    else if (value !== reading.unknown && Number.isFinite(value))
      fields.set(reading.field, Number((value * reading.scale).toPrecision(12)))
  }
  return ok(found)
}

/** A state of 2 is none of free and occupied. */
const presenceOf = (value: number): boolean | null => (value === 1 ? true : value === 0 ? false : null)

function numberAt(view: DataView, at: number, { type }: RegisterReading): number {
  if (type === 'u16') return view.getUint16(at)
  if (type === 'i16') return view.getInt16(at)
  const [high, low] = type.endsWith('-le') ? [at + 2, at] : [at, at + 2]
  const word = view.getUint16(high) * 65_536 + view.getUint16(low)
  if (type.startsWith('u32')) return word
  const buffer = new DataView(new ArrayBuffer(4))
  buffer.setUint32(0, word)
  return type.startsWith('i32') ? buffer.getInt32(0) : buffer.getFloat32(0)
}
