/** The part of the contract that remembers how parking went, and what is forgotten with a day (history.ts). */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { instant } from '../../lib/brand.ts'
import { dayMs, dayNumber } from '../../lib/utc-day.ts'
import type { HistoryBatch } from '../history.ts'
import { noSessions, sessionRows } from '../readings/session-rows.ts'
import type { Store } from '../store.ts'
import type { OccupancyRow } from '../tables/occupancy.ts'
import type { SessionRow } from '../tables/session.ts'
import type { StorePlace } from './store-contract.ts'
import { aBatch, aDelta, aDevice, aReading, at, journal, walk } from './store-samples.ts'

type OnStore = (sentence: string, body: (store: Store, place: StorePlace) => Promise<void>) => void

const nothing: HistoryBatch = { sessions: noSessions, occupancy: [], counts: [], health: [] }
const minuteMs = 60_000

const aSession = (session: Partial<SessionRow> = {}): SessionRow => ({
  ...{
    device: 1,
    arrival: instant(at - 90_000),
    departure: at,
    dwellMs: 90_000,
    bay: 'B-1',
    certain: true,
    ...session,
  },
})
const aSpan = (row: Partial<OccupancyRow> = {}): OccupancyRow => ({
  ...{ spanMs: minuteMs, site: 'S', level: null, zone: null, start: at, capacity: 4, occupiedMs: 1, knownMs: 2 },
  ...{ fullMs: 0, minOccupied: 0, maxOccupied: 1, occupiedEnd: 1, knownEnd: 2, ...row },
})

