/** The folds alone, without store, fleet and batch: src/processing/folds.test.ts tests them together. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { instant } from '../../lib/brand.ts'
import { type DeviceRecord, newDevice } from '../fold.ts'
import { minuteMs, quarterMs } from '../occupancy-span.ts'
import type { DeviceId, Measures } from '../reading.ts'
import { watchingOf } from '../watching.ts'
import { deviceHealth } from './device-health.ts'
import type { Before } from './fold.ts'
import { placeOccupancy } from './place-occupancy.ts'
import { createSilence } from './silence.ts'
import { type StayRow, stays } from './stays.ts'
import { zoneCounts } from './zone-counts.ts'

const eight = Date.parse('2026-11-23T08:00:00Z')
const deviceOf = (id: number, arrived = eight): DeviceRecord =>
  newDevice(id, 'tcp', `d${id}` as DeviceId, instant(arrived))
const nowhere = watchingOf({ sites: [] })
const applied = (device: DeviceRecord, before: Partial<Before>, measures: Measures, ms: number) =>
  ({
    is: 'applied',
    device,
    before: { occupied: undefined, since: null, claimedBay: null, ...before },
    reading: { device: device.external as DeviceId, measures },
    time: instant(ms),
  }) as const

function listOfStays() {
  let list: StayRow[] = []
  return {
    add: (stay: StayRow) => void list.push(stay),
    take() {
      const taken = list
      list = []
      return taken
    },
  }
}

describe('a stay', () => {
  const occupied = { occupied: true, since: instant(eight) } as const
  test('ends when the bay is free, and not while it stays occupied', () => {
    const fold = stays(nowhere, listOfStays())
    const device = { ...deviceOf(1), occupied: true as boolean | null }
    fold.apply(applied(device, occupied, { occupied: true }, eight + 1_000))
    assert.deepEqual(fold.take(), [])
    device.occupied = false
    fold.apply(applied(device, { ...occupied, claimedBay: 'x' }, { occupied: false }, eight + 2_000))
    const row = { device: 1, arrival: eight, departure: eight + 2_000, dwellMs: 2_000, bay: 'x', certain: true }
    assert.deepEqual(fold.take(), [row])
    assert.deepEqual(fold.take(), [])
  })
  test('is not certain when the sensor stopped knowing, and never ends before it began', () => {
    const fold = stays(nowhere, listOfStays())
    const device = { ...deviceOf(1), occupied: null }
    fold.apply(applied(device, occupied, { occupied: null }, eight - 2_000))
    assert.deepEqual(
      fold.take().map(({ dwellMs, certain }) => ({ dwellMs, certain })),
      [{ dwellMs: 0, certain: false }],
    )
  })
})

test('counts add up by the quarter of an hour, and are handed over once', () => {
  const fold = zoneCounts()
  const device = deviceOf(1)
  for (const [ms, entries] of [
    [0, 2],
    [quarterMs - 1, 3],
    [quarterMs, 5],
  ] as const)
    fold.apply({ is: 'counted', device, step: { entries, exits: 1, resets: 0 }, time: instant(eight + ms) })
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

test('a device is silent when its promise is over, in whole minutes of arrivals, and hears nothing of old frames', () => {
  const silence = createSilence(10 * minuteMs)
  const device = deviceOf(1)
  silence.begin(eight)
  assert.equal(silence.add(device), false)
  assert.deepEqual(silence.fallen(eight + 9 * minuteMs), [])
  const [fallen, ...rest] = silence.fallen(eight + 10 * minuteMs + 5)
  assert.deepEqual([fallen?.state, fallen?.at, rest], [device, eight + 10 * minuteMs, []])
  silence.fell(device, eight + 10 * minuteMs)
  assert.equal(silence.ends(device, eight - 1), false, 'a frame of long ago')
  assert.equal(silence.ends(device, eight + 11 * minuteMs), true)
  assert.equal(silence.since(device), undefined)
})

test('occupancy is of the bays that are heard: time alone makes a silent one unknown', () => {
  const bay = { id: 'b', type: 'standard', x: 0, y: 0, zone: '', device: 'd1' } as const
  const level = { id: 'L', name: 'L', x: 0, y: 0, w: 1, h: 1, zones: [], bays: [bay] }
  const watching = watchingOf({ sites: [{ id: 'S', name: 'S', zone: 'UTC', levels: [level] }] })
  const device = { ...deviceOf(1), occupied: true as boolean, since: instant(eight), claimedBay: 'b' }
  const fold = placeOccupancy({ watching, devices: [], occupancy: [], promiseMs: 10 * minuteMs })
  fold.apply(applied(device, {}, { occupied: true }, eight))
  const last = () => fold.take().map(({ spanMs, occupiedEnd, knownEnd }) => [spanMs, occupiedEnd, knownEnd])
  const both = (occupied: number, known: number) =>
    [minuteMs, quarterMs, minuteMs, quarterMs].map((spanMs) => [spanMs, occupied, known])
  assert.deepEqual(last(), both(1, 1))
  fold.tick?.(instant(eight + 10 * minuteMs - 1))
  assert.deepEqual(last(), [])
  fold.tick?.(instant(eight + 10 * minuteMs))
  assert.deepEqual(last(), both(0, 0))
})
