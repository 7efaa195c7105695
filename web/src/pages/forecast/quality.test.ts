import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ForecastQuality } from '@baykeeper/contract/forecast-pages.ts'
import { aheadOfBaseline, byHorizon, coverageOf, errorAhead, ofLot, reliabilityOf } from './quality.ts'

type Cell = ForecastQuality['cells'][number]
const cell = (lot: string, minutes: number, figures: Partial<NonNullable<Cell['days7']>> | null): Cell => ({
  lot,
  minutes,
  days7: figures && {
    count: 100,
    mae: 0.04,
    pinball: 0.01,
    coverage80: 0.8,
    coverage95: 0.95,
    model_mae: 0.04,
    baseline_mae: 0.05,
    ...figures,
  },
  days28: null,
})

test('horizons are in order, and each cell weighs what it counts', () => {
  const rows = byHorizon(
    [cell('a', 60, { mae: 0.06 }), cell('a', 15, {}), cell('b', 15, { count: 300, mae: 0.08, coverage80: 0.6 })],
    'days7',
  )
  assert.deepEqual(
    rows.map(({ minutes }) => minutes),
    [15, 60],
  )
  assert.ok(Math.abs((rows[0]?.mae ?? 0) - 0.07) < 1e-12)
  assert.ok(Math.abs((rows[0]?.coverage80 ?? 0) - 0.65) < 1e-12)
  assert.equal(rows[0]?.count, 400)
  assert.deepEqual(byHorizon([cell('a', 15, {})], 'days28'), [])
})

test('only cells whose baseline was scored are compared with it', () => {
  const [row] = byHorizon(
    [cell('a', 15, { mae: 0.04 }), cell('b', 15, { mae: 0.5, baseline_mae: null, model_mae: null })],
    'days7',
  )
  assert.deepEqual([row?.served, row?.baseline], [0.04, 0.05])
  assert.ok(Math.abs((aheadOfBaseline(row ? [row] : []) ?? 0) - 0.2) < 1e-12)
  assert.equal(aheadOfBaseline([]), undefined)
})

test('the simple baselines are weighed over the cells that know them all, hindcasts are counted over all', () => {
  const others = { persistence: 0.1, day: 0.2, week: 0.3, weeks: 0.4 }
  const [row] = byHorizon(
    [
      cell('a', 15, { others_mae: others, hindcasts: 30 }),
      cell('b', 15, { others_mae: { ...others, day: 0.6 }, count: 300, hindcasts: 10 }),
      cell('c', 15, { others_mae: null }),
    ],
    'days7',
  )
  assert.ok(Math.abs((row?.others.day ?? 0) - 0.5) < 1e-12)
  assert.ok(Math.abs((row?.others.weeks ?? 0) - 0.4) < 1e-12)
  assert.equal(row?.hindcasts, 40)
})

test('coverage is judged against 80 % give or take 2 points, and not at all on few forecasts', () => {
  const verdict = (coverage80: number, count = 400) =>
    coverageOf([cell('a', 15, { coverage80, count })], 'days7')?.verdict
  assert.deepEqual([verdict(0.78), verdict(0.82), verdict(0.779), verdict(0.821)], ['good', 'good', 'narrow', 'wide'])
  assert.equal(verdict(0.5, 199), 'few')
  assert.equal(coverageOf([cell('a', 15, null)], 'days7'), undefined)
  assert.equal(coverageOf(ofLot([cell('a', 15, {})], 'b'), 'days7'), undefined)
})

test('reliability adds up the horizons that are wanted', () => {
  const calibration = [
    { minutes: 15, level: 0.9, observed: 0.8, count: 100 },
    { minutes: 60, level: 0.9, observed: 1, count: 300 },
    { minutes: 15, level: 0.1, observed: 0.1, count: 100 },
    { minutes: 15, level: 0.5, observed: 0, count: 0 },
  ]
  assert.deepEqual(reliabilityOf(calibration, 15), [
    { level: 0.1, observed: 0.1, count: 100 },
    { level: 0.9, observed: 0.8, count: 100 },
  ])
  assert.deepEqual(reliabilityOf(calibration, undefined)[1], { level: 0.9, observed: 0.95, count: 400 })
})

test('the error at a lead time is that of the nearest that was scored, of the lot alone', () => {
  const cells = [15, 240, 300].map((minutes) => ({ ...cell('a', minutes, { mae: minutes / 1_000 }), days28: null }))
  const scored = cells.map((each) => ({ ...each, days28: each.days7 }))
  assert.equal(errorAhead(scored, { lot: 'a', minutes: 250 })?.minutes, 240)
  assert.equal(errorAhead(scored, { lot: 'a', minutes: 250 })?.mae, 0.24)
  assert.equal(errorAhead(scored, { lot: 'b', minutes: 250 }), undefined)
  assert.equal(errorAhead(cells, { lot: 'a', minutes: 250 }), undefined)
})
