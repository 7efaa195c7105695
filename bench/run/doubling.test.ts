import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { highestLossFree } from './doubling.ts'

test('the limit is found between the last rate that held and the first that lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 500, max: 60_000 }), fc.integer({ min: 0, max: 5 }), async (limit, halvings) => {
      const tried: number[] = []
      const found = await highestLossFree({
        ...{ from: 500, max: 64_000, halvings },
        holds: async (rate) => {
          tried.push(rate)
          return rate <= limit
        },
      })
      assert.ok(found.highest <= limit && (found.lost_at ?? Number.POSITIVE_INFINITY) > limit)
      assert.ok((found.lost_at as number) - found.highest <= limit / 2 ** halvings + 2)
      assert.ok(tried.length <= 8 + halvings)
    }),
  )
})

test('a line that loses at once is not tried faster, and one that never loses has no such rate', async () => {
  const options = { from: 500, max: 4_000, halvings: 3 }
  assert.deepEqual(await highestLossFree({ ...options, holds: async () => false }), { highest: 0, lost_at: 500 })
  assert.deepEqual(await highestLossFree({ ...options, holds: async () => true }), { highest: 4_000, lost_at: null })
})
