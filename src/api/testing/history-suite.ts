/** The past in the API: the same tests for each store. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  cityHistorySchema,
  occupancyHistorySchema,
  overstaySchema,
  staySchema,
  turnoverSchema,
} from '@baykeeper/contract/history.ts'
import type { Layout } from '../../domain/layout.ts'
import { quarterMs } from '../../domain/occupancy-span.ts'
import { instant } from '../../lib/brand.ts'
import { systemClock } from '../../lib/clock.ts'
import { dayNumber } from '../../lib/utc-day.ts'
import { type OccupancyRow, type OverstayRow, type SessionRow, sessionRows } from '../../store/store.ts'
import {
  type ApiUnderTest,
  apiUnderTest,
  bearer,
  deviceState,
  layoutOf,
  type UnderTestOptions,
} from './api-under-test.ts'

const now = instant(Date.parse('2026-11-23T08:07:00Z'))
const clock = { ...systemClock, now: () => now }
const url = (path: string) => ({ url: path, headers: bearer })
export const at = (time: string) => instant(Date.parse(`2026-11-23T${time}Z`))

const stay = (device: number, bay: string, arrival: string, departure: string): SessionRow => ({
  ...{ device, bay, arrival: at(arrival), departure: at(departure), certain: true },
  ...{ dwellMs: at(departure) - at(arrival), corrections: 0, maxErrorMs: 0, hiddenMax: null, overstayMin: null },
})
const overstay = (bay: string, arrival: string, begun: string, ended?: string): OverstayRow => ({
  ...{ bay, arrival: at(arrival), maxStayMin: 20, graceMin: 0, begun: at(begun) },
  ended: ended === undefined ? null : at(ended),
  minutes: ended === undefined ? null : (at(ended) - at(begun)) / 60_000,
})
export const spanAt = (start: string, row: Partial<OccupancyRow> = {}): OccupancyRow => ({
  ...{ spanMs: quarterMs, site: 'south', level: null, zone: null, start: at(start), capacity: 4 },
  ...{ occupiedMs: 2 * quarterMs, knownMs: 4 * quarterMs, fullMs: 0, minOccupied: 1, maxOccupied: 3 },
  ...{ occupiedEnd: 3, knownEnd: 4, ...row },
})

const undoubted = { correction_counter: 0, max_error_s: 0, hidden_max: null, overstay_min: null }

async function filledOn(options: UnderTestOptions): Promise<ApiUnderTest> {
  const api = await apiUnderTest({ clock, layout: twoSites, ...options })
  await api.commit({
    devices: [deviceState(1, 'A-1'), deviceState(2, 'A-2'), deviceState(3, 'B-1', { source: 'udp' })],
    history: {
      sessions: sessionRows([
        stay(1, 'A-1', '07:00:00', '07:10:00'),
        stay(1, 'A-1', '07:20:00', '07:50:00'),
        stay(2, 'A-2', '07:00:00', '07:30:00'),
        stay(3, 'B-1', '07:00:00', '07:40:00'),
        stay(1, 'A-9', '06:00:00', '06:30:00'),
      ]),
      standing: {
        ...{ put: [], gone: [] },
        overstays: {
          put: [
            overstay('A-1', '07:55:00', '08:05:00'),
            overstay('A-2', '07:40:00', '08:00:00'),
            overstay('B-1', '07:50:00', '08:01:00'),
            overstay('A-2', '07:00:00', '07:20:00', '07:30:00'),
            overstay('B-1', '07:00:00', '07:20:00', '07:40:00'),
          ],
          gone: [],
        },
      },
      occupancy: [
        spanAt('07:00:00'),
        spanAt('07:30:00', { level: 'l0' }),
        spanAt('07:45:00', { level: 'l0', zone: 'z' }),
        spanAt('07:45:00', { site: null, occupiedEnd: 1 }),
        spanAt('07:45:00', { zone: 'standard', occupiedEnd: 2 }),
        spanAt('07:45:00', { site: null, zone: 'standard', occupiedEnd: 4 }),
      ],
      counts: [{ device: 1, start: at('07:45:00'), entries: 31, exits: 12, resets: 0 }],
      health: [
        {
          ...{ device: 1, day: dayNumber(now), minBatteryV: 3.5, minBatteryPct: null, minTemperatureC: -2 },
          ...{ maxTemperatureC: 7, minRssiDbm: null },
        },
      ],
    },
  })
  return api
}

const [south] = layoutOf(['A-1', 'A-2']).sites
const twoSites: Layout = {
  ...layoutOf([]),
  sites: [
    south as NonNullable<typeof south>,
    { ...layoutOf(['B-1']).sites[0], id: 'north' } as NonNullable<typeof south>,
  ],
}

export function historySuite(place: () => Promise<UnderTestOptions>): void {
  const filled = async () => filledOn(await place())

  test('stays of a bay are its own, newest first, page by page', async () => {
    await using api = await filled()
    const whole = (await api.app.inject(url('/api/v1/bays/A-1/sessions'))).json()
    assert.deepEqual(whole, {
      items: [
        {
          ...{ bay: 'A-1', device: 'A-1', source: 'gate', arrival: '2026-11-23T07:20:00.000Z' },
          ...{ departure: '2026-11-23T07:50:00.000Z', dwell_s: 1_800, certain: true, ...undoubted },
        },
        {
          ...{ bay: 'A-1', device: 'A-1', source: 'gate', arrival: '2026-11-23T07:00:00.000Z' },
          ...{ departure: '2026-11-23T07:10:00.000Z', dwell_s: 600, certain: true, ...undoubted },
        },
      ],
      next: null,
    })
    for (const item of whole.items) staySchema.parse(item)
    const first = (await api.app.inject(url('/api/v1/bays/A-1/sessions?limit=1'))).json()
    const second = (await api.app.inject(url(`/api/v1/bays/A-1/sessions?limit=1&cursor=${first.next}`))).json()
    assert.deepEqual([...first.items, ...second.items], whole.items)
    assert.equal(second.next, null)
    const span = '?from=2026-11-23T07:10:00Z&to=2026-11-23T07:50:00Z'
    assert.equal((await api.app.inject(url(`/api/v1/bays/A-1/sessions${span}`))).json().items.length, 1)
  })

  test('stays of a site are those of its bays', async () => {
    await using api = await filled()
    const bays = async (site: string) =>
      (await api.app.inject(url(`/api/v1/sites/${site}/sessions`))).json().items.map(({ bay }: { bay: string }) => bay)
    assert.deepEqual(await bays('south'), ['A-1', 'A-2', 'A-1'])
    assert.deepEqual(await bays('north'), ['B-1'])
  })

  test('stays are asked for by bay, by site, or of all bays', async () => {
    await using api = await filled()
    const bays = async (query: string) =>
      (await api.app.inject(url(`/api/v1/stays${query}`))).json().items.map(({ bay }: { bay: string }) => bay)
    assert.deepEqual(await bays(''), ['A-1', 'B-1', 'A-2', 'A-1'])
    assert.deepEqual(await bays('?site=south'), ['A-1', 'A-2', 'A-1'])
    assert.deepEqual(await bays('?bay=B-1'), ['B-1'])
    assert.equal((await api.app.inject(url('/api/v1/stays?bay=B-1&site=south'))).statusCode, 404)
    assert.equal((await api.app.inject(url('/api/v1/stays?site=X'))).statusCode, 404)
  })

  test('overstays that go on come longest first, those that ended newest first, page by page', async () => {
    await using api = await filled()
    const page = async (query: string) => (await api.app.inject(url(`/api/v1/overstays${query}`))).json()
    const current = await page('')
    assert.deepEqual(current.items[0], {
      ...{ site: 'south', bay: 'A-2', arrival: '2026-11-23T07:40:00.000Z', begun: '2026-11-23T08:00:00.000Z' },
      ...{ ended: null, overstay_min: null, max_stay_min: 20, grace_min: 0 },
    })
    for (const item of current.items) overstaySchema.parse(item)
    const bays = ({ items }: { items: { bay: string }[] }) => items.map(({ bay }) => bay)
    assert.deepEqual(bays(current), ['A-2', 'B-1', 'A-1'])
    assert.deepEqual(bays(await page('?site=south')), ['A-2', 'A-1'])
    for (const [state, all] of [
      ['current', ['A-2', 'B-1', 'A-1']],
      ['ended', ['B-1', 'A-2']],
    ] as const) {
      const found: string[] = []
      let cursor = ''
      do {
        const { items, next } = await page(`?state=${state}&limit=1${cursor}`)
        found.push(...bays({ items }))
        cursor = next === null ? '' : `&cursor=${next}`
      } while (cursor !== '')
      assert.deepEqual(found, all)
    }
    const [ended] = (await page('?state=ended&from=2026-11-23T07:35:00Z')).items
    assert.deepEqual([ended.bay, ended.overstay_min], ['B-1', 20])
    assert.equal((await api.app.inject(url('/api/v1/overstays?cursor=x'))).statusCode, 400)
  })

  test('turnover is by bay and local day of the site', async () => {
    await using api = await filled()
    const turnover = async (query: string) => (await api.app.inject(url(`/api/v1/turnover?site=south${query}`))).json()
    const day = (bay: string, stays: number, dwell_s: number) => ({
      ...{ day: '2026-11-23', bay, stays, uncertain: 0, dwell_s, overstays: 0, overstay_min: 0 },
    })
    const whole = await turnover('')
    turnoverSchema.parse(whole)
    assert.deepEqual(whole.items, [day('A-1', 2, 1_200), day('A-2', 1, 1_800)])
    assert.deepEqual((await turnover('&from=2026-11-22&to=2026-11-23')).items, [])
    for (const query of ['&from=2026-11-24&to=2026-11-23', '&from=2026-01-01', '&from=yesterday'])
      assert.equal((await api.app.inject(url(`/api/v1/turnover?site=south${query}`))).statusCode, 400, query)
    assert.equal((await api.app.inject(url('/api/v1/turnover?site=X'))).statusCode, 404)
  })

  test('what is not in the layout, or asked for wrongly, is a problem in words', async () => {
    await using api = await filled()
    const status = async (path: string) => (await api.app.inject(url(path))).statusCode
    for (const path of [
      'bays/X/sessions',
      'sites/X/sessions',
      'sites/X/occupancy/history',
      'devices/X/health',
      'devices/X/counts',
    ])
      assert.equal(await status(`/api/v1/${path}`), 404, path)
    for (const query of ['from=yesterday', 'step=2m', 'group=bay', 'from=2026-11-23T07:00:00Z&to=2026-11-22T07:00:00Z'])
      assert.equal(await status(`/api/v1/sites/south/occupancy/history?${query}`), 400, query)
    const long = await api.app.inject(url('/api/v1/sites/south/occupancy/history?step=1m&from=2026-01-01T00:00:00Z'))
    assert.equal(long.statusCode, 400)
    assert.match(long.json().detail, /points, more than/)
    assert.equal(await status('/api/v1/bays/A-1/sessions?cursor=x'), 400)
    assert.equal(await status('/api/v1/devices/A-1/health?from=2020-01-01T00:00:00Z'), 400)
    assert.equal((await api.app.inject('/api/v1/bays/A-1/sessions')).statusCode, 401)
  })

  test('occupancy over time fills steps without a change, and what was unknown is null and not 0', async () => {
    await using api = await filled()
    const asked = async (query: string) =>
      occupancyHistorySchema.parse((await api.app.inject(url(`/api/v1/sites/south/occupancy/history?${query}`))).json())
    const site = await asked('from=2026-11-23T06:50:00Z')
    assert.deepEqual(
      [site.time_zone, site.step, site.from, site.to],
      ['Europe/Berlin', '15m', '2026-11-23T06:45:00.000Z', '2026-11-23T08:07:00.000Z'],
    )
    const [series] = site.series
    assert.deepEqual(
      series?.points.map(({ start, occupied, rate, coverage }) => [start.slice(11, 16), occupied, rate, coverage]),
      [
        ['06:45', null, null, 0],
        ['07:00', 2, 0.5, 1],
        ['07:15', 3, 0.75, 1],
        ['07:30', 3, 0.75, 1],
        ['07:45', 3, 0.75, 1],
        ['08:00', 3, 0.75, 1],
      ],
    )
    const zones = await asked('from=2026-11-23T07:45:00Z&group=zone')
    assert.deepEqual(
      zones.series.map(({ level, zone }) => [level, zone]),
      [['l0', 'z']],
    )
    const levels = await asked('from=2026-11-23T07:45:00Z&group=level&to=2027-01-01T00:00:00Z')
    assert.deepEqual(
      levels.series.map(({ level, zone, points }) => [level, zone, points.length]),
      [['l0', null, 2]],
    )
    const minutes = await asked('step=1m&from=2026-11-23T08:00:00Z')
    assert.deepEqual(
      minutes.series[0]?.points.map(({ rate }) => rate),
      Array(7).fill(null),
    )
  })

  test('the occupancy of bay types and of the city is kept beside that of sites, and a type is no zone', async () => {
    await using api = await filled()
    const asked = async (path: string) =>
      (await api.app.inject(url(`/api/v1/${path}&from=2026-11-23T08:00:00Z`))).json()
    const site = occupancyHistorySchema.parse(await asked('sites/south/occupancy/history?group=type'))
    const rest = { level: null, zone: null }
    const newest = ({ points }: { points: { occupied: number | null; coverage: number }[] }) => [
      points[0]?.occupied,
      points[0]?.coverage,
    ]
    assert.deepEqual(
      site.series.map(({ points, ...name }) => [name, newest({ points })]),
      [[{ ...rest, type: 'standard' }, [2, 1]]],
    )
    const city = async (group: string) =>
      cityHistorySchema
        .parse(await asked(`occupancy/history?group=${group}`))
        .series.map(({ site, type, points }) => [site, type, ...newest({ points })])
    assert.deepEqual(await city('city'), [[null, null, 1, 1]])
    assert.deepEqual(await city('type'), [[null, 'standard', 4, 1]])
    assert.deepEqual(await city('site'), [
      ['south', null, 3, 1],
      ['north', null, null, 0],
    ])
    assert.equal((await api.app.inject(url('/api/v1/occupancy/history?group=zone'))).statusCode, 400)
  })

  test('counts and health of a device are listed by quarter and by day', async () => {
    await using api = await filled()
    assert.deepEqual((await api.app.inject(url('/api/v1/devices/A-1/counts'))).json().items, [
      { source: 'gate', start: '2026-11-23T07:45:00.000Z', entries: 31, exits: 12, resets: 0 },
    ])
    assert.deepEqual((await api.app.inject(url('/api/v1/devices/A-1/health?source=gate'))).json().items, [
      {
        ...{ day: '2026-11-23', source: 'gate', min_battery_v: 3.5, min_battery_pct: null, min_temperature_c: -2 },
        ...{ max_temperature_c: 7, min_rssi_dbm: null },
      },
    ])
    assert.equal((await api.app.inject(url('/api/v1/devices/A-1/health?source=udp'))).statusCode, 404)
  })
}
