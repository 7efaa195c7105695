import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { newBatch } from '../features/batch.ts'
import { levels } from '../scoring/quantiles.ts'
import { drawBatch } from '../train/source.ts'
import { defaultConfig } from './config.ts'
import { inputsOf, lossOf, taughtInputsOf } from './loss.ts'
import { newPredictor } from './predictor.ts'
import { parametersOf, type StoredTensors, stored, tensorsOf } from './stored-tensors.ts'
import { jit, ready, sizeOf, valueAndGradient, valuesOf } from './tensor.ts'
import { tinyProblem } from './tiny-under-test.ts'
import { initialParameters } from './transformer.ts'

before(ready)

const { config, view, source } = tinyProblem()

function taught() {
  const batch = newBatch(6, config.horizons.length, config.siteLots)
  const { lots } = drawBatch([source], { seed: 1, step: 0, batch, strangerShare: 0 })
  return () => taughtInputsOf(inputsOf(config, batch, lots), batch, view.anchor.sigma)
}

/** Moved off its first values, where half the gradients are nothing. */
async function someWeights(): Promise<StoredTensors> {
  const first = await stored(initialParameters(config, 3))
  return Object.fromEntries(
    Object.entries(first).map(([name, { shape, values }], n) => [
      name,
      { shape, values: values.map((value, i) => value + 0.05 * Math.sin(i + n)) },
    ]),
  )
}

test('the gradient of every parameter equals the slope between two nearby losses', async () => {
  const inputs = taught()
  const weights = await someWeights()
  const loss = jit(lossOf(config))
  const lossAt = async (moved: StoredTensors) => (await valuesOf(loss(tensorsOf(moved), inputs())))[0] as number
  const [value, gradients] = valueAndGradient(lossOf(config))(tensorsOf(weights), inputs())
  assert.ok(((await valuesOf(value))[0] as number) > 0)
  const slopes = await stored(gradients)
  const step = 2e-4
  for (const [name, { shape, values }] of Object.entries(weights)) {
    const own = slopes[name]?.values as Float32Array
    // Along the gradient itself the slope is its length: one number tests the whole tensor.
    const length = Math.sqrt(own.reduce((sum, x) => sum + x * x, 0))
    if (length < 1e-4) continue
    const along = (sign: number) => ({
      ...weights,
      [name]: { shape, values: values.map((x, i) => x + (sign * step * (own[i] as number)) / length) },
    })
    const seen = ((await lossAt(along(1))) - (await lossAt(along(-1)))) / (2 * step)
    assert.ok(Math.abs(seen - length) < 0.03 * length + 1e-3, `${name}: expected ${length}, found ${seen}`)
  }
})

test('quantiles never cross for any weights, and lie within 0 and 1', async () => {
  await using predictor = await newPredictor(config, await someWeights(), 8)
  const quantiles = await predictor.predict(view, [
    { lot: 0, t: 4000, embedding: 0 },
    { lot: 1, t: 4321, embedding: -1 },
  ])
  assert.equal(quantiles.length, 2 * config.horizons.length * levels.length)
  for (let i = 0; i < quantiles.length; i++) {
    assert.ok((quantiles[i] as number) >= 0 && (quantiles[i] as number) <= 1)
    if (i % levels.length > 0) assert.ok((quantiles[i] as number) >= (quantiles[i - 1] as number))
  }
})

test('a series is forecast alike alone and in a full batch', async () => {
  const weights = await someWeights()
  const asked = Array.from({ length: 11 }, (_, i) => ({ lot: i % 2, t: 3600 + 37 * i, embedding: i % 2 }))
  await using small = await newPredictor(config, weights, 4)
  await using large = await newPredictor(config, weights, 16)
  const [a, b] = [await small.predict(view, asked), await large.predict(view, asked)]
  for (const [i, value] of a.entries()) assert.ok(Math.abs(value - (b[i] as number)) < 1e-5)
})

test('what comes after the origin does not change a forecast', async () => {
  const t = 4100
  const blind = view.seasonal.panel.rates.map((rates) => rates.map((rate, i) => (i > t ? Number.NaN : rate)))
  const { seasonalOf } = await import('../features/anomaly.ts')
  const { viewOf } = await import('../features/view.ts')
  const past = viewOf(seasonalOf({ ...view.seasonal.panel, rates: blind }), view.anchor)
  await using predictor = await newPredictor(config, await someWeights(), 2)
  const asked = [0, 1].map((lot) => ({ lot, t, embedding: lot }))
  assert.deepEqual(await predictor.predict(past, asked), await predictor.predict(view, asked))
})

test('the same seed gives the same first weights, another seed others', async () => {
  const [a, b, c] = await Promise.all([5, 5, 6].map((seed) => stored(initialParameters(config, seed))))
  assert.deepEqual(a, b)
  assert.notDeepEqual(a, c)
})

test('the network of the bench has less than half a million parameters', () => {
  const lots = Array.from({ length: 28 }, (_, i) => `lot ${i}`)
  assert.ok(sizeOf(initialParameters(defaultConfig(lots), 1)) < 500_000)
  assert.ok(parametersOf({}) === 0)
})
