/** What reports have to say of fleets whose past is known, on a store of any dialect. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ReportKind } from '@baykeeper/contract/reports.ts'
import { reportKinds } from '@baykeeper/contract/reports.ts'
import { instant } from '../../lib/brand.ts'
import { plainCsv } from '../../lib/csv-text.ts'
import { minuteMs } from '../../lib/utc-day.ts'
import type { Store } from '../../store/store.ts'
import type { StorePlace } from '../../store/testing/store-contract.ts'
import { makeReport } from '../make-report.ts'
import type { Report, ReportRow } from '../report.ts'
import type { ReportRequest } from '../request.ts'
import { baysOf, type Fleet, localTime, randomFleet, storeFleet, truthOf } from './fleet-truth.ts'

/** Days on which clocks change at night, at midnight, by half an hour; and zones of half and quarter hours. */
const places = [
  ['Europe/Berlin', '2026-10-23'],
  ['Australia/Lord_Howe', '2026-04-04'],
  ['America/New_York', '2026-10-31'],
  ['Asia/Kolkata', '2026-06-01'],
  ['Europe/Berlin', '2026-03-27'],
  ['America/New_York', '2026-03-07'],
  ['Asia/Kathmandu', '2026-06-01'],
  ['America/Havana', '2026-03-07'],
  ['Africa/Cairo', '2026-04-23'],
  ['America/Sao_Paulo', '2018-11-03'],
] as const
const days = 4

const request = (kind: ReportKind, fleet: Fleet, more: Partial<ReportRequest> = {}): ReportRequest => ({
  ...{ kind, site: 'deck', compare: 'none', format: 'json', csv: plainCsv },
  ...{ from: dayIn(fleet, fleet.begin), to: dayIn(fleet, fleet.end) },
  ...{ now: instant(fleet.end + 9 * 86_400_000), keptDays: { stays: 0, bayChanges: 0 }, ...more },
})
const dayIn = ({ zone }: Fleet, at: number) => localTime(zone)(at).date

export async function rowsOf(report: Report, name: string): Promise<ReportRow[]> {
  const found = report.tables.find(({ table }) => table.name === name)
  assert.ok(found, `${report.head.kind} has no table ${name}`)
  return Array.fromAsync(found.rows)
}

const near = (actual: unknown, expected: number | null, what: string) => {
  if (expected === null) return assert.equal(actual, null, what)
  assert.ok(typeof actual === 'number' && Math.abs(actual - expected) < 1e-9, `${what}: ${actual}, not ${expected}`)
}

