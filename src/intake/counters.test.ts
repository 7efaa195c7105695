import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '../lib/brand.ts'
import { createIntakeCounters, parseCheckpoint } from './counters.ts'

const body = (bytes: Uint8Array) => parseCheckpoint(bytes) ?? assert.fail('no checkpoint')

test('a frame that its source keeps and delivers again is received once, refused never', () => {
  const counters = createIntakeCounters()
  for (let attempt = 0; attempt < 3; attempt++) {
    counters.enter('tcp', 5)
    counters.withdraw('tcp', 5)
  }
  counters.enter('tcp', 5)
  counters.accept('tcp', 5, 1)
  const { received, accepted, refused, inFlight } = counters.source('tcp')
  assert.deepEqual({ received, accepted, refused, inFlight }, { received: 5, accepted: 5, refused: 0, inFlight: 0 })
})

test('a refused frame is counted as received and refused with each answer to its sender', () => {
  const counters = createIntakeCounters()
  counters.enter('http', 2)
  counters.refuse('http', 2, true)
  counters.refuse('http', 1, false)
  const { received, refused, inFlight } = counters.source('http')
  assert.deepEqual([received, refused, inFlight], [3, 3, 0])
})

test('a frame on its way to the disk is not in a checkpoint: a crash would make it a frame that went nowhere', () => {
  const counters = createIntakeCounters()
  counters.enter('http', 5)
  counters.accept('http', 5, 1)
  counters.enter('http', 4)
  const { received, accepted, sources } = body(counters.checkpoint(0))
  assert.deepEqual([received, accepted, sources['http']?.received, sources['http']?.inFlight], [5, 5, 5, 0])
})

test('a loss of unknown size is counted as one, not as 0 frames, and its end is no second loss', () => {
  const counters = createIntakeCounters()
  const from = instant(1_000)
  const down = { cause: 'port-down', frames: null, from, detail: 'gone' } as const
  counters.lose('serial', down)
  counters.lose('serial', { ...down, to: instant(2_000) })
  counters.lose('udp', { cause: 'kernel-drop', frames: 7, detail: 'full' })
  assert.deepEqual(counters.source('serial').uncounted, { 'port-down': 1 })
  assert.deepEqual(counters.source('serial').lost, {})
  assert.deepEqual(counters.source('udp').lost, { 'kernel-drop': 7 })
  assert.deepEqual(counters.recentLosses('serial'), [{ ...down, to: 2_000 }])
})

test('a loss is in the next checkpoint that the journal has taken, and in no other; totals outlive a restart', () => {
  const counters = createIntakeCounters()
  counters.lose('udp', { cause: 'kernel-drop', frames: 7, detail: 'full' })
  assert.equal(counters.dirty(), true)
  assert.equal(body(counters.checkpoint(1)).losses?.length, 1)
  // The journal did not take that one.
  counters.lose('udp', { cause: 'kernel-drop', frames: 2, detail: 'full' })
  const taken = body(counters.checkpoint(2))
  counters.lose('udp', { cause: 'kernel-drop', frames: 1, detail: 'full' })
  counters.checkpointed()
  assert.deepEqual(
    taken.losses?.map(({ source, frames }) => [source, frames]),
    [
      ['udp', 7],
      ['udp', 2],
    ],
  )
  const last = body(counters.checkpoint(3))
  assert.deepEqual(
    last.losses?.map(({ frames }) => frames),
    [1],
  )
  const next = createIntakeCounters()
  next.restore(last)
  assert.deepEqual(next.source('udp').lost, { 'kernel-drop': 10 })
  next.lose('udp', { cause: 'kernel-drop', frames: 1, detail: 'full' })
  assert.equal(next.source('udp').lost['kernel-drop'], 11)
})
