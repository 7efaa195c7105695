import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDelay } from './delay.ts'

for (const skew of [0, -3_600_000, 90_000])
  test(`the delay is distinguished from clocks that differ by ${skew} ms`, () => {
    const delay = createDelay()
    assert.equal(delay.ms, undefined)
    for (let k = 0; k < 9; k++) {
      delay.compare(1_000 * k, 1_000 * k + skew)
      delay.record(1_000 * k, 1_000 * k + skew + 3)
      delay.painted(1_000 * k + skew + 12)
    }
    assert.equal(delay.ms, 12)
  })
