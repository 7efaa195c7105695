import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { instant } from '../lib/brand.ts'
import { systemClock } from '../lib/clock.ts'
import { PublicationRefused } from './context.ts'
import {
  type ApiUnderTest,
  apiUnderTest,
  bearer,
  deviceState,
  layoutOf,
  type UnderTestOptions,
  until,
} from './testing/api-under-test.ts'

const at = instant(Date.parse('2026-11-23T08:00:00Z'))
const ids = ['A', 'B', 'C']

async function opened(options: UnderTestOptions = {}) {
  const time = { now: at as number }
  const clock = { ...systemClock, now: () => instant(time.now) }
  const api = await apiUnderTest({ layout: layoutOf(ids), clock, ...options })
  const call = async (method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) => {
    const { statusCode, body } = await api.app.inject({ method, url, headers: bearer, ...(payload ? { payload } : {}) })
    return { status: statusCode, body: body === '' ? undefined : JSON.parse(body) }
  }
  const free = async () => {
    const states = ids.map((id, i) =>
      deviceState(i + 1, id, { since: at, lastTime: at, lastArrived: at, firstArrived: at }),
    )
    await api.commit({ devices: states })
    await until(async () => (await call('GET', '/api/v1/bays/A')).body.state === 'free')
  }
  return { api, call, time, free, [Symbol.asyncDispose]: () => (api as ApiUnderTest)[Symbol.asyncDispose]() }
}

const closeA = { bays: ['A'], state: 'closed', reason: 'Painting' }

describe('an override', () => {
  test('is shown at its bay with who set it, counted nowhere as free, and gone when it is ended', async () => {
    await using desk = await opened()
    const { call, free } = desk
    await free()
    const { status, body } = await call('POST', '/api/v1/overrides', { ...closeA, minutes: 60 })
    assert.equal(status, 200)
    assert.deepEqual(
      [body.bays, body.bay_count, body.until, body.author],
      [['A'], 1, '2026-11-23T09:00:00.000Z', 'env'],
    )
    const bay = (await call('GET', '/api/v1/bays/A')).body
    assert.deepEqual(
      [bay.state, bay.cause, bay.override.id, bay.override.reason],
      ['closed', 'override', body.id, 'Painting'],
    )
    const site = (await call('GET', '/api/v1/sites/south')).body
    assert.deepEqual([site.occupancy.free, site.occupancy.closed], [2, 1])
    assert.deepEqual(
      (await call('GET', '/api/v1/overrides')).body.items.map(({ id }: { id: string }) => id),
      [body.id],
    )
    const ended = await call('DELETE', `/api/v1/overrides/${body.id}`)
    assert.equal(ended.body.ended, '2026-11-23T08:00:00.000Z')
    assert.deepEqual(await call('DELETE', `/api/v1/overrides/${body.id}`), ended)
    assert.equal((await call('GET', '/api/v1/bays/A')).body.state, 'free')
    assert.deepEqual((await call('GET', '/api/v1/overrides')).body.items, [])
    assert.equal((await call('GET', '/api/v1/overrides?state=ended')).body.items.length, 1)
  })

  test('that is planned ahead is listed as planned until it begins, and can be withdrawn', async () => {
    await using desk = await opened()
    const { call, free } = desk
    await free()
    const from = '2026-11-24T06:00:00.000Z'
    const { status, body } = await call('POST', '/api/v1/overrides', { ...closeA, id: 'fair', from, minutes: 60 })
    assert.deepEqual([status, body.since, body.until], [200, from, '2026-11-24T07:00:00.000Z'])
    assert.equal((await call('GET', '/api/v1/bays/A')).body.state, 'free')
    const listed = async (state: string) => (await call('GET', `/api/v1/overrides?state=${state}`)).body.items.length
    assert.deepEqual([await listed('in_force'), await listed('planned'), await listed('ended')], [0, 1, 0])
    const ended = await call('DELETE', '/api/v1/overrides/fair')
    assert.equal(ended.body.ended, '2026-11-23T08:00:00.000Z')
    assert.deepEqual([await listed('in_force'), await listed('planned'), await listed('ended')], [0, 0, 1])
  })

  test('of a place is of all its bays', async () => {
    await using desk = await opened()
    const { call } = desk
    const of = async (place: object) =>
      (await call('POST', '/api/v1/overrides', { ...place, state: 'closed', reason: 'Fair', occasion: 'Fair' })).body
        .bays
    assert.deepEqual(await of({ site: 'south' }), ids)
    assert.deepEqual(await of({ site: 'south', level: 'l0' }), ids)
    assert.deepEqual(await of({ site: 'south', level: 'l0', zone: 'z' }), ['A'])
  })

  test('sent again under its id is the same one, and another content is refused', async () => {
    await using desk = await opened()
    const { call } = desk
    const first = await call('POST', '/api/v1/overrides', { ...closeA, id: 'fair-1' })
    assert.deepEqual(await call('POST', '/api/v1/overrides', { ...closeA, id: 'fair-1' }), first)
    const other = await call('POST', '/api/v1/overrides', { ...closeA, id: 'fair-1', state: 'reserved' })
    assert.deepEqual([other.status, other.body.code], [409, 'E_OVERRIDE_EXISTS'])
    assert.equal((await call('GET', '/api/v1/overrides')).body.items.length, 1)
  })

  const wrong: readonly (readonly [what: string, body: object, says: RegExp])[] = [
    ['a bay that is not in the layout', { ...closeA, bays: ['A', 'X', 'Y'] }, /bays\[1\].*no bay X.*1 more/],
    ['an end in the past', { ...closeA, until: '2026-11-23T07:59:59Z' }, /in the past.*it is 2026-11-23T08:00:00/],
    [
      'a begin in the past',
      { ...closeA, from: '2026-11-23T07:59:59Z' },
      /from.*in the past.*it is 2026-11-23T08:00:00/,
    ],
    ['a begin in a hundred years', { ...closeA, from: '2126-11-23T08:00:00Z' }, /more than ten years ahead/],
    [
      'an end before its begin',
      { ...closeA, from: '2026-11-25T08:00:00Z', until: '2026-11-24T08:00:00Z' },
      /until.*not later than its begin/,
    ],
    ['two ends', { ...closeA, until: '2026-11-24T08:00:00Z', minutes: 5 }, /until or minutes, not both/],
    ['no reason', { bays: ['A'], state: 'closed' }, /reason/],
    ['a blank reason', { ...closeA, reason: ' ' }, /must not be blank: say why/],
    ['the state unknown', { ...closeA, state: 'unknown' }, /state/],
    ['no bays and no place', { state: 'closed', reason: 'x' }, /name bays, or a site/],
    ['bays and a place', { ...closeA, site: 'south' }, /not both/],
    ['a site that is not there', { site: 'north', state: 'closed', reason: 'x' }, /no site north/],
    ['a zone without its level', { site: 'south', zone: 'z', state: 'closed', reason: 'x' }, /needs its level/],
    ['an id with a slash', { ...closeA, id: 'a/b' }, /letters, digits/],
  ]
  for (const [what, body, says] of wrong)
    test(`with ${what} is refused with what is wrong, and changes nothing`, async () => {
      await using desk = await opened()
      const { status, body: problem } = await desk.call('POST', '/api/v1/overrides', body)
      assert.equal(status, 400)
      assert.match(problem.detail, says)
      assert.deepEqual((await desk.call('GET', '/api/v1/overrides')).body.items, [])
    })

  test('of too many bays is refused', async () => {
    const many = Array.from({ length: 50_001 }, (_, i) => `b${i}`)
    await using desk = await opened({ layout: layoutOf(many) })
    const { status, body } = await desk.call('POST', '/api/v1/overrides', {
      site: 'south',
      state: 'closed',
      reason: 'x',
    })
    assert.equal(status, 400)
    assert.match(body.detail, /50001 bays, at most 50000/)
  })

  test('an override that the journal does not take is an error, which shows whether it may have been taken', async () => {
    for (const [reason, code] of [
      ['refused', 'E_PUBLICATION_REFUSED'],
      ['interrupted', 'E_PUBLICATION_UNKNOWN'],
    ] as const) {
      const publisher = { publish: () => Promise.reject(new PublicationRefused(reason, 'the disk is full')) }
      await using desk = await opened({ publisher })
      const { status, body } = await desk.call('POST', '/api/v1/overrides', closeA)
      assert.deepEqual([status, body.code], [503, code])
    }
  })
})

