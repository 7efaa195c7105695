/** Which devices at gates are silent, and what is checked for it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '../../lib/brand.ts'
import { type DeviceRecord, newDevice } from '../fold.ts'
import { emptyLayout, type Layout } from '../layout.ts'
import type { DeviceId } from '../reading.ts'
import { watchingOf } from '../watching.ts'
import { createGateWatches } from './gate-watches.ts'

const hourMs = 3_600_000
const layout: Layout = {
  ...emptyLayout,
  sites: [
    {
      ...{ id: 'S', name: 'S', zone: 'UTC' },
      levels: [
        {
          ...{ id: 'L', name: 'L', x: 0, y: 0, w: 9, h: 9 },
          zones: [{ id: 'Z', name: 'Z', countCapacity: 9 }],
          bays: [],
        },
      ],
      gates: [{ id: 'g', name: 'g', devices: ['a'], into: { level: 'L', zone: 'Z' } }],
    },
  ],
}

test('frames that arrive by an earlier clock leave no checks behind that are made again and again', () => {
  const device = newDevice(1, 'tcp', 'a' as DeviceId, instant(hourMs))
  let [lastArrived, reads] = [instant(2 * hourMs), 0]
  Object.defineProperty(device, 'lastArrived', {
    get() {
      reads++
      return lastArrived
    },
  })
  const gates = createGateWatches(hourMs)
  gates.rebuildPlaces(watchingOf(layout), [device as DeviceRecord], 2 * hourMs)
  for (let i = 0; i < 2_000; i++) gates.touch(device, 2 * hourMs - 1 - i, 2 * hourMs)
  lastArrived = instant(4 * hourMs)
  assert.equal(gates.takeSilent(4 * hourMs), undefined)
  assert.ok(reads < 100, `${reads} looks at one device`)
  assert.equal(gates.takeSilent(5 * hourMs)?.at, 5 * hourMs)
  assert.equal(gates.takeSilent(9 * hourMs), undefined)
})
