import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { cityOccupancySchema } from '@baykeeper/contract/bay.ts'
import * as fc from 'fast-check'
import type { InjectOptions } from 'fastify'
import { effort } from '../../test/fixtures/effort.ts'
import type { Layout } from '../domain/layout.ts'
import { instant } from '../lib/brand.ts'
import { type DeadLetterRow, StoreError } from '../store/store.ts'
import { PublicationRefused } from './context.ts'
import {
  apiUnderTest,
  bearer,
  deviceState,
  layoutDocument,
  layoutOf,
  readingRow,
  statusOk,
  storeWith,
  until,
} from './testing/api-under-test.ts'

const get = (url: string) => ({ url, headers: bearer })

test('a layout that is written is the plan, and devices heard before apply to their bays', async () => {
  await using api = await apiUnderTest()
  await api.commit({ devices: [deviceState(1, 'A-1', { occupied: true }), deviceState(2, 'x', { rev: 1 })] })
  await until(async () => (await api.app.inject(get('/api/v1/kpi'))).json().devices.seen === 2)
  const put = await api.app.inject({
    method: 'PUT',
    url: '/api/v1/layout',
    headers: bearer,
    payload: layoutDocument(['A-1', 'A-2']),
  })
  assert.deepEqual([put.statusCode, put.json()], [200, { version: 1 }])
  const plan = await api.app.inject(get('/api/v1/plan'))
  assert.deepEqual(plan.json().ids, ['A-1', 'A-2'])
  const snapshot = await api.app.inject(get('/api/v1/plan/snapshot'))
  assert.deepEqual([...snapshot.rawPayload], [1, 3])
  assert.equal(snapshot.headers['x-plan-version'], plan.json().version)
  assert.match(String(snapshot.headers['x-seq']), /^\d+$/)
  const { etag } = plan.headers
  assert.equal(
    (await api.app.inject({ url: '/api/v1/plan', headers: { ...bearer, 'if-none-match': String(etag) } })).statusCode,
    304,
  )
  const stored = (await api.app.inject(get('/api/v1/layout'))).json()
  assert.deepEqual([stored.version, stored.author, stored.layout], [1, 'env', layoutDocument(['A-1', 'A-2'])])
  const { occupancy, devices } = (await api.app.inject(get('/api/v1/kpi'))).json()
  assert.deepEqual(occupancy, { capacity: 2, free: 0, occupied: 1, reserved: 0, unknown: 1, closed: 0, live: 1 })
  assert.deepEqual(devices, { seen: 2, reporting: 2, unassigned: 1 })
})

test('the city is all its sites: a closed bay is no capacity, and a bay counts once in each of its types', async () => {
  const [south] = layoutOf(['A-1', 'A-2', 'A-3']).sites
  const [north] = layoutOf(['B-1', 'B-2']).sites
  const sites = structuredClone([south, { ...north, id: 'north' }]) as Layout['sites'][number][]
  const bays = sites.flatMap(({ levels }) => levels.flatMap((level) => level.bays))
  Object.assign(bays[0] as object, { types: ['ev', 'disabled', 'ev'] })
  Object.assign(bays[1] as object, { closed: true })
  await using api = await apiUnderTest({ layout: { ...layoutOf([]), sites } })
  const taken = ['A-1', 'A-2', 'B-1'].map((id, i) => deviceState(i + 1, id, { occupied: i !== 2 }))
  await api.commit({ devices: taken })
  const city = async () => (await api.app.inject(get('/api/v1/occupancy'))).json()
  await until(async () => (await city()).occupancy.occupied === 1)
  const { name, occupancy, rate, live_share, sites: bySite, types } = cityOccupancySchema.parse(await city())
  assert.deepEqual([name, rate, live_share], ['Harbour City', 0.5, 0.5])
  assert.deepEqual(occupancy, { capacity: 4, free: 1, occupied: 1, reserved: 0, unknown: 2, closed: 1, live: 2 })
  assert.deepEqual(
    bySite.map(({ id, occupancy: { capacity, closed } }) => [id, capacity, closed]),
    [
      ['south', 2, 1],
      ['north', 2, 0],
    ],
  )
  assert.deepEqual(
    types.map(({ type, occupancy: { capacity, occupied, closed } }) => [type, capacity, occupied, closed]),
    [
      ['ev', 1, 1, 0],
      ['disabled', 1, 1, 0],
      ['standard', 3, 0, 1],
    ],
  )
  const site = (await api.app.inject(get('/api/v1/sites/south/occupancy'))).json()
  assert.deepEqual(site.occupancy, bySite[0]?.occupancy)
  assert.equal(site.live_share, 0.5)
})

