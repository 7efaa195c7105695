import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Layout } from '../../domain/layout.ts'
import { instant } from '../../lib/brand.ts'
import { systemClock } from '../../lib/clock.ts'
import { apiUnderTest, bearer, deviceState, layoutOf, storeWith, until } from '../testing/api-under-test.ts'
import { html, jsonBlock } from './html.ts'
import { ageText } from './public-page.ts'

const page = async (api: Awaited<ReturnType<typeof apiUnderTest>>) => (await api.app.inject('/')).body

test('what comes from outside is text on a page, never markup', async () => {
  const evil = `"><script>alert(1)</script><img src=x onerror='x'>&`
  const layout: Layout = { ...layoutOf([evil, 'B'], evil), name: evil }
  await using api = await apiUnderTest({ layout })
  await api.commit({ devices: [deviceState(1, evil)] })
  for (const url of ['/', '/desk', `/${encodeURIComponent(evil)}`, `/setup?key=${encodeURIComponent(evil)}`]) {
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

test('a server without bays says how to send the first reading and how the desk opens', async () => {
  await using api = await apiUnderTest({ urls: { ingest: 'http://127.0.0.1:4711' } })
  const empty = await page(api)
  assert.match(empty, /curl -X POST http:\/\/127\.0\.0\.1:4711\/ingest\/v1/)
  assert.match(empty, /baykeeper setup-link/)
  assert.match(empty, /web part is not built/)
  await api.commit({ devices: [deviceState(1, 'A')] })
  await until(async () => /has reported/.test(await page(api)))
  assert.match(await page(api), /1 device has reported and waits for a bay/)
})

test('lots say how many bays are free in a number and a word, and unknown is never free', async () => {
  await using api = await apiUnderTest({ layout: layoutOf(['A', 'B', 'C']) })
  assert.match(await page(api), /<span class="number">–<\/span> <span class="word">No data<\/span>/)
  await api.commit({ devices: [deviceState(1, 'A', { rev: 1 }), deviceState(2, 'B', { rev: 1, occupied: true })] })
  await until(async () => /of 3 bays, 1 not known/.test(await page(api)))
  const some = await page(api)
  assert.match(some, /<span class="number">1<\/span> <span class="word">Free<\/span>/)
  assert.match(some, /updated \d s ago/)
  await api.commit({ devices: [1, 2, 3].map((n) => deviceState(n, 'ABC'.charAt(n - 1), { rev: 2, occupied: true })) })
  await until(async () => /"Full"/.test(await page(api)))
  assert.match(await page(api), /<span class="number">0<\/span> <span class="word">Full<\/span>/)
})

test('when the store is away the page keeps the last numbers and says since when, and recovers', async () => {
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
  assert.match(old, /Live data is down since \d\d:\d\d \(Europe\/Berlin\), 1 h ago/)
  assert.match(old, /<span class="number">1<\/span>/)
  assert.equal((await kpi()).statusCode, 200)
  away = false
  await until(async () => !/is down since/.test(await page(api)))
})

test('ages are said in the unit that fits', () => {
  const cases = {
    '-5': '0 s ago',
    '4400': '4 s ago',
    '61000': '1 min ago',
    '7200000': '2 h ago',
    '90000000': 'a day ago',
  }
  for (const [ms, text] of Object.entries(cases)) assert.equal(ageText(Number(ms)), text)
})
