import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isTrainingDue, nextRoundMs } from './schedule.ts'

const day = 86_400_000
const at = (text: string) => Date.parse(`2026-11-23T${text}Z`)

test('forecasts are due every five minutes by the clock, a little after the quarter has ended', () => {
  assert.equal(nextRoundMs(at('08:00:00')), at('08:00:20'))
  assert.equal(nextRoundMs(at('08:00:20')), at('08:05:20'))
  assert.equal(nextRoundMs(at('08:04:59')), at('08:05:20'))
})

test('the night is local, and comes once', () => {
  const isDue = (now: string, lastMs?: number) =>
    isTrainingDue({ nowMs: at(now), begunMs: at('00:00:00'), zone: 'Europe/Berlin', hour: 3, lastMs })
  assert.equal(isDue('02:10:00'), true)
  assert.equal(isDue('03:10:00'), false)
  assert.equal(isDue('02:30:00', at('02:10:00')), false)
  assert.equal(isDue('02:30:00', at('02:10:00') - day), true)
})

test('a night that was missed is made up for by day, once the server has settled; a site that never learnt waits for the night', () => {
  const isDue = (begun: string, lastMs: number | undefined) =>
    isTrainingDue({ nowMs: at('12:00:00'), begunMs: at(begun), zone: 'Europe/Berlin', hour: 3, lastMs })
  assert.equal(isDue('11:40:00', at('02:00:00') - 2 * day), true)
  assert.equal(isDue('11:55:00', at('02:00:00') - 2 * day), false)
  assert.equal(isDue('11:40:00', at('02:00:00') - day), false)
  assert.equal(isDue('11:40:00', undefined), false)
})