export function parkingContract(onStore: OnStore, place: () => Promise<StorePlace>): void {
  describe('how parking went', () => {
    onStore('stays are found by device and departure, and one told again is the same', async (store) => {
      const stays = [0, 1, 2].map((i) =>
        aSession({ departure: instant(at + i * 1_000), bay: i === 1 ? null : 'B-1', certain: i !== 2 }),
      )
      const history = { ...nothing, sessions: sessionRows([...stays, aSession({ device: 2 })]) }
      await store.commit(aBatch({ history }))
      await store.commit(aBatch({ from: 1, to: 2, history: { ...nothing, sessions: sessionRows(stays) } }))
      const between = (from: number, to: number, limit = 10) =>
        store.sessions({ device: 1, from: instant(from), to: instant(to), limit })
      assert.deepEqual(await between(at, at + 9_000), stays)
      assert.deepEqual(await between(at + 1, at + 2_000), stays.slice(1, 2))
      assert.deepEqual(await between(at, at + 9_000, 2), stays.slice(0, 2))
    })

    onStore('pages of stays hold each one once, newest first, and only those of the bays asked for', async (store) => {
      const stays = Array.from({ length: 9 }, (_, i) =>
        aSession({
          ...{ device: 1 + (i % 3), departure: instant(at + Math.floor(i / 4) * 1_000), arrival: instant(at - i) },
          bay: ['B-1', 'B-2', null][i % 3] as string | null,
        }),
      )
      await store.commit(aBatch({ history: { ...nothing, sessions: sessionRows(stays) } }))
      const newestFirst = stays.toSorted(
        (a, b) => b.departure - a.departure || a.device - b.device || a.arrival - b.arrival,
      )
      const asked = { from: at, to: instant(at + 9_000), limit: 2 }
      const of = (filter: { bays: Set<string>; devices?: number[] }) =>
        walk((cursor) => store.stays({ ...asked, ...filter, ...cursor }))
      const bays = new Set(['B-1', 'B-2'])
      assert.deepEqual(
        await of({ bays }),
        newestFirst.filter(({ bay }) => bay !== null),
      )
      assert.deepEqual(
        await of({ bays, devices: [2] }),
        newestFirst.filter(({ device }) => device === 2),
      )
      assert.deepEqual(await of({ bays: new Set(['B-9']) }), [])
      // More bays than a statement takes parameters.
      const many = new Set([...bays, ...Array.from({ length: 40_000 }, (_, i) => `X-${i}`)])
      assert.deepEqual(await of({ bays: many }), await of({ bays }))
      assert.deepEqual(
        (await store.stays({ ...asked, bays, to: instant(at + 1) })).items,
        newestFirst.filter(({ departure, bay }) => departure === at && bay !== null).slice(0, 2),
      )
      await assert.rejects(store.stays({ ...asked, bays, cursor: 'x' }), { code: 'E_BAD_CURSOR' })
    })

    onStore(
      'a span told again replaces what it said before; how a place stood is told from the row before',
      async (store) => {
        const start = (minutes: number) => instant(at + minutes * minuteMs)
        const rows = [0, 3, 4].map((minutes) => aSpan({ start: start(minutes), occupiedEnd: minutes }))
        const others = [aSpan({ spanMs: 15 * minuteMs }), aSpan({ level: 'L' }), aSpan({ level: 'L', zone: 'Z' })]
        await store.commit(aBatch({ history: { ...nothing, occupancy: [...rows, ...others] } }))
        const told = aSpan({ start: start(4), occupiedMs: 77, occupiedEnd: 5 })
        await store.commit(aBatch({ from: 1, to: 2, history: { ...nothing, occupancy: [told] } }))
        const ofSite = { spanMs: minuteMs, site: 'S', level: null, zone: null }
        const read = (from: number, to: number) => store.occupancy({ ...ofSite, from: start(from), to: start(to) })
        assert.deepEqual(await read(2, 9), [rows[0], rows[1], told])
        assert.deepEqual(await read(3, 4), [rows[1]])
        assert.deepEqual(await read(-5, 0), [])
        const level = { site: 'S', level: 'L', zone: null }
        const states = await store.placeStates({
          ...{ spanMs: minuteMs, places: [level, { site: 'X', level: null, zone: null }, ofSite] },
          ...{ from: start(2), to: start(9) },
        })
        const columnsOf = (...own: readonly OccupancyRow[]) => ({
          starts: own.map((row) => row.start),
          capacities: own.map(({ capacity }) => capacity),
          occupied: own.map(({ occupiedEnd }) => occupiedEnd),
          known: own.map(({ knownEnd }) => knownEnd),
        })
        const first = rows.slice(0, 2)
        assert.deepEqual(states, [columnsOf(others[1] as OccupancyRow), columnsOf(), columnsOf(...first, told)])
        const key = ({ spanMs, level, zone, start }: OccupancyRow) => `${spanMs} ${level} ${zone} ${start}`
        const newest = (await store.newestOccupancy()).map(key).sort()
        assert.deepEqual(newest, [told, ...others].map(key).sort())
      },
    )

    onStore('counts add up, health widens', async (store) => {
      const count = { device: 1, start: at, entries: 3, exits: 1, resets: 0 }
      const health = (minBatteryV: number | null, maxTemperatureC: number | null) => ({
        ...{
          device: 1,
          day: 7,
          minBatteryV,
          minBatteryPct: null,
          minTemperatureC: 1.5,
          maxTemperatureC,
          minRssiDbm: -80,
        },
      })
      for (const [from, row] of [health(3.6, null), health(null, 4.5), health(3.5, -1)].entries())
        await store.commit(aBatch({ from, to: from + 1, history: { ...nothing, counts: [count], health: [row] } }))
      assert.deepEqual(await store.counted({ device: 1, from: at, to: instant(at + 1) }), [
        { ...count, entries: 9, exits: 3 },
      ])
      assert.deepEqual(await store.health({ device: 1, from: 7, to: 7 }), [health(3.5, 4.5)])
    })

    onStore('minutes of old days are forgotten, never the newest of a place and never a quarter', async (store) => {
      const day = dayNumber(at)
      const starts = [-3 * dayMs, -2 * dayMs, -dayMs, 0].map((ms) => instant(day * dayMs + ms))
      const rows = starts.map((start) => aSpan({ start }))
      const asleep = aSpan({ site: 'asleep', start: starts[0] as typeof at })
      const quarters = rows.map((row) => ({ ...row, spanMs: 15 * minuteMs }))
      await store.commit(aBatch({ history: { ...nothing, occupancy: [...rows, ...quarters, asleep] } }))
      assert.equal(await store.forgetOccupancy(minuteMs, day - 1), 2)
      assert.equal(await store.forgetOccupancy(minuteMs, day - 1), 0)
      const read = (spanMs: number, site: string) =>
        store.occupancy({ ...{ spanMs, site, level: null, zone: null }, from: instant(0), to: instant(at + 1) })
      assert.deepEqual(await read(minuteMs, 'S'), rows.slice(2))
      assert.deepEqual(await read(15 * minuteMs, 'S'), quarters)
      assert.deepEqual(await read(minuteMs, 'asleep'), [asleep])
      assert.equal(await store.forgetOccupancy(15 * minuteMs, day), 3)
      assert.deepEqual(await read(15 * minuteMs, 'S'), quarters.slice(3))
      assert.deepEqual(await read(minuteMs, 'S'), rows.slice(2))
    })

    onStore('counts and extremes of old days are forgotten, of every device', async (store) => {
      const day = dayNumber(at)
      const devices = [1, 2, 100, 250]
      const days = [day - 2, day - 1, day]
      const health = devices.flatMap((device) =>
        days.map((day) => ({
          ...{ device, day, minBatteryV: 3, minBatteryPct: null, minTemperatureC: null, maxTemperatureC: null },
          minRssiDbm: null,
        })),
      )
      const counts = health.map(({ device, day }) => ({
        ...{ device, start: instant(day * dayMs), entries: 1, exits: 0, resets: 0 },
      }))
      await store.commit(aBatch({ history: { ...nothing, counts, health } }))
      const left = async (device: number) => [
        (await store.counted({ device, from: instant(0), to: instant(at + dayMs) })).length,
        (await store.health({ device, from: 0, to: day })).length,
      ]
      assert.equal(await store.forgetCounts(day), 8)
      assert.equal(await store.forgetCounts(day), 0)
      for (const device of devices) assert.deepEqual(await left(device), [1, 3])
      assert.equal(await store.forgetHealth(day - 1), 4)
      assert.equal(await store.forgetHealth(day - 1), 0)
      for (const device of devices) assert.deepEqual(await left(device), [1, 2])
    })

    onStore('it is taken back with its batch', async (store) => {
      const history = { ...nothing, sessions: sessionRows([aSession()]), occupancy: [aSpan()] }
      await assert.rejects(store.commit(aBatch({ history, ledger: [aDelta({ source: 'x'.repeat(200) })] })))
      await store.commit(aBatch({ history, dry: true }))
      assert.deepEqual(await store.newestOccupancy(), [])
      assert.deepEqual(await store.sessions({ device: 1, from: at, to: instant(at + 1), limit: 1 }), [])
    })
  })

  test('days that are forgotten take their readings and stays with them, and the books still close', async () => {
    await using here = await place()
    const first = dayNumber(at)
    const sensorDays = { committed: 2, duplicate: 0, quarantined: 0, lost: 0, readings: 2 }
    for (const [i, day] of [first, first + 1, first + 9].entries()) {
      await using store = await here.open({ now: instant(day * dayMs + 1) })
      await store.migrate()
      await store.takeFence(journal, 1)
      await store.commit(
        aBatch({
          ...{ from: i, to: i + 1, ledger: [aDelta({ committed: 2 })] },
          readings: [0, 1].map((idx) => aReading({ pos: i + 1, idx, seq: i * 2 + idx })),
          devices: [aDevice(1, { readings: i * 2 + 2, minSeq: 0, maxSeq: i * 2 + 1, distinct: i * 2 + 2 })],
          losses: {
            sensorDays: [{ day, device: 1, ...sensorDays }],
            gaps: [],
            gapsGone: [],
            losses: [],
            intakeDays: [],
          },
          history: { ...nothing, sessions: sessionRows([aSession({ departure: instant(at + i) })]) },
        }),
      )
    }
    await using store = await here.open({ now: instant((first + 9) * dayMs + 2) })
    await store.migrate()
    const seqs = async () => (await store.readings({ external: 'A-1', limit: 10 })).items.map(({ seq }) => seq)
    const recounted = async () => (await store.recount(journal)).failures
    assert.deepEqual(await recounted(), [])
    assert.deepEqual(await store.forgetDays(first), [])
    assert.deepEqual(await store.forgetDays(first + 1), [first])
    assert.deepEqual(await seqs(), [2, 3, 4, 5])
    assert.deepEqual(await recounted(), [])
    // Never the day of the open block, whatever is asked.
    assert.deepEqual(await store.forgetDays(first + 99), [first + 1])
    assert.deepEqual(await store.forgetDays(first + 99), [])
    assert.deepEqual(await seqs(), [4, 5])
    assert.deepEqual(await recounted(), [])
    assert.equal((await store.counts()).readings, 2)
    assert.deepEqual(await store.epochSpan(1, 0), { min: 0, max: 5, distinct: 6 })
    const stays = await store.sessions({ device: 1, from: at, to: instant(at + 9), limit: 9 })
    assert.deepEqual(
      stays.map(({ departure }) => departure - at),
      [2],
    )
  })
}
