import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { applyLive } from '../domain/fold.ts'
import { emptyLayout, type Layout } from '../domain/layout.ts'
import { minuteMs, quarterMs } from '../domain/occupancy-span.ts'
import type { DeviceId, Measures, Reading } from '../domain/reading.ts'
import { watchingOf } from '../domain/watching.ts'
import { type Instant, instant } from '../lib/brand.ts'
import type { OccupancyRow } from '../store/store.ts'
import { countedSince } from './counted-since.ts'
import { createFleet, type Fleet } from './fleet.ts'
import { createHistoryFold, type HistoryFold } from './history-fold.ts'
import { createMemoryHistory } from './memory-history.ts'

const eight = Date.parse('2026-11-23T08:00:00Z')
const bays = ['1', '2', '3', '4'].map((id) => ({
  id,
  type: 'standard' as const,
  x: 0,
  y: 0,
  zone: id < '3' ? 'Z' : '',
}))
const layout: Layout = {
  ...emptyLayout,
  sites: [
    {
      ...{ id: 'S', name: 'S', zone: 'UTC' },
      levels: [{ ...{ id: 'L', name: 'L', x: 0, y: 0, w: 1, h: 1 }, zones: [{ id: 'Z', name: 'Z' }], bays }],
    },
  ],
}
const watching = watchingOf(layout)

/** What the batch builder does with a reading in order. */
function apply(fold: HistoryFold, fleet: Fleet, device: string, ms: number, measures: Measures) {
  const reading: Reading = { device: device as DeviceId, measures }
  const { state } = fleet.meet('tcp', reading.device, instant(ms))
  const { occupied, since, claimedBay, countIn, countOut } = state
  applyLive(state, reading, instant(ms))
  fold.applied(state, { occupied, since, claimedBay, countIn, countOut }, reading, instant(ms))
}

function fresh(newest: readonly OccupancyRow[] = []) {
  const fleet = createFleet([])
  return { fleet, fold: createHistoryFold(watching, fleet, newest) }
}

test('a stay is written when it ends, with its bay and how long it was', () => {
  const { fleet, fold } = fresh()
  apply(fold, fleet, '1', eight, { occupied: true })
  apply(fold, fleet, '1', eight + 60_000, { occupied: true })
  assert.deepEqual(fold.take().sessions, [])
  apply(fold, fleet, '1', eight + 90_000, { occupied: false })
  apply(fold, fleet, '2', eight + 90_000, { occupied: true })
  apply(fold, fleet, '2', eight + 95_000, { occupied: null })
  const stay = (device: number, from: number, to: number, certain: boolean) => ({
    ...{ device, arrival: eight + from, departure: eight + to, dwellMs: to - from, bay: `${device}`, certain },
  })
  assert.deepEqual(fold.take().sessions, [stay(1, 0, 90_000, true), stay(2, 90_000, 95_000, false)])
})

test('a minute is written as if nothing happened until its end, and corrected by what does', () => {
  const { fleet, fold } = fresh()
  apply(fold, fleet, '1', eight + 15_000, { occupied: true })
  const ofSite = () =>
    fold
      .take()
      .occupancy.filter(({ level, spanMs }) => level === null && spanMs === minuteMs)
      .at(-1) as OccupancyRow
  const first = ofSite()
  assert.deepEqual([first.start, first.capacity, first.occupiedMs, first.knownMs], [eight, 4, 45_000, 45_000])
  apply(fold, fleet, '2', eight + 30_000, { occupied: true })
  apply(fold, fleet, '1', eight + 45_000, { occupied: false })
  const second = ofSite()
  assert.deepEqual([second.occupiedMs, second.knownMs], [30_000 + 30_000, 45_000 + 30_000])
  assert.deepEqual([second.minOccupied, second.maxOccupied, second.occupiedEnd, second.knownEnd], [0, 2, 1, 2])
})

test('time in which every bay is taken is counted, by zone and by site', () => {
  const { fleet, fold } = fresh()
  for (const device of ['1', '2', '3', '4'])
    apply(fold, fleet, device, eight + Number(device) * 10_000, { occupied: true })
  apply(fold, fleet, '1', eight + 50_000, { occupied: false })
  const rows = fold.take().occupancy.filter(({ spanMs }) => spanMs === minuteMs)
  const fullMs = (zone: string | null, level: string | null) =>
    rows.find((row) => row.zone === zone && row.level === level)?.fullMs
  assert.deepEqual([fullMs('Z', 'L'), fullMs(null, 'L'), fullMs(null, null)], [30_000, 10_000, 10_000])
})

