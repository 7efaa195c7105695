import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Layout } from '../../domain/layout.ts'
import { instant } from '../../lib/brand.ts'
import { systemClock } from '../../lib/clock.ts'
import { apiUnderTest, bearer, deviceState, layoutOf, storeWith, until } from '../testing/api-under-test.ts'
import { html, jsonBlock } from './html.ts'

const page = async (api: Awaited<ReturnType<typeof apiUnderTest>>) => (await api.app.inject('/')).body

test('what comes from outside is text on a page, never markup', async () => {
  const evil = `"><script>alert(1)</script><img src=x onerror='x'>&`
  const layout: Layout = { ...layoutOf([evil, 'B'], evil), name: evil }
  await using api = await apiUnderTest({ layout })
  await api.commit({ devices: [deviceState(1, evil)] })
  const pages = ['/lot/south', '/board/all', '/board/south', '/kiosk/all', '/kiosk/all?lot=south', '/embed/all']
  for (const url of [
    '/',
    ...pages,
    '/desk',
    `/${encodeURIComponent(evil)}`,
    `/setup?key=${encodeURIComponent(evil)}`,
  ]) {
    const signedIn = url.startsWith('/setup') ? {} : bearer
    const { body } = await api.app.inject({ url, headers: { ...signedIn, accept: 'text/html' } })
    assert.doesNotMatch(body, /<script>|<img|onerror='/, url)
    assert.match(body, /<html/)
  }
  assert.match(await page(api), /&lt;script&gt;alert\(1\)/)
  const problem = await api.app.inject({ url: `/api/v1/bays/${encodeURIComponent('<script>')}`, headers: bearer })
  assert.match(String(problem.headers['content-type']), /problem\+json/)
})

test('a block of JSON cannot end its element', () => {
  assert.doesNotMatch(jsonBlock('config', { x: '</script><!--' }).html, /<\/script>.*<\/script>/)
  assert.equal(
    html`<a title="${`"'&<>`}">${[1, undefined, html`<b>`]}</a>`.html,
    '<a title="&quot;&#39;&amp;&lt;&gt;">1<b></a>',
  )
})

/** Words of those who run the server, and of its parts: a driver can do nothing with them. */
const operatorsWords = /curl|npm |\/api\/|baykeeper [a-z]|token|setup|sensor|gateway|device|database|offline|\bPUT\b/i

test('a driver sees no commands and no words of administrators: without bays, with too little data, and while the store is away', async () => {
  await using api = await apiUnderTest({ urls: { ingest: 'http://127.0.0.1:4711' } })
  const shown = async (path: string) =>
    (await api.app.inject(path)).body.replaceAll(/<(?:script|link|meta)[^>]*>[^<]*|<[^>]+>/g, ' ')
  assert.match(await shown('/'), /No car parks yet/)
  await api.commit({ devices: [deviceState(1, 'A')] })
  for (const path of ['/', '/?lang=de', '/board/all', '/kiosk/all', '/embed/all', '/lot/nothing'])
    assert.doesNotMatch(await shown(path), operatorsWords, path)
  await using some = await apiUnderTest({ layout: layoutOf(['A', 'B']) })
  for (const path of ['/', '/lot/south', '/board/all', '/kiosk/all?lot=south', '/embed/all'])
    assert.doesNotMatch(
      (await some.app.inject(path)).body.replaceAll(/<[^>]+>[^<]*"paths"[^<]*|<[^>]+>/g, ' '),
      operatorsWords,
      path,
    )
})

test('lots say how many bays are free in a number and a word, and unknown is never free', async () => {
  const ids = ['A', 'B', 'C', 'D', 'E']
  await using api = await apiUnderTest({ layout: layoutOf(ids) })
  assert.match(await page(api), /<span class="number">–<\/span> <span class="word">No data<\/span>/)
  const states = (rev: number, occupied: readonly (boolean | undefined)[]) =>
    occupied.flatMap((each, n) =>
      each === undefined ? [] : deviceState(n + 1, ids[n] as string, { rev, occupied: each }),
    )
  await api.commit({ devices: states(1, [false, true]) })
  await until(async () => /of 5 bays, 3 unknown; at least 1 free/.test(await page(api)))
  assert.match(await page(api), /<span class="number">–<\/span> <span class="word">Too little data<\/span>/)
  await api.commit({ devices: states(2, [false, true, true, true]) })
  await until(async () => /of 5 bays, 1 unknown/.test(await page(api)))
  const some = await page(api)
  assert.match(some, /<span class="number">1<\/span> <span class="word">Free<\/span>/)
  assert.match(some, /updated \d s ago/)
  await api.commit({ devices: states(3, [true, true, true, true, true]) })
  await until(async () => /"full"/.test(await page(api)))
  assert.match(await page(api), /<span class="number">0<\/span> <span class="word">Full<\/span>/)
})

test('where there are several lots the page has all of them in one line', async () => {
  const [south] = layoutOf(['A', 'B']).sites
  const [north] = layoutOf(['C']).sites
  const sites = [south, { ...north, id: 'north' }] as ReturnType<typeof layoutOf>['sites']
  await using api = await apiUnderTest({ layout: { ...layoutOf([]), sites } })
  assert.match(await page(api), /<p class="all-lots">All lots: No data<\/p>/)
  await api.commit({ devices: [deviceState(1, 'A', { rev: 1 })] })
  await until(async () =>
    /<p class="all-lots">All lots: at least 1 free of 3 bays, 2 unknown<\/p>/.test(await page(api)),
  )
  await using one = await apiUnderTest({ layout: layoutOf(['A']) })
  assert.doesNotMatch(await page(one), /all-lots/)
})

test('when the store is away for a minute the page shows no old number, but since when, and recovers', async () => {
  let away = false
  let passed = 0
  const clock = { ...systemClock, now: () => instant(Date.now() + passed) }
  await using api = await apiUnderTest({
    clock,
    layout: layoutOf(['A']),
    around: (store) =>
      storeWith(store, {
        devicesSince: (rev, limit) => (away ? Promise.reject(new Error('gone')) : store.devicesSince(rev, limit)),
      }),
  })
  const kpi = () => api.app.inject({ url: '/api/v1/kpi', headers: bearer })
  await api.commit({ devices: [deviceState(1, 'A')] })
  await until(async () => (await kpi()).json().occupancy.free === 1)
  assert.doesNotMatch(await page(api), /is down since/)
  away = true
  await until(async () => (await kpi()).json().pipeline === 'database-down')
  passed = 3_600_000
  const old = await page(api)
  assert.match(old, /Live data is down since \d\d:\d\d \(Europe\/Berlin\)/)
  assert.doesNotMatch(old, /<span class="number">1<\/span>/)
  assert.equal((await kpi()).statusCode, 200)
  away = false
  await until(async () => !/is down since/.test(await page(api)))
})
