/** The views for other programs (views.ts): their rows are what the store answers with. */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { bayFlagBits } from '@baykeeper/contract/vocabulary.ts'
import { quarterMs } from '../../domain/occupancy-span.ts'
import { instant } from '../../lib/brand.ts'
import { dayName, minuteMs } from '../../lib/utc-day.ts'
import { eachQuarter } from '../../reports/quarters.ts'
import { noBays, randomFleet, storeFleet } from '../../reports/testing/fleet-truth.ts'
import { noSessions } from '../readings/session-rows.ts'
import type { Store } from '../store.ts'
import { views } from '../views.ts'
import type { StorePlace } from './store-contract.ts'
import { aBatch, aDevice, at } from './store-samples.ts'

type OnStore = (sentence: string, body: (store: Store, place: StorePlace) => Promise<void>) => void

/** Times as text, everything else as it comes; in the order of the declaration. */
async function rowsOf(place: StorePlace, name: string, order: string): Promise<Map<string, unknown>[]> {
  const view = views.find((one) => one.name === name)
  assert.ok(view)
  const selected = view.columns.map(({ name: column, type }, i) =>
    type === 'instant' || type === 'date' ? `CAST("${column}" AS CHAR) AS "c${i}"` : `"${column}" AS "c${i}"`,
  )
  const rows = await place.query(`SELECT ${selected.join(', ')} FROM "${name}" ORDER BY ${order}`)
  return rows.map((row) => new Map(view.columns.map((column, i) => [column.name, plainValue(row[i])])))
}

/** Servers answer with large numbers and decimals as text. */
const plainValue = (value: unknown) => (typeof value === 'bigint' ? Number(value) : value)
const utc = (ms: number) => new Date(ms).toISOString().replace('T', ' ').slice(0, -1)

