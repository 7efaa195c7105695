import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dayField, idParams, limitField, timeField } from './route.ts'

test('a time needs its offset, and is milliseconds once parsed', () => {
  const time = timeField()
  assert.equal(time.parse('2026-11-23T09:00:00+01:00'), Date.UTC(2026, 10, 23, 8))
  assert.equal(time.parse(undefined), undefined)
  for (const text of ['2026-11-23T08:00:00', '2026-11-23', '1764000000000'])
    assert.match(time.safeParse(text).error?.issues[0]?.message ?? '', /ISO 8601 with offset/, text)
})

test('a day may be a date or a time of that day', () => {
  assert.equal(dayField().parse('2026-11-23'), Date.UTC(2026, 10, 23))
  assert.equal(dayField().parse('2026-11-23T00:30:00+01:00'), Date.UTC(2026, 10, 22, 23, 30))
  assert.ok(!dayField().safeParse('2026-11-31').success)
})

test('a page has at least one item, no more than the most, and the usual number when none is asked for', () => {
  const limit = limitField(1_000, 100)
  assert.deepEqual([limit.parse(undefined), limit.parse('1'), limit.parse(1_000)], [100, 1, 1_000])
  for (const refused of ['0', '-1', '1001', '2.5', 'many']) assert.ok(!limit.safeParse(refused).success, refused)
})

test('an id in a path is neither empty nor endless', () => {
  assert.ok(idParams.safeParse({ id: 'x'.repeat(128) }).success)
  for (const id of ['', 'x'.repeat(129)]) assert.ok(!idParams.safeParse({ id }).success)
})
