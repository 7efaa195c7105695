import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '../lib/brand.ts'
import { beginSpan, changeSpan, minuteMs } from './occupancy-span.ts'

test('a presence that ends before it began, by a clock that was corrected, is no time at all and never less', () => {
  const before = beginSpan(0, minuteMs, { capacity: 1, occupied: 0, known: 0 })
  const taken = changeSpan(before, instant(30_000), { occupied: 1, known: 1 })
  const free = changeSpan(taken, instant(20_000), { occupied: -1, known: -1 })
  assert.deepEqual([free.occupiedMs, free.knownMs, free.fullMs], [0, 0, 0])
})