test('the state of a past moment is the one of then, by the layout of then; before anything was known it is unknown', async () => {
  await using desk = await opened()
  const { call, free, time } = desk
  await free()
  time.now = at + 60_000
  const { body } = await call('POST', '/api/v1/overrides', closeA)
  time.now = at + 120_000
  await call('DELETE', `/api/v1/overrides/${body.id}`)
  const states = async (ms: number) => {
    const { body } = await call('GET', `/api/v1/state?at=${new Date(at + ms).toISOString()}`)
    return body.bays.map(({ state }: { state: string }) => state).join(' ')
  }
  assert.equal(await states(0), 'free free free')
  assert.equal(await states(59_999), 'free free free')
  assert.equal(await states(60_000), 'closed free free')
  assert.equal(await states(119_999), 'closed free free')
  assert.equal(await states(120_000), 'free free free')
  const now = (await call('GET', '/api/v1/state?site=south')).body
  assert.deepEqual([now.known_from, now.layout_version, now.occupancy.free], ['2026-11-23T08:00:00.000Z', 1, 3])
  const before = (await call('GET', '/api/v1/state?at=2026-11-23T07:00:00Z')).body
  assert.deepEqual([before.layout_version, before.bays], [null, []])
  assert.equal((await call('GET', '/api/v1/state?at=2026-11-24T08:00:00Z')).status, 400)
  assert.equal((await call('GET', '/api/v1/state?site=north')).status, 404)
})

test('a bay whose sensor has fallen silent since processing last moved is unknown in the state of now', async () => {
  const layout = { ...layoutOf(ids), devices: [{ device: 'A', heartbeatS: 20 }] }
  await using desk = await opened({ layout })
  const { call, free, time } = desk
  await free()
  time.now = at + 60_000
  await until(async () => (await call('GET', '/api/v1/bays/A')).body.state === 'unknown')
  const { occupancy, bays } = (await call('GET', '/api/v1/state')).body
  assert.deepEqual([occupancy.free, occupancy.unknown, bays[0].state, bays[0].flags], [2, 1, 'unknown', ['stale']])
  const then = (await call('GET', `/api/v1/state?at=${new Date(at).toISOString()}`)).body
  assert.equal(then.bays[0].state, 'free')
})
