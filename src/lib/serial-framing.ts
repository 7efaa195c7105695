/**
 * Framings of a serial line beside LF lines: how a stream is cut into messages, and what a framing puts around one. Intake cuts with it and keeps the bytes
 * of the wire; the codec takes the framing off with it, so both always agree.
 *
 * - `cr`: text ended by CR, as of old terminals.
 * - `cobs`: Consistent Overhead Byte Stuffing (Cheshire and Baker, 1999), ended by 0.
 * - `slip`: RFC 1055, ended by 0xC0; a message may begin with it too.
 * - `length8`, `length16`, `length16-le`: the length of the message before it, in one byte or two.
 */
import { crc16Ccitt, crc16Modbus, crc32 } from './crc.ts'
import { fail, ok, type Result } from './result.ts'

export const serialFramings = ['cr', 'cobs', 'slip', 'length8', 'length16', 'length16-le'] as const
export type SerialFraming = (typeof serialFramings)[number]

/** Behind the message, within the framing. `-le`: the low byte first. */
export const serialChecks = ['none', 'crc16', 'crc16-le', 'crc16-modbus', 'crc32', 'crc32-le'] as const
export type SerialCheck = (typeof serialChecks)[number]

/** The byte that ends a message; undefined where its length comes first. */
export const endOf: Readonly<Record<SerialFraming, number | undefined>> = {
  ...{ cr: 0x0d, cobs: 0, slip: 0xc0 },
  ...{ length8: undefined, length16: undefined, 'length16-le': undefined },
}

/** Bytes of the length, for a framing that has one. */
export const lengthBytes = (framing: SerialFraming): number => (framing === 'length8' ? 1 : 2)

export const lengthIn = (framing: SerialFraming, bytes: Uint8Array, at: number): number => {
  const [first, second] = [bytes[at] ?? 0, bytes[at + 1] ?? 0]
  if (framing === 'length8') return first
  return framing === 'length16' ? first * 256 + second : second * 256 + first
}

/** The message of one frame of the wire; in words, what is wrong with it. */
export function unframed(framing: SerialFraming, frame: Uint8Array): Result<Uint8Array, string> {
  switch (framing) {
    case 'cr':
      return ok(frame)
    case 'cobs':
      return fromCobs(frame)
    case 'slip':
      return fromSlip(frame)
    default: {
      const head = lengthBytes(framing)
      const length = lengthIn(framing, frame, 0)
      return frame.length === head + length
        ? ok(frame.subarray(head))
        : fail(`the frame announces ${length} bytes and has ${Math.max(0, frame.length - head)}`)
    }
  }
}

function fromCobs(frame: Uint8Array): Result<Uint8Array, string> {
  const out = new Uint8Array(frame.length)
  let length = 0
  for (let at = 0; at < frame.length; ) {
    const code = frame[at] as number
    const end = at + code
    if (code === 0 || end > frame.length)
      return fail(`byte ${at} of the COBS frame points beyond its end: bytes were lost`)
    out.set(frame.subarray(at + 1, end), length)
    length += code - 1
    at = end
    if (code < 0xff && at < frame.length) out[length++] = 0
  }
  return ok(out.subarray(0, length))
}

const slipEscape = 0xdb

function fromSlip(frame: Uint8Array): Result<Uint8Array, string> {
  const out = new Uint8Array(frame.length)
  let length = 0
  for (let at = 0; at < frame.length; at++) {
    const byte = frame[at] as number
    if (byte !== slipEscape) {
      out[length++] = byte
      continue
    }
    const next = frame[++at]
    if (next !== 0xdc && next !== 0xdd)
      return fail(`byte ${at} of the SLIP frame follows an escape and is none of DC, DD`)
    out[length++] = next === 0xdc ? 0xc0 : slipEscape
  }
  return ok(out.subarray(0, length))
}

/** The message without the check behind it. */
export function unchecked(check: SerialCheck, message: Uint8Array): Result<Uint8Array, string> {
  if (check === 'none') return ok(message)
  const width = check.startsWith('crc32') ? 4 : 2
  if (message.length <= width)
    return fail(`the message has ${message.length} bytes, too few for its ${check} and content`)
  const body = message.subarray(0, message.length - width)
  const tail = message.subarray(message.length - width)
  const isLittle = check.endsWith('-le') || check === 'crc16-modbus'
  const claimed = [...(isLittle ? tail.toReversed() : tail)].reduce((sum, byte) => sum * 256 + byte, 0)
  const computed = check === 'crc16-modbus' ? crc16Modbus(body) : width === 4 ? crc32(body) : crc16Ccitt(body)
  if (claimed === computed) return ok(body)
  const shown = (value: number) =>
    value
      .toString(16)
      .toUpperCase()
      .padStart(2 * width, '0')
  return fail(`the message claims ${check} ${shown(claimed)} and its bytes have ${shown(computed)}`)
}

/** A message as a sender puts it on the wire, its end included: for boards that are emulated, and for captures that are played. */
export function framed(framing: SerialFraming, check: SerialCheck, body: Uint8Array): Buffer {
  const message = Buffer.concat([body, checkOf(check, body)])
  switch (framing) {
    case 'cr':
      return Buffer.concat([message, Buffer.of(0x0d)])
    case 'cobs':
      return toCobs(message)
    case 'slip': {
      const escaped = [...message].flatMap((byte) =>
        byte === 0xc0 ? [slipEscape, 0xdc] : byte === slipEscape ? [slipEscape, 0xdd] : [byte],
      )
      return Buffer.from([...escaped, 0xc0])
    }
    default: {
      const head = Buffer.alloc(lengthBytes(framing))
      if (framing === 'length8') head.writeUInt8(message.length)
      else if (framing === 'length16') head.writeUInt16BE(message.length)
      else head.writeUInt16LE(message.length)
      return Buffer.concat([head, message])
    }
  }
}

function checkOf(check: SerialCheck, body: Uint8Array): Buffer {
  if (check === 'none') return Buffer.alloc(0)
  const is32 = check.startsWith('crc32')
  const tail = Buffer.alloc(is32 ? 4 : 2)
  if (is32) tail.writeUInt32BE(crc32(body))
  else tail.writeUInt16BE(check === 'crc16-modbus' ? crc16Modbus(body) : crc16Ccitt(body))
  return check.endsWith('-le') || check === 'crc16-modbus' ? tail.reverse() : tail
}

function toCobs(message: Uint8Array): Buffer {
  const out: number[] = []
  let codeAt = 0
  out.push(1)
  for (const [i, byte] of message.entries()) {
    if (byte === 0) {
      codeAt = out.push(1) - 1
      continue
    }
    out.push(byte)
    const code = (out[codeAt] as number) + 1
    out[codeAt] = code
    if (code === 0xff && i < message.length - 1) codeAt = out.push(1) - 1
  }
  return Buffer.from([...out, 0])
}
