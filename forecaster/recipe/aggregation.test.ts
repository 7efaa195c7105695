import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forecastExperts } from '@baykeeper/contract/vocabulary.ts'
import { levels } from '../scoring/quantiles.ts'
import { bandHours, firstWeights, mixed, weightsAt } from './aggregation.ts'

const fan = (median: number, half: number) =>
  Float32Array.from(levels, (level) => Math.min(1, Math.max(0, median + 2 * half * (level - 0.5))))

test('first weights add up to 1, and none of them is 0', () => {
  for (const weights of firstWeights) {
    assert.equal(weights.length, forecastExperts.length)
    assert.ok(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-9, weights.join())
    assert.ok(weights.every((weight) => weight > 0))
  }
})

test('the weights of the silent go to the others', () => {
  const out = new Float32Array(levels.length)
  const weights = firstWeights[4] as Float64Array
  const fans = forecastExperts.map((name) => (name === 'last' ? fan(0.5, 0.1) : undefined))
  const alone = forecastExperts.map((name) => (name === 'last' ? 1 : 0))
  assert.deepEqual([...(mixed(fans, weights, { at: 0, out }) ?? [])], alone)
  assert.equal(
    mixed(
      fans.map(() => undefined),
      weights,
      { at: 0, out },
    ),
    undefined,
  )
})

test('weights go from band to band without a step', () => {
  const bands = bandHours.map((_, band) => Float64Array.from(forecastExperts, (_, e) => (e === band % 2 ? 1 : 0)))
  let before = weightsAt(bands, 0.25)
  for (let hours = 0.25; hours <= 24; hours *= 1.02) {
    const now = weightsAt(bands, hours)
    assert.ok(
      now.every((weight, e) => Math.abs(weight - (before[e] as number)) < 0.05),
      `${hours} h`,
    )
    before = now
  }
})
