import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { effort } from '../../../test/fixtures/effort.ts'
import { type Measure, measures } from '../../domain/measures.ts'
import { arrivedAt, runCases } from '../codec-cases.ts'
import { genericCodec } from './decode.ts'

runCases(() => genericCodec, path.join(import.meta.dirname, 'cases'))

const decode = (text: string, meta: Record<string, string> = {}) =>
  genericCodec.decode(Buffer.from(text), { arrivedAt, meta })

const arbitraryOf = ({ min, max, whole }: Measure) => (whole ? fc.maxSafeNat() : fc.double({ min, max, noNaN: true }))
const ranges = Object.fromEntries(measures.map((measure) => [measure.name, arbitraryOf(measure)]))
const fields = fc.record(
  {
    device: fc.stringMatching(/^[A-Za-z0-9 ,"=ÄØ東]{0,20}[A-Z]$/).map((text) => text.trim()),
    seq: fc.maxSafeNat(),
    time: fc
      .date({ min: new Date('1970-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
      .map((date) => date.toISOString()),
    occupied: fc.boolean(),
    ...ranges,
  },
  { requiredKeys: ['device', 'occupied'] },
)

test('the three spellings of one reading decode to the same', () => {
  fc.assert(
    fc.property(fields, (reading) => {
      const entries = Object.entries(reading).map(([name, value]) => [name, String(value)] as const)
      const quote = (value: string) => `"${value.replaceAll('"', '""')}"`
      const json = decode(JSON.stringify(reading))
      assert.ok(json.ok, JSON.stringify(json))
      const columns = entries.map(([name]) => name).join(',')
      assert.deepEqual(decode(entries.map(([, value]) => quote(value)).join(','), { columns }), json)
      if (!reading.device.includes('"'))
        assert.deepEqual(decode(entries.map(([name, value]) => `${name}="${value}"`).join(' ')), json)
    }),
  )
})

test('no bytes make it throw, and it always answers with readings or one sentence', () => {
  const bits = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    '=',
    '\\',
    'device',
    'seq',
    'occupied',
    'true',
    'null',
    '-1',
    '1e999',
    ' ',
    '\n',
    '\0',
    'é',
    '__proto__',
  )
  const text = fc.array(bits, { maxLength: 40 }).map((parts) => Buffer.from(parts.join('')))
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), text)
  const metas = fc.record({ columns: fc.string(), topic: fc.string() }, { requiredKeys: [] })
  fc.assert(
    fc.property(bytes, metas, (frame, meta) => {
      const result = genericCodec.decode(frame, { arrivedAt, meta })
      if (!result.ok) assert.ok(result.error.detail.length > 10 && result.error.detail.length < 600)
      else for (const reading of result.value) assert.ok(reading.device.length > 0)
    }),
    { numRuns: effort(5_000) },
  )
})

test('a frame of 2 MiB is answered in time that grows with its length, not with its square: under 2 s for any repetition', () => {
  const size = 2 * 1_048_576
  for (const unit of [' ', '"', ',', '=', '[', '{', '{"a":', '1', 'a=1 ', '" "', '\\', '\t"', 'a']) {
    const frame = Buffer.alloc(size, unit)
    for (const edit of ['', '"', 'x"', '{"device":']) {
      const before = process.threadCpuUsage()
      const result = genericCodec.decode(Buffer.concat([Buffer.from(edit), frame, Buffer.from(edit)]), {
        arrivedAt,
        meta: {},
      })
      assert.equal(result.ok, false)
      const spent = process.threadCpuUsage(before)
      const took = (spent.user + spent.system) / 1_000
      assert.ok(took < 2_000, `${Math.round(took)} ms for ${JSON.stringify(unit)} in ${JSON.stringify(edit)}`)
    }
  }
})

test('1,000 readings in one frame are taken, 1,001 are not', () => {
  const of = (n: number) => decode(JSON.stringify(Array.from({ length: n }, () => ({ device: 'A', occupied: true }))))
  assert.equal(of(1_000).ok, true)
  const more = of(1_001)
  assert.ok(!more.ok && more.error.code === 'too-many-readings')
})

test('a value outside of the range of its measure rejects the reading, or is dropped where its declaration allows it', () => {
  for (const { name, key, max, whole, outside } of measures) {
    if (!whole) assert.ok(decode(`{"device":"A","${name}":${max}}`).ok, name)
    const value = whole ? 0.5 : max + 1
    const result = decode(`{"device":"A","occupied":true,"${name}":${value}}`)
    if (outside === 'dropped') assert.deepEqual(result.ok && result.value[0]?.measures[key], undefined, name)
    assert.equal(result.ok, outside === 'dropped', name)
    if (!result.ok) assert.match(result.error.detail, new RegExp(`field ${name} is .* must be a`))
  }
})
