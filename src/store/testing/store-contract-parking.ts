/** The part of the contract that remembers how parking went, and what is forgotten with a day (history.ts). */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { StayRow } from '../../domain/folds/stay-row.ts'
import { instant } from '../../lib/brand.ts'
import { dayMs, dayNumber } from '../../lib/utc-day.ts'
import type { HistoryBatch } from '../history.ts'
import { noSessions, sessionRows } from '../readings/session-rows.ts'
import type { Store } from '../store.ts'
import type { OccupancyRow } from '../tables/occupancy.ts'
import type { StorePlace } from './store-contract.ts'
import { aBatch, aDelta, aDevice, aReading, aStay, at, journal, walk } from './store-samples.ts'

type OnStore = (sentence: string, body: (store: Store, place: StorePlace) => Promise<void>) => void

const nothing: HistoryBatch = { sessions: noSessions, occupancy: [], counts: [], health: [] }
const minuteMs = 60_000

const aSpan = (row: Partial<OccupancyRow> = {}): OccupancyRow => ({
  ...{ spanMs: minuteMs, site: 'S', level: null, zone: null, start: at, capacity: 4, occupiedMs: 1, knownMs: 2 },
  ...{ fullMs: 0, minOccupied: 0, maxOccupied: 1, occupiedEnd: 1, knownEnd: 2, ...row },
})

