/**
 * Just enough of the binary format of WebAssembly (version 1 with bulk memory) to read a module and write it again: numbers in LEB128,
 * sections, and where each instruction ends. Source: WebAssembly Core Specification 2.0, chapter 5.
 */
import assert from 'node:assert/strict'

export interface WasmReader {
  readonly bytes: Uint8Array
  at: number
}

export const readerOf = (bytes: Uint8Array, at = 0): WasmReader => ({ bytes, at })

export function byteAt(reader: WasmReader): number {
  const byte = reader.bytes[reader.at++]
  assert(byte !== undefined, 'the module ends within a number')
  return byte
}

/** An unsigned number of 32 bits. */
export function unsigned(reader: WasmReader): number {
  let value = 0
  for (let shift = 0; ; shift += 7) {
    const byte = byteAt(reader)
    value |= (byte & 0x7f) << shift
    if (byte < 0x80) return value >>> 0
  }
}

/** Skips a number, signed or not. */
function skipNumber(reader: WasmReader) {
  while (byteAt(reader) >= 0x80);
}

export function unsignedBytes(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  do {
    const low = rest & 0x7f
    rest >>>= 7
    bytes.push(rest === 0 ? low : low | 0x80)
  } while (rest !== 0)
  return bytes
}

export interface Section {
  readonly id: number
  readonly body: Uint8Array
}

const headBytes = 8

export function sectionsOf(module: Uint8Array): Section[] {
  const reader = readerOf(module, headBytes)
  const sections: Section[] = []
  while (reader.at < module.length) {
    const id = byteAt(reader)
    const length = unsigned(reader)
    sections.push({ id, body: module.subarray(reader.at, reader.at + length) })
    reader.at += length
  }
  return sections
}

export function moduleOf(head: Uint8Array, sections: readonly Section[]): Uint8Array<ArrayBuffer> {
  const parts = sections.flatMap(({ id, body }) => [Uint8Array.of(id, ...unsignedBytes(body.length)), body])
  return Uint8Array.from(Buffer.concat([head.subarray(0, headBytes), ...parts]))
}

export const opcode = {
  unreachable: 0x00,
  loop: 0x03,
  if: 0x04,
  end: 0x0b,
  localGet: 0x20,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Const: 0x41,
  i32LessSigned: 0x48,
  i32Sub: 0x6b,
  i32ShiftRightUnsigned: 0x76,
  prefixed: 0xfc,
} as const
export const noResult = 0x40
export const memoryCopy = 0x0a
export const memoryFill = 0x0b

/** Where the instruction at the reader ends; the second number of a prefixed instruction. Throws for one that is not known. */
export function skipInstruction(reader: WasmReader): { readonly code: number; readonly second?: number } {
  const code = byteAt(reader)
  if (code === opcode.prefixed) {
    const second = unsigned(reader)
    for (let left = immediatesOfPrefixed(second); left > 0; left--) skipNumber(reader)
    return { code, second }
  }
  skipImmediates(reader, code)
  return { code }
}

function skipImmediates(reader: WasmReader, code: number) {
  if (code === 0x0e) {
    for (let left = unsigned(reader) + 1; left > 0; left--) skipNumber(reader)
    return
  }
  if (code === 0x1c) {
    for (let left = unsigned(reader); left > 0; left--) skipNumber(reader)
    return
  }
  if (code === 0x43) reader.at += 4
  else if (code === 0x44) reader.at += 8
  else for (let left = numbersOf(code); left > 0; left--) skipNumber(reader)
}

/** How many numbers follow an instruction. */
function numbersOf(code: number): number {
  if (code === 0x11 || (code >= 0x28 && code <= 0x3e)) return 2
  const one =
    (code >= 0x02 && code <= 0x04) ||
    (code >= 0x0c && code <= 0x0d) ||
    code === 0x10 ||
    (code >= 0x20 && code <= 0x26) ||
    (code >= 0x3f && code <= 0x42) ||
    code === 0xd0 ||
    code === 0xd2
  if (one) return 1
  const none = code <= 0x01 || code === 0x05 || code === 0x0b || code === 0x0f || code === 0x1a || code === 0x1b
  assert(none || (code >= 0x45 && code <= 0xc4) || code === 0xd1, `the instruction ${code.toString(16)} is not known`)
  return 0
}

function immediatesOfPrefixed(second: number): number {
  if (second <= 7) return 0
  if (second === 8 || second === memoryCopy || second === 12 || second === 14) return 2
  assert(second <= 17, `the instruction fc ${second} is not known`)
  return 1
}
