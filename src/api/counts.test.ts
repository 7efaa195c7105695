/** Count zones over the API: what is answered about them, and recounts by people. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Layout } from '../domain/layout.ts'
import { plainBay } from '../domain/layout.ts'
import { instant } from '../lib/brand.ts'
import { systemClock } from '../lib/clock.ts'
import type { Store } from '../store/store.ts'
import { PublicationRefused } from './context.ts'
import { apiUnderTest, bearer, deviceState, storeWith, type UnderTestOptions, until } from './testing/api-under-test.ts'

const at = Date.parse('2026-11-23T08:00:00Z')
/** Two count zones: a deck without bays, and a row of three bays that hold two sensors. */
const layout: Layout = {
  ...{ name: 'Harbour City', bayW: 2.5, bayH: 5, devices: [{ device: 'loop', heartbeatS: 60 }] },
  sites: [
    {
      ...{ id: 'south', name: 'South Garage', zone: 'Europe/Berlin' },
      levels: [
        {
          ...{ id: 'l0', name: 'Ground', x: 0, y: 0, w: 100, h: 50 },
          zones: [
            {
              id: 'deck',
              name: 'Upper deck',
              countCapacity: 40,
              countOffset: 1,
              countReset: { at: '04:00', vehicles: 0 },
            },
            { id: 'row', name: 'Row', countCapacity: 3 },
          ],
          bays: ['A', 'B', 'C'].map((id, i) => plainBay(id, { x: i * 3, y: 0 }, { zones: ['row'] })),
        },
      ],
      gates: [{ id: 'g', name: 'Main gate', devices: ['loop'], into: { level: 'l0', zone: 'deck' } }],
    },
    {
      ...{ id: 'north', name: 'North', zone: 'UTC' },
      levels: [{ id: 'n', name: 'N', x: 200, y: 0, w: 9, h: 9, zones: [], bays: [] }],
    },
  ],
}

async function opened(options: UnderTestOptions = {}) {
  const time = { now: at }
  const clock = { ...systemClock, now: () => instant(time.now) }
  const api = await apiUnderTest({ layout, clock, promiseMs: 3_600_000, ...options })
  const call = async (method: 'GET' | 'POST', url: string, payload?: object) => {
    const answer = await api.app.inject({ method, url, headers: bearer, ...(payload ? { payload } : {}) })
    return { status: answer.statusCode, body: answer.json() }
  }
  const heard = async () => {
    await api.commit({
      devices: [
        deviceState(1, 'loop', { lastArrived: instant(at), occupied: undefined, countIn: 0 }),
        deviceState(2, 'A', { lastArrived: instant(at), occupied: true, since: instant(at) }),
        deviceState(3, 'B', { lastArrived: instant(at), occupied: false, since: instant(at) }),
      ],
    })
    await until(async () => (await call('GET', '/api/v1/kpi')).body.devices.seen === 3)
  }
  return { ...api, call, time, heard, [Symbol.asyncDispose]: () => api[Symbol.asyncDispose]() }
}

const deck = { site: 'south', level: 'l0', zone: 'deck' }
const recount = { ...deck, vehicles: 12, reason: 'Counted on foot' }
const occupancyOf = (counts: Record<string, number>) => [
  counts['capacity'],
  counts['free'],
  counts['occupied'],
  counts['unknown'],
]

