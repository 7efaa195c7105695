import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { chanceFree, freeAt, mixed } from './quantiles.ts'

const levels = [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975]
const rates = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 7, maxLength: 7 })
  .map((values) => values.sort((a, b) => a - b))

test('the chance of spaces falls with their number, from certain to none', () => {
  fc.assert(
    fc.property(rates, fc.integer({ min: 1, max: 400 }), (rate, capacity) => {
      const chances = Array.from({ length: capacity + 2 }, (_, k) => chanceFree(k, capacity, { rate, levels }))
      assert.equal(chances[0], 1)
      assert.equal(chances.at(-1), 0)
      for (const [k, p] of chances.entries()) {
        assert.ok(p >= 0 && p <= 1, `${p}`)
        assert.ok(k === 0 || p <= (chances[k - 1] as number) + 1e-12)
      }
    }),
  )
})

test('at the median of the rate the chance is one half', () => {
  const rate = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]
  assert.ok(Math.abs(chanceFree(50, 100, { rate, levels }) - 0.5) < 0.02)
  assert.equal(chanceFree(200, 100, { rate, levels }), 0)
})

test('half way between two forecasts lies their mean', () => {
  assert.deepEqual(mixed([0, 0.2], [1, 0.4], 0.5), [0.5, 0.30000000000000004])
  assert.deepEqual(freeAt(10, [0.04, 0.5, 1]), [10, 5, 0])
})