export function parkingContract(onStore: OnStore, place: () => Promise<StorePlace>): void {
  describe('how parking went', () => {
    onStore('stays are found by device and departure, and one written again is the same', async (store) => {
      const stays = [0, 1, 2].map((i) =>
        aStay({ departure: instant(at + i * 1_000), bay: i === 1 ? null : 'B-1', certain: i !== 2 }),
      )
      const history = { ...nothing, sessions: sessionRows([...stays, aStay({ device: 2 })]) }
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
        aStay({
          ...{ device: 1 + (i % 3), departure: instant(at + Math.floor(i / 4) * 1_000), arrival: instant(at - i) },
          bay: ['B-1', 'B-2', null][i % 3] as string | null,
        }),
      )
      await store.commit(aBatch({ history: { ...nothing, sessions: sessionRows(stays) } }))
      const newestFirst = stays.toSorted(
        (a, b) =>
          b.departure - a.departure ||
          ((a.bay ?? '') < (b.bay ?? '') ? -1 : a.bay === b.bay ? 0 : 1) ||
          a.arrival - b.arrival,
      )
      const asked = { from: at, to: instant(at + 9_000), limit: 2 }
      const of = (filter: { bays: Set<string> }) => walk((cursor) => store.stays({ ...asked, ...filter, ...cursor }))
      const bays = new Set(['B-1', 'B-2'])
      assert.deepEqual(
        await of({ bays }),
        newestFirst.filter(({ bay }) => bay !== null),
      )
      assert.deepEqual(
        await of({ bays: new Set(['B-2']) }),
        newestFirst.filter(({ bay }) => bay === 'B-2'),
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

    onStore('of two stays of no length in one millisecond the first is stored', async (store) => {
      const short = { ...aStay({ arrival: at, departure: at, bay: 'B-1' }), dwellMs: 0, certain: false }
      const sessions = sessionRows([
        { ...short, maxErrorMs: null },
        { ...short, maxErrorMs: 0 },
      ])
      await store.commit(aBatch({ history: { ...nothing, sessions } }))
      const { items } = await store.stays({ bays: new Set(['B-1']), from: at, to: instant(at + 9_000), limit: 9 })
      assert.deepEqual(
        items.map(({ maxErrorMs }) => maxErrorMs),
        [null],
      )
    })

    onStore('a stay that is taken back in the batch that wrote it is gone', async (store) => {
      const stayAt = (i: number) => aStay({ departure: instant(at + i * 1_000), bay: 'B-1' })
      const [first, second, third] = [stayAt(0), stayAt(1), stayAt(2)]
      const commit = (
        from: number,
        sessions: readonly StayRow[],
        gone: readonly StayRow[],
        added: readonly StayRow[],
      ) =>
        store.commit(
          aBatch({
            ...{ from, to: from + 1 },
            history: { ...nothing, sessions: sessionRows(sessions), sessionsGone: gone, sessionsAdded: added },
          }),
        )
      // A client that knows one statement already, and must prepare the other, may send it first.
      await commit(0, [], [first], [])
      await commit(1, [first], [first], [second])
      const asked = { bays: new Set(['B-1']), from: at, to: instant(at + 9_000), limit: 9 }
      const found = async () => (await store.stays(asked)).items.map(({ departure }) => departure - at)
      assert.deepEqual(await found(), [1_000])
      await commit(2, [third], [second, third], [first])
      assert.deepEqual(await found(), [0])
    })

    onStore('every stay that an earlier release has written is found among the new ones', async (store, place) => {
      const earlier = Array.from({ length: 6 }, (_, i) =>
        aStay({
          device: 1 + (i % 2),
          departure: instant(at + i * 1_000),
          bay: ['B-1', 'B-2', null][i % 3] as string | null,
        }),
      )
      const now = [0, 1, 2, 3].map((i) =>
        aStay({ departure: instant(at + i * 1_500 + 200), bay: ['B-1', 'B-2'][i % 2] as string }),
      )
      await store.commit(aBatch({ devices: [aDevice(1)], history: { ...nothing, sessions: sessionRows(now) } }))
      const [[day] = []] = await place.query('SELECT max(day) FROM stay')
      for (const { device, departure, arrival, dwellMs, bay } of earlier)
        await place.execute(
          `INSERT INTO session (day, device, departure, arrival, dwell_ms, bay, certain)
           VALUES (${day}, ${device}, ${departure}, ${arrival}, ${dwellMs}, ${bay === null ? 'NULL' : `'${bay}'`}, 1)`,
        )
      const bays = new Set(['B-1', 'B-2'])
      const asked = { bays, from: at, to: instant(at + 9_000) }
      const found = await walk((cursor) => store.stays({ ...asked, limit: 1, ...cursor }))
      const all = [...earlier.filter(({ bay }) => bay !== null), ...now]
      const sorted = all.toSorted((a, b) => b.departure - a.departure || ((a.bay ?? '') < (b.bay ?? '') ? -1 : 1))
      assert.deepEqual(
        found.map(({ bay, departure }) => [bay, departure]),
        sorted.map(({ bay, departure }) => [bay, departure]),
      )
      assert.equal((await store.sessions({ device: 1, ...asked, limit: 99 })).length, 3 + 4)
      assert.deepEqual(
        (await store.turnover(asked)).map(({ bay, stays }) => [bay, stays]),
        [...bays].map((bay) => [bay, all.filter((row) => row.bay === bay).length]),
      )
      assert.deepEqual(
        (await store.staysAround('B-1', at, at)).map(({ departure }) => departure - at),
        [200, 3_200],
      )
    })

    onStore('overstays that ended are forgotten with their days, and one that goes on never is', async (store) => {
      const overstay = (bay: string, ended: number | null) => ({
        ...{ bay, arrival: at, maxStayMin: 30, graceMin: 0, begun: at, ended: ended === null ? null : instant(ended) },
        minutes: ended === null ? null : 1,
      })
      const short = { ...overstay('D', at + dayMs), minutes: 0 }
      const put = [overstay('A', at), overstay('B', at + dayMs), overstay('C', null), short]
      const history = { ...nothing, standing: { put: [], gone: [], overstays: { put, gone: [] } } }
      await store.commit(aBatch({ history }))
      const asked = { bays: new Set(['A', 'B', 'C', 'D']), from: at, to: instant(at + 9 * dayMs), limit: 9 }
      assert.equal(await store.forgetOverstays(dayNumber(at) + 1), 1)
      assert.deepEqual((await store.endedOverstays(asked)).items, put.slice(1, 2))
      assert.equal(await store.forgetOverstays(dayNumber(at) + 9), 2)
      assert.deepEqual(await store.currentOverstays(), put.slice(2, 3))
    })

    onStore('states of bays above a rev come in pages, and those of one rev are in one page', async (store) => {
      const state = (bay: string, rev: number) => ({
        ...{ bay, rev, state: 'free' as const, cause: 'device' as const, flags: 0, patterns: '' },
        ...{ since: at, device: 1, override: null, changed: null },
      })
      const states = [3, 1, 2, 2, 2, 5].map((rev, i) => state(`B-${i}`, rev))
      const gateways = { gateways: [], paths: [], gatewaysGone: [] }
      const bays = { states, changes: [], overrides: [], clock: undefined, gateways }
      await store.commit(aBatch({ history: { ...nothing, bays } }))
      const revs = async (rev: number, limit: number) => (await store.baysSince(rev, limit)).map((row) => row.rev)
      assert.deepEqual(await revs(0, 100), [1, 2, 2, 2, 3, 5])
      assert.deepEqual(await revs(0, 1), [1])
      assert.deepEqual(await revs(0, 2), [1, 2, 2, 2])
      assert.deepEqual(await revs(1, 1), [2, 2, 2])
      assert.deepEqual(await revs(2, 1), [3])
      assert.deepEqual(await revs(5, 9), [])
    })

    onStore(
      'the gateway of a device is found by its path and source, and by no path that is not its own',
      async (store) => {
        const row = (source: string, gateway: string, offlineSince: number | null = null) => ({
          ...{ source, gateway, devices: 3, heard: at, judgedFrom: at },
          offlineSince: offlineSince === null ? null : instant(offlineSince),
        })
        const gateways = [row('s', ''), row('s', 'G', at), row('s', 'g'), row('t', 'G')]
        const path = (device: number, gateway: string | null, toGo = 0, cutOff: typeof at | null = null) => ({
          ...{ device, gateway, toGo, cutOff },
        })
        const paths = [path(1, ''), path(2, 'G', 0, at), path(3, 'G', 1), path(4, null), path(5, 'G')]
        const bays = {
          ...{ states: [], changes: [], overrides: [], clock: undefined },
          gateways: { gateways, paths, gatewaysGone: [] },
        }
        const devices = [1, 2, 3, 4].map((id) => aDevice(id, { source: 's' }))
        await store.commit(
          aBatch({ devices: [...devices, aDevice(5, { source: 't' })], history: { ...nothing, bays } }),
        )
        assert.deepEqual(await store.gateways(), gateways)
        const found = await Promise.all([1, 2, 3, 4, 5, 6].map((device) => store.gatewayOf(device)))
        assert.deepEqual(found, [gateways[0], gateways[1], undefined, undefined, gateways[3], undefined])
        const { gateways: resumed } = await store.storedBays()
        assert.deepEqual(resumed, { gateways, paths })
        const gone = { gateways: [], paths: [path(2, '')], gatewaysGone: [{ source: 's', gateway: 'G' }] }
        await store.commit(aBatch({ from: 1, to: 2, history: { ...nothing, bays: { ...bays, gateways: gone } } }))
        assert.deepEqual(await store.gatewayOf(2), gateways[0])
      },
    )

    onStore('a span written again replaces its row; the state of a place comes from the row before', async (store) => {
      const start = (minutes: number) => instant(at + minutes * minuteMs)
      // Of a type, of the city, and of a type in the city.
      const wider = [aSpan({ zone: 'ev' }), aSpan({ site: null }), aSpan({ site: null, zone: 'ev', occupiedEnd: 1 })]
      const rows = [0, 3, 4].map((minutes) => aSpan({ start: start(minutes), occupiedEnd: minutes }))
      const others = [
        aSpan({ spanMs: 15 * minuteMs }),
        aSpan({ level: 'L' }),
        aSpan({ level: 'L', zone: 'Z' }),
        ...wider,
      ]
      await store.commit(aBatch({ history: { ...nothing, occupancy: [...rows, ...others] } }))
      const reported = aSpan({ start: start(4), occupiedMs: 77, occupiedEnd: 5 })
      await store.commit(aBatch({ from: 1, to: 2, history: { ...nothing, occupancy: [reported] } }))
      const ofSite = { spanMs: minuteMs, site: 'S', level: null, zone: null }
      const read = (from: number, to: number) => store.occupancy({ ...ofSite, from: start(from), to: start(to) })
      assert.deepEqual(await read(2, 9), [rows[0], rows[1], reported])
      assert.deepEqual(await read(3, 4), [rows[1]])
      assert.deepEqual(await read(-5, 0), [])
      for (const row of wider) assert.deepEqual(await store.occupancy({ ...row, from: start(2), to: start(9) }), [row])
      const level = { site: 'S', level: 'L', zone: null }
      const typeOfCity = { site: null, level: null, zone: 'ev' }
      const states = await store.placeStates({
        ...{ spanMs: minuteMs, places: [level, { site: 'X', level: null, zone: null }, ofSite, typeOfCity] },
        ...{ from: start(2), to: start(9) },
      })
      const columnsOf = (...own: readonly OccupancyRow[]) => ({
        starts: own.map((row) => row.start),
        capacities: own.map(({ capacity }) => capacity),
        occupied: own.map(({ occupiedEnd }) => occupiedEnd),
        known: own.map(({ knownEnd }) => knownEnd),
      })
      const first = rows.slice(0, 2)
      const [, ofLevel, , , , ofType] = others as [OccupancyRow, OccupancyRow, ...OccupancyRow[]]
      const wanted = [columnsOf(ofLevel), columnsOf(), columnsOf(...first, reported), columnsOf(ofType as OccupancyRow)]
      assert.deepEqual(states, wanted)
      const key = ({ spanMs, site, level, zone, start }: OccupancyRow) => `${spanMs} ${site} ${level} ${zone} ${start}`
      const newest = (await store.newestOccupancy()).map(key).sort()
      assert.deepEqual(newest, [reported, ...others].map(key).sort())
    })

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
      const history = { ...nothing, sessions: sessionRows([aStay()]), occupancy: [aSpan()] }
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
          history: { ...nothing, sessions: sessionRows([aStay({ departure: instant(at + i) })]) },
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
    // Never the day of the open block for any request.
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
