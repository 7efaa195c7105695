/**
 * A WebAssembly module that counts its own steps, so that all that it is asked to compute ends after the same number of them on every
 * machine. A step is one round of a loop, one call of a function, or 64 bytes that are copied or filled at once: work without any of
 * these is bounded by the size of the code. At the end of its steps it traps, which nothing within it can catch.
 *
 * The module gets two more exports: `steps`, the steps that are left, and `stack`, its stack pointer, which a trap leaves where it was.
 */
import assert from 'node:assert/strict'
import {
  byteAt,
  memoryCopy,
  memoryFill,
  moduleOf,
  noResult,
  opcode,
  readerOf,
  type Section,
  sectionsOf,
  skipInstruction,
  unsigned,
  unsignedBytes,
  type WasmReader,
} from './wasm-bytes.ts'

const ids = { type: 1, function: 3, global: 6, export: 7, code: 10 } as const
const i32 = 0x7f
const isMutable = 1
/** 2^31 - 1, for the start of the module. */
const stepsAtFirst = [0xff, 0xff, 0xff, 0xff, 0x07]
/** 64 bytes are a step: to copy them takes as long as a round of a loop. */
const bytesPerStepShift = 6

export function meteredModule(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const sections = sectionsOf(module)
  const bodyOf = (id: number): Uint8Array => {
    const found = sections.find((section) => section.id === id)
    assert(found, `the module has no section ${id}`)
    return found.body
  }
  const steps = unsigned(readerOf(bodyOf(ids.global)))
  assert(steps === 1, 'the only global of the module is its stack pointer')
  const paramCounts = paramCountsOf(bodyOf(ids.type), bodyOf(ids.function))
  const changed: Readonly<Record<number, (body: Uint8Array) => Uint8Array>> = {
    [ids.global]: (body) => withItem(body, [i32, isMutable, opcode.i32Const, ...stepsAtFirst, opcode.end]),
    [ids.export]: (body) => withItem(withItem(body, exportOf('steps', steps)), exportOf('stack', 0)),
    [ids.code]: (body) => meteredCode(body, paramCounts, steps),
  }
  const rewritten = sections.map(({ id, body }): Section => ({ id, body: changed[id]?.(body) ?? body }))
  return moduleOf(module, rewritten)
}

const globalExport = 3
const exportOf = (name: string, index: number) => [
  name.length,
  ...Buffer.from(name),
  globalExport,
  ...unsignedBytes(index),
]

/** A list with one more item at its end. */
function withItem(body: Uint8Array, item: readonly number[]): Uint8Array {
  const reader = readerOf(body)
  const count = unsigned(reader)
  return Buffer.concat([Uint8Array.from(unsignedBytes(count + 1)), body.subarray(reader.at), Uint8Array.from(item)])
}

/** Of each function that the module defines. */
function paramCountsOf(types: Uint8Array, functions: Uint8Array): number[] {
  const reader = readerOf(types)
  const ofTypes = Array.from({ length: unsigned(reader) }, () => {
    assert(byteAt(reader) === 0x60, 'a type is a type of functions')
    const params = unsigned(reader)
    reader.at += params
    const results = unsigned(reader)
    reader.at += results
    return params
  })
  const indexes = readerOf(functions)
  return Array.from({ length: unsigned(indexes) }, () => {
    const params = ofTypes[unsigned(indexes)]
    assert(params !== undefined)
    return params
  })
}

function meteredCode(code: Uint8Array, paramCounts: readonly number[], steps: number): Uint8Array {
  const reader = readerOf(code)
  const count = unsigned(reader)
  const parts: Uint8Array[] = [Uint8Array.from(unsignedBytes(count))]
  for (let i = 0; i < count; i++) {
    const length = unsigned(reader)
    const body = meteredFunction(code.subarray(reader.at, reader.at + length), paramCounts[i] as number, steps)
    parts.push(Uint8Array.from(unsignedBytes(body.length)), body)
    reader.at += length
  }
  return Buffer.concat(parts)
}

function meteredFunction(body: Uint8Array, params: number, steps: number): Uint8Array {
  const reader = readerOf(body)
  const groups = unsigned(reader)
  const groupsFrom = reader.at
  let locals = params
  for (let i = 0; i < groups; i++) {
    locals += unsigned(reader)
    reader.at++
  }
  const oneStep = Uint8Array.from(stepsOf(steps, [opcode.i32Const, 1]))
  const size = unsignedBytes(locals)
  const amount = [opcode.localGet, ...size, opcode.i32Const, bytesPerStepShift, opcode.i32ShiftRightUnsigned]
  const sized = Uint8Array.from([opcode.localTee, ...size, ...stepsOf(steps, amount)])
  return Buffer.concat([
    Uint8Array.from(unsignedBytes(groups + 1)),
    body.subarray(groupsFrom, reader.at),
    Uint8Array.of(1, i32),
    oneStep,
    ...meteredInstructions(reader, oneStep, sized),
  ])
}

/** `sized`: for the number of bytes that is on top of the stack. */
function meteredInstructions(reader: WasmReader, oneStep: Uint8Array, sized: Uint8Array): Uint8Array[] {
  const { bytes } = reader
  const parts: Uint8Array[] = []
  let from = reader.at
  while (reader.at < bytes.length) {
    const begin = reader.at
    const { code, second } = skipInstruction(reader)
    if (code === opcode.loop) {
      parts.push(bytes.subarray(from, reader.at), oneStep)
      from = reader.at
    } else if (second === memoryCopy || second === memoryFill) {
      parts.push(bytes.subarray(from, begin), sized)
      from = begin
    }
  }
  parts.push(bytes.subarray(from))
  return parts
}

/** Takes off as many steps as `amount` computes, and traps when none are left. */
const stepsOf = (steps: number, amount: readonly number[]): number[] => [
  ...[opcode.globalGet, steps, ...amount, opcode.i32Sub, opcode.globalSet, steps],
  ...[opcode.globalGet, steps, opcode.i32Const, 0, opcode.i32LessSigned],
  ...[opcode.if, noResult, opcode.unreachable, opcode.end],
]