test('sites, occupancy and bays say the same as the snapshot', async () => {
  await using api = await apiUnderTest({ layout: layoutOf(['A-1', 'A-2', 'A-3']) })
  await api.commit({ devices: [deviceState(1, 'A-1'), deviceState(2, 'A-2', { occupied: true })] })
  await until(async () => (await api.app.inject(get('/api/v1/sites'))).json().items[0]?.occupancy.occupied === 1)
  const site = (await api.app.inject(get('/api/v1/sites/south'))).json()
  assert.deepEqual(site.occupancy, { capacity: 3, free: 1, occupied: 1, reserved: 0, unknown: 1, closed: 0, live: 2 })
  const { levels, rate, types } = (await api.app.inject(get('/api/v1/sites/south/occupancy'))).json()
  assert.equal(rate, 0.5)
  assert.equal(levels[0].zones[0].occupancy.free, 1)
  assert.equal(types[0].occupancy.capacity, 3)
  const part = await api.app.inject(get('/api/v1/sites/south/snapshot'))
  assert.deepEqual([[...part.rawPayload], part.headers['x-from'], part.headers['x-to']], [[0, 1, 3], '0', '3'])
  const bay = (await api.app.inject(get('/api/v1/bays/A-2'))).json()
  assert.deepEqual(
    [bay.state, bay.device, bay.zones, bay.types, bay.level],
    ['occupied', { id: 'A-2', source: 'gate' }, [], ['standard'], 'l0'],
  )
  for (const url of ['/api/v1/sites/no', '/api/v1/sites/no/occupancy', '/api/v1/sites/no/snapshot', '/api/v1/bays/no'])
    assert.equal((await api.app.inject(get(url))).statusCode, 404)
})

test('the frame of a reading is read by the id of the reading, with the scope operate, and byte for byte', async () => {
  await using api = await apiUnderTest()
  await api.commit({ devices: [deviceState(1, 'A-1')], readings: [readingRow(1, 0, { pos: 1, idx: 2_049 })] })
  const journal = 'raw'
  await api.store.cursor(journal, 1)
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => 255 - i)
  const frame = { pos: 1, idx: 2, source: 'gate ä', arrived: instant(1_795_420_800_000), bytes }
  await api.store.copyRaw({ journal, from: 0, to: 1, fence: 0, frames: [frame] })
  const { id } = (await api.app.inject(get('/api/v1/devices/A-1/readings'))).json().items[0]
  const raw = await api.app.inject(get(`/api/v1/readings/${id}/raw`))
  assert.deepEqual([raw.statusCode, [...raw.rawPayload]], [200, [...bytes]])
  assert.deepEqual([raw.headers['x-source'], raw.headers['x-arrived']], ['gate%20%C3%A4', '2026-11-23T08:00:00.000Z'])
  assert.equal((await api.app.inject(get('/api/v1/readings/1.0/raw'))).statusCode, 404)
  for (const wrong of ['1', '1.x', '-1.0', '1e3.0', '9999999999999999.0'])
    assert.equal((await api.app.inject(get(`/api/v1/readings/${wrong}/raw`))).statusCode, 400)
  const secret = await api.keyring.createToken({ name: 'reader', kind: 'api', scopes: ['read'] })
  const asReader = { url: `/api/v1/readings/${id}/raw`, headers: { authorization: `Bearer ${secret}` } }
  assert.equal((await api.app.inject(asReader)).statusCode, 403)
})

