import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bayFlagBits } from '@baykeeper/contract/vocabulary.ts'
import { instant } from '../lib/brand.ts'
import { systemClock } from '../lib/clock.ts'
import { type HistoryBatch, noSessions } from '../store/store.ts'
import { apiUnderTest, bearer, deviceState, layoutOf, until } from './testing/api-under-test.ts'

const at = instant(Date.parse('2026-11-23T08:00:00Z'))
const since = instant(at + 90_000)
const ids = ['A', 'B', 'C']
const devices = ids.map((id, i) =>
  deviceState(i + 1, id, { since: at, lastTime: at, lastArrived: at, firstArrived: at }),
)

/** As the bay fold writes it: A and B by gateway G, C by its source alone. */
function outage(offlineSince: typeof at | null): HistoryBatch {
  const { flags, state } =
    offlineSince === null
      ? { flags: 0, state: 'free' as const }
      : { flags: bayFlagBits['gateway-offline'], state: 'unknown' as const }
  const row = { source: 'gate', devices: 3, heard: at, judgedFrom: at }
  const rest = { override: null, patterns: '[]', changed: since, rev: offlineSince === null ? 8 : 7 }
  return {
    ...{ sessions: noSessions, occupancy: [], counts: [], health: [] },
    bays: {
      states: ids.map((bay, i) =>
        bay === 'C'
          ? { ...rest, bay, state: 'free', since: at, cause: 'device', flags: 0, device: i + 1 }
          : { ...rest, bay, state, since, cause: 'rule', flags, device: null },
      ),
      gateways: {
        gateways: [
          { ...row, gateway: 'G', offlineSince },
          { ...row, gateway: '', offlineSince: null },
        ],
        gatewaysGone: [],
        paths: [
          { device: 1, gateway: 'G', toGo: 0, cutOff: offlineSince },
          { device: 2, gateway: 'G', toGo: 0, cutOff: offlineSince },
          { device: 3, gateway: '', toGo: 0, cutOff: null },
        ],
      },
      ...{ changes: [], overrides: [], clock: since },
    },
  }
}

test('a gateway that is offline is named in the list and at its bays, until it is heard again', async () => {
  const clock = { ...systemClock, now: () => since }
  await using api = await apiUnderTest({ layout: layoutOf(ids), clock })
  const get = async (url: string) => JSON.parse((await api.app.inject({ method: 'GET', url, headers: bearer })).body)
  await api.commit({ devices })
  await api.commit({ history: outage(since) })
  await until(async () => (await get('/api/v1/bays/A')).flags.length > 0)
  const bay = await get('/api/v1/bays/A')
  assert.deepEqual(bay.flags, ['gateway-offline'])
  assert.deepEqual(bay.gateway, { source: 'gate', gateway: 'G', since: '2026-11-23T08:01:30.000Z' })
  assert.equal((await get('/api/v1/bays/C')).gateway, null)
  const { items } = await get('/api/v1/gateways')
  assert.deepEqual(items, [
    {
      ...{ source: 'gate', gateway: null, state: 'online', since: null },
      ...{ heard: '2026-11-23T08:00:00.000Z', devices: 3 },
    },
    {
      ...{ source: 'gate', gateway: 'G', state: 'offline', since: '2026-11-23T08:01:30.000Z' },
      ...{ heard: '2026-11-23T08:00:00.000Z', devices: 3 },
    },
  ])
  await api.commit({ history: outage(null) })
  await until(async () => (await get('/api/v1/bays/A')).state === 'free')
  assert.equal((await get('/api/v1/bays/A')).gateway, null)
  assert.equal((await get('/api/v1/gateways')).items[1].state, 'online')
})
