import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeviceState } from '../../domain/device.ts'
import type { BayRows } from '../../domain/folds/bay-rows.ts'
import type { CountRows } from '../../domain/folds/count-rows.ts'
import type { Layout } from '../../domain/layout.ts'
import { layoutFromStored } from '../../domain/stored-layout.ts'
import { instant } from '../../lib/brand.ts'
import { systemClock } from '../../lib/clock.ts'
import { silentLog } from '../../lib/log.ts'
import { packJsonSync, unpackJson } from '../../lib/packed-json.ts'
import type { CountZoneRow, PackedLayout, Store } from '../../store/store.ts'
import { deviceState, layoutOf, until } from '../testing/api-under-test.ts'
import { baysAfter } from '../testing/bays-under-test.ts'
import { createLiveState } from './live-state.ts'

interface Content {
  devices: readonly DeviceState[]
  layout?: PackedLayout
  zone?: CountZoneRow
  /** Happens while devices are read by number. */
  between?: (() => void) | undefined
}

/** A store as live state sees it, whose content the test sets. */
function liveOn(content: Content) {
  const queries: string[] = []
  let passed = 0
  let hung = false
  const answer = <T>(name: string, value: () => T): Promise<T> => {
    queries.push(name)
    return hung ? new Promise<T>(() => {}) : Promise.resolve(value())
  }
  const bayRev = () => Math.max(0, ...content.devices.map(({ rev }) => rev))
  const bays = () => {
    const { states } = baysAfter(
      { layout: content.layout ? layoutFromStored(unpackJson(content.layout.packed)) : layoutOf([]) },
      { devices: content.devices },
    ).bays as BayRows
    return states.map((row) => ({ ...row, rev: bayRev() }))
  }
  const counts: Pick<Store, 'countRev' | 'countZonesSince'> = {
    countRev: () => answer('countRev', () => content.zone?.rev ?? 0),
    countZonesSince: (rev) =>
      answer('countZonesSince', () => (content.zone && content.zone.rev > rev ? [content.zone] : [])),
  }
  const signs: Pick<Store, 'signRev' | 'signsSince' | 'foldClock'> = {
    signRev: () => answer('signRev', () => 0),
    signsSince: () => answer('signsSince', () => []),
    foldClock: () => answer('foldClock', () => undefined),
  }
  const store: Pick<
    Store,
    | 'devicesSince'
    | 'devicesNumbered'
    | 'deviceEnds'
    | 'devicePage'
    | 'packedLayout'
    | 'layoutVersion'
    | 'baysSince'
    | 'bayRev'
  > = {
    baysSince: (rev) => answer('baysSince', () => bays().filter((row) => row.rev > rev)),
    bayRev: () => answer('bayRev', bayRev),
    devicesSince: (rev, limit) =>
      answer('devicesSince', () =>
        content.devices
          .filter((device) => device.rev > rev)
          .toSorted((a, b) => a.rev - b.rev)
          .slice(0, limit),
      ),
    devicesNumbered: (from, to, rev) =>
      answer('devicesNumbered', () => {
        const found = content.devices.filter((device) => device.id >= from && device.id < to && device.rev > rev)
        content.between?.()
        return found
      }),
    deviceEnds: () =>
      answer('deviceEnds', () => ({ id: Math.max(0, ...content.devices.map(({ id }) => id)), rev: bayRev() })),
    devicePage: () => answer('devicePage', () => ({ items: content.devices, next: null })),
    packedLayout: () => answer('packedLayout', () => content.layout),
    layoutVersion: () => answer('layoutVersion', () => content.layout?.version),
  }
  const live = createLiveState({
    store: { ...store, ...counts, ...signs } as Store,
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
const stored = (version: number, ids: readonly string[]): PackedLayout => ({
  version,
  created: instant(0),
  ...{ author: 'test', comment: '', published: null },
  packed: packJsonSync(layoutOf(ids)),
})

test('of a database that was set back the bays are read again at once, and the devices with their round', async () => {
  const content = { devices: [deviceState(1, 'A', { rev: 100, occupied: true })], layout: stored(1, ['A']) }
  const { live, pass } = liveOn(content)
  await using _live = live
  await until(() => live.presence.shown[0] === 1)
  content.devices = [deviceState(1, 'A', { rev: 50, occupied: false })]
  await live.refresh()
  assert.equal(live.presence.shown[0], 0)
  assert.equal(live.presence.devices.get(1)?.rev, 100)
  pass(31_000)
  await live.refresh()
  assert.equal(live.presence.devices.get(1)?.rev, 50)
})

test('of more devices than a page holds each is read once, and what changes meanwhile comes with the next read', async () => {
  const count = 1_250
  const many = Array.from({ length: count }, (_, i) => deviceState(i + 1, `D${i}`, { rev: 1 + (i % 7) }))
  const content: Content = { devices: many, layout: stored(1, ['A']) }
  content.between = () => {
    content.between = undefined
    content.devices = [deviceState(1, 'D0', { rev: 8 }), ...many.slice(1)]
  }
  const { live, queries, pass } = liveOn(content)
  await using _live = live
  await until(() => live.presence.devices.size === count)
  assert.equal(queries.filter((name) => name === 'devicesNumbered').length, 3)
  assert.deepEqual(queries.filter((name) => name === 'devicesSince').length, 1)
  // The long read may still have its last turn.
  await until(async () => {
    pass(11_000)
    await live.refresh()
    return live.presence.devices.get(1)?.rev === 8
  })
  assert.equal(queries.filter((name) => name === 'devicesNumbered').length, 3)
  content.devices = many.map((device) => ({ ...device, rev: 9 }))
  pass(11_000)
  await live.refresh()
  await until(() => live.presence.devices.get(count)?.rev === 9)
})

test('of a database that was set back the count zones are read again at once', async () => {
  const layout = layoutOf(['A'])
  const [south] = layout.sites as [Layout['sites'][number]]
  const [l0] = south.levels as [(typeof south.levels)[number]]
  const zones = [{ id: 'z', name: 'Zone', countCapacity: 9 }]
  const packed = packJsonSync({ ...layout, sites: [{ ...south, levels: [{ ...l0, zones }] }] })
  const { vehicles } = baysAfter({ layout: layoutFromStored(unpackJson(packed)) }, {})
  const [zone] = (vehicles as CountRows).zones as [CountZoneRow]
  const content = { devices: [], layout: { ...stored(1, []), packed }, zone: { ...zone, vehicles: 5, rev: 100 } }
  const { live } = liveOn(content)
  await using _live = live
  const shown = () => live.presence.counts.all()[0]?.row?.vehicles
  await until(() => shown() === 5)
  content.zone = { ...zone, vehicles: 7, rev: 50 }
  await live.refresh()
  assert.equal(shown(), 7)
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
  assert.equal(queries.filter((name) => name === 'packedLayout').length, 1)
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

test('without viewers the store gets few queries', async () => {
  const { live, queries } = liveOn({ devices: [] })
  await using _live = live
  await until(() => live.loaded)
  const before = queries.length
  await systemClock.sleep(450)
  assert.ok(queries.length - before <= 1)
  live.watch(true)
  await until(() => queries.length - before >= 3)
})
