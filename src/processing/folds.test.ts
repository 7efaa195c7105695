import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { effort } from '../../test/fixtures/effort.ts'
import { applyLive } from '../domain/fold.ts'
import { emptyLayout, type Layout, plainBay } from '../domain/layout.ts'
import { quarterMs } from '../domain/occupancy-span.ts'
import type { DeviceId, Measures, Reading } from '../domain/reading.ts'
import { watchingOf } from '../domain/watching.ts'
import { type Instant, instant } from '../lib/brand.ts'
import { minuteMs } from '../lib/utc-day.ts'
import { type OccupancyRow, sessionList } from '../store/store.ts'
import { createMemoryHistory } from '../store/testing/memory-history.ts'
import { stepCounters } from './counters.ts'
import { createFleet, type Fleet, type Tracked } from './fleet.ts'
import { createHistoryFold, type HistoryFold } from './folds.ts'

const eight = Date.parse('2026-11-23T08:00:00Z')
const bays = ['1', '2', '3', '4'].map((id) => plainBay(id, { x: 0, y: 0 }, id < '3' ? { zones: ['Z'] } : {}))
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

/** What the batch builder does with any frame of a device, a duplicate say. */
function hear(fold: HistoryFold, fleet: Fleet, device: string, ms: number) {
  const { state } = fleet.meet('tcp', device as DeviceId, instant(ms))
  fold.touchLiveness(state, instant(ms), instant(ms))
  if (ms > state.lastArrived) state.lastArrived = instant(ms)
  return state
}

/** And with a reading in order. */
function apply(fold: HistoryFold, fleet: Fleet, device: string, ms: number, measures: Measures) {
  const reading: Reading = { device: device as DeviceId, measures }
  const state = hear(fold, fleet, device, ms)
  const { occupied, since, claimedBay, countIn, countOut, lastTime } = state
  applyLive(state, reading, instant(ms))
  const tracked = fleet.find('tcp', device) as Tracked
  if (measures.countIn !== undefined) {
    const step = stepCounters(tracked, { countIn, countOut, lastTime }, measures, ms)
    fold.counted(state, step, instant(ms), instant(ms))
  }
  fold.applied(state, { occupied, since, claimedBay }, reading, instant(ms))
}

function fresh(promiseMs?: number) {
  const fleet = createFleet([])
  return { fleet, fold: createHistoryFold(watching, fleet, {}, promiseMs) }
}

test('a stay is written when it ends, with its bay and how long it was', () => {
  const { fleet, fold } = fresh()
  for (const device of ['1', '2']) apply(fold, fleet, device, eight - 60_000, { occupied: false })
  apply(fold, fleet, '1', eight, { occupied: true })
  apply(fold, fleet, '1', eight + 60_000, { occupied: true })
  assert.deepEqual(sessionList(fold.take().sessions), [])
  apply(fold, fleet, '1', eight + 90_000, { occupied: false })
  apply(fold, fleet, '2', eight + 90_000, { occupied: true })
  apply(fold, fleet, '2', eight + 95_000, { occupied: null })
  apply(fold, fleet, '2', eight + 99_000, { occupied: false })
  const stay = (device: number, from: number, to: number, maxErrorMs: number) => ({
    ...{ device, arrival: eight + from, departure: eight + to, dwellMs: to - from, bay: `${device}` },
    ...{ certain: maxErrorMs === 0, corrections: 0, maxErrorMs, hiddenMax: null, overstayMin: null },
  })
  assert.deepEqual(sessionList(fold.take().sessions), [stay(1, 0, 90_000, 0), stay(2, 90_000, 99_000, 4_000)])
})

test('a minute is written as if nothing happened until its end, and corrected by what does', () => {
  const { fleet, fold } = fresh()
  apply(fold, fleet, '1', eight + 15_000, { occupied: true })
  const ofSite = () =>
    fold
      .take()
      .occupancy.filter(
        ({ site, level, zone, spanMs }) => site !== null && level === null && zone === null && spanMs === minuteMs,
      )
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

test('in any order of events the integrals are those of the states over time, and a fold taken up again goes on the same', () => {
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
          fold = createHistoryFold(watching, fleet, { occupancy: stored.newest(), bays: stored.storedBays() })
        }
      }
      const lastStart = Math.floor(now / quarterMs) * quarterMs
      live(lastStart + quarterMs)
      const rows = stored
        .all()
        .occupancy.filter(
          ({ site, level, zone, spanMs }) => site !== null && level === null && zone === null && spanMs === quarterMs,
        )
      for (const { start, occupiedMs, knownMs } of rows)
        assert.deepEqual({ occupiedMs, knownMs }, wanted.get(start) ?? { occupiedMs: 0, knownMs: 0 })
    }),
  )
})

