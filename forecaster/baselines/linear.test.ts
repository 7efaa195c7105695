import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generatedCity } from '../data/city.ts'
import type { Panel } from '../data/panel.ts'
import { gaussian, seededRandom } from '../data/random.ts'
import { seasonalOf } from '../features/anomaly.ts'
import { columnAt } from '../features/table.ts'
import { designWindow, fitDLinear, predictDLinear } from './dlinear.ts'
import { arAnomaly, lastFourWeeks, lastWeek, persistence, yesterday } from './naive.ts'
import { addRow, newNormal, solve } from './normal-equations.ts'
import { addRidgeRows, predictRidge, solveRidge, startRidge } from './ridge.ts'

test('the normal equations give back the weights that made the data', () => {
  const random = seededRandom(1)
  const normal = newNormal(4, 2)
  for (let i = 0; i < 100; i++) {
    const x = Float64Array.from({ length: 4 }, () => gaussian(random))
    const [a, b, c, d] = x as unknown as [number, number, number, number]
    addRow(normal, x, [2 * a - b + 0.5 * d, c])
  }
  const [first, second] = solve(normal, 0).map((weights) => [...weights].map((value) => Math.round(value * 1e6) / 1e6))
  assert.deepEqual(first?.map(Math.abs), [2, 1, 0, 0.5])
  assert.deepEqual(second?.map(Math.abs), [0, 0, 1, 0])
})

const columns = 14
const ridgeOptions = { columns, lots: 2, slots: 96, lambda: 1e-9 }
function rows(count: number, seed: number) {
  const random = seededRandom(seed)
  const table = Float32Array.from({ length: count * columns }, () => gaussian(random))
  for (let row = 0; row < count; row++) {
    table[row * columns + columnAt.slot] = Math.floor(random() * 96)
    table[row * columns + columnAt.weekday] = Math.floor(random() * 7)
    table[row * columns + columnAt.lot] = Math.floor(random() * 2)
  }
  const truth = Float32Array.from({ length: count }, (_, row) => {
    const at = row * columns
    const hour = Math.floor((table[at + columnAt.slot] as number) / 4)
    return 0.3 * (table[at] as number) + 0.01 * hour + (table[at + columnAt.anomaly] as number) * 0.02 * hour
  })
  return { table, truth }
}

test('ridge finds what depends on the hour and how an anomaly fades by hour', () => {
  const { table, truth } = rows(2000, 2)
  const fresh = rows(50, 3)
  const forecast = predictRidge(solveRidge(startRidge(table, truth, ridgeOptions)), fresh.table)
  for (const [i, value] of forecast.entries()) assert.ok(Math.abs(value - (fresh.truth[i] as number)) < 1e-3)
})

test('rows added later count as if they had been there', () => {
  const all = rows(600, 4)
  const half = 300 * columns
  const whole = startRidge(all.table, all.truth, ridgeOptions)
  const parts = startRidge(all.table, all.truth.subarray(0, 0), ridgeOptions)
  addRidgeRows(parts, all.table.subarray(0, half), all.truth.subarray(0, 300))
  addRidgeRows(parts, all.table.subarray(half), all.truth.subarray(300))
  assert.deepEqual(solveRidge(parts).weights, solveRidge(whole).weights)
})

test('the moving average and the rest of a window add up to it, and a gap takes the value after it', () => {
  const rates = Float32Array.from({ length: 60 }, (_, t) => (t === 30 ? Number.NaN : t / 60))
  const x = new Float64Array(81)
  assert.ok(designWindow(x, rates, 59, 40))
  for (let i = 0; i < 40; i++) {
    const at = 20 + i === 30 ? 31 : 20 + i
    assert.ok(Math.abs((x[i] as number) + (x[40 + i] as number) - at / 60) < 1e-6)
  }
  assert.equal(designWindow(x, rates, 30, 20), false)
})

test('DLinear learns a daily wave', () => {
  const rates = [Float32Array.from({ length: 1200 }, (_, t) => 0.5 + 0.4 * Math.sin((2 * Math.PI * t) / 96))]
  const panel = { rates } as unknown as Panel
  const model = fitDLinear(panel, { lookBack: 96, horizons: [4, 96], from: 0, to: 1000, stride: 1, lambda: 1e-9 })
  const forecast = predictDLinear(model, panel)(0, 1050)
  assert.ok(Math.abs((forecast[0] as number) - (rates[0]?.[1054] as number)) < 1e-3)
  assert.ok(Math.abs((forecast[1] as number) - (rates[0]?.[1146] as number)) < 1e-3)
})

test('the naive forecasts are the values they are named for', () => {
  const panel = generatedCity({ seed: 3, lots: 1, days: 40 })
  const rates = (panel.rates[0] as Float32Array).map((rate) => (Number.isNaN(rate) ? 0.5 : rate))
  const seasonal = seasonalOf({ ...panel, rates: [rates] })
  const pair = { lot: 0, t: 36 * 96 + 40, horizon: 4 }
  const at = (t: number) => rates[t] as number
  const target = pair.t + 4
  const mean = (from: number) => Math.fround([1, 2, 3, 4].reduce((sum, k) => sum + at(from - k * 672), 0) / 4)
  assert.equal(persistence(seasonal, pair), at(pair.t))
  assert.equal(yesterday(seasonal, pair), at(target - 96))
  assert.equal(lastWeek(seasonal, pair), at(target - 672))
  assert.equal(lastFourWeeks(seasonal, pair), mean(target))
  const expected = mean(target) + 0.5 * Math.fround(at(pair.t) - mean(pair.t))
  assert.ok(Math.abs(arAnomaly(seasonal, pair, 0.5) - Math.min(1, Math.max(0, expected))) < 1e-7)
})
