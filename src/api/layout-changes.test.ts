import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Layout } from '../domain/layout.ts'
import { decodePublication } from '../domain/layout-publication.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import { unpackJson } from '../lib/packed-json.ts'
import { aBatch, placeLayout } from '../store/testing/store-samples.ts'
import {
  type ApiUnderTest,
  apiUnderTest,
  bearer,
  layoutDocument,
  layoutOf,
  storeWith,
} from './testing/api-under-test.ts'

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT'

const call = async ({ app }: ApiUnderTest, method: Method, url: string, payload?: object) => {
  const answer = await app.inject({ method, url, headers: bearer, ...(payload ? { payload } : {}) })
  return { status: answer.statusCode, body: answer.json() }
}
/** Waits of a second and more last for ever; its time goes by as it is asked for. */
const hurried = (): Clock => {
  let ms = 0
  return {
    now: systemClock.now,
    monotonic: () => (ms += 400),
    sleep: (forMs) => (forMs < 1_000 ? Promise.resolve() : new Promise(() => {})),
  }
}
const baysOf = async ({ store }: ApiUnderTest) => (await store.layout())?.layout.sites[0]?.levels[0]?.bays ?? []

test('one bay is changed, in its own version with its author and reason', async () => {
  await using api = await apiUnderTest({ layout: layoutOf(['A', 'B']) })
  const { status, body } = await call(api, 'PATCH', '/api/v1/bays/B?comment=repainted', {
    ...{ types: ['ev', 'permit'], label: '2', angle: 15, x: 10, rule: { max_stay_min: 90 } },
  })
  assert.deepEqual([status, body], [200, { version: 2 }])
  const [first, changed] = await baysOf(api)
  assert.deepEqual(first, layoutOf(['A']).sites[0]?.levels[0]?.bays[0])
  assert.deepEqual([changed?.types, changed?.label, changed?.angle], [['ev', 'permit'], '2', 15])
  assert.deepEqual(changed?.rule, { maxStayMin: 90 })
  const { items } = (await call(api, 'GET', '/api/v1/layout/versions')).body
  assert.deepEqual(
    items.map(({ version, author, comment }: Record<string, unknown>) => [version, author, comment]),
    [
      [2, 'env', 'repainted'],
      [1, 'test', ''],
    ],
  )
  const before = (await call(api, 'GET', '/api/v1/layout?version=1')).body
  assert.deepEqual(before.layout, layoutDocument(['A', 'B']))
  assert.equal((await call(api, 'GET', '/api/v1/layout?version=7')).status, 404)
})

test('a change that cannot be made changes nothing, and its answer has the place and what to do', async () => {
  await using api = await apiUnderTest({ layout: layoutOf(['A', 'B']) })
  const refusals: [Method, string, object | undefined, number, RegExp][] = [
    ['PATCH', '/api/v1/bays/Z', { closed: true }, 404, /no bay Z/],
    ['PATCH', '/api/v1/bays/B', {}, 400, /nothing to change/],
    ['PATCH', '/api/v1/bays/B', { colour: 'red' }, 400, /colour/],
    ['PATCH', '/api/v1/bays/B', { x: 0.5 }, 400, /bay B .*lies on bay A/],
    ['PATCH', '/api/v1/bays/B', { x: 400 }, 400, /outside the outline/],
    ['PATCH', '/api/v1/bays/B', { zones: ['q'] }, 400, /add the zone to the level/],
    ['POST', '/api/v1/assignments', { device: 'd', bay: 'Z' }, 404, /no bay Z/],
    ['POST', '/api/v1/assignments', { device: 'd' }, 400, /either a bay or a gate/],
    [
      'POST',
      '/api/v1/assignments',
      { device: 'd', gate: { site: 'south', gate: 'g' } },
      404,
      /no gate g of site south/,
    ],
    ['POST', '/api/v1/assignments', { device: 'd', bay: 'A', replaces: 'e' }, 409, /not assigned to bay A/],
    ['DELETE', '/api/v1/assignments/d', undefined, 404, /assigned to nothing/],
    [
      'POST',
      '/api/v1/layout/changes',
      { changes: [{ assign: { device: 'd', bay: 'A' } }, { unassign: 'e' }] },
      404,
      /changes\[1\]/,
    ],
  ]
  for (const [method, url, payload, status, detail] of refusals) {
    const answer = await call(api, method, url, payload)
    assert.equal(answer.status, status, `${method} ${url}: ${JSON.stringify(answer.body)}`)
    assert.match(answer.body.detail, detail)
  }
  assert.equal(await api.store.layoutVersion(), 1)
})

test('a change is not refused for what was wrong before it', async () => {
  const wrong = layoutOf(['A', 'B', 'C'])
  const bays = wrong.sites[0]?.levels[0]?.bays as unknown as { x: number }[]
  Object.assign(bays[1] as object, { x: 0 })
  await using api = await apiUnderTest({ layout: wrong })
  assert.equal((await call(api, 'PATCH', '/api/v1/bays/C', { label: 'c' })).status, 200)
  assert.equal((await call(api, 'PATCH', '/api/v1/bays/C', { x: 0 })).status, 400)
})

