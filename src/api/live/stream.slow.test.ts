import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import type { DeviceState } from '../../domain/device.ts'
import { systemClock } from '../../lib/clock.ts'
import type { BayStateRow } from '../../store/store.ts'
import { apiUnderTest, bearer, deviceState, layoutOf, storeWith, until } from '../testing/api-under-test.ts'
import { openStream } from './stream-reader.ts'

/** Enough that a few frames fill what the kernel buffers for a connection (some megabytes on loopback). */
const bays = 40_000

const bayRow = ({ id, external, occupied, rev, since }: DeviceState): BayStateRow => ({
  ...{ bay: external, state: occupied ? 'occupied' : 'free', since, cause: 'device', flags: 0, device: id },
  ...{ override: null, changed: since, patterns: '[]', rev },
})

test('a slow client gets the latest states merged, never a gap, and others do not wait for it', async () => {
  const ids = Array.from({ length: bays }, (_, i) => `bay-${i}`)
  let devices: readonly DeviceState[] = ids.map((id, i) => deviceState(i + 1, id, { rev: 1 }))
  await using api = await apiUnderTest({
    layout: layoutOf(ids),
    around: (store) =>
      storeWith(store, {
        devicesSince: async (rev, limit) => devices.filter((d) => d.rev > rev).slice(0, limit),
        deviceEnds: async () => ({ id: bays, rev: devices[0]?.rev ?? 0 }),
        devicesNumbered: async (from, to, rev) => devices.slice(from - 1, to - 1).filter((d) => d.rev > rev),
        bayRev: async () => devices[0]?.rev ?? 0,
        baysSince: async (rev) => devices.filter((d) => d.rev > rev).map(bayRow),
      }),
  })
  const snapshot = async () => {
    const { rawPayload, headers } = await api.app.inject({ url: '/api/v1/plan/snapshot', headers: bearer })
    return { states: [...rawPayload], q: Number(headers['x-seq']) }
  }
  const base = await api.listen()
  await until(async () => (await snapshot()).states.every((state) => state === 0))
  const { states, q } = await snapshot()
  const slow = connect(Number(new URL(base).port), '127.0.0.1')
  slow.pause()
  slow.write(
    `GET /api/v1/stream?topics=bays HTTP/1.1\r\nhost: localhost\r\nauthorization: ${bearer.authorization}\r\nlast-event-id: ${q}\r\n\r\n`,
  )
  await using quick = await openStream(base, '/api/v1/stream?topics=bays', { ...bearer, 'last-event-id': String(q) })
  const coalesced = async () =>
    Number(/^baykeeper_stream_coalesced_total (\d+)/m.exec((await api.app.inject('/metrics')).body)?.[1])
  for (let rev = 2; rev < 200 && (await coalesced()) < 3; rev++) {
    const seen = quick.deltas().length
    devices = devices.map((device) => ({ ...device, rev, occupied: rev % 2 === 0 }))
    await until(() => quick.deltas().length > seen)
  }
  assert.ok((await coalesced()) >= 3, 'the connection never filled up')
  let text = ''
  slow.on('data', (piece) => {
    text += piece.toString('latin1')
  })
  slow.resume()
  const { q: end } = await snapshot()
  await until(() => text.includes(`"q":${end},`), 8_000)
  await systemClock.sleep(200)
  slow.destroy()
  let at = q
  let merged = 0
  for (const [, data] of text.replaceAll(/\r\n[0-9a-f]+\r\n/g, '').matchAll(/^data: (\{"t".*\})$/gm)) {
    const { q: to, f = to, d } = JSON.parse(data ?? '') as { q: number; f?: number; d: number[] }
    assert.equal(f, at + 1)
    if (to > f) merged++
    at = to
    for (let n = 0; n < d.length; n += 2) states[d[n] as number] = d[n + 1] as number
  }
  assert.ok(merged > 0, 'nothing was merged')
  const last = await snapshot()
  assert.equal(at, last.q)
  assert.deepEqual(states, last.states)
})

test('figures come at once and then every second; sites only when they changed', async () => {
  await using api = await apiUnderTest({ layout: layoutOf(['A']) })
  const base = await api.listen()
  await using stream = await openStream(base, '/api/v1/stream?topics=kpi,sites')
  const named = (name: string) => stream.events.filter((event) => event.name === name)
  await until(() => named('kpi').length >= 3, 4_000)
  assert.equal(named('sites').length, 1)
  const before = named('sites').length
  await api.commit({ devices: [deviceState(1, 'A')] })
  await until(() => named('sites').length > before)
  const site = named('sites').at(-1)?.data as unknown as { occupancy: { free: number } }[]
  assert.equal(site[0]?.occupancy.free, 1)
  assert.equal(named('d').length, 0)
})

test('a stream outlives an outage of the store and resumes without a new connection', async () => {
  let away = false
  await using api = await apiUnderTest({
    layout: layoutOf(['A']),
    around: (store) =>
      storeWith(store, {
        devicesSince: (rev, limit) => (away ? Promise.reject(new Error('gone')) : store.devicesSince(rev, limit)),
      }),
  })
  const base = await api.listen()
  await using stream = await openStream(base, '/api/v1/stream?topics=bays,kpi')
  const pipeline = () => stream.events.findLast(({ name }) => name === 'kpi')?.data['pipeline']
  await until(() => pipeline() === 'ok')
  away = true
  await api.commit({ devices: [deviceState(1, 'A', { occupied: true })] })
  await until(() => pipeline() === 'database-down')
  assert.equal(stream.deltas().length, 1)
  assert.deepEqual([...(await api.app.inject({ url: '/api/v1/plan/snapshot', headers: bearer })).rawPayload], [3])
  away = false
  await until(() => stream.deltas().length === 2)
  await until(() => pipeline() === 'ok')
})
