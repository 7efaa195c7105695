import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from '@baykeeper/contract/client.ts'
import { reportKindNames } from '@baykeeper/contract/reports.ts'
import { reportRoutes } from '@baykeeper/contract/routes/reports.ts'
import { instant } from '../lib/brand.ts'
import { systemClock } from '../lib/clock.ts'
import { boundedReports, type ReportPort } from '../reports/report-port.ts'
import { type Fleet, randomFleet, storeFleet } from '../reports/testing/fleet-truth.ts'
import {
  type ApiUnderTest,
  apiKey,
  apiUnderTest,
  bearer,
  type UnderTestOptions,
  until,
} from './testing/api-under-test.ts'

const fleet = randomFleet({ seed: 7, zone: 'Europe/Berlin', from: '2026-10-23', days: 4 })
const clock = { ...systemClock, now: () => instant(fleet.end + 3_600_000) }
const october = 'from=2026-10-23&to=2026-10-27'

async function filled(options: UnderTestOptions = {}, of: Fleet = fleet): Promise<ApiUnderTest> {
  const api = await apiUnderTest({ clock, ...options })
  await storeFleet(api.store, of)
  return api
}
const get = (api: ApiUnderTest, path: string, headers: Record<string, string> = {}) =>
  api.app.inject({ url: `/api/v1/reports/${path}`, headers: { ...bearer, ...headers } })

test('every kind answers JSON that fits its schema, for a site and for all sites', async () => {
  await using api = await filled()
  const [{ schema }] = reportRoutes.report.answers
  for (const kind of reportKindNames)
    for (const site of ['', '&site=deck']) {
      const answer = await get(api, `${kind}?${october}${site}`)
      assert.equal(answer.statusCode, 200, answer.body)
      const { report, tables } = schema[1].parse(answer.json())
      assert.equal(report.kind, kind)
      assert.ok(tables.every(({ rows }) => Array.isArray(rows)))
    }
})

test('CSV comes by Accept and by format, in the form of the locale, and no cell of it is a formula', async () => {
  const evil = '=HYPERLINK("http://x","y")'
  const layout = JSON.parse(
    JSON.stringify(fleet.layout)
      .replaceAll('"B-0"', JSON.stringify(evil))
      .replaceAll('"B-1"', '"-2+3"')
      .replaceAll('"B-2"', '"a;b"'),
  )
  await using api = await filled({}, { ...fleet, layout })
  const plain = await get(api, `turnover?${october}&table=turnover_bays`, { accept: 'text/csv' })
  assert.equal(plain.headers['content-type'], 'text/csv; charset=utf-8; header=present')
  assert.equal(
    plain.headers['content-disposition'],
    'attachment; filename="baykeeper_turnover_turnover_bays_2026-10-23_2026-10-27.csv"',
  )
  assert.deepEqual([...plain.rawPayload.subarray(0, 3)], [0xef, 0xbb, 0xbf])
  const lines = plain.body.split('\r\n')
  assert.equal(lines.at(-1), '')
  assert.ok(plain.body.includes(`"'=HYPERLINK(""http://x"",""y"")"`), plain.body)
  assert.ok(plain.body.includes(",'-2+3,"), plain.body)
  const german = await get(api, `turnover?${october}&table=turnover_bays&format=csv&locale=de`)
  const columns = german.body.split('\r\n')[0]?.split(';').length
  assert.equal(columns, 9)
  assert.match(german.body, /;\d+,\d+;/)
  assert.ok(german.body.includes(';"a;b";'), german.body)
  assert.equal((await get(api, `turnover?${october}&format=csv&sep=,&decimal=,`)).statusCode, 400)
  const times = await get(api, `stays?${october}&format=csv`)
  assert.match(times.body, /,2026-10-2\dT\d\d:\d\d:00\.000\+0[12]:00,/)
})

test('an ETag stays while the content does, and changes with the format', async () => {
  let now = fleet.end + 3_600_000
  await using api = await filled({ clock: { ...systemClock, now: () => instant(now) } })
  const first = await get(api, `summary?${october}`)
  const etag = String(first.headers['etag'])
  now += 60_000
  const again = await get(api, `summary?${october}`, { 'if-none-match': etag })
  assert.equal(again.statusCode, 304)
  assert.equal(again.body, '')
  assert.notEqual((await get(api, `summary?${october}&format=xlsx`)).headers['etag'], etag)
  assert.equal((await get(api, `stays?${october}`)).headers['etag'], undefined)
})

