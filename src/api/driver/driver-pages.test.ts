/** The pages for drivers on a real store: what each shows of the same lots, also when the numbers are old, closed or partly known. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { driverLotSchema } from '@baykeeper/contract/driver.ts'
import { forecastLevels } from '@baykeeper/contract/forecast.ts'
import { type Layout, plainBay } from '../../domain/layout.ts'
import { instant } from '../../lib/brand.ts'
import { systemClock } from '../../lib/clock.ts'
import { type ApiUnderTest, apiUnderTest, deviceState, statusOk, storeWith, until } from '../testing/api-under-test.ts'

const level = (id: string, name: string, bays: readonly string[], y: number) => ({
  ...{ id, name, x: 0, y, w: 50, h: 20, zones: [] },
  bays: bays.map((bay, k) => plainBay(bay, { x: k * 2.5, y }, bay.startsWith('E') ? { types: ['ev'] } : {})),
})
const layout: Layout = {
  ...{ name: 'Northhaven', bayW: 2.5, bayH: 5 },
  sites: [
    {
      ...{ id: 'station', name: 'Station', zone: 'Europe/Berlin' },
      anchor: { x: 0, y: 0, lat: 51.96, lon: 7.62, bearing: 0 },
      levels: [level('l1', 'Level 1', ['S1', 'S2', 'E1'], 0), level('l2', 'Level 2', ['S3', 'S4', 'S5'], 30)],
    },
    {
      ...{ id: 'old-town', name: 'Old Town', zone: 'Europe/Berlin' },
      open: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '06:00', to: '22:00' }],
      levels: [level('g', 'Ground', ['O1', 'O2'], 60)],
    },
  ],
}
/** A Monday, 17:42 in Berlin. */
const monday = Date.parse('2026-11-23T16:42:00Z')

async function city(options: Parameters<typeof apiUnderTest>[0] = {}, at = monday) {
  let passed = 0
  const began = systemClock.monotonic()
  const clock = { ...systemClock, now: () => instant(at + passed + Math.round(systemClock.monotonic() - began)) }
  const api = await apiUnderTest({ layout, clock, ...options })
  const occupied: Readonly<Record<string, boolean>> = {
    S1: true,
    S2: false,
    S3: false,
    S4: false,
    S5: true,
    E1: false,
    O1: true,
    O2: false,
  }
  const devices = Object.entries(occupied).map(([id, taken], k) =>
    deviceState(k + 1, id, { occupied: taken, lastArrived: clock.now(), lastTime: clock.now(), since: clock.now() }),
  )
  await api.commit({ devices })
  await until(async () => /of 6 bays<|of 2 bays</.test(await text(api, '/')) || at !== monday)
  return {
    api,
    pass: (ms: number) => {
      passed += ms
    },
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  }
}
const text = async (api: ApiUnderTest, url: string) => (await api.app.inject(url)).body

