import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { StoreError, type StoreFault } from '../store/store.ts'
import type { DecodedFrame } from './decode-record.ts'
import { refusedFrames } from './refused-frames.ts'

const frame = (idx: number) => ({ idx }) as DecodedFrame

describe('the search for frames that the store refuses', () => {
  test('finds each of them and no other, wherever they stand', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.uniqueArray(fc.nat(39), { maxLength: 5 }),
        async (n, bad) => {
          const frames = Array.from({ length: n }, (_, idx) => frame(idx))
          const refused = await refusedFrames(frames, async (tried) => {
            const found = tried.find(({ idx }) => bad.includes(idx))
            if (found) throw new StoreError('data', `row ${found.idx}`)
          })
          const expected = bad.filter((idx) => idx < n).sort((a, b) => a - b)
          assert.deepEqual(
            [...(refused ?? [])].map(([idx, reason]) => [idx, reason]).sort((a, b) => Number(a[0]) - Number(b[0])),
            expected.map((idx) => [idx, `row ${idx}`]),
          )
        },
      ),
    )
  })

  for (const fault of ['transient', 'capacity', 'fenced', 'config', 'newer'] as const satisfies readonly StoreFault[])
    test(`ends with a fault that is no row's: after ${fault} no frame is refused`, async () => {
      let trials = 0
      const search = refusedFrames([frame(0), frame(1), frame(2)], async () => {
        trials++
        throw trials === 2 ? new StoreError(fault, 'planned') : new StoreError('data', 'planned')
      })
      await assert.rejects(search, (error: unknown) => error instanceof StoreError && error.fault === fault)
      assert.equal(trials, 2)
    })

  test('gives up after a bounded number of trials', async () => {
    let trials = 0
    const frames = Array.from({ length: 2_000 }, (_, idx) => frame(idx))
    const refused = await refusedFrames(frames, async () => {
      trials++
      throw new StoreError('data', 'planned')
    })
    assert.equal(refused, undefined)
    assert.ok(trials <= 500, `${trials} trials`)
  })
})
