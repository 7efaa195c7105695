/**
 * One question to a Modbus RTU unit and its answer (Modbus over Serial Line V1.02, 2.5.1). The answer is returned as it came, CRC included; it is not read
 * here beyond what is needed to know where it ends.
 */
import { type AskedRegisters, registerTables } from '../../domain/register-map.ts'
import { crc16Modbus } from '../../lib/crc.ts'

export type PollAnswer =
  | { readonly kind: 'answer'; readonly frame: Buffer }
  /** The unit refuses: `code` is the exception of the protocol. */
  | { readonly kind: 'exception'; readonly frame: Buffer; readonly code: number }
  /** Bytes that are no answer to this question: damaged, or from another unit. */
  | { readonly kind: 'damaged'; readonly frame: Buffer }
  | { readonly kind: 'silent' }

export interface AskedUnit extends AskedRegisters {
  readonly unit: number
}

export function question({ unit, table, from, count }: AskedUnit): Buffer {
  const body = Buffer.alloc(6)
  body.writeUInt8(unit, 0)
  body.writeUInt8(registerTables[table], 1)
  body.writeUInt16BE(from, 2)
  body.writeUInt16BE(count, 4)
  const crc = Buffer.alloc(2)
  crc.writeUInt16LE(crc16Modbus(body))
  return Buffer.concat([body, crc])
}

const exceptionBytes = 5

/** How many bytes the answer has that begins with these; undefined while that is not known. */
function wholeBytes(bytes: Buffer): number | undefined {
  const [, code, length] = bytes
  if (code === undefined || length === undefined) return undefined
  return code >= 0x80 ? exceptionBytes : 3 + length + 2
}

/** Undefined while bytes are missing. */
export function answerIn(bytes: Buffer, asked: AskedUnit): PollAnswer | undefined {
  const whole = wholeBytes(bytes)
  if (whole === undefined || bytes.length < whole) return undefined
  const frame = bytes.subarray(0, whole)
  const fn = registerTables[asked.table]
  const isRight =
    bytes.length === whole &&
    frame[0] === asked.unit &&
    ((frame[1] as number) & 0x7f) === fn &&
    crc16Modbus(frame.subarray(0, -2)) === frame.readUInt16LE(whole - 2)
  if (!isRight) return { kind: 'damaged', frame: bytes }
  if ((frame[1] as number) >= 0x80) return { kind: 'exception', frame, code: frame[2] as number }
  return { kind: 'answer', frame }
}

const exceptions: Readonly<Record<number, string>> = {
  1: 'it does not know this function',
  2: 'it has no such registers',
  3: 'it does not allow this number of registers',
  4: 'it has failed',
  6: 'it is busy',
}
export const exceptionText = (code: number): string => exceptions[code] ?? `exception ${code}`
