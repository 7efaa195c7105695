import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BayState, bayCauses, bayFlagBits, bayStates } from '@baykeeper/contract/vocabulary.ts'
import * as fc from 'fast-check'
import type { DeviceState } from '../../domain/device.ts'
import { newDevice } from '../../domain/fold.ts'
import { type Layout, plainBay } from '../../domain/layout.ts'
import type { DeviceId } from '../../domain/reading.ts'
import { instant } from '../../lib/brand.ts'
import type { BayStateRow } from '../../store/store.ts'
import { createFloor } from './floor.ts'
import { createPresence } from './presence.ts'

const layoutOf = (ids: readonly string[], closed: readonly string[] = []): Layout => ({
  name: '',
  bayW: 1,
  bayH: 1,
  sites: [
    {
      id: 's',
      name: 's',
      zone: 'UTC',
      levels: [
        {
          id: 'l',
          name: 'l',
          x: 0,
          y: 0,
          w: 9,
          h: 9,
          zones: [],
          bays: ids.map((id, i) => plainBay(id, { x: i, y: 0 }, closed.includes(id) ? { closed: true } : {})),
        },
      ],
    },
  ],
})
const device = (id: number, external: string, more: Partial<DeviceState> = {}): DeviceState => ({
  ...newDevice(id, 'test', external as DeviceId, instant(0)),
  ...more,
})
const hour = 3_600_000
const presenceOf = (ids: readonly string[], closed: readonly string[] = []) =>
  createPresence(createFloor(layoutOf(ids, closed), 1), 24 * hour)
const shown = (presence: ReturnType<typeof presenceOf>) => [...presence.shown].map((code) => bayStates[code])
const row = (bay: string, state: BayState, more: Partial<BayStateRow> = {}): BayStateRow => ({
  ...{ bay, state, since: instant(0), cause: 'device', flags: 0, device: null, override: null },
  ...{ changed: instant(0), patterns: '[]', rev: 1 },
  ...more,
})

test('a bay is unknown until processing has stored its state, and a closed bay stays closed', () => {
  const presence = presenceOf(['A', 'B', 'C'], ['C'])
  presence.apply(device(1, 'A', { occupied: false }), instant(0))
  assert.deepEqual(presence.publish(), [])
  presence.applyBay(row('A', 'free', { device: 1 }), instant(0))
  presence.applyBay(row('C', 'free'), instant(0))
  assert.deepEqual(presence.publish(), [0, 0])
  assert.deepEqual(shown(presence), ['free', 'unknown', 'closed'])
  assert.deepEqual(presence.publish(), [])
})

test('a bay rests on the device that its row names', () => {
  const presence = presenceOf(['A'])
  presence.apply(device(1, 'A', { occupied: true, lastArrived: instant(10) }), instant(0))
  presence.apply(device(2, 'x', { claimedBay: 'A', occupied: false, lastArrived: instant(20) }), instant(0))
  assert.equal(presence.watcherOf(0)?.external, 'x')
  presence.applyBay(row('A', 'occupied', { device: 1 }), instant(0))
  assert.equal(presence.watcherOf(0)?.external, 'A')
})

test('a bay whose devices are all silent is unknown and stale here before processing notices, and never free before it does', () => {
  const presence = presenceOf(['A'])
  const at = (hours: number, more = 0) => instant(hours * hour + more)
  presence.apply(device(1, 'A', { occupied: true, lastArrived: instant(1) }), instant(1))
  presence.applyBay(row('A', 'occupied', { device: 1 }), instant(1))
  presence.publish()
  presence.expire(at(24, 1))
  assert.deepEqual(presence.publish(), [])
  presence.expire(at(24, 2))
  assert.deepEqual(presence.publish(), [0, bayStates.indexOf('unknown')])
  assert.equal(presence.isStale(0), true)
  presence.applyBay(row('A', 'unknown', { cause: 'rule', flags: bayFlagBits.stale }), at(25))
  presence.apply(device(1, 'A', { occupied: false, lastArrived: at(25) }), at(25))
  assert.deepEqual([presence.publish(), presence.isStale(0)], [[], true])
  presence.applyBay(row('A', 'free', { device: 1 }), at(25))
  presence.publish()
  assert.deepEqual([shown(presence), presence.isStale(0)], [['free'], false])
})

test('a counter at a bay does not keep it from being stale when its sensor is silent', () => {
  const presence = presenceOf(['A'])
  presence.apply(device(1, 'A', { occupied: true, lastArrived: instant(0) }), instant(0))
  presence.apply(device(2, 'gate', { claimedBay: 'A', lastArrived: instant(24 * hour) }), instant(24 * hour))
  presence.applyBay(row('A', 'occupied', { device: 1 }), instant(24 * hour))
  presence.publish()
  presence.expire(instant(25 * hour))
  assert.deepEqual([presence.publish(), presence.isStale(0)], [[0, bayStates.indexOf('unknown')], true])
})

test('what a person has set stays, however silent the sensors are', () => {
  const presence = presenceOf(['A'])
  presence.apply(device(1, 'A', { occupied: true }), instant(0))
  presence.applyBay(row('A', 'reserved', { cause: 'override', override: 'o' }), instant(0))
  presence.expire(instant(99 * hour))
  presence.publish()
  assert.deepEqual(shown(presence), ['reserved'])
})

test('a device with its own heartbeat is silent by that', () => {
  const layout: Layout = {
    ...layoutOf(['A', 'B']),
    devices: [
      { device: 'A', heartbeatS: 60 },
      { device: 'B', model: 'nwave-nps405' },
    ],
  }
  const presence = createPresence(createFloor(layout, 1), 24 * hour)
  for (const [id, bay] of ['A', 'B'].entries()) {
    presence.apply(device(id, bay, { occupied: false }), instant(0))
    presence.applyBay(row(bay, 'free', { device: id }), instant(0))
  }
  presence.publish()
  presence.expire(instant(150_001))
  presence.publish()
  assert.deepEqual(shown(presence), ['unknown', 'free'])
  presence.expire(instant(7.5 * hour + 1))
  presence.publish()
  assert.deepEqual(shown(presence), ['unknown', 'unknown'])
})

test('published changes carried over from the beginning give exactly what is shown', async () => {
  const step = fc.record({
    bay: fc.constantFrom('A', 'B', 'C', 'nowhere'),
    id: fc.integer({ min: 1, max: 5 }),
    claim: fc.option(fc.constantFrom('A', 'B', 'C', 'nowhere')),
    state: fc.constantFrom(...bayStates),
    cause: fc.constantFrom(...bayCauses),
    time: fc.integer({ min: 0, max: 50 }),
    now: fc.integer({ min: 0, max: 72 }),
  })
  await fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const presence = presenceOf(['A', 'B', 'C'])
      const follower = presence.shown.slice()
      for (const { bay, id, claim, state, cause, time, now } of steps) {
        const at = instant(now * hour)
        const heard = { claimedBay: claim, occupied: true, lastArrived: instant(time * hour) }
        presence.apply(device(id, `d${id}`, heard), at)
        presence.applyBay(row(bay, state, { cause }), at)
        presence.expire(at)
        const changes = presence.publish()
        for (let i = 0; i < changes.length; i += 2) follower[changes[i] as number] = changes[i + 1] as number
      }
      assert.deepEqual([...follower], [...presence.shown])
    }),
  )
})
