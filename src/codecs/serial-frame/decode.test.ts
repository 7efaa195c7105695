/** The cases of the codec of serial frames, and what holds for any bytes. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { effort } from '../../../test/fixtures/effort.ts'
import { crc16Modbus } from '../../lib/crc.ts'
import { framed, serialChecks, serialFramings } from '../../lib/serial-framing.ts'
import { arrivedAt, runCases } from '../codec-cases.ts'
import { serialFrameCodec } from './decode.ts'
import { presenceInProse } from './prose.ts'

runCases(() => serialFrameCodec, path.join(import.meta.dirname, 'cases'))

const text = '{"device":"A1","seq":7,"occupied":true}'
const decodeIn = (wire: string, check: string, bytes: Uint8Array) =>
  serialFrameCodec.decode(bytes, { arrivedAt, meta: { wire, check } })
/** Without the end that the splitter takes off. */
const onWire = (wire: (typeof serialFramings)[number], check: (typeof serialChecks)[number], body: string) => {
  const bytes = framed(wire, check, Buffer.from(body))
  return wire.startsWith('length') ? bytes : bytes.subarray(0, -1)
}

for (const wire of serialFramings)
  for (const check of serialChecks) {
    if (wire === 'cr' && check !== 'none') continue
    test(`a reading in ${wire} with ${check} is read, and no changed byte of it is read as another`, () => {
      const good = onWire(wire, check, text)
      const read = decodeIn(wire, check, good)
      assert.ok(read.ok, JSON.stringify(read))
      assert.deepEqual(read.value, [{ device: 'A1', seq: 7, measures: { occupied: true } }])
      if (check === 'none') return
      for (let at = 0; at < good.length; at++)
        for (const flip of [0x01, 0x80]) {
          const bad = Buffer.from(good)
          bad[at] = (bad[at] as number) ^ flip
          assert.equal(decodeIn(wire, check, bad).ok, false, `byte ${at}`)
        }
    })
  }

test('a frame that lost bytes in the middle is never a reading, with a check', () => {
  for (const wire of ['cobs', 'slip', 'length8'] as const) {
    const good = onWire(wire, 'crc16', text)
    for (let from = 1; from < good.length - 1; from++) {
      const cut = Buffer.concat([good.subarray(0, from), good.subarray(from + 1)])
      assert.equal(decodeIn(wire, 'crc16', cut).ok, false, `${wire}, byte ${from} lost`)
    }
  }
})

const sentences: readonly [text: string, presence: boolean | undefined][] = [
  ['occupied', true],
  ['Bay is OCCUPIED now', true],
  ['unoccupied', false],
  ['not occupied', false],
  ['is not currently occupied', false],
  ["isn't occupied", false],
  ['free', false],
  ['not free', true],
  ['no car detected', false],
  ['car detected', true],
  ['car left', false],
  ['vehicle departed', false],
  ['Platz belegt', true],
  ['nicht belegt', false],
  ['kein Auto erkannt', false],
  ['frei', false],
  ['no vehicle detected, free', false],
  ['kein Fahrzeug, frei', false],
  ['no car left', false],
  ['not present: bay free', false],
  ['no car parked', false],
  ['not available', true],
  ['not currently free', undefined],
  ['preoccupied', undefined],
  ['freeway', undefined],
  ['occupied or free', undefined],
  ['available: no', undefined],
  ['not never occupied', undefined],
  ['error', undefined],
  ['', undefined],
]
for (const [sentence, presence] of sentences)
  test(`"${sentence}" is ${presence === undefined ? 'neither' : presence ? 'occupied' : 'free'}`, () =>
    assert.equal(presenceInProse(sentence), presence))

test('no bytes make it throw, with any settings that travel with them', () => {
  const meta = fc.record(
    {
      wire: fc.constantFrom(...serialFramings, 'other'),
      check: fc.constantFrom(...serialChecks, 'other'),
      patterns: fc.constantFrom('["Slot {device}: {occupied}"]', '[1]', '{', '["{device}{occupied}"]'),
      modbus: fc.constantFrom(
        '{',
        '{"table":"holding","from":0,"count":2,"readings":[{"device":"A","field":"occupied","at":0}]}',
      ),
      device: fc.string({ maxLength: 9 }),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), meta, (bytes, given) => {
      const result = serialFrameCodec.decode(bytes, { arrivedAt, meta: given })
      assert.ok(result.ok || result.error.detail.length < 800)
    }),
    { numRuns: effort(3_000) },
  )
})

const map = {
  ...{ table: 'holding', from: 100, count: 5 },
  readings: [
    { device: 'A1', field: 'occupied', at: 100, bit: 0 },
    { device: 'A2', field: 'occupied', at: 100, bit: 1 },
    { device: 'A1', field: 'distance_mm', at: 101, scale: 10, unknown: 65_535 },
    { device: 'C1', field: 'count_in', at: 102, type: 'u32' },
    { device: 'A1', field: 'temperature_c', at: 104, type: 'i16', scale: 0.1 },
  ],
}
function answer(...registers: number[]): Buffer {
  const body = Buffer.alloc(3 + 2 * registers.length)
  body.set([1, 3, 2 * registers.length])
  for (const [i, value] of registers.entries()) body.writeUInt16BE(value, 3 + 2 * i)
  const crc = Buffer.alloc(2)
  crc.writeUInt16LE(crc16Modbus(body))
  return Buffer.concat([body, crc])
}
const registersOf = (bytes: Uint8Array) =>
  serialFrameCodec.decode(bytes, { arrivedAt, meta: { modbus: JSON.stringify(map) } })

test('registers are read by their map: bits, scales, two registers, below zero', () => {
  const read = registersOf(answer(0b01, 123, 1, 2, 0xffce))
  assert.ok(read.ok, JSON.stringify(read))
  assert.deepEqual(read.value, [
    { device: 'A1', measures: { occupied: true, distanceMm: 1_230, temperatureC: -5 } },
    { device: 'A2', measures: { occupied: false } },
    { device: 'C1', measures: { countIn: 65_538 } },
  ])
})

test('a register that means "not measured" gives no value, and an answer of another length none at all', () => {
  const read = registersOf(answer(0, 65_535, 0, 0, 0))
  assert.ok(read.ok)
  assert.equal(read.value[0]?.measures.distanceMm, undefined)
  const other = registersOf(answer(0, 1, 0, 0, 0))
  assert.ok(other.ok)
  const state = serialFrameCodec.decode(answer(2), {
    arrivedAt,
    meta: {
      modbus: JSON.stringify({
        ...{ table: 'holding', from: 0, count: 1 },
        readings: [{ device: 'A1', field: 'occupied', at: 0 }],
      }),
    },
  })
  assert.ok(state.ok && state.value[0]?.measures.occupied === null, 'a state of 2 is unknown')
  const short = registersOf(answer(0, 1, 0, 0))
  assert.equal(short.ok, false)
  const bad = answer(0, 1, 0, 0, 0)
  bad[4] = (bad[4] as number) ^ 1
  const damaged = registersOf(bad)
  assert.ok(!damaged.ok && damaged.error.code === 'bad-checksum')
})
