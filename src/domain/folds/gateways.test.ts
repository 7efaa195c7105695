/** Gateways over days: no outage where there is none, and little work while all are heard. The rules are cases (cases/gateways.json). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { effort } from '../../../test/fixtures/effort.ts'
import { instant } from '../../lib/brand.ts'
import { type DeviceRecord, newDevice } from '../fold.ts'
import { plainBay } from '../layout.ts'
import type { DeviceId } from '../reading.ts'
import { watchingOf } from '../watching.ts'
import { bayStates } from './bay-states.ts'
import { createDueQueue } from './due-queue.ts'
import type { Gateway } from './gateway-book.ts'
import type { StoredGateways } from './gateway-rows.ts'
import { createGateways } from './gateways.ts'

const begin = Date.parse('2026-11-23T08:00:00Z')
const minuteMs = 60_000
const hourMs = 60 * minuteMs

const fleetOf = (size: number) =>
  Array.from({ length: size }, (_, i) => newDevice(i + 1, 's', `d${i}` as DeviceId, instant(begin)))

/** Gateways with what falls due of them. */
function world(devices: readonly DeviceRecord[], heartbeatMs: number, stored?: StoredGateways) {
  const queue = createDueQueue<Gateway>()
  const outages: { readonly at: number; readonly gateway: string }[] = []
  const gateways = createGateways({
    ...{ devices, stored, clock: begin, heartbeatMsOf: () => heartbeatMs },
    due: (gateway, at) => queue.add(at, gateway.order, gateway),
  })
  gateways.reconsider(begin)
  const tick = (now: number) => {
    for (let due = queue.takeDue(now); due !== undefined; due = queue.takeDue(now))
      if (gateways.judge(due.what, due.at)) outages.push({ at: due.at, gateway: due.what.id })
  }
  return {
    ...{ queue, outages, gateways, tick },
    hear(device: DeviceRecord, now: number, way: string | readonly string[]) {
      tick(now)
      gateways.heard(device, now, way)
      device.lastArrived = instant(now)
    },
  }
}

/** The moments of frames of all devices, in order: each sends once a heartbeat, and a share of frames is lost. */
function framesOf(size: number, heartbeatMs: number, spanMs: number, random: () => number, lostShare: number) {
  const frames: { readonly at: number; readonly device: number }[] = []
  for (let device = 0; device < size; device++)
    for (let at = begin + random() * heartbeatMs; at < begin + spanMs; at += heartbeatMs * (0.97 + 0.06 * random()))
      if (random() >= lostShare) frames.push({ at: Math.round(at), device })
  return frames.sort((a, b) => a.at - b.at)
}

test('1,000 devices of a database without ways: none of their gateways is offline while 1 % of frames are lost', () => {
  const size = 1_000
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2 ** 31 }),
      fc.integer({ min: 1, max: 12 }),
      fc.constantFrom<(i: number) => string | readonly string[]>(
        (i) => `G${i % 7}`,
        () => '',
        (i) => [`G${i % 7}`, 'H'],
        () => [],
      ),
      (seed, heartbeats, wayOf) => {
        let state = seed
        const random = () => {
          state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
          return state / 2 ** 32
        }
        const heartbeatMs = heartbeats * 10 * minuteMs
        const devices = fleetOf(size)
        for (const device of devices) {
          Object.assign(device, { firstArrived: instant(begin - 90 * 24 * hourMs) })
          device.lastArrived = instant(Math.round(begin - random() * heartbeatMs))
        }
        const { hear, outages } = world(devices, heartbeatMs, { gateways: [], paths: [] })
        for (const { at, device } of framesOf(size, heartbeatMs, 8 * heartbeatMs, random, 0.01))
          hear(devices[device] as DeviceRecord, at, wayOf(device))
        assert.deepEqual(outages, [])
      },
    ),
    { numRuns: effort(24), seed: 20_261_130 },
  )
})

/** A device that counts how often its last arrival is read. */
function counted(device: DeviceRecord): { readonly device: DeviceRecord; reads(): number } {
  let reads = 0
  let { lastArrived } = device
  Object.defineProperty(device, 'lastArrived', {
    get: () => {
      reads++
      return lastArrived
    },
    set: (value) => {
      lastArrived = value
    },
  })
  return { device, reads: () => reads }
}

test('a gateway that is heard every few seconds is judged without a look at its devices, and leaves nothing among what falls due', () => {
  const devices = fleetOf(100)
  const watched = counted(devices[99] as DeviceRecord)
  const { hear, queue, outages } = world(devices, hourMs)
  for (const device of devices) hear(device, begin, 'G')
  const met = watched.reads()
  for (let at = begin; at < begin + 24 * hourMs; at += 5_000) {
    hear(devices[((at / 5_000) % 99) | 0] as DeviceRecord, at, 'G')
    assert.ok(queue.size <= 2, `${queue.size} entries at ${at - begin} ms`)
  }
  assert.equal(watched.reads(), met)
  assert.deepEqual(outages, [])
})

test('a gateway with long pauses between its frames leaves at most a few entries among what falls due', () => {
  const devices = fleetOf(3)
  const { hear, queue, outages, tick } = world(devices, 24 * hourMs)
  for (const device of devices) hear(device, begin, 'G')
  let most = 0
  for (let at = begin; at < begin + 24 * hourMs; at += 90_000) {
    // One of them is heard by a second gateway now and then.
    const way = at % (30 * minuteMs) === 0 ? ['G', 'H'] : 'G'
    hear(devices[((at - begin) / 90_000) % 3] as DeviceRecord, at, way)
    tick(at + 89_000)
    most = Math.max(most, queue.size)
  }
  assert.ok(most <= 4, `${most} entries`)
  assert.deepEqual(outages, [])
})

test('frames that arrived long ago and are decoded again leave no work behind them', () => {
  const [device] = fleetOf(1) as [DeviceRecord]
  const { reads } = counted(device)
  const bays = bayStates(
    {
      devices: [],
      promiseMs: hourMs,
      watching: watchingOf({
        sites: [
          {
            ...{ id: 'S', name: 'S', zone: 'UTC' },
            levels: [
              {
                id: 'L',
                name: 'L',
                x: 0,
                y: 0,
                w: 9,
                h: 9,
                zones: [],
                bays: [plainBay('B', { x: 0, y: 0 }, { devices: ['d0'] })],
              },
            ],
          },
        ],
      }),
    },
    () => undefined,
  )
  const hear = (at: number) => {
    bays.tick?.(instant(at))
    bays.apply({ is: 'liveness', device, arrived: instant(at), time: instant(at), path: '' })
    device.lastArrived = instant(Math.max(at, device.lastArrived))
  }
  hear(begin)
  for (let i = 1; i <= 1_000; i++) hear(begin - i)
  let now = begin
  for (let hours = 1; hours <= 5; hours++) {
    now += hourMs - minuteMs
    hear(now)
  }
  const before = reads()
  bays.tick?.(instant(now + hourMs - minuteMs))
  assert.ok(reads() - before <= 3, `${reads() - before} looks at the device within an hour`)
})
