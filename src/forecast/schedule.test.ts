import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isNight, nextRoundMs } from './schedule.ts'

const at = (text: string) => Date.parse(`2026-11-23T${text}Z`)

test('forecasts are due every five minutes by the clock, a little after the quarter has ended', () => {
  assert.equal(nextRoundMs(at('08:00:00')), at('08:00:20'))
  assert.equal(nextRoundMs(at('08:00:20')), at('08:05:20'))
  assert.equal(nextRoundMs(at('08:04:59')), at('08:05:20'))
})

test('the night is local, and comes once', () => {
  assert.equal(isNight(at('02:10:00'), 'Europe/Berlin', 3, undefined), true)
  assert.equal(isNight(at('03:10:00'), 'Europe/Berlin', 3, undefined), false)
  assert.equal(isNight(at('02:30:00'), 'Europe/Berlin', 3, at('02:10:00')), false)
  assert.equal(isNight(at('02:30:00'), 'Europe/Berlin', 3, at('02:10:00') - 86_400_000), true)
})
