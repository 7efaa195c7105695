import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quarterMs } from '../domain/occupancy-span.ts'
import { minuteMs } from '../lib/utc-day.ts'
import { occupancyPoints } from './occupancy-points.ts'
import { at, historySuite, spanAt } from './testing/history-suite.ts'

historySuite(async () => ({}))

test('a step in which some bays were unknown has its coverage beside the figure; a full one is full', () => {
  const half = spanAt('07:00:00', { occupiedMs: quarterMs, knownMs: 2 * quarterMs, knownEnd: 0, occupiedEnd: 0 })
  const [first, second] = occupancyPoints([half], { from: at('07:00:00'), to: at('07:30:00'), spanMs: quarterMs })
  assert.deepEqual([first?.occupied, first?.rate, first?.coverage], [1, 0.5, 0.5])
  assert.deepEqual([second?.capacity, second?.occupied, second?.rate, second?.coverage], [4, null, null, 0])
  const full = spanAt('07:00:00', { spanMs: minuteMs, occupiedEnd: 4 })
  const [, then] = occupancyPoints([full], { from: at('07:00:00'), to: at('07:02:00'), spanMs: minuteMs })
  assert.deepEqual([then?.full, then?.rate], [1, 1])
})