/** Words of a page without its markup. */
const words = async (api: ApiUnderTest, url: string) =>
  (await text(api, url)).replaceAll(/<script[^>]*>[^<]*<\/script>|<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

test('the list shows each lot now and at a later time, and a kind of bay changes every number', async () => {
  await using opened = await city()
  const { api } = opened
  const list = await words(api, '/')
  assert.match(list, /Station.*Now 4 Free of 6 bays 3 Standard 1 Charging At 18:45 No forecast for this car park/)
  assert.match(list, /Old Town Open until 22:00 Now 1 Free of 2 bays/)
  assert.match(await words(api, '/?at=19:30'), /At 19:30/)
  assert.match(await words(api, '/?at=16:00'), /At Tue 16:00/)
  const charging = await words(api, '/?type=ev')
  assert.match(charging, /Station.*Now 1 Free of 1 bay /)
  assert.match(charging, /Old Town.*– No such bays here/)
})

test('what an address asks for and is not understood is left aside', async () => {
  await using opened = await city()
  for (const url of ['/?at=99:99', '/?at=now', '/?type=boat', '/?utm_source=mail', '/lot/station?type=%00&at='])
    assert.equal((await opened.api.app.inject(url)).statusCode, 200, url)
})

test('a lot has its kinds of bay, its levels with the most space first, its hours, and the way there', async () => {
  await using opened = await city()
  const lot = await text(opened.api, '/lot/station')
  assert.match(lot, /<a class="button" href="geo:51\.\d{5},7\.\d{5}\?q=/)
  assert.match(await words(opened.api, '/lot/station'), /Levels most space: Level 1 Level 1 2 free Level 2 2 free/)
  assert.match(await words(opened.api, '/lot/old-town'), /Mon, Tue, Wed, Thu, Fri 06:00–22:00/)
  assert.doesNotMatch(await text(opened.api, '/lot/old-town'), /geo:/)
  const missing = await opened.api.app.inject('/lot/nowhere')
  assert.equal(missing.statusCode, 404)
  assert.match(missing.body, /There is no such car park/)
})

test('a level of which too little is known is not named as the one with the most space', async () => {
  const unknown = ['X1', 'X2', 'X3']
  const levels = [
    level('l1', 'Level 1', ['S1', 'S2'], 0),
    level('l2', 'Level 2', ['S3', 'S4', 'S5', 'E1', ...unknown], 30),
  ]
  const [station] = layout.sites as [Layout['sites'][number]]
  await using opened = await city({ layout: { ...layout, sites: [{ ...station, levels }] } }, monday + 1)
  await until(async () => /Level 1 1 free/.test(await words(opened.api, '/lot/station')))
  assert.match(await words(opened.api, '/lot/station'), /most space: Level 1 /)
  assert.match(await words(opened.api, '/kiosk/all'), /most space: Level 1, 1 free/)
})

test('a closed lot has no number, but when it opens', async () => {
  await using opened = await city({}, Date.parse('2026-11-23T21:30:00Z'))
  const { api } = opened
  assert.match(await words(api, '/lot/old-town'), /Now – Closed opens Tue 06:00/)
  assert.match(await words(api, '/board/all'), /Old Town CLOSED/)
  assert.match(await text(api, '/public/lots/old-town/text'), /^Old Town: Closed \(opens Tue 06:00\)\n$/)
  const data = driverLotSchema.parse(JSON.parse(await text(api, '/public/lots/old-town')))
  assert.deepEqual([data.open, data.changes, data.ahead.why], [false, '2026-11-24T05:00:00.000Z', 'closed'])
})

test('after a minute without the store no page, board, badge or answer has a number of free bays', async () => {
  let away = false
  const options = {
    around: (store: Parameters<typeof storeWith>[0]) =>
      storeWith(store, {
        devicesSince: (rev, limit) => (away ? Promise.reject(new Error('gone')) : store.devicesSince(rev, limit)),
        deviceEnds: () => (away ? Promise.reject(new Error('gone')) : store.deviceEnds()),
      }),
  }
  await using opened = await city(options)
  const { api, pass } = opened
  assert.match(await words(api, '/board/all'), /Station 4 FREE Old Town 1 FREE/)
  away = true
  pass(61_000)
  for (const url of ['/', '/lot/station', '/board/all', '/kiosk/all', '/kiosk/all?lot=station', '/embed/all'])
    assert.match(await words(api, url), /–\s+No live data/, url)
  assert.doesNotMatch(await words(api, '/board/all'), /\b[41] FREE/)
  assert.match(await text(api, '/public/lots/station/badge'), />No live data</)
  const data = driverLotSchema.parse(JSON.parse(await text(api, '/public/lots/station')))
  assert.deepEqual([data.live, data.occupancy, data.levels[0]?.occupancy], [false, null, null])
})

test('numbers of a server whose processing is behind are not those of now', async () => {
  await using opened = await city({ status: () => ({ ...statusOk, pipeline: 'behind', lagMs: 120_000 }) }, monday + 1)
  assert.match(await words(opened.api, '/'), /No live data since 17:4\d/)
})

test('a board has FULL below its floor, alternates its languages, and shows a few lots at a time', async () => {
  await using opened = await city()
  const { api, pass } = opened
  assert.match(await words(api, '/board/all?floor=5'), /Station FULL Old Town FULL .* FULL is shown below 5 free bays/)
  assert.match(await words(api, '/board/station'), /Level 1 2 FREE Level 2 2 FREE/)
  const seen = new Set<string>()
  for (let turn = 0; turn < 2; turn++) {
    seen.add(/FREE|FREI/.exec(await words(api, '/board/all?lang=de,en'))?.[0] ?? '')
    pass(8_000)
  }
  assert.deepEqual([...seen].sort(), ['FREE', 'FREI'])
})

test('a kiosk has a code for directions, no link to elsewhere, and returns to its first page', async () => {
  await using opened = await city()
  const page = await text(opened.api, '/kiosk/all?lot=station&lang=de&big=1')
  assert.match(page, /<svg class="qr"/)
  assert.match(page, /data-idle="60" data-home="\/kiosk\/all"/)
  const links = [...page.matchAll(/<a href="([^"]*)"/g)].map(([, href]) => href)
  assert.ok(links.length > 3)
  for (const href of links) assert.match(href as string, /^\/kiosk\/all/)
  assert.match(page, /class="kiosk large"/)
  assert.equal((await opened.api.app.inject('/kiosk/all?lang=de')).headers['set-cookie'], undefined)
})

test('only origins that are configured may show the lots in a frame, and nothing else may be framed', async () => {
  await using none = await apiUnderTest({ layout })
  const policy = async ({ app }: ApiUnderTest, url: string) => {
    const { headers } = await app.inject(url)
    return [/frame-ancestors [^;]*/.exec(String(headers['content-security-policy']))?.[0], headers['x-frame-options']]
  }
  assert.deepEqual(await policy(none, '/embed/all'), ["frame-ancestors 'none'", 'DENY'])
  await using some = await apiUnderTest({ layout, embedIn: ['https://www.example.org'] })
  assert.deepEqual(await policy(some, '/embed/all'), ['frame-ancestors https://www.example.org', undefined])
  assert.deepEqual(await policy(some, '/lot/station'), ["frame-ancestors 'none'", 'DENY'])
  assert.deepEqual(await policy(some, '/desk'), ["frame-ancestors 'none'", 'DENY'])
})

test('badge and line of text say the same as the page, and other sites may load them', async () => {
  await using opened = await city()
  const badge = await opened.api.app.inject('/public/lots/station/badge')
  assert.match(badge.body, /<title>Station: 4 free<\/title>/)
  assert.deepEqual(
    ['content-type', 'access-control-allow-origin', 'cache-control'].map((name) => badge.headers[name]),
    ['image/svg+xml', '*', 'no-cache, max-age=0'],
  )
  assert.equal(await text(opened.api, '/public/lots/station/text?lang=de'), 'Station: 4 Frei (von 6 Stellplätzen)\n')
})

test('a forecast is shown as a chance, with a surer time and a surer lot', async () => {
  const at = (n: number) => new Date(Date.parse('2026-11-23T16:45:00Z') + n * 60_000).toISOString()
  const point = (ahead: number, rates: readonly number[], capacity: number) => ({
    ...{ at: at(ahead), minutes: ahead, served: 'model', why: '', widened: 1, p_free: [], rate: rates },
    free: rates.map((rate) => Math.round(capacity * (1 - rate))),
  })
  const full = [0.6, 0.7, 0.8, 0.9, 0.97, 1, 1]
  const empty = [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3]
  const document = (site: string, capacity: number, later: readonly number[]) =>
    JSON.stringify({
      ...{ site, origin: at(0), issued: at(0), model: null, levels: forecastLevels, pipeline: null },
      lots: [
        {
          ...{ id: site, name: site, capacity, history_days: 30, observed: [] },
          points: [point(30, empty, capacity), point(60, later, capacity), point(120, later, capacity)],
        },
      ],
    })
  const documents: Readonly<Record<string, string>> = {
    station: document('station', 6, full),
    'old-town': document('old-town', 200, empty),
  }
  await using opened = await city({
    forecasts: { state: () => ({ state: 'up', detail: '' }), listen: () => {} },
    around: (store) =>
      storeWith(store, {
        shownForecast: async (site) => ({ site, at: instant(1), document: documents[site] as string }),
      }),
  })
  const lot = await words(opened.api, '/lot/station?at=18:45')
  assert.match(
    lot,
    /At 18:45.*(Likely|Uncertain|Unlikely) \d+ of 20 chances of a free bay about 0–2 free Surer: arrive by 18:15 or Old Town/,
  )
  assert.match(await words(opened.api, '/?at=18:45'), /Old Town.*Very likely.*Station/)
  assert.match(await words(opened.api, '/lot/station?at=18:45&type=ev'), /No forecast for one kind of bay/)
})
