/**
 * The optional checksum of a text frame: `*` and four hex digits at its end, CRC-16/CCITT-FALSE (polynomial 0x1021, start 0xFFFF) of the
 * bytes before the `*`. A serial line has no checksum of its own: bytes lost in the middle of two lines can join them to one that
 * looks right. A sender that adds it turns that into a frame kept aside instead of a wrong reading. A source may require CRC-32 instead, as eight digits.
 */
import { crc32 } from '../../lib/crc.ts'

export type LineCheck = 'crc16' | 'crc32'
const digitsOf: Readonly<Record<LineCheck, number>> = { crc16: 4, crc32: 8 }

/** The bytes without the checksum; what is wrong with it, in words, otherwise. Bytes without one are returned as they are. */
export function withoutChecksum(
  frame: Uint8Array,
  check: LineCheck = 'crc16',
): Uint8Array | { readonly wrong: string } {
  const digits = digitsOf[check]
  const end = trimmedEnd(frame)
  const star = end - digits - 1
  if (star < 0 || frame[star] !== asterisk) return frame
  const claimed = hexOf(frame, star + 1, end)
  if (claimed === undefined) return frame
  const computed = check === 'crc16' ? crc16(frame, star) : crc32(frame.subarray(0, star))
  return claimed === computed
    ? frame.subarray(0, star)
    : { wrong: `the line claims checksum ${hex(claimed, digits)} and the bytes have ${hex(computed, digits)}` }
}

/** CRC-16/CCITT-FALSE of the first `length` bytes. */
export function crc16(bytes: Uint8Array, length = bytes.length): number {
  let crc = 0xffff
  for (let i = 0; i < length; i++) crc = ((crc << 8) & 0xffff) ^ (table[(crc >> 8) ^ (bytes[i] as number)] as number)
  return crc
}

const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)
  return crc & 0xffff
})
const asterisk = 0x2a
const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, '0')

function trimmedEnd(bytes: Uint8Array): number {
  let end = bytes.length
  while (end > 0 && (bytes[end - 1] as number) <= 0x20) end--
  return end
}

function hexOf(bytes: Uint8Array, from: number, to: number): number | undefined {
  let value = 0
  for (let i = from; i < to; i++) {
    const digit = hexDigits.indexOf(String.fromCharCode(bytes[i] as number).toUpperCase())
    if (digit < 0) return undefined
    value = value * 16 + digit
  }
  return value
}
const hexDigits = '0123456789ABCDEF'
