import assert from 'node:assert/strict'
import { test } from 'node:test'
import { absoluteErrorsByDay, pairedBootstrap, pairedGeometricBootstrap } from './bootstrap.ts'

const days = (a: number[], b: number[]) => ({
  a: Float64Array.from(a),
  b: Float64Array.from(b),
  cells: new Float64Array(a.length).fill(1),
})

test('a constant lead has an interval of no width at the lead', () => {
  const { difference, low, high } = pairedBootstrap(days([1, 2, 3], [2, 3, 4]))
  assert.deepEqual([difference, low, high], [-1, -1, -1])
})

test('the same seed draws the same interval, another seed another', () => {
  const sums = days([1, 5, 2, 8, 3, 1, 9], [2, 3, 4, 4, 6, 5, 1])
  assert.deepEqual(pairedBootstrap(sums, { seed: 3 }), pairedBootstrap(sums, { seed: 3 }))
  assert.notDeepEqual(pairedBootstrap(sums, { seed: 3 }), pairedBootstrap(sums, { seed: 4 }))
})

test('a lead of one day in seven does not exclude zero', () => {
  const { low, high } = pairedBootstrap(days([0, 1, 1, 1, 1, 1, 1], [5, 1, 1, 1, 1, 1, 1]))
  assert.ok(low < 0 && high >= 0)
})

test('errors are summed on the day of their origin, and days without cells are never drawn', () => {
  const sums = absoluteErrorsByDay(Float32Array.of(1, 1, 9), Float32Array.of(0.5, 0, 9), {
    truth: new Float32Array(3),
    mask: Uint8Array.of(1, 1, 0),
    days: 3,
    dayOf: (cell) => cell,
  })
  assert.deepEqual([...sums.a], [1, 1, 0])
  assert.deepEqual([...sums.b], [0.5, 0, 0])
  assert.equal(pairedBootstrap(sums).difference, 0.75)
})

test('the geometric ratio of halves and doubles is one', () => {
  const half = days([1, 1], [2, 2])
  const double = days([2, 2], [1, 1])
  assert.ok(Math.abs(pairedGeometricBootstrap([half, double]).difference - 1) < 1e-12)
  assert.equal(pairedGeometricBootstrap([half]).high, 0.5)
})
