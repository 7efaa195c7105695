import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeviceState } from '../../domain/device.ts'
import { instant } from '../../lib/brand.ts'
import { systemClock } from '../../lib/clock.ts'
import { silentLog } from '../../lib/log.ts'
import type { Store, StoredLayout } from '../../store/store.ts'
import { deviceState, layoutOf, until } from '../testing/api-under-test.ts'
import { createLiveState } from './live-state.ts'

/** A store as live state sees it, whose content the test sets. */
function liveOn(content: { devices: readonly DeviceState[]; layout?: StoredLayout }) {
  const queries: string[] = []
  let passed = 0
  let hung = false
  const answer = <T>(name: string, value: () => T): Promise<T> => {
    queries.push(name)
    return hung ? new Promise<T>(() => {}) : Promise.resolve(value())
  }
  const store: Pick<Store, 'devicesSince' | 'devicePage' | 'layout' | 'layoutVersion'> = {
    devicesSince: (rev, limit) =>
      answer('devicesSince', () =>
        content.devices
          .filter((device) => device.rev > rev)
          .toSorted((a, b) => a.rev - b.rev)
          .slice(0, limit),
      ),
    devicePage: () => answer('devicePage', () => ({ items: content.devices, next: null })),
    layout: () => answer('layout', () => content.layout),
    layoutVersion: () => answer('layoutVersion', () => content.layout?.version),
  }
  const live = createLiveState({
    store: store as Store,
    clock: { ...systemClock, monotonic: () => systemClock.monotonic() + passed },
    log: silentLog,
    promiseMs: 86_400_000,
    simulated: () => false,
  })
  return {
    live,
    queries,
    pass: (ms: number) => {
      passed += ms
    },
    hang: () => {
      hung = true
    },
  }
}
const stored = (version: number, ids: readonly string[]): StoredLayout => ({
  version,
  created: instant(0),
  ...{ author: 'test', comment: '', published: null },
  layout: layoutOf(ids),
})

test('a database that was set back is found by the round over all devices', async () => {
  const content = { devices: [deviceState(1, 'A', { rev: 100, occupied: true })], layout: stored(1, ['A']) }
  const { live, pass } = liveOn(content)
  await using _live = live
  await until(() => live.presence.shown[0] === 1)
  content.devices = [deviceState(1, 'A', { rev: 50, occupied: false })]
  await live.refresh()
  assert.equal(live.presence.shown[0], 1)
  pass(31_000)
  await live.refresh()
  assert.equal(live.presence.shown[0], 0)
})

test('the layout is read again only when its version moves, and devices keep their states through it', async () => {
  const content = { devices: [deviceState(1, 'A', { occupied: true })], layout: stored(1, ['A']) }
  const { live, queries, pass } = liveOn(content)
  await using _live = live
  await until(() => live.presence.shown[0] === 1)
  const { q } = live.ring
  for (let i = 0; i < 5; i++) {
    pass(3_000)
    await live.refresh()
  }
  assert.equal(queries.filter((name) => name === 'layout').length, 1)
  content.layout = stored(2, ['B', 'A'])
  await live.refresh()
  assert.deepEqual([...live.presence.shown], [3, 1])
  assert.equal(live.ring.since(q), undefined)
})

test('a store that hangs is not waited for, and counts as down after a while', async () => {
  const { live, pass, hang } = liveOn({ devices: [], layout: stored(1, ['A']) })
  await using _live = live
  await until(() => live.loaded)
  assert.equal(live.storeDown, false)
  hang()
  pass(200)
  const begun = performance.now()
  await live.current()
  assert.ok(performance.now() - begun < 2_000)
  pass(6_000)
  assert.equal(live.storeDown, true)
})

test('nobody watching means few questions', async () => {
  const { live, queries } = liveOn({ devices: [] })
  await using _live = live
  await until(() => live.loaded)
  const before = queries.length
  await systemClock.sleep(450)
  assert.ok(queries.length - before <= 1)
  live.watch(true)
  await until(() => queries.length - before >= 3)
})
