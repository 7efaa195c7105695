import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '../lib/brand.ts'
import { minuteMs } from '../lib/utc-day.ts'
import { beginSpan, changeSpan } from './occupancy-span.ts'

test('a presence that ends before it began, by a clock that was corrected, is no time at all and never less', () => {
  const before = beginSpan(0, minuteMs, { capacity: 1, occupied: 0, known: 0 })
  const taken = changeSpan(before, instant(30_000), { occupied: 1, known: 1, capacity: 0 })
  const free = changeSpan(taken, instant(20_000), { occupied: -1, known: -1, capacity: 0 })
  assert.deepEqual([free.occupiedMs, free.knownMs, free.fullMs], [0, 0, 0])
})

test('a place is full from the moment on in which its last free bay closes, until that bay is opened again', () => {
  const before = beginSpan(0, minuteMs, { capacity: 2, occupied: 1, known: 2 })
  const closed = changeSpan(before, instant(10_000), { occupied: 0, known: -1, capacity: -1 })
  const opened = changeSpan(closed, instant(40_000), { occupied: 0, known: 1, capacity: 1 })
  assert.deepEqual([opened.fullMs, opened.capacity, opened.knownMs], [30_000, 2, 2 * minuteMs - 30_000])
})

test('arrivals and departures of long ago leave no peak in the span in which they came', () => {
  const before = beginSpan(10 * minuteMs, minuteMs, { capacity: 9, occupied: 2, known: 9 })
  const late = (span: typeof before, occupied: number, at: number) =>
    changeSpan(span, instant(at), { occupied, known: 0, capacity: 0 })
  let span = late(before, 3, 60_000)
  assert.deepEqual([span.minOccupied, span.maxOccupied, span.occupiedMs], [5, 5, 5 * minuteMs])
  span = late(span, -4, 90_000)
  assert.deepEqual([span.minOccupied, span.maxOccupied, span.occupiedMs], [1, 1, minuteMs])
  // What happens within the span is an extreme of it.
  span = late(span, 2, 10 * minuteMs + 30_000)
  assert.deepEqual([span.minOccupied, span.maxOccupied], [1, 3])
})
