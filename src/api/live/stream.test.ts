import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type ApiUnderTest,
  apiUnderTest,
  bearer,
  deviceState,
  layoutDocument,
  layoutOf,
  statusOk,
  until,
} from '../testing/api-under-test.ts'
import { openStream } from './stream-reader.ts'

const snapshot = async (api: ApiUnderTest) => {
  const { rawPayload, headers } = await api.app.inject({ url: '/api/v1/plan/snapshot', headers: bearer })
  return { states: [...rawPayload], q: Number(headers['x-seq']) }
}

test('snapshot and deltas together are the state, and the numbers are dense', async () => {
  await using api = await apiUnderTest({ layout: layoutOf(['A', 'B', 'C']) })
  const base = await api.listen()
  await using stream = await openStream(base, '/api/v1/stream?topics=bays')
  assert.equal(stream.response.headers.get('content-type'), 'text/event-stream')
  assert.equal(stream.response.headers.get('cache-control'), 'no-store')
  assert.equal(stream.response.headers.get('x-accel-buffering'), 'no')
  assert.ok(stream.response.headers.get('content-security-policy'))
  const { states, q } = await snapshot(api)
  for (let rev = 1; rev <= 4; rev++) {
    await api.commit({ devices: [deviceState(1, 'A', { rev, occupied: rev % 2 === 1 }), deviceState(2, 'B', { rev })] })
    await until(() => stream.deltas().length > rev)
  }
  const [hello, ...deltas] = stream.deltas()
  assert.deepEqual([hello?.data.d, hello?.data.q], [[], q])
  for (const [i, { id, data }] of deltas.entries()) {
    assert.deepEqual([id, data.q], [q + i + 1, q + i + 1])
    const { d = [] } = data
    for (let n = 0; n < d.length; n += 2) states[d[n] as number] = d[n + 1] as number
  }
  assert.deepEqual(states, (await snapshot(api)).states)
  assert.deepEqual(
    stream.events.filter(({ name }) => name !== 'd'),
    [],
  )
})

test('a client that was away resumes where it stopped, and one that cannot gets a reset', async () => {
  await using api = await apiUnderTest({ layout: layoutOf(['A']) })
  const base = await api.listen()
  const { q } = await snapshot(api)
  {
    await using stream = await openStream(base, '/api/v1/stream?topics=bays')
    for (let rev = 1; rev <= 3; rev++) {
      await api.commit({ devices: [deviceState(1, 'A', { rev, occupied: rev % 2 === 1 })] })
      await until(() => stream.deltas().length > rev)
    }
  }
  await using resumed = await openStream(base, '/api/v1/stream?topics=bays', {
    ...bearer,
    'last-event-id': String(q + 1),
  })
  await until(() => resumed.deltas().length === 2)
  assert.deepEqual(
    resumed.deltas().map(({ data }) => [data.q, data.d]),
    [
      [q + 2, [0, 0]],
      [q + 3, [0, 1]],
    ],
  )
  await using byQuery = await openStream(base, `/api/v1/stream?topics=bays&last=${q + 2}`)
  await until(() => byQuery.deltas().length === 1)
  const plan = (await api.app.inject({ url: '/api/v1/plan', headers: bearer })).json()
  for (const id of [String(q - 5), String(q + 99), 'nonsense', '']) {
    await using lost = await openStream(base, '/api/v1/stream?topics=bays', { ...bearer, 'last-event-id': id })
    await until(() => lost.events.length > 0)
    assert.deepEqual([lost.events[0]?.name, lost.events[0]?.data], ['reset', { version: plan.version }], id)
  }
})

test('a new layout is a reset with the new version, and nothing of before can be resumed', async () => {
  await using api = await apiUnderTest({ layout: layoutOf(['A']) })
  const base = await api.listen()
  await using stream = await openStream(base, '/api/v1/stream')
  await until(() => stream.events.length >= 3)
  const { q } = await snapshot(api)
  await api.app.inject({ method: 'PUT', url: '/api/v1/layout', headers: bearer, payload: layoutDocument(['B', 'A']) })
  await until(() => stream.events.some(({ name }) => name === 'reset'))
  const plan = (await api.app.inject({ url: '/api/v1/plan', headers: bearer })).json()
  assert.deepEqual(stream.events.find(({ name }) => name === 'reset')?.data, { version: plan.version })
  await using late = await openStream(base, '/api/v1/stream?topics=bays', { ...bearer, 'last-event-id': String(q) })
  await until(() => late.events.length > 0)
  assert.equal(late.events[0]?.name, 'reset')
})

test('the public stream needs no key and carries no ids', async () => {
  await using api = await apiUnderTest({ layout: layoutOf(['A']), status: () => ({ ...statusOk, eventsPerSecond: 1 }) })
  const base = await api.listen()
  await using stream = await openStream(base, '/public/stream', {})
  await api.commit({ devices: [deviceState(1, 'secret-device', { claimedBay: 'A' })] })
  await until(() => stream.deltas().length > 1 && stream.events.some(({ name }) => name === 'kpi'))
  assert.doesNotMatch(JSON.stringify(stream.events), /secret-device|gate|events_per_second/)
  assert.equal((await fetch(`${base}/api/v1/stream`)).status, 401)
})

test('devices that share one journal record are all read, however many a page holds', async () => {
  const ids = Array.from({ length: 2_500 }, (_, i) => `bay-${i}`)
  await using api = await apiUnderTest({ layout: layoutOf(ids) })
  await api.commit({ devices: ids.map((id, i) => deviceState(i + 1, id, { rev: 7, occupied: true })) })
  await until(async () => (await snapshot(api)).states.every((state) => state === 1))
  await api.commit({ devices: ids.map((id, i) => deviceState(i + 1, id, { rev: 8, occupied: false })) })
  await until(async () => (await snapshot(api)).states.every((state) => state === 0))
})

test('closing the server ends the streams', async () => {
  const api = await apiUnderTest()
  const base = await api.listen()
  const stream = await openStream(base, '/api/v1/stream')
  await until(() => stream.events.length > 0)
  await api[Symbol.asyncDispose]()
  await stream[Symbol.asyncDispose]()
  await assert.rejects(fetch(base))
})