test('what cannot be answered is refused with the place and what to do', async () => {
  await using api = await filled()
  const cases: readonly (readonly [string, number, RegExp])[] = [
    [`nothing?${october}`, 400, /kind/],
    ['dwell?from=2026-10-23', 400, /to/],
    ['dwell?from=2026-10-27&to=2026-10-23', 400, /not before/],
    ['dwell?from=2026-02-30&to=2026-10-23', 400, /from/],
    ['dwell?from=2020-01-01&to=2026-10-23', 400, /more than 1830/],
    ['dwell?from=2030-01-01&to=2030-01-02', 400, /has not begun/],
    [`dwell?${october}&site=nowhere`, 404, /no site nowhere/],
    [`dwell?${october}&level=l`, 400, /name its site/],
    [`dwell?${october}&site=deck&level=x`, 404, /no level x/],
    [`dwell?${october}&site=deck&level=l&zone=x`, 404, /no zone x/],
    [`dwell?${october}&site=deck&level=l&type=ev`, 400, /type/],
    [`dwell?${october}&type=staff`, 404, /no bay of the type staff/],
    [`dwell?${october}&time_zone=Mars/Base`, 400, /no Mars\/Base/],
    [`dwell?${october}&compare=other`, 400, /compare_from/],
    [`dwell?${october}&format=csv&table=x`, 400, /lengths, dwell/],
  ]
  for (const [path, status, detail] of cases) {
    const answer = await get(api, path)
    assert.equal(answer.statusCode, status, `${path}: ${answer.body}`)
    assert.match(answer.body, detail)
  }
  assert.equal((await api.app.inject({ url: `/api/v1/reports/dwell?${october}` })).statusCode, 401)
})

test('a report of a layout without bays, and one of a time before anything was known, are empty and not zero', async () => {
  await using api = await filled()
  const early = (await get(api, 'summary?from=2020-01-01&to=2020-01-03')).json()
  const figures = new Map(
    early.tables[0].rows.map((row: { figure: string; value: unknown }) => [row.figure, row.value]),
  )
  for (const figure of ['occupancy', 'highest', 'full', 'stays', 'turnover', 'median_stay', 'overstays'])
    assert.equal(figures.get(figure), null, figure)
  assert.equal(figures.get('coverage'), 0)
  for (const cell of early.tables[1].rows) assert.equal(cell.occupancy, null)
  await using bare = await apiUnderTest({
    clock,
    layout: { name: '', bayW: 2, bayH: 5, sites: [{ id: 's', name: 'S', zone: 'UTC', levels: [] }] },
  })
  const none = (await get(bare, `summary?${october}`)).json()
  assert.equal(none.report.bays, 0)
  assert.equal(none.report.period.coverage, null)
})

test('a third report at once is refused until one of the two was read or given up, even where nothing of it was read', async () => {
  const open = Promise.withResolvers<void>()
  let asked = 0
  const slow: ReportPort = {
    async answer() {
      asked++
      await open.promise
      const about = { place: '', from: '', to: '', timeZone: 'UTC', coverage: null, notes: [] }
      const head = { type: 'application/json', fileName: 'x', etag: undefined, about }
      async function* chunks() {
        yield Buffer.from('{}')
      }
      return { head, chunks: chunks() }
    },
  }
  await using api = await filled({ reports: slow })
  const two = [get(api, `stays?${october}`), get(api, `stays?${october}`)]
  await until(() => asked === 2)
  const third = await get(api, `stays?${october}`)
  assert.equal(third.headers['retry-after'], '5')
  open.resolve()
  for (const answer of await Promise.all(two)) assert.equal(answer.statusCode, 200)
  const port = boundedReports(slow, 1, 20)
  const request = {} as Parameters<ReportPort['answer']>[0]
  const unread = await port.answer(request)
  await assert.rejects(port.answer(request), /being made already/)
  // It is ended where nothing of it is read, and its place is free.
  await systemClock.sleep(50)
  const next = await port.answer(request)
  await assert.rejects(Array.fromAsync(unread.chunks), /nothing of it was read/)
  // Given up before anything of it was read.
  await next.chunks[Symbol.asyncIterator]().return?.()
  await port.answer(request)
})

test('a client reads reports by their route', async () => {
  await using api = await filled()
  const client = createClient({ base: await api.listen(), key: apiKey })
  const { items } = await client.call('GET /api/v1/reports')
  assert.deepEqual(
    items.map(({ kind }) => kind),
    reportKindNames,
  )
  const query = { from: '2026-10-23', to: '2026-10-27', site: 'deck' }
  const { report } = await client.call('GET /api/v1/reports/{kind}', { params: { kind: 'peaks' }, query })
  assert.equal(report.place, 'Deck')
})