test('a device shows how many of its readings may be repeats and whether its missing numbers are certain', async () => {
  await using api = await apiUnderTest()
  const orders = [{ device: 1, state: '{"repeats":3,"waiting":1}' }]
  const marks = [8, 16].map((quality, i) => readingRow(1, i, { quality }))
  await api.commit({ devices: [deviceState(1, 'A-1'), deviceState(2, 'A-2')], readings: marks, orders })
  const of = ({ possible_repeats, missing_certain }: Record<string, unknown>) => [possible_repeats, missing_certain]
  assert.deepEqual(of((await api.app.inject(get('/api/v1/devices/A-1'))).json()), [3, false])
  const { items } = (await api.app.inject(get('/api/v1/devices'))).json()
  assert.deepEqual(items.map(of), [
    [3, false],
    [0, true],
  ])
  const readings = (await api.app.inject(get('/api/v1/devices/A-1/readings'))).json()
  assert.deepEqual(
    readings.items.map(({ quality }: { quality: unknown }) => quality),
    [['possible-repeat'], ['count-doubted']],
  )
})

test('a device and all its readings can be read back, page by page, in order of their numbers', async () => {
  await using api = await apiUnderTest()
  const id = 'gate/ä 7'
  const path = `/api/v1/devices/${encodeURIComponent(id)}`
  await api.commit({
    devices: [deviceState(1, id, { epoch: 1, minSeq: 0, maxSeq: 6, distinct: 6, readings: 7, batteryV: 3.5 })],
    readings: [6, 0, 2, 1, 4, 3].map((seq) =>
      readingRow(1, seq, { quality: seq === 3 ? 3 : 0, occupied: null, rssiDbm: -90 }),
    ),
  })
  const device = (await api.app.inject(get(path))).json()
  assert.deepEqual([device.id, device.source, device.bay, device.missing, device.battery_v], [id, 'gate', null, 1, 3.5])
  const seqs: number[] = []
  let cursor: string | null = ''
  for (let pages = 0; cursor !== null; pages++) {
    assert.ok(pages < 4)
    const page: { items: { seq: number; quality: string[] }[]; next: string | null } = (
      await api.app.inject(get(`${path}/readings?limit=2${cursor ? `&cursor=${cursor}` : ''}`))
    ).json()
    seqs.push(...page.items.map(({ seq }) => seq))
    for (const { seq, quality } of page.items) assert.deepEqual(quality, seq === 3 ? ['arrival-time', 'late'] : [])
    cursor = page.next
  }
  assert.deepEqual(seqs, [0, 1, 2, 3, 4, 6])
  const some = await api.app.inject(get(`${path}/readings?from=2026-11-23T08:00:01Z&to=2026-11-23T09:00:03%2B01:00`))
  assert.deepEqual(
    some
      .json()
      .items.map(({ seq, time, occupied, rssi_dbm }: Record<string, unknown>) => [seq, time, occupied, rssi_dbm]),
    [
      [1, '2026-11-23T08:00:01.000Z', null, -90],
      [2, '2026-11-23T08:00:02.000Z', null, -90],
    ],
  )
  assert.equal((await api.app.inject(get('/api/v1/devices/never/readings'))).statusCode, 404)
  assert.equal((await api.app.inject(get('/api/v1/devices/never'))).statusCode, 404)
})

test('the inbox lists devices without a bay, page by page', async () => {
  await using api = await apiUnderTest({ layout: layoutOf(['d1']) })
  await api.commit({ devices: [1, 2, 3, 4].map((n) => deviceState(n, `d${n}`, { rev: n })) })
  await until(async () => (await api.app.inject(get('/api/v1/kpi'))).json().devices.unassigned === 3)
  const first = (await api.app.inject(get('/api/v1/devices?unassigned=true&limit=2'))).json()
  const second = (await api.app.inject(get(`/api/v1/devices?unassigned=true&limit=2&cursor=${first.next}`))).json()
  const ids = [...first.items, ...second.items].map(({ id }: { id: string }) => id)
  assert.deepEqual([ids, second.next], [['d2', 'd3', 'd4'], null])
  const assigned = (await api.app.inject(get('/api/v1/devices?unassigned=false'))).json()
  assert.deepEqual([assigned.items.length, assigned.items[0].bay], [1, 'd1'])
  assert.equal((await api.app.inject(get('/api/v1/devices?limit=3'))).json().items.length, 3)
})

