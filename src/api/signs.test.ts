/** Signs over the API: what is answered about them, and changes by people. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Layout } from '../domain/layout.ts'
import { plainBay } from '../domain/layout.ts'
import { instant } from '../lib/brand.ts'
import { systemClock } from '../lib/clock.ts'
import type { ShownSigns } from './live/shown-signs.ts'
import { apiUnderTest, bearer, deviceState, storeWith, type UnderTestOptions, until } from './testing/api-under-test.ts'

const at = Date.parse('2026-11-23T08:00:00Z')
const ids = ['A', 'B', 'C', 'D']
const layout: Layout = {
  ...{ name: 'Harbour City', bayW: 2.5, bayH: 5 },
  sites: [
    {
      ...{ id: 'south', name: 'South Garage', zone: 'UTC' },
      levels: [
        {
          ...{ id: 'l0', name: 'Ground', x: 0, y: 0, w: 100, h: 50, zones: [{ id: 'row', name: 'Row' }] },
          bays: ids.map((id, i) =>
            plainBay(id, { x: i * 3, y: 0 }, { zones: ['row'], types: [i < 2 ? 'ev' : 'standard'] }),
          ),
        },
      ],
    },
  ],
}

async function opened(options: UnderTestOptions = {}) {
  const time = { now: at, monotonicAhead: 0 }
  const clock = {
    ...systemClock,
    now: () => instant(time.now),
    monotonic: () => systemClock.monotonic() + time.monotonicAhead,
  }
  const api = await apiUnderTest({ layout, clock, promiseMs: 86_400_000, ...options })
  const inject = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: object, headers: object = bearer) =>
    api.app.inject({ method, url, headers: { ...headers }, ...(payload ? { payload } : {}) })
  const call = async (...args: Parameters<typeof inject>) => {
    const answer = await inject(...args)
    return { status: answer.statusCode, body: answer.json() }
  }
  const report = async (occupied: readonly (boolean | null)[]) => {
    const devices = occupied.map((state, i) =>
      deviceState(i + 1, ids[i] ?? '', { lastArrived: instant(time.now), occupied: state, since: instant(time.now) }),
    )
    await api.commit({ devices })
    await until(async () => (await call('GET', '/api/v1/kpi')).body.devices.seen === occupied.length)
  }
  return { ...api, inject, call, time, report, [Symbol.asyncDispose]: () => api[Symbol.asyncDispose]() }
}

const site = { name: 'Main entrance', places: [{ site: 'south' }] }
const main = '/api/v1/signs/main'

describe('a sign', () => {
  test('is set up, shows what is free in every form, and is removed with its history kept', async () => {
    await using desk = await opened()
    const { call, inject, report } = desk
    await report([false, true, false, false])
    const made = await call('PUT', main, site)
    assert.equal(made.status, 200)
    const { show, text, value, reason, coverage, mode, free, capacity, places, trust, age_s: age } = made.body
    assert.deepEqual(
      [show, text, value, reason, coverage, mode, free, capacity],
      ['number', '3', 3, 'counted', 1, 'auto', 3, 4],
    )
    assert.deepEqual(places, [{ site: 'south', level: null, zone: null }])
    assert.deepEqual(trust, { coverage: 0.9, behind_s: 300, reading_s: null, band: null })
    assert.equal(typeof age, 'number')
    assert.deepEqual(
      (await call('GET', '/api/v1/signs')).body.items.map(({ id }: { id: string }) => id),
      ['main'],
    )
    const plain = await inject('GET', `${main}/text`)
    assert.deepEqual(
      [plain.statusCode, plain.body, plain.headers['content-type']],
      [200, '3', 'text/plain; charset=utf-8'],
    )
    assert.deepEqual([plain.headers['cache-control'], plain.headers['x-sign-show']], ['private, no-cache', 'number'])
    const again = await inject('GET', `${main}/text`, undefined, { ...bearer, 'if-none-match': plain.headers.etag })
    assert.deepEqual([again.statusCode, again.body], [304, ''])
    const picture = await inject('GET', `${main}/svg`)
    assert.match(picture.body, /^<svg [^>]*aria-label="Main entrance: 3".*>3<\/text><\/svg>$/)
    assert.equal(picture.headers['content-type'], 'image/svg+xml')
    const history = (await call('GET', `${main}/history`)).body.items
    assert.deepEqual(
      history.map(({ number, value: shown, author }: { number: number; value: number; author: string }) => [
        number,
        shown,
        author,
      ]),
      [[1, 3, 'env']],
    )
    assert.equal((await call('DELETE', main)).status, 200)
    assert.equal((await call('GET', main)).status, 404)
    assert.equal((await call('GET', `${main}/text`)).body.code, 'E_UNKNOWN_SIGN')
    assert.equal((await call('GET', `${main}/history?limit=1`)).body.items[0].reason, 'no-sign')
  })

  test('is blank once processing is behind, however the clock of the server is set', async () => {
    await using desk = await opened()
    const { call, time, report } = desk
    await report([false, false, false, false])
    await call('PUT', main, site)
    const shown = async () => {
      const { show, text, reason } = (await call('GET', main)).body
      return [show, text, reason]
    }
    assert.deepEqual(await shown(), ['number', '4', 'counted'])
    time.now += 299_000
    assert.deepEqual(await shown(), ['number', '4', 'counted'])
    time.now += 2_000
    assert.deepEqual(await shown(), ['blank', '', 'processing-behind'])
    assert.equal((await desk.inject('GET', `${main}/text`)).body, '')
    // Set back to when it was current: nothing new was read since.
    time.now = at
    time.monotonicAhead = 301_000
    assert.deepEqual(await shown(), ['blank', '', 'processing-behind'])
    time.monotonicAhead = 0
    time.now = at - 301_000
    assert.deepEqual(await shown(), ['blank', '', 'processing-behind'])
  })

  test('is blank while the database is away for too long, and before it has answered', async () => {
    let isAway = false
    await using desk = await opened({
      around: (store) =>
        storeWith(store, {
          foldClock: async () => (isAway ? Promise.reject(new Error('away')) : store.foldClock()),
          signRev: async () => (isAway ? Promise.reject(new Error('away')) : store.signRev()),
        }),
    })
    const { call, time, report } = desk
    await report([false, false, false, false])
    await call('PUT', main, site)
    isAway = true
    assert.equal((await call('GET', main)).body.text, '4')
    time.monotonicAhead = 301_000
    const { show, reason, known, free, coverage, capacity } = (await call('GET', main)).body
    assert.deepEqual([show, reason], ['blank', 'processing-behind'])
    assert.deepEqual([known, free, coverage, capacity], [null, null, null, 4])
  })

  test('is not taken for one that is not there before the database has answered', async () => {
    let isAway = true
    let shown: Pick<ShownSigns, 'isLoaded'> | undefined
    await using _desk = await opened({
      around: (store) =>
        storeWith(store, { signRev: async () => (isAway ? Promise.reject(new Error('away')) : store.signRev()) }),
      onSigns: (signs) => {
        shown = signs
      },
    })
    assert.equal(shown?.isLoaded(), false)
    isAway = false
    await until(async () => shown?.isLoaded() === true)
  })

  test('is blank when its sensors have not reported for longer than it allows', async () => {
    await using desk = await opened()
    const { call, time, report } = desk
    await report([false, false, false, false])
    await call('PUT', main, { ...site, trust: { reading_s: 60, behind_s: 3_600 } })
    assert.equal((await call('GET', main)).body.text, '4')
    time.now += 61_000
    time.monotonicAhead += 2_000
    const { show, reason, reading_age_s: age, free, coverage } = (await call('GET', main)).body
    assert.deepEqual([show, reason, age, free, coverage], ['blank', 'readings-old', 61, null, null])
  })

  test('shows the mode that a person sets, with its author and reason, until it ends', async () => {
    await using desk = await opened()
    const { call, report } = desk
    await report([false, false, false, false])
    await call('PUT', main, site)
    const closed = await call('POST', `${main}/mode`, { mode: 'closed', minutes: 30, reason: 'Market day' })
    const { text, mode, mode_author: author, mode_reason: why, mode_until: end } = closed.body
    assert.deepEqual(
      [text, mode, author, why, end],
      ['CLOSED', 'closed', 'env', 'Market day', '2026-11-23T08:30:00.000Z'],
    )
    const auto = await call('POST', `${main}/mode`, { mode: 'auto', reason: 'Over' })
    assert.deepEqual([auto.body.text, auto.body.mode_until], ['4', null])
    const { items } = (await call('GET', `${main}/history?limit=2`)).body
    assert.deepEqual(
      items.map(({ show, comment }: { show: string; comment: string }) => [show, comment]),
      [
        ['number', 'Over'],
        ['closed', 'Market day'],
      ],
    )
  })

  test('the words of a sign are escaped in its picture', async () => {
    await using desk = await opened()
    const { call, inject } = desk
    await call('PUT', main, { ...site, name: 'A <b> & "c"', texts: { full: '<script>' } })
    await call('POST', `${main}/mode`, { mode: 'full', reason: 'x' })
    const { body } = await inject('GET', `${main}/svg`)
    assert.match(body, /A &lt;b&gt; &amp; &quot;c&quot;/)
    assert.match(body, />&lt;script&gt;<\/text>/)
    assert.doesNotMatch(body, /<script|<b>/)
  })

  test('what is wrong is named, and nothing is changed', async () => {
    await using desk = await opened()
    const { call, inject } = desk
    const wrong = async (id: string, body: object) => {
      const answer = await call('PUT', `/api/v1/signs/${id}`, body)
      return [answer.status, answer.body.errors?.[0]?.path ?? answer.body.code]
    }
    assert.deepEqual(await wrong('main', { ...site, places: [{ site: 'nowhere' }] }), [400, 'places[0]'])
    assert.deepEqual(await wrong('main', { ...site, places: [{ site: 'south', zone: 'row' }] }), [
      400,
      'places[0].level',
    ])
    assert.deepEqual(await wrong('main', { ...site, places: [] }), [400, 'places'])
    assert.deepEqual(await wrong('main', { ...site, floor: -1 }), [400, 'floor'])
    assert.deepEqual(await wrong('main', { ...site, trust: { behind_s: 30 } }), [400, 'trust.behind_s'])
    assert.deepEqual(await wrong('a%2Fb', site), [400, 'id'])
    assert.deepEqual(await wrong('main', { ...site, colour: 'red' }), [400, ''])
    await call('PUT', main, site)
    const mode = async (body: object) => (await call('POST', `${main}/mode`, body)).status
    assert.equal(await mode({ mode: 'closed' }), 400)
    assert.equal(await mode({ mode: 'closed', reason: 'x', until: '2026-11-23T07:00:00Z' }), 400)
    assert.equal(await mode({ mode: 'auto', reason: 'x', minutes: 5 }), 400)
    assert.equal((await call('POST', '/api/v1/signs/none/mode', { mode: 'full', reason: 'x' })).status, 404)
    assert.equal((await call('GET', '/api/v1/signs/none/history')).status, 404)
    assert.equal((await inject('GET', main, undefined, {})).statusCode, 401)
    assert.equal((await call('GET', main)).body.mode, 'auto')
  })
})
