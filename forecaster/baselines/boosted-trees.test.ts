import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { seededRandom } from '../data/random.ts'
import { boost, boostDefaults, medianOf, packTrees, predictBoosted, unpackTrees } from './boosted-trees.ts'
import { binned, edgesOf } from './histogram.ts'

const options = { ...boostDefaults, trees: 60, learningRate: 0.2, leavesMax: 8, leafRowsMin: 5 }

/** Two columns that matter, five of noise; the truth is a step times a sign. */
function stepped(rows: number, seed: number) {
  const random = seededRandom(seed)
  const table = Float32Array.from({ length: rows * 7 }, () => random() * 2 - 1)
  const truth = Float32Array.from({ length: rows }, (_, i) =>
    (table[i * 7] as number) > 0.25 === (table[i * 7 + 3] as number) > -0.5 ? 0.4 : -0.1,
  )
  return { table, truth }
}

test('the lower median is found for any order', () => {
  fc.assert(
    fc.property(fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 60 }), (values) => {
      const sorted = Float32Array.from(values).sort()
      assert.equal(medianOf(Float32Array.from(values)), sorted[(values.length - 1) >> 1])
    }),
  )
})

test('trees learn a step that no line can follow', () => {
  const { table, truth } = stepped(2000, 1)
  const fresh = stepped(500, 2)
  const forecast = predictBoosted(boost(table, truth, options), fresh.table)
  const wrong = forecast.filter((value, i) => Math.abs(value - (fresh.truth[i] as number)) > 0.1).length
  assert.ok(wrong < 15, `${wrong} of 500 are off`)
})

test('the same seed grows the same trees', () => {
  const { table, truth } = stepped(400, 3)
  const [a, b] = [1, 2].map(() => boost(table, truth, { ...options, trees: 5, columnShare: 0.5, rowShare: 0.7 }))
  assert.deepEqual(a, b)
})

test('packed trees are unpacked as they were', () => {
  const { table, truth } = stepped(400, 3)
  const model = boost(table, truth, { ...options, trees: 5 })
  const { edges, nodes } = packTrees(model)
  assert.deepEqual(unpackTrees(edges, nodes, options.leavesMax), model)
})

test('missing values have a side of their own', () => {
  const table = Float32Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? Number.NaN : i))
  const truth = Float32Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 1 : 0))
  const forecast = predictBoosted(boost(table, truth, options), Float32Array.of(Number.NaN, 7))
  assert.ok((forecast[0] as number) > 0.95 && Math.abs(forecast[1] as number) < 0.05)
})

test('more trees on newer rows continue the model and bend it to them', () => {
  const { table, truth } = stepped(800, 5)
  const before = boost(table, truth, options)
  const moved = truth.map((value) => value + 0.3)
  const after = boost(table, moved, { ...options, trees: 30 }, { before })
  assert.equal(after.trees.length, 90)
  assert.deepEqual(after.trees.slice(0, 60), before.trees)
  const [old, fresh] = [before, after].map((model) => predictBoosted(model, table)[0] as number)
  assert.ok((fresh as number) - (old as number) > 0.2)
})

test('no leaf is smaller than allowed', () => {
  const { table, truth } = stepped(90, 7)
  const { trees } = boost(table, truth, { ...options, trees: 1, leafRowsMin: 50 })
  assert.equal(trees[0]?.column[0], -1)
})

test('values beyond the edges fall in the outer bins', () => {
  const edges = edgesOf(
    Float32Array.from({ length: 1000 }, (_, i) => i),
    1,
  )
  const { bins } = binned(Float32Array.of(-5, 0, 1e9, Number.NaN), edges)
  assert.deepEqual(
    [...(bins[0] as Uint8Array)].map((bin, i) => (i === 2 ? bin > 250 : bin)),
    [1, 1, true, 0],
  )
})
