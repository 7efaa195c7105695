import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IssuedForecast } from '@baykeeper/contract/forecast.ts'
import { calibrationOf, driftOf, figuresOf, lastDays, score, scoreboard } from './scoreboard.ts'

const now = Date.parse('2026-05-29T00:00:00Z')
const quarter = 15 * 60_000

interface Shape {
  readonly model?: number
  readonly baseline?: number
  readonly half?: number
}

/** One forecast a quarter of an hour before `now`, the truth 0.5 each time. */
function issued(count: number, { model = 0.5, baseline = 0.4, half = 0.1 }: Shape = {}): IssuedForecast[] {
  return Array.from({ length: count }, (_, i) => ({
    lot: 'north',
    minutes: 15,
    at: new Date(now - i * quarter).toISOString(),
    served: 'model',
    rate: [-2, -1, -0.5, 0, 0.5, 1, 2].map((step) => model + step * half),
    model,
    baseline,
  }))
}
const truths = (count: number, rate = 0.5) =>
  Array.from({ length: count }, (_, i) => ({ lot: 'north', at: new Date(now - i * quarter).toISOString(), rate }))

test('a forecast is scored when its truth is known, and not before', () => {
  assert.equal(score(issued(10), truths(4)).length, 4)
  assert.equal(score(issued(3), []).length, 0)
})

test('the figures of known forecasts are exact', () => {
  const figures = figuresOf(score(issued(4, { model: 0.25, baseline: 0.75, half: 0.125 }), truths(4)))
  assert.equal(figures?.mae, 0.25)
  assert.equal(figures?.coverage80, 0)
  assert.equal(figures?.coverage95, 1)
  assert.equal(figures?.model_mae, figures?.baseline_mae)
})

test('only the last days count: one quarter of an hour later a forecast is gone', () => {
  const scored = score(issued(8 * 96), truths(8 * 96))
  assert.equal(lastDays(scored, now, 7).length, 7 * 96)
})

test('the errors of the simple baselines are exact, and compared on the same pairs alone', () => {
  const others = { persistence: 0.3, day: 0.49, week: 0.2, weeks: 0.1 }
  const scored = (count: number, at: number) =>
    issued(count, { model: 0.3, baseline: 0.4 }).map((one, i) => (i < at ? { ...one, others } : one))
  const figures = figuresOf(score(scored(200, 200), truths(200)))
  assert.deepEqual(
    Object.entries(figures?.others_mae ?? {}).map(([name, error]) => [name, Math.round(100 * error)]),
    [
      ['persistence', 20],
      ['day', 1],
      ['week', 30],
      ['weeks', 40],
    ],
  )
  const gaps = figuresOf(score(scored(200, 150), truths(200)))
  assert.equal(gaps?.others_mae, null, 'compared on other pairs they would not be comparable')
})

test('the number of hindcasts is reported', () => {
  const some = issued(10).map((one, i) => (i < 4 ? { ...one, hindcast: true } : one))
  assert.equal(figuresOf(score(some, truths(10)))?.hindcasts, 4)
})

test('a calibrated forecast has as many observations below each quantile as its level requires', () => {
  const forecasts = issued(1000, { half: 0.25 })
  const rates = [-3, -1.5, -0.75, -0.25, 0.25, 0.75, 1.5, 3]
  const actuals = truths(1000).map((one, i) => ({ ...one, rate: 0.5 + 0.25 * (rates[i % 8] as number) }))
  assert.deepEqual(
    calibrationOf(score(forecasts, actuals)).map(({ observed }) => observed),
    [0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875],
  )
})

test('a week much worse than the four before it is drift', () => {
  const good = figuresOf(score(issued(400, { half: 0.02 }), truths(400)))
  const bad = figuresOf(score(issued(400, { model: 0.3, half: 0.02 }), truths(400)))
  assert.match(driftOf(bad, good) ?? '', /times that of four weeks/)
  assert.equal(driftOf(good, good), undefined)
})

test('the scoreboard has a cell for every lot and horizon', () => {
  const far = issued(300).map((one) => ({ ...one, minutes: 60 }))
  const board = scoreboard(score([...issued(300), ...far], truths(300)), now)
  assert.deepEqual(board.cells.map(({ minutes }) => minutes).sort(), [15, 60])
  assert.equal(board.calibration.length, 14)
})