describe('a count zone', () => {
  test('is unknown until it is set, and none of its places is free', async () => {
    await using desk = await opened()
    const { call, heard } = desk
    await heard()
    const { items } = (await call('GET', '/api/v1/count-zones')).body
    const { state, vehicles, band, free, name, capacity, offset, reset, silent } = items[0]
    assert.deepEqual([state, vehicles, band, free, name, capacity], ['unknown', null, null, null, 'Upper deck', 40])
    assert.deepEqual([offset, reset, silent], [1, { at: '04:00', vehicles: 0 }, []])
    const site = (await call('GET', '/api/v1/sites/south')).body
    // Bays count once: the row of bays adds nothing.
    assert.deepEqual(occupancyOf(site.occupancy), [43, 1, 1, 41])
    assert.deepEqual(occupancyOf(site.counted), [40, 0, 0, 40])
    const inbox = async (unassigned: boolean) =>
      (await call('GET', `/api/v1/devices?unassigned=${unassigned}`)).body.items.map(({ id }: { id: string }) => id)
    assert.deepEqual([await inbox(true), await inbox(false)], [[], ['A', 'B', 'loop']])
    assert.equal((await call('GET', '/api/v1/kpi')).body.devices.unassigned, 0)
    assert.deepEqual((await call('GET', '/api/v1/count-zones?site=north')).body.items, [])
    assert.equal((await call('GET', '/api/v1/count-zones?site=west')).status, 404)
  })

  test('is what a person has counted, from the answer on, in its occupancy and in those of its site', async () => {
    await using desk = await opened()
    const { call, heard } = desk
    await heard()
    const { status, body } = await call('POST', '/api/v1/recounts', recount)
    assert.equal(status, 200)
    assert.deepEqual(
      [body.change, body.vehicles, body.before, body.difference, body.author, body.reason, body.at],
      ['recount', 12, null, null, 'env', 'Counted on foot', '2026-11-23T08:00:00.000Z'],
    )
    const [zone] = (await call('GET', '/api/v1/count-zones?site=south')).body.items
    assert.deepEqual([zone.state, zone.vehicles, zone.band, zone.free], ['known', 12, { low: 12, high: 12 }, 27])
    assert.deepEqual([zone.set, zone.age_s], [{ at: '2026-11-23T08:00:00.000Z', vehicles: 12 }, 0])
    const { occupancy, levels } = (await call('GET', '/api/v1/sites/south/occupancy')).body
    assert.deepEqual(occupancyOf(occupancy), [43, 28, 14, 1])
    assert.deepEqual(occupancyOf(levels[0].occupancy), [43, 28, 14, 1])
    assert.deepEqual(
      levels[0].zones.map((one: { occupancy: Record<string, number> }) => occupancyOf(one.occupancy)),
      [
        [40, 27, 13, 0],
        [3, 1, 1, 1],
      ],
    )
    assert.deepEqual(occupancyOf((await call('GET', '/api/v1/kpi')).body.occupancy), [43, 28, 14, 1])
    assert.deepEqual((await call('GET', `/api/v1/recounts/${body.id}`)).body, body)
    const trail = await call('GET', '/api/v1/count-zones/trail?site=south&level=l0&zone=deck')
    assert.deepEqual(trail.body, { items: [body], next: null })
  })

  test('has as many free places as its occupancy with any bays', async () => {
    const zone = { id: 'row', name: 'Row', countCapacity: 10 }
    const bays = ['A', 'B', 'C', 'D', 'E'].map((id, i) =>
      plainBay(id, { x: i * 3, y: 0 }, { zones: ['row'], ...(i < 3 ? { closed: true } : {}) }),
    )
    const [south] = layout.sites as [Layout['sites'][number]]
    const [l0] = south.levels as [(typeof south.levels)[number]]
    const gates = [{ id: 'g', name: 'g', devices: ['loop'], into: { level: 'l0', zone: 'row' } }]
    const sites = [{ ...south, levels: [{ ...l0, zones: [zone], bays }], gates }]
    await using desk = await opened({ layout: { ...layout, sites } })
    const { call, commit } = desk
    const seen = { lastArrived: instant(at), since: instant(at) }
    await commit({
      devices: [
        deviceState(1, 'loop', { ...seen, occupied: undefined, countIn: 0 }),
        deviceState(2, 'D', { ...seen, occupied: true }),
        deviceState(3, 'E', { ...seen, occupied: false }),
      ],
    })
    await until(async () => (await call('GET', '/api/v1/kpi')).body.devices.seen === 3)
    await call('POST', '/api/v1/recounts', { ...recount, zone: 'row', vehicles: 1 })
    const { items } = (await call('GET', '/api/v1/count-zones')).body
    const { levels } = (await call('GET', '/api/v1/sites/south/occupancy')).body
    assert.deepEqual([items[0].state, items[0].band], ['known', { low: 1, high: 1 }])
    assert.deepEqual([items[0].free, levels[0].zones[0].occupancy.free], [6, 6])
  })

  test('is stale once its gate is silent by the clock here, also while processing has not noticed', async () => {
    await using desk = await opened()
    const { call, heard, time } = desk
    await heard()
    await call('POST', '/api/v1/recounts', recount)
    time.now = at + 151_000
    const zone = async () => (await call('GET', '/api/v1/count-zones')).body.items[0]
    await until(async () => (await zone()).state === 'stale')
    const { vehicles, free, silent, since } = await zone()
    assert.deepEqual([vehicles, free, silent, since], [12, null, ['loop'], null])
    assert.deepEqual(occupancyOf((await call('GET', '/api/v1/sites/south')).body.counted), [40, 0, 0, 40])
  })
})

