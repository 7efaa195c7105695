import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeviceState } from '../domain/device.ts'
import { type Bay, type Layout, plainBay } from '../domain/layout.ts'
import { instant } from '../lib/brand.ts'
import { newestArrivals } from './arrivals.ts'

const bay = (id: string, device?: string): Bay => plainBay(id, { x: 0, y: 0 }, device ? { devices: [device] } : {})
const site = (id: string, ...bays: Bay[]): Layout['sites'][number] => ({
  ...{ id, name: id, zone: 'UTC' },
  levels: [{ id: 'L', name: 'L', x: 0, y: 0, w: 1, h: 1, zones: [], bays }],
})
const deviceAt = (external: string, at: number, claimedBay: string | null = null) => ({
  ...{ external: external as DeviceState['external'], claimedBay, lastArrived: instant(at) },
})

test('the newest arrival of a site is of its own devices: assigned, named like a bay, or naming one', () => {
  const sites = [site('a', bay('A-1', 'sensor'), bay('A-2')), site('b', bay('B-1')), site('c', bay('C-1'))]
  const devices = [deviceAt('sensor', 5), deviceAt('A-2', 9), deviceAt('x', 7, 'B-1'), deviceAt('stranger', 99)]
  assert.deepEqual(
    newestArrivals({ sites }, devices),
    new Map([
      ['a', 9],
      ['b', 7],
    ]),
  )
})
