import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { addSaturating, isSaturated, readCount, readSum, sumMax } from './sum.ts'

describe('sums', () => {
  test('a saturating sum is exact below its limit, and stays at it when something is taken away', () => {
    assert.equal(addSaturating(2, 3), 5)
    assert.equal(addSaturating(2, -3), -1)
    assert.equal(addSaturating(sumMax - 1, 1), sumMax)
    assert.equal(addSaturating(sumMax - 1, 2), sumMax)
    assert.equal(addSaturating(sumMax, -1), sumMax)
    assert.ok(isSaturated(addSaturating(sumMax, sumMax)))
  })

  test('no order of additions gives a sum that is neither exact nor saturated', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeNat(), { maxLength: 20 }), (terms) => {
        const exact = terms.reduce((sum, term) => sum + BigInt(term), 0n)
        const sum = terms.reduce(addSaturating, 0)
        assert.equal(BigInt(sum), exact < BigInt(sumMax) ? exact : BigInt(sumMax))
      }),
    )
  })

  test('a count of frames is read exactly, however the driver hands it over', () => {
    assert.equal(readCount('12'), 12)
    assert.equal(readCount(null), 0)
    assert.equal(readCount(String(sumMax)), sumMax)
    assert.equal(readCount('9007199254740993'), 9_007_199_254_740_993n)
    assert.equal(readCount('-9007199254740993'), -9_007_199_254_740_993n)
    assert.equal(readSum('99999999999999999999'), sumMax)
  })
})
