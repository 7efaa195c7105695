import assert from 'node:assert/strict'
import { test } from 'node:test'
import { levels, mediansOf, pinball, quantileScore } from './quantiles.ts'

test('pinball charges the level below and its rest above', () => {
  assert.equal(pinball(0.25, 0, 1), 0.25)
  assert.equal(pinball(0.25, 1, 0), 0.75)
  assert.equal(pinball(0.5, 0.5, 0.5), 0)
})

test('coverage counts truths on the border as held, and widths are of the intervals', () => {
  const quantiles = Float32Array.of(0, 0.25, 0.375, 0.5, 0.625, 0.75, 1, 0, 0.25, 0.375, 0.5, 0.625, 0.75, 1)
  const score = quantileScore(quantiles, { truth: Float32Array.of(0.75, 0.875), mask: Uint8Array.of(1, 1) })
  assert.equal(score.coverage80, 0.5)
  assert.equal(score.coverage95, 1)
  assert.equal(score.width80, 0.5)
  assert.equal(score.width95, 1)
})

test('the mean pinball over all levels equals the definition, cell by cell', () => {
  const quantiles = Float32Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
  const truth = Float32Array.of(0.45)
  const expected =
    levels.reduce((sum, level, k) => sum + pinball(level, quantiles[k] as number, truth[0] as number), 0) / 7
  assert.equal(quantileScore(quantiles, { truth, mask: Uint8Array.of(1) }).pinball, expected)
  assert.deepEqual([...mediansOf(quantiles)], [Math.fround(0.4)])
})