test('dead letters show their bytes and can be decoded again by id, by filter or all', async () => {
  await using api = await apiUnderTest()
  const letter = (pos: number, code: DeadLetterRow['code']): DeadLetterRow => ({
    pos,
    idx: 0,
    source: 'gate',
    codec: 'generic',
    arrived: instant(1_795_420_800_000),
    code,
    detail: 'why',
    head: '{}',
    bytes: new TextEncoder().encode(`{"n":${pos}}\u0001`),
  })
  await api.commit({ deadLetters: [letter(1, 'not-json'), letter(2, 'no-device'), letter(3, 'no-device')] })
  const { items } = (await api.app.inject(get('/api/v1/dead-letters?code=not-json'))).json()
  assert.equal(items.length, 1)
  assert.deepEqual([items[0].id, items[0].text, items[0].state, items[0].cut], ['1.0', '{"n":1}·', 'new', false])
  assert.equal(Buffer.from(items[0].bytes, 'base64').toString(), '{"n":1}\u0001')
  const requeue = async (payload: object) => {
    const { statusCode, body } = await api.app.inject({
      method: 'POST',
      url: '/api/v1/dead-letters/requeue',
      headers: bearer,
      payload,
    })
    return [statusCode, JSON.parse(body).requeued]
  }
  assert.deepEqual(await requeue({ id: '2.0' }), [200, 1])
  assert.deepEqual(await requeue({}), [400, undefined])
  assert.deepEqual(await requeue({ id: 'x' }), [400, undefined])
  assert.equal((await requeue({ code: 'no-device', source: 'gate' }))[0], 200)
  assert.equal((await requeue({ all: true }))[0], 200)
  const after = (await api.app.inject(get('/api/v1/dead-letters'))).json()
  assert.deepEqual(
    after.items.map(({ state }: { state: string }) => state),
    ['requeued', 'requeued', 'requeued'],
  )
})

test('the ledger and the sources are shown as they are', async () => {
  const ledger = {
    received: 4,
    accepted: 3,
    refused: 1,
    unframeable: 0,
    committed: 2,
    duplicate: 0,
    quarantined: 1,
    tentative: 0,
    damaged: 0,
    pending: 0,
    lost: 0,
    difference: 0,
    checked: '2026-11-23T08:00:00.000Z',
  }
  await using api = await apiUnderTest({ status: () => ({ ...statusOk, ledger }) })
  await api.commit({
    ledger: [{ source: 'gate', day: '2026-11-23', committed: 2, duplicate: 0, quarantined: 1, lost: 0, damaged: 0 }],
  })
  const { totals, rows } = (await api.app.inject(get('/api/v1/ledger'))).json()
  assert.deepEqual(totals, ledger)
  assert.deepEqual([rows.length, rows[0].source, rows[0].committed], [1, 'gate', 2])
  assert.deepEqual((await api.app.inject(get('/api/v1/sources'))).json().items, statusOk.sources)
  const metrics = (await api.app.inject('/metrics')).body
  assert.match(metrics, /^baykeeper_ledger_frames\{fate="committed"\} 2$/m)
  assert.match(metrics, /^baykeeper_ledger_difference 0$/m)
  assert.match(metrics, /^baykeeper_source_frames\{source="gate",kind="http",fate="refused"\} 1$/m)
  assert.doesNotMatch(metrics, /lag_seconds \d/)
})

