import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseTime } from './time.ts'

test('any instant in any offset reads back', () => {
  const offset = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 })
  const date = fc.date({
    min: new Date('0002-01-01T00:00:00Z'),
    max: new Date('9998-12-31T00:00:00Z'),
    noInvalidDate: true,
  })
  fc.assert(
    fc.property(date, offset, (at, minutes) => {
      const local = new Date(at.getTime() + minutes * 60_000).toISOString().slice(0, -1)
      const [hours, rest] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
      const two = (n: number) => String(n).padStart(2, '0')
      assert.equal(parseTime(`${local}${minutes < 0 ? '-' : '+'}${two(hours)}:${two(rest)}`), at.getTime())
    }),
  )
})

const utc = (text: string) => Date.parse(text)
const accepted: [string, number][] = [
  ['2026-11-23T07:59:59Z', utc('2026-11-23T07:59:59.000Z')],
  ['2026-11-23T07:59Z', utc('2026-11-23T07:59:00.000Z')],
  ['2026-11-23t07:59:59.1z', utc('2026-11-23T07:59:59.100Z')],
  ['2026-11-23T07:59:59.123456789+00:00', utc('2026-11-23T07:59:59.123Z')],
  ['2026-11-23T07:59:59+0530', utc('2026-11-23T02:29:59.000Z')],
  ['2026-11-23T07:59:59-11', utc('2026-11-23T18:59:59.000Z')],
  ['2016-12-31T23:59:60Z', utc('2017-01-01T00:00:00.000Z')],
  ['2024-02-29T00:00:00Z', utc('2024-02-29T00:00:00.000Z')],
]
test('the forms senders use are read', () => {
  for (const [text, expected] of accepted) assert.equal(parseTime(text), expected, text)
})

test('a time without offset, or that no clock shows, is refused', () => {
  for (const text of [
    '',
    '2026-11-23',
    '2026-11-23T07:59:59',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-11-31T00:00:00Z',
    '2026-11-23T24:00:00Z',
    '2026-11-23T07:60:00Z',
    '2026-11-23T07:59:61Z',
    '2026-11-23T07:59:59+24:00',
    '2026-11-23T07:59:59+05:60',
    '2026-11-23T07:59:59.Z',
    ' 2026-11-23T07:59:59Z',
    '1763884799',
    '12026-11-23T07:59:59Z',
  ])
    assert.equal(parseTime(text), undefined, text)
})
