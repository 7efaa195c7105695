import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '../../lib/brand.ts'
import { createDeltaRing } from './delta-ring.ts'

const now = instant(1_795_420_800_000)
const later = (ms: number) => instant(now + ms)

test('numbers are dense and what was missed is given in order', () => {
  const ring = createDeltaRing(now)
  const start = ring.q
  for (let i = 1; i <= 5; i++) assert.equal(ring.push([i, 0], later(i)).q, start + i)
  assert.deepEqual(
    ring.since(start + 3)?.map(({ q }) => q - start),
    [4, 5],
  )
  assert.equal(ring.since(start)?.length, 5)
  assert.deepEqual(ring.since(start + 5), [])
})

test('what is older than a minute, from the future or from another server cannot be resumed', () => {
  const ring = createDeltaRing(now)
  const start = ring.q
  ring.push([1, 0], later(0))
  ring.push([2, 0], later(50_000))
  ring.push([3, 0], later(61_000))
  assert.equal(ring.since(start), undefined)
  assert.equal(ring.since(start + 1)?.length, 2)
  assert.equal(ring.since(start + 4), undefined)
  assert.equal(ring.since(-1), undefined)
  const restarted = createDeltaRing(later(1_000))
  restarted.push([1, 0], later(1_000))
  for (let q = start; q <= start + 3; q++) assert.equal(restarted.since(q), undefined)
})

test('a new plan ends everything before it, also for a client that had it all', () => {
  const ring = createDeltaRing(now)
  const { q } = ring.push([1, 0], now)
  ring.reset()
  assert.equal(ring.since(q), undefined)
  const frame = ring.push([1, 1], now)
  assert.equal(ring.since(q), undefined)
  assert.deepEqual(ring.since(frame.q), [])
})

test('the ring is bounded in frames', () => {
  const ring = createDeltaRing(now)
  const start = ring.q
  for (let i = 0; i < 700; i++) ring.push([1, 0], now)
  assert.equal(ring.since(start + 99), undefined)
  assert.equal(ring.since(start + 100)?.length, 600)
})
