import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '../lib/brand.ts'
import { missing } from './device.ts'
import { countSeq, newDevice, openEpoch } from './fold.ts'
import type { DeviceId } from './reading.ts'

test('missing numbers are counted per epoch and kept when the next one opens', () => {
  const device = newDevice(1, 's', 'A' as DeviceId, instant(0))
  for (const seq of [10, 12, 15]) countSeq(device, seq)
  assert.equal(missing(device), 3)
  countSeq(device, 13)
  openEpoch(device, 1)
  assert.equal(missing(device), 2)
  countSeq(device, 4)
  assert.equal(missing(device), 2)
})
