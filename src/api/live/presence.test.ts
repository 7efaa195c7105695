import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bayStates } from '@baykeeper/contract/vocabulary.ts'
import * as fc from 'fast-check'
import type { DeviceState } from '../../domain/device.ts'
import { newDevice } from '../../domain/fold.ts'
import type { Layout } from '../../domain/layout.ts'
import type { DeviceId } from '../../domain/reading.ts'
import { instant } from '../../lib/brand.ts'
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
          bays: ids.map((id, i) => ({
            id,
            type: 'standard',
            x: i,
            y: 0,
            ...(closed.includes(id) ? { closed: true } : {}),
          })),
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

test('a bay is unknown until its device speaks of presence, and a closed bay stays closed', () => {
  const presence = presenceOf(['A', 'B', 'C'], ['C'])
  presence.apply(device(1, 'A', { occupied: false }), instant(0))
  presence.apply(device(2, 'B', { batteryV: 3 }), instant(0))
  presence.apply(device(3, 'C', { occupied: false }), instant(0))
  assert.deepEqual(presence.publish(), [0, 0])
  assert.deepEqual(shown(presence), ['free', 'unknown', 'closed'])
  assert.deepEqual(presence.publish(), [])
})

test('of several devices on one bay the latest measured wins, and a counter does not count', () => {
  const presence = presenceOf(['A'])
  presence.apply(device(1, 'A', { occupied: true, lastTime: instant(10) }), instant(0))
  presence.apply(device(2, 'x', { claimedBay: 'A', occupied: false, lastTime: instant(20) }), instant(0))
  presence.apply(device(3, 'y', { claimedBay: 'A', countIn: 1, lastTime: instant(30) }), instant(0))
  presence.publish()
  assert.deepEqual(shown(presence), ['free'])
  assert.equal(presence.watcherOf(0)?.external, 'x')
})

test('a device that moves to another bay leaves the first one unknown', () => {
  const presence = presenceOf(['A', 'B'])
  presence.apply(device(1, 'x', { claimedBay: 'A', occupied: true }), instant(0))
  presence.apply(device(1, 'x', { claimedBay: 'B', occupied: true }), instant(0))
  presence.publish()
  assert.deepEqual(shown(presence), ['unknown', 'occupied'])
})

test('a device silent for longer than its promise makes its bay unknown and stale, until its next word', () => {
  const presence = presenceOf(['A'])
  presence.apply(device(1, 'A', { occupied: true, lastArrived: instant(1) }), instant(1))
  presence.publish()
  presence.expire(instant(24 * hour + 1))
  assert.deepEqual(presence.publish(), [])
  presence.expire(instant(24 * hour + 2))
  assert.deepEqual(presence.publish(), [0, bayStates.indexOf('unknown')])
  assert.equal(presence.isStale(0), true)
  presence.apply(device(1, 'A', { occupied: true, lastArrived: instant(25 * hour) }), instant(25 * hour))
  presence.publish()
  assert.deepEqual([shown(presence), presence.isStale(0)], [['occupied'], false])
})

test('published changes carried over from the beginning give exactly what is shown', async () => {
  const step = fc.record({
    id: fc.integer({ min: 1, max: 5 }),
    claim: fc.option(fc.constantFrom('A', 'B', 'C', 'nowhere')),
    occupied: fc.constantFrom(true, false, null, undefined),
    time: fc.integer({ min: 0, max: 50 }),
    now: fc.integer({ min: 0, max: 72 }),
  })
  await fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const presence = presenceOf(['A', 'B', 'C'])
      const follower = presence.shown.slice()
      for (const { id, claim, occupied, time, now } of steps) {
        const at = instant(now * hour)
        presence.apply(
          device(id, `d${id}`, {
            claimedBay: claim,
            occupied,
            lastTime: instant(time),
            lastArrived: instant(time * hour),
          }),
          at,
        )
        presence.expire(at)
        const changes = presence.publish()
        for (let i = 0; i < changes.length; i += 2) follower[changes[i] as number] = changes[i + 1] as number
      }
      assert.deepEqual([...follower], [...presence.shown])
    }),
  )
})