test('many changes at once from several clients are all there, each in its version', async () => {
  const ids = Array.from({ length: 25 }, (_, i) => `B${i}`)
  await using api = await apiUnderTest({ layout: layoutOf(ids) })
  const answers = await Promise.all(
    ids.flatMap((id) => [
      call(api, 'PATCH', `/api/v1/bays/${id}`, { label: `label of ${id}` }),
      call(api, 'POST', '/api/v1/assignments', { device: `sensor of ${id}`, bay: id }),
    ]),
  )
  assert.deepEqual(
    answers.map(({ body }) => body.version).toSorted((a, b) => a - b),
    answers.map((_, i) => i + 2),
  )
  for (const { id, label, devices } of await baysOf(api))
    assert.deepEqual([label, devices], [`label of ${id}`, [`sensor of ${id}`]])
})

test('where another layout takes effect in between, the change is made again from that one', async () => {
  let intrusions = 3
  await using api = await apiUnderTest({
    layout: layoutOf(['A', 'B']),
    publisher: {
      async publish(record) {
        const { store } = api
        const publication = decodePublication(record)
        assert.ok(publication)
        // Of another server process, just before this one.
        if (intrusions-- > 0) {
          await placeLayout(store, layoutOf(['A', 'B', `N${intrusions}`]))
          return { journal: 'refused', record: 1 }
        }
        const journal = 'accepted'
        const { position, fence } = await store.cursor(journal)
        const layout = unpackJson(publication.packed) as Layout
        const row = {
          version: ((await store.layoutVersion()) ?? 0) + 1,
          record: position + 1,
          packed: publication.packed,
        }
        assert.ok(layout.sites[0]?.levels[0]?.bays.some(({ id }) => id === 'N0'))
        const { author, comment, at } = publication
        await store.commit(
          aBatch({
            journal,
            from: position,
            to: position + 1,
            fence,
            layouts: [{ ...row, author, comment, created: at }],
          }),
        )
        return { journal, record: position + 1 }
      },
    },
  })
  const { status, body } = await call(api, 'PATCH', '/api/v1/bays/A', { label: 'one' })
  assert.deepEqual([status, body], [200, { version: 5 }])
  const bays = await baysOf(api)
  assert.deepEqual(
    bays.map(({ id, label }) => [id, label]),
    [
      ['A', 'one'],
      ['B', undefined],
      ['N0', undefined],
    ],
  )
})

test('while a change is not committed the next one is not made from the layout before it', async () => {
  let isAway = true
  await using api = await apiUnderTest({
    layout: layoutOf(['A']),
    publisher: { publish: async () => ({ journal: 'slow', record: 1 }) },
    around: (store) => storeWith(store, { layoutVersionAt: async () => (isAway ? undefined : 1) }),
    clock: hurried(),
  })
  const first = await call(api, 'PATCH', '/api/v1/bays/A', { label: 'one' })
  assert.deepEqual([first.status, first.body], [202, { version: null, record: 1 }])
  const second = await call(api, 'PATCH', '/api/v1/bays/A', { label: 'two' })
  assert.deepEqual([second.status, second.body.code], [503, 'E_LAYOUT_PENDING'])
  isAway = false
  assert.equal((await call(api, 'PATCH', '/api/v1/bays/A', { label: 'two' })).status, 200)
})

test('a check answers every finding and writes nothing', async () => {
  await using api = await apiUnderTest({ layout: layoutOf(['A']) })
  const document = layoutDocument(['A', 'B', 'C'])
  const level = document.sites[0]?.levels[0]
  Object.assign(level?.bays[1] ?? {}, { x: 0, zones: ['q'] })
  Object.assign(level?.bays[2] ?? {}, { id: 'a' })
  const { status, body } = await call(api, 'POST', '/api/v1/layout/check', document)
  assert.equal(status, 200)
  assert.deepEqual(
    body.faults.map(({ code, ids, path }: Record<string, unknown>) => [code, ids, path]),
    [
      ['unknown-zone', ['B', 'q'], 'sites[0].levels[0].bays[1].zones[0]'],
      ['bays-overlap', ['B', 'A'], 'sites[0].levels[0].bays[1]'],
    ],
  )
  assert.deepEqual(
    body.warnings.map(({ code }: Record<string, unknown>) => code),
    ['alike-id'],
  )
  assert.deepEqual([body.fault_count, body.warning_count, body.bays], [2, 1, 3])
  assert.equal(await api.store.layoutVersion(), 1)
})

test('a layout of a few thousand bays is published, changed and read through the thread', async () => {
  await using api = await apiUnderTest()
  const ids = Array.from({ length: 4_000 }, (_, i) => `B${i}`)
  const document = layoutDocument(ids)
  const [level] = document.sites[0]?.levels ?? []
  Object.assign(level ?? {}, { w: 10_000 })
  assert.deepEqual((await call(api, 'PUT', '/api/v1/layout', document)).body, { version: 1 })
  assert.deepEqual((await call(api, 'PATCH', '/api/v1/bays/B7', { label: 'seven' })).body, { version: 2 })
  const { layout } = (await call(api, 'GET', '/api/v1/layout')).body
  assert.deepEqual(layout.sites[0].levels[0].bays[7].label, 'seven')
  Object.assign(level?.bays[9] ?? {}, { x: 0 })
  assert.equal((await call(api, 'PUT', '/api/v1/layout', document)).status, 400)
})
