import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBatchPacker, deviceRows, receivedBatch, sensorDayRows } from './packed-batch.ts'
import { listOf } from './readings/reading-rows.ts'
import type { CommitBatch } from './store.ts'
import { aBatch, aDevice, aReading } from './testing/store-samples.ts'

const days = [{ day: 20_780, device: 1, committed: 1, duplicate: 0, quarantined: 0, lost: 0, readings: 1 }]
const losses = { sensorDays: days, gaps: [], gapsGone: [], losses: [], intakeDays: [] }
const batch = aBatch({
  readings: [aReading()],
  devices: [aDevice(1, { batteryV: 3.6 }), aDevice(2, { occupied: null, claimedBay: 'B-1' })],
  orders: [{ device: 1, state: '{}' }],
  losses,
})
const plain = ({ devices, orders, losses: facts, readings, ...rest }: CommitBatch) => ({
  ...{ ...rest, devices: [...devices], orders: [...(orders ?? [])], readings: listOf(readings) },
  losses: facts && { ...facts, sensorDays: [...facts.sensorDays] },
})

test('a batch is received as it was sent, packed before or not, and one without lists has none', () => {
  const packer = createBatchPacker()
  const packed = {
    ...batch,
    devices: deviceRows.pack(batch.devices),
    losses: { ...losses, sensorDays: sensorDayRows.pack(days) },
  }
  for (const one of [batch, packed, aBatch(), batch]) {
    const { sent, ended } = packer.pack(one)
    assert.deepEqual(plain(receivedBatch(structuredClone(sent))), plain(one))
    ended()
  }
})

test('a batch that has not ended keeps its rows while others are sent', () => {
  const packer = createBatchPacker()
  const [first, second] = [packer.pack(batch), packer.pack(aBatch({ devices: [aDevice(7), aDevice(8)] }))]
  assert.deepEqual([...receivedBatch(first.sent).devices], batch.devices)
  second.ended()
  packer.pack(aBatch({ devices: [aDevice(9)] }))
  assert.deepEqual([...receivedBatch(first.sent).devices], batch.devices)
})