test('whatever comes when, the integrals are those of the states over time, and a fold taken up again goes on the same', () => {
  const change = fc.record({
    device: fc.constantFrom('1', '2', '3', '4'),
    afterMs: fc.integer({ min: 0, max: 400_000 }),
    occupied: fc.constantFrom(true, false, null),
    again: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 40 }), (changes) => {
      const stored = createMemoryHistory()
      let { fleet, fold } = fresh()
      let now = eight
      const known = new Map<string, boolean | null>()
      const wanted = new Map<number, { occupiedMs: number; knownMs: number }>()
      const live = (until: number) => {
        for (let at = now; at < until; ) {
          const start = Math.floor(at / quarterMs) * quarterMs
          const to = Math.min(until, start + quarterMs)
          const row = wanted.getOrInsertComputed(start, () => ({ occupiedMs: 0, knownMs: 0 }))
          for (const state of known.values()) {
            if (state === true) row.occupiedMs += to - at
            if (state !== null) row.knownMs += to - at
          }
          at = to
        }
        now = until
      }
      for (const { device, afterMs, occupied, again } of changes) {
        live(now + afterMs)
        apply(fold, fleet, device, now, { occupied })
        known.set(device, occupied)
        stored.put(fold.take())
        if (again) {
          fleet = createFleet([...fleet.all()].map(({ state }) => ({ ...state })))
          fold = createHistoryFold(watching, fleet, stored.newest())
        }
      }
      const lastStart = Math.floor(now / quarterMs) * quarterMs
      live(lastStart + quarterMs)
      const rows = stored.all().occupancy.filter(({ level, spanMs }) => level === null && spanMs === quarterMs)
      for (const { start, occupiedMs, knownMs } of rows)
        assert.deepEqual({ occupiedMs, knownMs }, wanted.get(start) ?? { occupiedMs: 0, knownMs: 0 })
    }),
  )
})

test('a layout that changes moves the bays, and a closed bay is no capacity', () => {
  const { fleet, fold } = fresh()
  for (const device of ['1', '3']) apply(fold, fleet, device, eight, { occupied: true })
  fold.take()
  const closed: Layout = structuredClone(layout)
  Object.assign(closed.sites[0]?.levels[0]?.bays[2] ?? {}, { closed: true })
  fold.relayout(watchingOf(closed), fleet)
  const row = fold.take().occupancy.find(({ level, spanMs }) => level === null && spanMs === minuteMs)
  assert.deepEqual([row?.capacity, row?.occupiedEnd, row?.knownEnd], [3, 1, 1])
})

test('a counter goes on, wraps at 16 or 32 bits, or begins anew', () => {
  assert.deepEqual(countedSince(null, 7), { count: 0, isReset: false })
  assert.deepEqual(countedSince(5, undefined), { count: 0, isReset: false })
  assert.deepEqual(countedSince(5, 9), { count: 4, isReset: false })
  assert.deepEqual(countedSince(65_530, 4), { count: 10, isReset: false })
  assert.deepEqual(countedSince(2 ** 32 - 1, 0), { count: 1, isReset: false })
  assert.deepEqual(countedSince(30_000, 12), { count: 12, isReset: true })
})

test('counts of a quarter of an hour add up, and health keeps the extremes of a day', () => {
  const { fleet, fold } = fresh()
  for (const [ms, countIn, batteryV, temperatureC] of [
    [0, 10, 3.6, 4],
    [60_000, 14, 3.5, -2],
    [120_000, 15, 3.55, 9],
  ] as const)
    apply(fold, fleet, 'gate', eight + ms, { countIn, countOut: 2 * countIn, batteryV, temperatureC })
  const { counts, health } = fold.take()
  assert.deepEqual(counts, [{ device: 1, start: eight as Instant, entries: 5, exits: 10, resets: 0 }])
  const [row] = health
  assert.deepEqual([row?.minBatteryV, row?.minTemperatureC, row?.maxTemperatureC, row?.minRssiDbm], [3.5, -2, 9, null])
})
