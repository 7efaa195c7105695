/** The folds alone, without store, fleet and batch: src/processing/folds.test.ts tests them together. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BayState } from '@baykeeper/contract/vocabulary.ts'
import { instant } from '../../lib/brand.ts'
import { minuteMs } from '../../lib/utc-day.ts'
import { type DeviceRecord, newDevice } from '../fold.ts'
import { plainBay } from '../layout.ts'
import { quarterMs } from '../occupancy-span.ts'
import type { DeviceId, Measures } from '../reading.ts'
import { watchingOf } from '../watching.ts'
import { deviceHealth } from './device-health.ts'
import type { Before } from './fold.ts'
import { placeOccupancy } from './place-occupancy.ts'
import { zoneCounts } from './zone-counts.ts'

const eight = Date.parse('2026-11-23T08:00:00Z')
const deviceOf = (id: number, arrived = eight): DeviceRecord =>
  newDevice(id, 'tcp', `d${id}` as DeviceId, instant(arrived))
const applied = (device: DeviceRecord, before: Partial<Before>, measures: Measures, ms: number) =>
  ({
    is: 'applied',
    device,
    before: { occupied: undefined, since: null, claimedBay: null, ...before },
    reading: { device: device.external as DeviceId, measures },
    time: instant(ms),
  }) as const

test('counts add up by the quarter of an hour, and are handed over once', () => {
  const fold = zoneCounts()
  const device = deviceOf(1)
  for (const [ms, entries] of [
    [0, 2],
    [quarterMs - 1, 3],
    [quarterMs, 5],
  ] as const)
    fold.apply({
      is: 'counted',
      device,
      step: { entries, exits: 1, resets: 0, from: instant(eight), isFirst: false, isDoubtful: false },
      time: instant(eight + ms),
    })
  assert.deepEqual(
    fold.take().map(({ start, entries, exits }) => [start - eight, entries, exits]),
    [
      [0, 5, 2],
      [quarterMs, 5, 1],
    ],
  )
  assert.deepEqual(fold.take(), [])
})

test('the extremes of a day are widened, and written only when they are', () => {
  const fold = deviceHealth()
  const device = deviceOf(1)
  const measure = (measures: Measures, ms = eight) => fold.apply(applied(device, {}, measures, ms))
  measure({ temperatureC: 5, batteryV: 3.5 })
  measure({ temperatureC: 9, batteryV: 3.6 })
  const [row] = fold.take()
  assert.deepEqual([row?.minTemperatureC, row?.maxTemperatureC, row?.minBatteryV], [5, 9, 3.5])
  measure({ temperatureC: 7 })
  assert.deepEqual(fold.take(), [])
  measure({ temperatureC: 7 }, eight + 24 * 60 * minuteMs)
  assert.deepEqual([fold.take()[0]?.minTemperatureC], [7])
})

test('occupancy is of the bays whose state is known: unknown is neither, reserved is taken, closed is no capacity', () => {
  const bay = plainBay('b', { x: 0, y: 0 })
  const level = { id: 'L', name: 'L', x: 0, y: 0, w: 1, h: 1, zones: [], bays: [bay, plainBay('c', { x: 0, y: 0 })] }
  const watching = watchingOf({ sites: [{ id: 'S', name: 'S', zone: 'UTC', levels: [level] }] })
  let before: BayState = 'unknown'
  const restOf = () => ({ occupied: 0, known: 0, capacity: 0 })
  const fold = placeOccupancy({ watching, devices: [], occupancy: [], promiseMs: 1, stateOf: () => 'unknown', restOf })
  const becomes = (after: BayState, ms: number) => {
    const cause = { cause: 'device', device: null, certain: true } as const
    fold.apply({ is: 'bay', bay: 'b', time: instant(eight + ms), before, after, ...cause })
    before = after
    const rows = fold
      .take()
      .filter(
        ({ site, level, zone, spanMs }) => site !== null && level === null && zone === null && spanMs === minuteMs,
      )
    return rows.map(({ capacity, occupiedEnd, knownEnd }) => [capacity, occupiedEnd, knownEnd])
  }
  assert.deepEqual(becomes('occupied', 0), [[2, 1, 1]])
  assert.deepEqual(becomes('unknown', 1), [[2, 0, 0]])
  assert.deepEqual(becomes('reserved', 2), [[2, 1, 1]])
  assert.deepEqual(becomes('free', 3), [[2, 0, 1]])
  assert.deepEqual(becomes('closed', 4), [[1, 0, 0]])
})