test('readyz lists what is missing until everything is there', async () => {
  let intake = false
  await using api = await apiUnderTest({ status: () => ({ ...statusOk, ready: { intake, processor: true } }) })
  const before = await api.app.inject('/readyz')
  assert.deepEqual([before.statusCode, before.json().reasons], [503, ['intake is not ready']])
  intake = true
  assert.equal((await api.app.inject('/readyz')).statusCode, 200)
  assert.deepEqual((await api.app.inject('/healthz')).json(), { status: 'ok', version: '0.1.0' })
})

test('every error is a problem document and shows no stack', async () => {
  await using api = await apiUnderTest({
    around: (store) =>
      storeWith(store, {
        devicesByExternal: async () => {
          throw new TypeError('secret detail')
        },
        ledger: async () => {
          throw new StoreError('transient', 'gone away')
        },
      }),
  })
  const json = { ...bearer, 'content-type': 'application/json' }
  const cases: [status: number, request: InjectOptions][] = [
    [400, get('/api/v1/devices?limit=0')],
    [400, get('/api/v1/devices?limit=1&limit=2')],
    [400, get('/api/v1/devices?typo=1')],
    [400, get('/api/v1/devices?cursor=nonsense')],
    [400, get('/api/v1/devices?unassigned=true&cursor=nonsense')],
    [400, get('/api/v1/devices/A/readings?cursor=!')],
    [400, get('/api/v1/devices/A/readings?from=yesterday')],
    [400, get('/api/v1/devices/A/readings?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z')],
    [400, get(`/api/v1/bays/${'x'.repeat(129)}`)],
    [400, get('/api/v1/stream?topics=bays,secrets')],
    [400, get('/%zz')],
    [400, { method: 'PUT', url: '/api/v1/layout', headers: json, payload: '{' }],
    [400, { method: 'PUT', url: '/api/v1/layout', headers: json, payload: '{"__proto__":{"x":1}}' }],
    [404, get('/nothing')],
    [404, get('/api/v1/nothing')],
    [405, { method: 'POST', url: '/api/v1/layout', headers: json, payload: '{}' }],
    [413, { method: 'POST', url: '/api/v1/dead-letters/requeue', headers: json, payload: 'x'.repeat(1_100_000) }],
    [415, { method: 'PUT', url: '/api/v1/layout', headers: { ...bearer, 'content-type': 'text/plain' }, payload: 'x' }],
    [421, { url: '/', headers: { host: 'evil.example' } }],
    [500, get('/api/v1/devices/A')],
    [503, get('/api/v1/ledger')],
  ]
  for (const [status, request] of cases) {
    const response = await api.app.inject(request)
    const label = `${request.method ?? 'GET'} ${JSON.stringify(request.url)}`
    assert.equal(response.statusCode, status, label)
    assert.match(String(response.headers['content-type']), /^application\/problem\+json/, label)
    assert.equal(response.headers['x-content-type-options'], 'nosniff', label)
    const problem = response.json()
    assert.deepEqual([problem.status, typeof problem.title, typeof problem.detail], [status, 'string', 'string'], label)
    assert.doesNotMatch(response.body, /secret detail|\.ts:\d|\bat \w+ \(/, label)
  }
})

test('no request, however strange, makes the server fail or shows its inside', async () => {
  await using api = await apiUnderTest({ layout: layoutOf(['A']) })
  const piece = fc.oneof(
    fc.constantFrom(
      'api',
      'v1',
      'devices',
      'readings',
      'bays',
      'sites',
      'public',
      'desk',
      'setup',
      'A',
      '..',
      '%2e%2e',
      '%00',
    ),
    fc.string().map(encodeURIComponent),
    fc.webQueryParameters(),
  )
  const request = fc.record({
    method: fc.constantFrom(
      'GET' as const,
      'POST' as const,
      'PUT' as const,
      'HEAD' as const,
      'DELETE' as const,
      'OPTIONS' as const,
    ),
    path: fc.array(piece, { maxLength: 5 }),
    query: fc.dictionary(
      fc.constantFrom('limit', 'cursor', 'from', 'to', 'source', 'unassigned', 'key', 'topics', 'x'),
      fc.string(),
    ),
    type: fc.constantFrom('application/json', 'text/plain', 'application/x-www-form-urlencoded', 'nonsense', ''),
    payload: fc.oneof(fc.string(), fc.json()),
    known: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(request, async ({ method, path, query, type, payload, known }) => {
      const url = `/${path.join('/')}?${new URLSearchParams(query)}`
      if (path.includes('stream')) return
      const body = method === 'POST' || method === 'PUT' ? { payload, headers: { 'content-type': type } } : {}
      const response = await api.app.inject({
        method,
        url,
        ...body,
        headers: { ...body.headers, ...(known ? bearer : {}) },
      })
      assert.ok(response.statusCode < 500, `${method} ${url} answered ${response.statusCode}`)
      assert.doesNotMatch(response.body, /\.ts:\d/)
    }),
    { numRuns: effort(300) },
  )
})

test('a layout that cannot be is refused with the place that is wrong', async () => {
  await using api = await apiUnderTest()
  const put = async (change: (layout: Loose) => void) => {
    const layout = structuredClone(layoutDocument(['A', 'B'])) as unknown as Loose
    change(layout)
    const response = await api.app.inject({ method: 'PUT', url: '/api/v1/layout', headers: bearer, payload: layout })
    assert.equal(response.statusCode, 400)
    return response.json().errors[0]
  }
  type Loose = { sites: { zone: string; levels: { bays: Record<string, unknown>[] }[] }[] }
  const bay = (layout: Loose) => layout.sites[0]?.levels[0]?.bays[1] as Record<string, unknown>
  assert.equal((await put((layout) => Object.assign(bay(layout), { x: 'a' }))).path, 'sites[0].levels[0].bays[1].x')
  assert.match((await put((layout) => Object.assign(bay(layout), { id: 'A' }))).message, /bay A of level .* already/)
  assert.match(
    (await put((layout) => Object.assign(bay(layout), { zones: ['q'] }))).message,
    /zone q, which level l0 .* does not have/,
  )
  assert.match((await put((layout) => Object.assign(bay(layout), { zone: 'z' }))).message, /B has zone and zones/)
  assert.equal((await put((layout) => Object.assign(bay(layout), { colour: 1 }))).path, 'sites[0].levels[0].bays[1]')
  assert.match(
    (await put((layout) => Object.assign(layout.sites[0] as object, { zone: 'Mars/Olympus' }))).message,
    /IANA/,
  )
})

test('a layout that was made from another version than the newest is refused and changes nothing', async () => {
  await using api = await apiUnderTest()
  const put = (base: number | undefined, ids: string[]) =>
    api.app.inject({
      method: 'PUT',
      url: `/api/v1/layout${base === undefined ? '' : `?base=${base}`}`,
      headers: bearer,
      payload: layoutDocument(ids),
    })
  assert.deepEqual((await put(0, ['A'])).json(), { version: 1 })
  assert.deepEqual((await put(1, ['A', 'B'])).json(), { version: 2 })
  for (const base of [0, 1, 3]) {
    const late = await put(base, ['C'])
    assert.deepEqual([late.statusCode, late.json().code], [409, 'E_LAYOUT_CHANGED'])
    assert.match(late.json().detail, /is at version 2, and this one was made from version/)
  }
  assert.equal(await api.store.layoutVersion(), 2)
  assert.deepEqual((await put(undefined, ['D'])).json(), { version: 3 })
})

test('a body in another encoding than UTF-8 is refused: no name in it becomes another', async () => {
  await using api = await apiUnderTest()
  const layout = { ...layoutDocument(['A']), name: 'M\u00fcnster' }
  const put = (payload: Buffer) =>
    api.app.inject({
      method: 'PUT',
      url: '/api/v1/layout',
      headers: { ...bearer, 'content-type': 'application/json' },
      payload,
    })
  const refused = await put(Buffer.from(JSON.stringify(layout), 'latin1'))
  assert.equal(refused.statusCode, 400)
  assert.match(refused.json().detail, /not UTF-8/)
  assert.equal((await put(Buffer.from(JSON.stringify(layout)))).statusCode, 200)
  assert.equal((await api.store.layout())?.layout.name, 'M\u00fcnster')
  // Layouts are read from their bytes on a thread; every other body here.
  const override = { id: 'o', bays: ['A'], state: 'closed', reason: 'gr\u00fcn' }
  const other = await api.app.inject({
    method: 'POST',
    url: '/api/v1/overrides',
    headers: { ...bearer, 'content-type': 'application/json' },
    payload: Buffer.from(JSON.stringify(override), 'latin1'),
  })
  assert.equal(other.statusCode, 400)
  assert.match(other.json().detail, /not UTF-8/)
})

test('a name that steers the text around it is refused, and one of any script is kept', async () => {
  await using api = await apiUnderTest()
  const put = (name: string) => {
    const layout = structuredClone(layoutDocument(['A'])) as unknown as { sites: { name: string }[] }
    Object.assign(layout.sites[0] as object, { name })
    return api.app.inject({ method: 'PUT', url: '/api/v1/layout', headers: bearer, payload: layout })
  }
  for (const name of [
    'North\u202egarage',
    'North\nGarage',
    '\u001b[31mRed',
    'N\u0000',
    'N\ud83d',
    '   ',
    '\ufeffNorth',
  ]) {
    const answer = await put(name)
    assert.deepEqual([answer.statusCode, answer.json().errors[0].path], [400, 'sites[0].name'], JSON.stringify(name))
  }
  for (const name of [
    '\ud83c\udd7f\ufe0f North',
    '\u05d7\u05e0\u05d9\u05d5\u05df',
    '\ud83d\udc68\u200d\ud83d\udc69',
    '\u0645\u06cc\u200c\u062e',
  ])
    assert.equal((await put(name)).statusCode, 200, JSON.stringify(name))
})

test('built files are served with their media type, compressed where the browser takes it, and kept for ever', async () => {
  const dist = await mkdtemp(join(tmpdir(), 'dist-'))
  try {
    await mkdir(join(dist, '.vite'))
    await mkdir(join(dist, 'assets'))
    await writeFile(join(dist, 'assets', 'desk-1.js'), '// desk\n'.repeat(200))
    await writeFile(join(dist, 'assets', 'desk-1.css'), '')
    await writeFile(join(dist, 'assets', 'shared-1.css'), '')
    const manifest = {
      'src/shell/main.tsx': { file: 'assets/desk-1.js', css: ['assets/desk-1.css'], imports: ['_shared.js'] },
      '_shared.js': { file: 'assets/shared.js', css: ['assets/shared-1.css'] },
      'src/pages/public/main.tsx': { file: 'assets/public-1.js' },
    }
    await writeFile(join(dist, '.vite', 'manifest.json'), JSON.stringify(manifest))
    await using api = await apiUnderTest({ distDir: dist })
    const desk = (await api.app.inject(get('/desk'))).body
    for (const file of ['/assets/desk-1.js', '/assets/desk-1.css', '/assets/shared-1.css'])
      assert.ok(desk.includes(file))
    assert.ok((await api.app.inject('/')).body.includes('src="/assets/public-1.js"'))
    const script = await api.app.inject({ url: '/assets/desk-1.js', headers: { 'accept-encoding': 'gzip' } })
    assert.deepEqual(
      [script.headers['content-type'], script.headers['content-encoding'], script.headers['cache-control']],
      ['text/javascript; charset=utf-8', 'gzip', 'public, max-age=31536000, immutable'],
    )
    assert.ok(script.rawPayload.length < 200)
    assert.equal((await api.app.inject('/assets/desk-1.js')).body.length, 1_600)
    for (const hidden of [
      '/.vite/manifest.json',
      '/assets/../.vite/manifest.json',
      '/assets/%2e%2e/.vite/manifest.json',
    ])
      assert.equal((await api.app.inject(hidden)).statusCode, 404)
  } finally {
    await rm(dist, { recursive: true })
  }
})

test('a layout with a bay outside its level, or one device on two bays, is refused by name and changes nothing', async () => {
  await using api = await apiUnderTest({ layout: layoutOf(['A', 'B']) })
  const put = async (change: (bays: Record<string, unknown>[]) => void) => {
    const layout = layoutDocument(['A', 'B'])
    change(layout.sites[0]?.levels[0]?.bays as unknown as Record<string, unknown>[])
    const answer = await api.app.inject({ method: 'PUT', url: '/api/v1/layout', headers: bearer, payload: layout })
    return [answer.statusCode, answer.json().detail]
  }
  const [far, farDetail] = await put(([bay]) => Object.assign(bay ?? {}, { x: 900 }))
  assert.equal(far, 400)
  assert.match(farDetail, /bay A of level l0/)
  const spellings = ['70b3d57ed0001a2b', '70-B3-D5-7E-D0-00-1A-2B']
  const [twice, twiceDetail] = await put((bays) =>
    bays.forEach((bay, i) => {
      bay['devices'] = [spellings[i]]
    }),
  )
  assert.equal(twice, 400)
  assert.match(twiceDetail, /of bay B is 70b3d57ed0001a2b of bay A/)
  assert.equal((await put(([bay]) => Object.assign(bay ?? {}, { id: 'A\u202e' })))[0], 400)
  assert.equal(await api.store.layoutVersion(), 1)
})

test('a device that names an assigned bay watches none, and bay and device show the conflict', async () => {
  const layout = layoutOf(['A', 'B'])
  Object.assign(layout.sites[0]?.levels[0]?.bays[0] ?? {}, { devices: ['dev-a'] })
  await using api = await apiUnderTest({ layout })
  await api.commit({
    devices: [
      deviceState(1, 'A', { occupied: true, lastTime: instant(Date.now() + 60_000) }),
      deviceState(2, 'dev-a', { occupied: false }),
      deviceState(3, 'B', { occupied: true }),
    ],
  })
  await until(async () => (await api.app.inject(get('/api/v1/kpi'))).json().devices.seen === 3)
  const { state, device, conflicts } = (await api.app.inject(get('/api/v1/bays/A'))).json()
  assert.deepEqual([state, device, conflicts], ['free', { id: 'dev-a', source: 'gate' }, [{ id: 'A', source: 'gate' }]])
  const shown = async (id: string) => {
    const { bay, conflict } = (await api.app.inject(get(`/api/v1/devices/${id}`))).json()
    return [bay, conflict]
  }
  assert.deepEqual(await shown('A'), [null, 'A'])
  assert.deepEqual(await shown('dev-a'), ['A', null])
  assert.deepEqual(await shown('B'), ['B', null])
})

test('a device is found by its hardware id in any spelling, in whichever the database holds it', async () => {
  await using api = await apiUnderTest()
  await api.commit({ devices: [deviceState(1, '70b3d57ed0001a2b')], readings: [readingRow(1, 0)] })
  for (const id of ['70B3D57ED0001A2B', '70b3d57ed0001a2b', '70:B3:D5:7E:D0:00:1A:2B']) {
    const one = await api.app.inject(get(`/api/v1/devices/${encodeURIComponent(id)}`))
    assert.deepEqual([one.statusCode, one.json().id], [200, '70b3d57ed0001a2b'])
    const readings = await api.app.inject(get(`/api/v1/devices/${encodeURIComponent(id)}/readings`))
    assert.equal(readings.json().items?.length, 1)
  }
})

test('a layout that intake does not take is a 503 with what became of it', async () => {
  for (const [reason, code] of [
    ['unavailable', 'E_PUBLICATION_REFUSED'],
    ['interrupted', 'E_PUBLICATION_UNKNOWN'],
  ] as const) {
    const publish = () => Promise.reject(new PublicationRefused(reason, 'planned'))
    await using api = await apiUnderTest({ publisher: { publish } })
    const payload = layoutDocument(['A'])
    const answer = await api.app.inject({ method: 'PUT', url: '/api/v1/layout', headers: bearer, payload })
    assert.deepEqual([answer.statusCode, answer.json().code], [503, code])
    assert.equal(await api.store.layoutVersion(), undefined)
  }
})