test('a sensor that is silent for longer than its promise covers nothing from then on, until its next word', () => {
  const hourMs = 4 * quarterMs
  const { fleet, fold } = fresh(hourMs)
  apply(fold, fleet, '1', eight, { occupied: true })
  apply(fold, fleet, '2', eight, { occupied: false })
  fold.take()
  const quarters = () => {
    const rows = fold
      .take()
      .occupancy.filter(
        ({ site, level, zone, spanMs }) => site !== null && level === null && zone === null && spanMs === quarterMs,
      )
    return rows.map(({ start, occupiedMs, knownMs, occupiedEnd, knownEnd }) => [
      ...[(start - eight) / quarterMs, occupiedMs / minuteMs, knownMs / minuteMs, occupiedEnd, knownEnd],
    ])
  }
  apply(fold, fleet, '2', eight + 50 * minuteMs, { occupied: false })
  assert.deepEqual(quarters(), [])
  // Its next word, that it is as it was: 1 was silent from 9:00 on, and speaks again at 9:20.
  apply(fold, fleet, '2', eight + 75 * minuteMs, { occupied: false })
  assert.deepEqual(quarters(), [[4, 0, 15, 0, 1]])
  apply(fold, fleet, '1', eight + 80 * minuteMs, { occupied: true })
  assert.deepEqual(quarters(), [[5, 10, 25, 1, 2]])
  // All were silent, without a tick meanwhile: the first message shows when that began.
  apply(fold, fleet, '2', eight + 200 * minuteMs, { occupied: true })
  assert.deepEqual(quarters(), [
    [9, 5, 5, 0, 0],
    [13, 10, 10, 1, 1],
  ])
})

test('silence is recorded the same however often the fold is loaded again, and to the millisecond', () => {
  const promiseMs = 50 * minuteMs
  const word = fc.record({
    device: fc.constantFrom('1', '2', '3', '4'),
    afterMs: fc.oneof(fc.integer({ min: 0, max: 90_000 }), fc.integer({ min: 0, max: 70 * minuteMs })),
    /** Undefined: a duplicate, which proves that the sensor is alive. */
    occupied: fc.constantFrom(true, false, null, undefined),
    again: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 40 }), (words) => {
      const run = (isCut: boolean) => {
        const stored = createMemoryHistory()
        let { fleet, fold } = fresh(promiseMs)
        let now = eight
        for (const { device, afterMs, occupied, again } of words) {
          now += afterMs
          if (occupied === undefined) hear(fold, fleet, device, now)
          else apply(fold, fleet, device, now, { occupied })
          stored.put(fold.take())
          if (!isCut || !again) continue
          fleet = createFleet([...fleet.all()].map(({ state }) => ({ ...state })))
          fold = createHistoryFold(
            watching,
            fleet,
            { occupancy: stored.newest(), bays: stored.storedBays() },
            promiseMs,
          )
        }
        return { rows: stored.all().occupancy, now }
      }
      const { rows, now } = run(false)
      assert.deepEqual(run(true).rows, rows)

      const known = new Map<number, number>()
      const cover = (from: number, to: number) => {
        for (let at = from; at < to; ) {
          const start = Math.floor(at / quarterMs) * quarterMs
          const end = Math.min(to, start + quarterMs)
          known.set(start, (known.get(start) ?? 0) + end - at)
          at = end
        }
      }
      const last = Math.floor(now / quarterMs) * quarterMs
      for (const device of ['1', '2', '3', '4']) {
        let at = eight
        let said: boolean | null | undefined
        let heardAt = Number.NEGATIVE_INFINITY
        const until = (to: number) => {
          if (typeof said === 'boolean') cover(at, Math.min(to, Math.max(at, heardAt + promiseMs)))
          at = to
        }
        let clock = eight
        for (const each of words) {
          clock += each.afterMs
          if (each.device !== device) continue
          until(clock)
          heardAt = clock
          if (each.occupied !== undefined) said = each.occupied
        }
        until(last)
      }
      for (const row of rows)
        if (
          row.site !== null &&
          row.level === null &&
          row.zone === null &&
          row.spanMs === quarterMs &&
          row.start < last
        )
          assert.equal(row.knownMs, known.get(row.start) ?? 0, `${(row.start - eight) / quarterMs}`)
    }),
    { numRuns: effort(300) },
  )
})

test('a layout that changes moves the bays, and a closed bay is no capacity', () => {
  const { fleet, fold } = fresh()
  for (const device of ['1', '3']) apply(fold, fleet, device, eight, { occupied: true })
  fold.take()
  const closed: Layout = structuredClone(layout)
  Object.assign(closed.sites[0]?.levels[0]?.bays[2] ?? {}, { closed: true })
  fold.relayout({ watching: watchingOf(closed), assigned: [] }, fleet, instant(eight))
  const row = fold
    .take()
    .occupancy.find(
      ({ site, level, zone, spanMs }) => site !== null && level === null && zone === null && spanMs === minuteMs,
    )
  assert.deepEqual([row?.capacity, row?.occupiedEnd, row?.knownEnd], [3, 1, 1])
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
