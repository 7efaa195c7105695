/** What the pages of devices and layouts ask for: lists of devices that need a person, the inbox, bays brought into a draft. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decoderNames, previewUplink } from '../codecs/lorawan/preview.ts'
import { readLayout } from '../layout/layout-work.ts'
import { instant } from '../lib/brand.ts'
import {
  type ApiUnderTest,
  apiUnderTest,
  bearer,
  deviceState,
  layoutDocument,
  layoutOf,
  until,
} from './testing/api-under-test.ts'

const call = async ({ app }: ApiUnderTest, method: 'GET' | 'POST' | 'PATCH', url: string, payload?: object) => {
  const answer = await app.inject({ method, url, headers: bearer, ...(payload ? { payload } : {}) })
  return { status: answer.statusCode, body: answer.json() }
}
const ids = async (api: ApiUnderTest, query: string) =>
  (await call(api, 'GET', `/api/v1/devices?${query}`)).body.items.map(({ id }: { id: string }) => id)

const dayMs = 86_400_000

async function fleet(): Promise<ApiUnderTest> {
  const api = await apiUnderTest({ layout: layoutOf(['A', 'B']) })
  const now = Date.now()
  await api.commit({
    devices: [
      deviceState(1, 'A', { batteryPct: 80, lastArrived: instant(now) }),
      deviceState(2, 'B', { batteryPct: 9, batteryLow: true, lastArrived: instant(now - 3 * dayMs) }),
      deviceState(3, '70B3D57ED0001A2B', { lastArrived: instant(now - 1_000) }),
    ],
  })
  await until(async () => (await ids(api, 'sort=-id')).length === 3)
  return api
}

test('devices are found by trouble, by any spelling of their id and by bay, and sorted', async () => {
  await using api = await fleet()
  assert.deepEqual(await ids(api, 'trouble=silent'), ['B'])
  assert.deepEqual(await ids(api, 'trouble=low-battery'), ['B'])
  assert.deepEqual(await ids(api, 'trouble=unassigned'), ['70B3D57ED0001A2B'])
  assert.deepEqual(await ids(api, 'trouble=disputed'), [])
  for (const spelling of ['70:b3:d5', '7ED0-001A', 'd0001a2b'])
    assert.deepEqual(await ids(api, `find=${spelling}`), ['70B3D57ED0001A2B'], spelling)
  assert.deepEqual(await ids(api, 'find=nothing'), [])
  assert.deepEqual(await ids(api, 'sort=arrived'), ['B', '70B3D57ED0001A2B', 'A'])
  assert.deepEqual(await ids(api, 'sort=battery'), ['B', 'A', '70B3D57ED0001A2B'])
  assert.deepEqual(await ids(api, 'sort=-battery'), ['A', 'B', '70B3D57ED0001A2B'])
  const totals = (await call(api, 'GET', '/api/v1/device-totals')).body
  assert.deepEqual(totals, {
    ...{ devices: 3, silent: 1, low_battery: 1, unassigned: 1, disputed: 0, undecoded: 0, bays_without_device: 0 },
  })
})

test('pages of a sorted list hold each device once', async () => {
  await using api = await fleet()
  const found: string[] = []
  let cursor = ''
  do {
    const { body } = await call(api, 'GET', `/api/v1/devices?sort=-arrived&limit=1${cursor && `&cursor=${cursor}`}`)
    found.push(...body.items.map(({ id }: { id: string }) => id))
    cursor = body.next ?? ''
  } while (cursor !== '')
  assert.deepEqual(found, ['A', '70B3D57ED0001A2B', 'B'])
})

test('a note and a heartbeat of a device are versions of the layout, and null takes them away', async () => {
  await using api = await fleet()
  const patch = (body: object) => call(api, 'PATCH', '/api/v1/devices/A', body)
  assert.deepEqual((await patch({ notes: 'Lens cleaned', heartbeat_s: 60 })).body, { version: 2 })
  const device = (await call(api, 'GET', '/api/v1/devices/A')).body
  assert.deepEqual([device.notes, device.promise_s, device.model], ['Lens cleaned', 150, null])
  assert.equal((await patch({ model: 'bosch-tps110', heartbeat_s: null })).status, 200)
  const layout = (await api.store.layout())?.layout
  assert.deepEqual(layout?.devices, [{ device: 'A', notes: 'Lens cleaned', model: 'bosch-tps110' }])
  assert.deepEqual((await patch({ model: null, notes: null })).body, { version: 4 })
  assert.deepEqual((await api.store.layout())?.layout.devices, [])
  assert.equal((await patch({})).status, 400)
})

test('many devices are assigned in one version, all of them or none', async () => {
  await using api = await fleet()
  const many = (assignments: object[]) => call(api, 'POST', '/api/v1/assignments/many', { assignments })
  const refused = await many([
    { device: '70B3D57ED0001A2B', bay: 'B' },
    { device: 'x', bay: 'Z' },
  ])
  assert.deepEqual([refused.status, await api.store.layoutVersion()], [404, 1])
  assert.match(refused.body.detail, /changes\[1\].*no bay Z/)
  assert.equal(
    (
      await many([
        { device: '70:B3:D5:7E:D0:00:1A:2B', bay: 'B' },
        { device: 'A', bay: 'A' },
      ])
    ).status,
    200,
  )
  assert.deepEqual((await call(api, 'GET', '/api/v1/devices/70B3D57ED0001A2B')).body.bay, 'B')
})

const uplink = (device: string, base64: string, more: object = {}) =>
  Buffer.from(
    JSON.stringify({
      end_device_ids: { dev_eui: device, device_id: device.toLowerCase() },
      uplink_message: { f_port: 1, f_cnt: 1, frm_payload: base64, ...more },
    }),
  )

test('the inbox shows what each decoder would make of a message, and a choice decodes again what waits', async () => {
  await using api = await apiUnderTest({
    layout: layoutOf(['A']),
    decoders: { names: decoderNames, preview: previewUplink },
  })
  const arrived = instant(Date.now())
  const letter = (idx: number, device: string, base64: string) => ({
    ...{ pos: 1, idx, source: 'lorawan', codec: 'lorawan', arrived, code: 'unknown-payload' as const },
    ...{ detail: 'nothing names the model', head: '{}', bytes: uplink(device, base64) },
  })
  await api.commit({
    deadLetters: [
      letter(0, '70B3D57ED0001A2B', 'AQ=='),
      letter(1, '70B3D57ED0001A2B', 'AA=='),
      letter(2, 'A84041FFFF2C1B40', 'q83vEjSrze8='),
    ],
  })
  const { senders, decoders } = (await call(api, 'GET', '/api/v1/inbox')).body
  assert.ok(decoders.includes('bosch-tps110'))
  const known = senders.find((each: { device: string }) => each.device === '70B3D57ED0001A2B')
  assert.deepEqual([known.messages, known.newest[0].bytes, known.newest[0].port], [2, '00', 1])
  const bosch = known.candidates.find((each: { decoder: string }) => each.decoder === 'bosch-tps110')
  assert.equal(bosch.decodes, 2)
  assert.deepEqual(
    bosch.readings.map(({ occupied }: { occupied: boolean }) => occupied),
    [false, true],
  )
  const other = senders.find((each: { device: string }) => each.device === 'A84041FFFF2C1B40')
  assert.ok(other.candidates.every(({ named }: { named: boolean }) => !named))
  const choice = { source: 'lorawan', device: '70b3d57ed0001a2b', decoder: 'bosch-tps110' }
  assert.equal((await call(api, 'POST', '/api/v1/inbox/decoder', { ...choice, decoder: 'no' })).status, 404)
  assert.deepEqual((await call(api, 'POST', '/api/v1/inbox/decoder', choice)).body, { requeued: 3 })
  const [chosen] = await api.store.decoderChoices()
  assert.deepEqual([chosen?.device, chosen?.decoder, chosen?.author], ['70B3D57ED0001A2B', 'bosch-tps110', 'env'])
})

const bring = (api: ApiUnderTest, body: object) => call(api, 'POST', '/api/v1/layout/import', body)
const base64 = (text: string) => Buffer.from(text).toString('base64')

test('twelve sensors become twelve bays of a new site, which may be published as they are', async () => {
  await using api = await apiUnderTest()
  const devices = Array.from({ length: 12 }, (_, i) => `s-${i + 1}`)
  const { status, body } = await bring(api, {
    ...{ grid: { rows: 2, columns: 8, count: 12, pattern: 'B-{n:2}', devices }, site: 'yard', site_name: 'Yard' },
    ...{ level: 'p0', time_zone: 'Europe/Berlin' },
  })
  assert.equal(status, 200)
  assert.deepEqual(body.findings, [])
  assert.deepEqual(body.bays.slice(0, 2), ['B-01', 'B-02'])
  const [site] = body.layout.sites
  assert.deepEqual([site.name, site.zone, site.levels[0].bays.length], ['Yard', 'Europe/Berlin', 12])
  assert.deepEqual(site.levels[0].bays[11].devices, ['s-12'])
  assert.equal(readLayout(Buffer.from(JSON.stringify(body.layout))).ok, true)
  const found = await call(api, 'POST', '/api/v1/layout/check', body.layout)
  assert.deepEqual([found.body.fault_count, found.body.bays], [0, 12])
  assert.equal(await api.store.layoutVersion(), undefined)
})

test('a second grid is put below the bays of its level, and ids that are there already are refused', async () => {
  await using api = await apiUnderTest()
  const layout = layoutDocument(['A-01', 'A-02'])
  const grid = { rows: 1, columns: 2, pattern: 'A-{n:2}' }
  const taken = (await bring(api, { layout, grid, site: 'south', level: 'l0' })).body
  assert.match(taken.findings[0].message, /there is a bay A-01, A-02 already/)
  assert.deepEqual([taken.bays, taken.layout], [[], layout])
  const more = (await bring(api, { layout, grid: { ...grid, start: 3 }, site: 'south', level: 'l0' })).body
  const [first, , third] = more.layout.sites[0].levels[0].bays
  assert.deepEqual([first.y, third.id, third.y], [0, 'A-03', 11])
})

test('a file is read by its ending, with what is wrong and where, and nothing is brought in then', async () => {
  await using api = await apiUnderTest()
  const layout = layoutDocument(['A-01'])
  const file = (name: string, text: string) => bring(api, { layout, file: { name, base64: base64(text) } })
  const good = (await file('bays.csv', 'id,x,y,device\nC-1,30,0,s-9\n')).body
  assert.deepEqual([good.bays, good.layout.sites[0].levels[0].bays.length], [['C-1'], 2])
  const bad = (await file('bays.csv', 'id,x,y\nC-1,30,0\nC-1,33,0\n')).body
  assert.equal(bad.findings[0].severity, 'fault')
  assert.deepEqual(bad.layout, layout)
  const unknown = await file('bays.dwg', 'AC1032')
  assert.deepEqual([unknown.status, /no format that is known/.test(unknown.body.detail)], [400, true])
  assert.equal((await bring(api, { layout })).status, 400)
})
