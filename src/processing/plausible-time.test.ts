import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '../lib/brand.ts'
import { effectiveTime } from './plausible-time.ts'

test('device time is believed from a day before arrival to two minutes after, otherwise arrival is taken with a mark', () => {
  const arrived = instant(1_000_000_000_000)
  const at = (offset: number, trust = false) => effectiveTime(instant(arrived + offset), arrived, trust)
  assert.deepEqual(at(-86_400_000), { time: arrived - 86_400_000, doubted: false })
  assert.deepEqual(at(-86_400_001), { time: arrived, doubted: true })
  assert.deepEqual(at(120_000), { time: arrived + 120_000, doubted: false })
  assert.deepEqual(at(120_001), { time: arrived, doubted: true })
  assert.deepEqual(at(-10 * 86_400_000, true), { time: arrived - 10 * 86_400_000, doubted: false })
})
