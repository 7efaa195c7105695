import assert from 'node:assert/strict'
import { test } from 'node:test'
import { meanAbsoluteError, meanAbsoluteScaledError, rootMeanSquareError } from './errors.ts'

const truth = Float32Array.of(0.5, 0.25, 0.75, 0)
const mask = Uint8Array.of(1, 1, 1, 0)
const forecast = Float32Array.of(0.25, 0.25, 1, 1)

test('errors are means over the cells that count, and over no others', () => {
  assert.equal(meanAbsoluteError(forecast, { truth, mask }), 0.5 / 3)
  assert.equal(rootMeanSquareError(forecast, { truth, mask }), Math.sqrt(0.125 / 3))
})

test('the scaled error is the mean over lots of each error in units of its naive error', () => {
  const scaled = meanAbsoluteScaledError(forecast, { truth, mask }, { naive: [0.25, 0.125], lotOf: (cell) => cell % 2 })
  assert.equal(scaled, (1 + 0) / 2)
})

test('a lot without cells has no share in the scaled error', () => {
  const scaled = meanAbsoluteScaledError(forecast, { truth, mask }, { naive: [0.25, 1, 1], lotOf: () => 0 })
  assert.equal(scaled, 0.5 / 3 / 0.25)
})
