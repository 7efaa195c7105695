import assert from 'node:assert/strict'
import { test } from 'node:test'
import { localText, nextMorning, wallClock } from './site-time.ts'

const berlin = 'Europe/Berlin'

test('a time that is written is one of the clocks of the lot', () => {
  assert.equal(wallClock('2026-11-23T18:30', berlin), Date.parse('2026-11-23T17:30Z'))
  assert.equal(wallClock('2026-07-01T18:30', berlin), Date.parse('2026-07-01T16:30Z'))
  assert.equal(localText(Date.parse('2026-11-23T17:30Z'), berlin), '2026-11-23T18:30')
})

test('an hour that the clocks skip is no time, and neither is a text', () => {
  assert.equal(wallClock('2026-03-29T02:30', berlin), undefined)
  assert.equal(wallClock('', berlin), undefined)
  assert.equal(wallClock('soon', berlin), undefined)
})

test('tomorrow 07:00 is right over the days when the clocks change', () => {
  for (const [now, morning] of [
    ['2026-03-28T12:00Z', '2026-03-29T05:00Z'],
    ['2026-10-24T12:00Z', '2026-10-25T06:00Z'],
    ['2026-11-23T23:30Z', '2026-11-25T06:00Z'],
  ] as const)
    assert.equal(nextMorning(Date.parse(now), berlin), Date.parse(morning), now)
})