test('count zones of a past moment are as they were then, and those of now as GET /api/v1/count-zones has them', async () => {
  await using desk = await opened()
  const { call, heard, time } = desk
  await heard()
  time.now = at + 60_000
  await call('POST', '/api/v1/recounts', recount)
  const zoneAt = async (ms?: number) => {
    const query = ms === undefined ? '' : `?at=${new Date(at + ms).toISOString()}`
    const { status, body } = await call('GET', `/api/v1/state${query}`)
    assert.equal(status, 200)
    return body.count_zones.find(({ zone }: { zone: string }) => zone === 'deck')
  }
  const unset = {
    ...deck,
    state: 'unknown',
    changed: null,
    capacity: 40,
    offset: 1,
    vehicles: null,
    band: null,
    free: null,
  }
  const { changed: _since, ...before } = await zoneAt(59_999)
  const { changed: _null, ...expected } = unset
  assert.deepEqual(before, expected)
  const changed = '2026-11-23T08:01:00.000Z'
  const set = { ...unset, state: 'known', changed, vehicles: 12, band: { low: 12, high: 12 }, free: 27 }
  assert.deepEqual(await zoneAt(60_000), set)
  const [now] = (await call('GET', '/api/v1/count-zones')).body.items
  const { changed: _changed, ...then } = await zoneAt()
  for (const [field, value] of Object.entries(then)) assert.deepEqual(now[field], value, field)
  assert.deepEqual((await call('GET', '/api/v1/state?site=north')).body.count_zones, [])
  // Its gate falls silent, and processing has not noticed yet.
  time.now = at + 151_000
  await until(async () => (await zoneAt()).state === 'stale')
  assert.deepEqual([(await zoneAt()).free, (await zoneAt(60_000)).state], [null, 'known'])
})

describe('a recount', () => {
  test('sent again under its id is the same one, and another content is refused', async () => {
    await using desk = await opened()
    const { call, heard } = desk
    await heard()
    const first = await call('POST', '/api/v1/recounts', { ...recount, id: 'round-1' })
    assert.deepEqual(await call('POST', '/api/v1/recounts', { ...recount, id: 'round-1' }), first)
    const other = await call('POST', '/api/v1/recounts', { ...recount, id: 'round-1', vehicles: 13 })
    assert.deepEqual([other.status, other.body.code], [409, 'E_RECOUNT_EXISTS'])
    const trail = await call('GET', '/api/v1/count-zones/trail?site=south&level=l0&zone=deck')
    assert.equal(trail.body.items.length, 1)
  })

  test('whose id another zone takes at the same time has no effect, and the answer shows it', async () => {
    const other = { ...recount, zone: 'row', vehicles: 2, id: 'round-2' }
    let hidden = 0
    // The first look comes before the other recount is committed.
    const around = (store: Store) =>
      storeWith(store, { recountById: async (id) => (hidden-- > 0 ? undefined : store.recountById(id)) })
    await using desk = await opened({ around })
    const { call, heard } = desk
    await heard()
    await call('POST', '/api/v1/recounts', other)
    hidden = 1
    const { status, body } = await call('POST', '/api/v1/recounts', { ...recount, id: 'round-2' })
    assert.deepEqual([status, body.code], [409, 'E_RECOUNT_EXISTS'])
    assert.match(body.detail, /came first, and this one has no effect/)
    const { items } = (await call('GET', '/api/v1/count-zones')).body
    assert.deepEqual(
      items.map(({ zone, vehicles }: { zone: string; vehicles: number }) => [zone, vehicles]),
      [
        ['deck', null],
        ['row', 2],
      ],
    )
  })

  const wrong: readonly (readonly [what: string, status: number, body: object, shows: RegExp])[] = [
    ['of a zone that is not there', 404, { ...recount, zone: 'roof' }, /no count zone roof on level l0 of site south/],
    ['of more vehicles than fit', 400, { ...recount, vehicles: 41 }, /41 vehicles do not fit.*capacity is 40/],
    ['of less than none', 400, { ...recount, vehicles: -1 }, /vehicles/],
    ['of half a vehicle', 400, { ...recount, vehicles: 1.5 }, /vehicles/],
    ['without a reason', 400, { ...deck, vehicles: 1 }, /reason/],
    ['with a blank reason', 400, { ...recount, reason: ' ' }, /must not be blank: say why/],
    ['with an id that has a slash', 400, { ...recount, id: 'a/b' }, /letters, digits/],
  ]
  for (const [what, status, body, shows] of wrong)
    test(`${what} is refused with what is wrong, and changes nothing`, async () => {
      await using desk = await opened()
      const answer = await desk.call('POST', '/api/v1/recounts', body)
      assert.equal(answer.status, status)
      assert.match(answer.body.detail, shows)
      assert.equal((await desk.call('GET', '/api/v1/count-zones')).body.items[0].vehicles, null)
    })

  test('that the journal does not take is an error, which shows whether it may have been taken', async () => {
    for (const [reason, code] of [
      ['refused', 'E_PUBLICATION_REFUSED'],
      ['interrupted', 'E_PUBLICATION_UNKNOWN'],
    ] as const) {
      const publisher = { publish: () => Promise.reject(new PublicationRefused(reason, 'the disk is full')) }
      await using desk = await opened({ publisher })
      const { status, body } = await desk.call('POST', '/api/v1/recounts', recount)
      assert.deepEqual([status, body.code], [503, code])
    }
  })

  test('that does not exist is not found', async () => {
    await using desk = await opened()
    assert.equal((await desk.call('GET', '/api/v1/recounts/none')).status, 404)
  })
})