export function viewContract(onStore: OnStore): void {
  describe('views for other programs', () => {
    onStore('v_stay holds every stay, those of earlier releases too', async (store, place) => {
      const fleet = randomFleet({ seed: 11, zone: 'Europe/Berlin', from: '2026-10-24', days: 3 })
      await storeFleet(store, fleet)
      const [[day] = []] = await place.query('SELECT max(day) FROM stay')
      await place.execute(
        `INSERT INTO session (day, device, departure, arrival, dwell_ms, bay, certain) VALUES (${day}, 7, ${at}, ${at - 1_500}, 1500, NULL, 0)`,
      )
      const rows = await rowsOf(place, 'v_stay', '"departure_utc", "bay", "arrival_utc"')
      const earlier = {
        bay: null,
        arrival: at - 1_500,
        departure: at,
        certain: false,
        maxErrorMs: null,
        overstayMin: null,
      }
      const expected = [...fleet.stays, earlier].map((row) => [
        ...[row.bay, utc(row.arrival), utc(row.departure), (row.departure - row.arrival) / 1_000],
        ...[Number(row.certain), row.maxErrorMs, row.overstayMin],
      ])
      const shown = rows.map((row) => [
        ...[row.get('bay'), row.get('arrival_utc'), row.get('departure_utc'), Number(row.get('dwell_s'))],
        ...[row.get('certain'), row.get('max_error_s'), row.get('overstay_min')],
      ])
      const sorted = (of: unknown[][]) => of.map((row) => JSON.stringify(row)).sort()
      assert.deepEqual(sorted(shown), sorted(expected))
    })

    onStore('v_occupancy_15min gives each quarter what the history of the place gives', async (store, place) => {
      const fleet = randomFleet({ seed: 12, zone: 'Australia/Lord_Howe', from: '2026-04-04', days: 2 })
      await storeFleet(store, fleet)
      const rows = (await rowsOf(place, 'v_occupancy_15min', '"start_utc"')).filter(
        (row) => row.get('site') === 'deck' && row.get('level') === null && row.get('zone') === 'ev',
      )
      const msOf = (row: Map<string, unknown>, name: string) =>
        Date.parse(`${String(row.get(name)).replace(' ', 'T')}Z`)
      const byQuarter = new Map<number, Map<string, unknown>>()
      for (const row of rows) {
        assert.equal(Number(row.get('minutes')), (msOf(row, 'end_utc') - msOf(row, 'start_utc')) / minuteMs)
        for (let start = msOf(row, 'start_utc'); start < msOf(row, 'end_utc'); start += quarterMs) {
          assert.ok(!byQuarter.has(start), `${utc(start)} comes twice`)
          byQuarter.set(start, row)
        }
      }
      const asked = {
        place: { site: 'deck', level: null, zone: 'ev' },
        capacity: 2,
        // As it is stored (storeFleet).
        processed: instant(fleet.end + 300 * minuteMs),
      }
      const [from, to] = [Math.min(...byQuarter.keys()), Math.max(...byQuarter.keys()) + quarterMs]
      let quarters = 0
      await eachQuarter(store, { ...asked, from: instant(from), to: instant(to) }, (quarter) => {
        const row = byQuarter.get(quarter.start)
        assert.ok(row, `${utc(quarter.start)} is missing`)
        quarters++
        const near = (name: string, expected: number | null) => {
          const value = row.get(name)
          if (expected === null) return assert.equal(value, null, name)
          assert.ok(
            value !== null && Math.abs(Number(value) - expected) < 1e-6,
            `${name} at ${utc(quarter.start)}: ${value}, not ${expected}`,
          )
        }
        const isKnown = quarter.knownMs > 0
        near('capacity_bays', quarter.capacity)
        near('occupied_bays', isKnown ? quarter.occupiedMs / quarterMs : null)
        near('known_bays', quarter.knownMs / quarterMs)
        near('occupancy', isKnown ? quarter.occupiedMs / quarter.knownMs : null)
        near('coverage', quarter.knownMs / (quarter.capacity * quarterMs))
        near('occupied_max_bays', isKnown ? quarter.highest : null)
        near('full_min', isKnown ? (quarter.fullMs / minuteMs) * (Number(row.get('minutes')) / 15) : null)
      })
      assert.equal(quarters, byQuarter.size)
    })

    onStore('v_occupancy_15min ends with the newest whole quarter that was processed', async (store, place) => {
      const clock = instant(Math.floor(at / quarterMs) * quarterMs + 7 * quarterMs + 5 * minuteMs)
      const processed = clock - 5 * minuteMs
      const row = (start: number, occupied: number, site: string) => ({
        ...{ site, level: null, zone: null, spanMs: quarterMs, start: instant(start), capacity: 4 },
        ...{ occupiedMs: occupied * quarterMs, knownMs: 4 * quarterMs, fullMs: 0, minOccupied: occupied },
        ...{ maxOccupied: occupied, occupiedEnd: occupied, knownEnd: 4 },
      })
      const occupancy = [
        row(processed - 3 * quarterMs, 1, 'north'),
        row(processed, 3, 'north'),
        row(processed, 2, 'south'),
      ]
      const bays = { ...noBays, clock }
      await store.commit(aBatch({ history: { sessions: noSessions, occupancy, counts: [], health: [], bays } }))
      const rows = await rowsOf(place, 'v_occupancy_15min', '"start_utc"')
      assert.deepEqual(
        rows.map((each) => [each.get('site'), each.get('end_utc'), Number(each.get('minutes'))]),
        [
          ['north', utc(processed - 2 * quarterMs), 15],
          ['north', utc(processed), 30],
        ],
      )
      // What is later is unknown to reports too.
      const known: number[] = []
      const asked = { place: { site: 'north', level: null, zone: null }, capacity: 4, processed: clock }
      const [from, to] = [instant(processed - 3 * quarterMs), instant(processed + quarterMs)]
      await eachQuarter(store, { ...asked, from, to }, ({ knownMs }) => void known.push(knownMs / quarterMs))
      assert.deepEqual(known, [4, 4, 4, 0])
    })

    onStore('v_alert holds every alert, with what is empty as null', async (store, place) => {
      const alert = {
        ...{ id: 'a1', rule: 'overstay', kind: 'overstay', severity: 'warning' as const, title: 'Overstay' },
        ...{ text: 'Bay B-1.', subjectKind: 'bay' as const, subject: 'B-1', site: 'north', level: 'p1', zone: '' },
        ...{ state: 'acknowledged' as const, raised: at, cleared: null, acknowledged: instant(at + 1_500) },
        ...{ acknowledgedBy: 'desk', owner: null, shelvedUntil: null, root: null, children: 0, value: 1.5, limit: 1 },
        ...{ unit: 'min', times: 2, isResolvable: false, next: '', closed: null, rev: 1 },
      }
      const alerts = { alerts: [alert], events: [], rules: [], memory: [], memoryGone: [], requests: [] }
      await store.commit(aBatch({ history: { sessions: noSessions, occupancy: [], counts: [], health: [], alerts } }))
      const [row] = await rowsOf(place, 'v_alert', '"alert"')
      assert.deepEqual(
        [...(row as Map<string, unknown>).values()],
        [
          ...['a1', 'overstay', 'overstay', 'warning', 'acknowledged', 'Overstay', 'bay', 'B-1', 'north', 'p1', null],
          ...[utc(at), null, utc(at + 1_500), 'desk', null, null, null, 2],
        ],
      )
    })

    onStore('v_device_day and v_bay hold the days of devices and the states of bays', async (store, place) => {
      const day = { day: 20_000, device: 1, committed: 9, duplicate: 1, quarantined: 2, lost: 3, readings: 8 }
      const extremes = {
        minBatteryV: 3.5,
        minBatteryPct: null,
        minTemperatureC: -1,
        maxTemperatureC: 4.5,
        minRssiDbm: -80,
      }
      const state = (bay: string, more: object) => ({
        ...{ bay, state: 'free' as const, since: at, cause: 'device' as const, flags: 0, device: 1, override: null },
        ...{ changed: at, patterns: '', rev: 1, ...more },
      })
      const states = [
        state('B-1', {}),
        state('B-2', { state: 'unknown', cause: 'rule', flags: 33, since: null, device: null }),
      ]
      const bays = {
        states,
        changes: [],
        overrides: [],
        clock: undefined,
        gateways: { gateways: [], paths: [], gatewaysGone: [] },
      }
      const health = [{ device: 1, day: 20_000, ...extremes }]
      await store.commit(
        aBatch({
          devices: [aDevice(1)],
          losses: { sensorDays: [day, { ...day, day: 20_001 }], gaps: [], gapsGone: [], losses: [], intakeDays: [] },
          history: { sessions: noSessions, occupancy: [], counts: [], health, bays },
        }),
      )
      const [first, second] = await rowsOf(place, 'v_device_day', '"day_utc"')
      assert.deepEqual(
        [...(first as Map<string, unknown>).values()],
        ['A-1', 'http', dayName(20_000), 9, 1, 2, 3, 8, 3.5, null, -1, 4.5, -80],
      )
      assert.deepEqual([second?.get('day_utc'), second?.get('min_battery_v')], [dayName(20_001), null])
      const flags = Object.keys(bayFlagBits).length
      assert.deepEqual(
        (await rowsOf(place, 'v_bay', '"bay"')).map((row) =>
          [...row.values()].map((value) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value)),
        ),
        [
          ['B-1', 'free', utc(at), 'device', 'A-1', ...Array(flags).fill(0)],
          ['B-2', 'unknown', null, 'rule', null, 1, 0, 0, 0, 0, 1],
        ],
      )
    })
  })
}
