/** When a client is read no further, by what its messages take in memory. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client } from 'aedes'
import type { DeliveryQueue } from '../delivery-queue.ts'
import { createJournaling } from './journaling.ts'
import type { PacketGate } from './packet-gate.ts'

/** `held`: of all clients. Nothing becomes durable. */
function journalingOf(held: number) {
  let isHeld = false
  const gate = {
    hold: () => {
      isHeld = true
    },
    release: () => {
      isHeld = false
    },
  }
  const queue = { add: () => new Promise<void>(() => {}), bytes: 0, held } as unknown as DeliveryQueue
  const nothing = () => {}
  const journal = createJournaling({
    ...{ topics: ['baykeeper/+/reading'], codec: 'generic', rules: [], time: undefined, queue },
    senderOf: () => ({}),
    gateOf: () => gate as unknown as PacketGate,
    ...{ onQos0: nothing, onUnmatched: nothing, onReserved: nothing, onEnding: nothing, onLimited: nothing },
  })
  const client = { id: 'a' } as unknown as Client
  return (count: number, topic: string) => {
    for (let i = 0; i < count; i++)
      journal(
        client,
        { cmd: 'publish', topic, payload: Buffer.alloc(0), qos: 0, dup: false, retain: false } as Parameters<
          typeof journal
        >[1],
        nothing,
      )
    return isHeld
  }
}

test('empty messages weigh by their topics and their number: a client is not read while too many are on their way', () => {
  const few = journalingOf(0)
  assert.equal(few(50, 't'.repeat(10_000)), false)
  assert.equal(few(60, 't'.repeat(10_000)), true)
  assert.equal(journalingOf(0)(1_000, 'a'), false)
  assert.equal(journalingOf(0)(2_100, 'a'), true)
})

test('a client is not read while the messages of all take too much, with their topics', () => {
  assert.equal(journalingOf(64 * 1024 * 1024 + 1)(1, 'a'), true)
})