/** `zones`: how many of the places, `seeds`: fleets in each. */
export function reportSuite(
  place: () => Promise<StorePlace>,
  { zones = places.length as number, seeds = 1 } = {},
): void {
  const onFleet = (sentence: string, body: (store: Store, fleet: Fleet) => Promise<void>) =>
    test(sentence, async () => {
      for (const [i, [zone, from]] of places.slice(0, zones).entries()) {
        const seed = Number(process.env['SEED'] ?? 1) + i
        for (let more = 0; more < seeds; more++) {
          const holidays = i % 2 ? [Temporal.PlainDate.from(from).add({ days: 2 }).toString()] : []
          const fleet = randomFleet({ seed: seed + 100 * more, zone, from, days, holidays })
          await using here = await place()
          await using store = await here.open()
          await store.migrate()
          await storeFleet(store, fleet)
          await body(store, fleet).catch((fault: Error) => {
            fault.message = `${zone} from ${from}, SEED=${seed + 100 * more}: ${fault.message}`
            throw fault
          })
        }
      }
    })

  onFleet('occupancy by weekday and hour, and by day, is what a count of every minute gives', async (store, fleet) => {
    for (const type of [undefined, 'ev'] as const) {
      const bays = baysOf(fleet.layout).filter((_, i) => type === undefined || i % 2 === 1)
      const truth = truthOf(fleet, (bay) => bays.includes(bay))
      const report = await makeReport(store, fleet.layout, request('occupancy', fleet, type ? { type } : {}))
      const cells = await rowsOf(report, 'cells')
      const shown = new Set<string>()
      for (const cell of cells) {
        const key = `${cell['day']} ${cell['hour']}`
        const real = truth.cells.get(key)
        if (real) shown.add(key)
        const { occupied = 0, known = 0, minutes = 0, full = 0 } = real ?? {}
        near(cell['occupancy'], known > 0 ? occupied / known : null, `occupancy of ${key}`)
        near(cell['coverage'], minutes > 0 ? known / (minutes * bays.length) : null, `coverage of ${key}`)
        near(cell['hours'], minutes / 60, `hours of ${key}`)
        near(cell['full_min'], known > 0 ? full : null, `full minutes of ${key}`)
        assert.equal(cell['days'], real?.dates.size ?? 0, `days of ${key}`)
      }
      assert.equal(shown.size, truth.cells.size, 'an hour is missing')
      const shownDays = await rowsOf(report, 'days')
      assert.deepEqual(
        shownDays.map(({ date }) => date),
        [...truth.days.keys()],
      )
      for (const day of shownDays) {
        const real = truth.days.get(String(day['date']))
        near(day['hours'], (real?.minutes ?? 0) / 60, `hours of ${day['date']}`)
        near(day['highest'], truth.highest.get(String(day['date'])) ?? null, `highest of ${day['date']}`)
      }
    }
  })

  onFleet('stays count on the local day of their departure, with their exact lengths', async (store, fleet) => {
    const local = localTime(fleet.zone)
    const ended = fleet.stays.filter(({ departure }) => departure >= fleet.begin && departure < fleet.end)
    const turnover = await makeReport(store, fleet.layout, request('turnover', fleet))
    for (const day of await rowsOf(turnover, 'turnover_days')) {
      const own = ended.filter(({ departure }) => local(departure).date === day['date'])
      assert.deepEqual(
        [day['stays'], day['uncertain_stays']],
        [own.length, own.filter(({ certain }) => !certain).length],
        `stays of ${day['date']}`,
      )
      const real = own.length / (Number(day['known_bay_hours']) / 24)
      near(day['turnover'], Number(day['coverage']) >= 0.8 ? real : null, `turnover of ${day['date']}`)
    }
    for (const row of await rowsOf(turnover, 'turnover_bays'))
      assert.equal(row['stays'], ended.filter(({ bay }) => bay === row['bay']).length)
    const dwell = await makeReport(store, fleet.layout, request('dwell', fleet))
    const certain = ended
      .filter((stay) => stay.certain)
      .map(({ dwellMs }) => dwellMs)
      .sort((a, b) => a - b)
    const rank = (share: number) => Math.floor((certain[Math.ceil(certain.length * share) - 1] as number) / minuteMs)
    const [shown, , all] = await rowsOf(dwell, 'dwell')
    assert.deepEqual(
      [shown?.['count'], shown?.['median_min'], shown?.['p90_min']],
      [certain.length, rank(0.5), rank(0.9)],
    )
    near(shown?.['mean_min'], certain.reduce((sum, ms) => sum + ms, 0) / certain.length / minuteMs, 'mean')
    assert.equal(all?.['begun_before'], ended.filter(({ arrival }) => arrival < fleet.begin).length)
    for (const bin of await rowsOf(dwell, 'lengths')) {
      const [from, to] = [
        Number(bin['from_min']) * minuteMs,
        bin['to_min'] === null ? Number.POSITIVE_INFINITY : Number(bin['to_min']) * minuteMs,
      ]
      assert.equal(
        bin['stays'],
        certain.filter((ms) => ms >= from && ms < to).length,
        `stays from ${bin['from_min']} min`,
      )
    }
  })

  onFleet(
    'lists hold every row of the time asked for, and sums of overstays are those of their rows',
    async (store, fleet) => {
      const within = (at: number | null) => at !== null && at >= fleet.begin && at < fleet.end
      const stays = await rowsOf(await makeReport(store, fleet.layout, request('stays', fleet)), 'stays')
      const key = (row: { readonly [name: string]: unknown }) => `${row['bay']} ${row['arrival']} ${row['departure']}`
      assert.deepEqual(
        stays.map(key).sort(),
        fleet.stays
          .filter(({ departure }) => within(departure))
          .map((row) => key({ ...row }))
          .sort(),
      )
      const real = fleet.overstays.filter(({ ended, minutes }) => within(ended) && (minutes ?? 0) > 0)
      const overstays = await makeReport(store, fleet.layout, request('overstays', fleet))
      const sumOf = (rows: readonly ReportRow[], column: string) =>
        rows.reduce((sum, row) => sum + Number(row[column]), 0)
      for (const table of ['overstay_bays', 'overstay_rules']) {
        const rows = await rowsOf(overstays, table)
        assert.equal(sumOf(rows, 'overstays'), real.length)
        assert.equal(
          sumOf(rows, 'minutes'),
          real.reduce((sum, { minutes }) => sum + (minutes ?? 0), 0),
        )
      }
      const quarters = await rowsOf(
        await makeReport(store, fleet.layout, request('occupancy-15min', fleet)),
        'quarters',
      )
      assert.equal(quarters.length, (fleet.end - fleet.begin) / (15 * minuteMs))
      const occupied = truthOf(fleet, () => true)
        .days.values()
        .reduce((sum, day) => sum + day.occupied, 0)
      near(
        sumOf(
          quarters.filter((row) => row['occupied_bays'] !== null),
          'occupied_bays',
        ) * 15,
        occupied,
        'bay-minutes taken',
      )
    },
  )

  onFleet(
    'every kind gives the tables and columns that it declares, and a comparison with itself shows no change',
    async (store, fleet) => {
      for (const kind of Object.keys(reportKinds) as ReportKind[]) {
        const asked = request(kind, fleet)
        const compared = { compare: 'other', compareFrom: asked.from, compareTo: asked.to } as const
        const report = await makeReport(store, fleet.layout, { ...asked, ...compared })
        assert.deepEqual(
          report.tables.map(({ table }) => table.name),
          reportKinds[kind].tables.map(({ name }) => name),
        )
        for (const { table, rows } of report.tables)
          for await (const row of rows) {
            assert.deepEqual(
              Object.keys(row),
              table.columns.map(({ name }) => name),
              table.name,
            )
            if (row['change'] !== undefined && row['change'] !== null)
              assert.equal(row['change'], 0, JSON.stringify(row))
          }
      }
    },
  )
}
