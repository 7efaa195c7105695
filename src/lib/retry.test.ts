import assert from 'node:assert/strict'
import { test } from 'node:test'
import { retryDelayMs } from './retry.ts'

const schedule = { firstMs: 100, capMs: 10_000 }

test('delays double up to the cap and stay there, however many attempts there were', () => {
  const longest = [0, 1, 2, 6, 7, 40, 10_000].map((attempt) => retryDelayMs(attempt, schedule, () => 1))
  assert.deepEqual(longest, [100, 200, 400, 6_400, 10_000, 10_000, 10_000])
})

test('the upper half is spread, so that clients do not return in step, and no delay is 0', () => {
  assert.equal(
    retryDelayMs(0, schedule, () => 0),
    50,
  )
  assert.equal(
    retryDelayMs(2, schedule, () => 0.5),
    300,
  )
})
