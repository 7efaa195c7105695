import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { batchBytesMax, batchFramesLargest, batchFramesMax, createPace } from './pace.ts'

/** Batches that fill up and commit in this time, until nothing changes any more. */
function settled(devices: number, tookMs: number, pace = createPace()): number {
  for (let i = 0; i < 20; i++) pace.committed({ tookMs, isFull: true, devices })
  return pace.framesMax
}

const cases: readonly (readonly [what: string, devices: number, tookMs: number, frames: number])[] = [
  ['few devices share the rows of a batch: it stays as it was', 2_000, 100, batchFramesMax],
  ['some devices', 30_000, 100, 90_000],
  ['many devices: as large as memory allows', 50_000, 100, batchFramesLargest],
  ['more devices than readings of any batch', 500_000, 100, batchFramesLargest],
  ['many devices: the time goes into their rows', 50_000, 2_500, batchFramesLargest],
  ['few devices whose readings take long', 2_000, 1_500, 10_000],
  ['a database that is slow: never larger than it commits in good time', 50_000, 4_000, 1_000],
]
for (const [what, devices, tookMs, frames] of cases)
  test(`batches that fill up: ${what}`, () => assert.equal(settled(devices, tookMs), frames))

test('batches are smaller again when fewer devices report', () => {
  const pace = createPace()
  assert.equal(settled(50_000, 100, pace), batchFramesLargest)
  pace.committed({ tookMs: 100, isFull: false, devices: 100 })
  assert.equal(pace.framesMax, batchFramesLargest)
  pace.committed({ tookMs: 100, isFull: true, devices: 2_000 })
  assert.equal(pace.framesMax, batchFramesMax)
})

test('frames and bytes stay within their limits for any time of commits', async () => {
  const commit = fc.record({ tookMs: fc.nat(10_000), isFull: fc.boolean(), devices: fc.nat(1_000_000) })
  await fc.assert(
    fc.property(fc.array(commit), (commits) => {
      const pace = createPace()
      for (const one of commits) {
        pace.committed(one)
        assert.ok(pace.framesMax >= 1_000 && pace.framesMax <= batchFramesLargest)
        assert.ok(pace.bytesMax >= batchBytesMax)
        assert.ok(pace.bytesMax <= (batchBytesMax * batchFramesLargest) / batchFramesMax)
      }
    }),
  )
})
