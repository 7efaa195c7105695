import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forecastLevels } from '@baykeeper/contract/forecast.ts'
import type { ForecastQuality, LotForecastPoint, SiteForecast } from '@baykeeper/contract/forecast-pages.ts'
import { reasonText } from '@baykeeper/contract/forecast-reasons.ts'
import { aheadOf, chancesIn } from './ahead.ts'

const now = Date.parse('2026-11-23T17:00:00Z')
const minutes = (n: number) => now + n * 60_000

function point(ahead: number, p: number | undefined, why = ''): LotForecastPoint {
  const known = p !== undefined
  return {
    ...{ at: new Date(minutes(ahead)).toISOString(), minutes: ahead, served: known ? 'model' : 'withheld', why },
    ...{ widened: 1, p_free: known ? [{ k: 1, p }] : [] },
    rate: known ? forecastLevels.map((level) => level) : null,
    free: known ? [40, 34, 25, 17, 9, 2, -1] : null,
  }
}

const forecast = (points: readonly LotForecastPoint[], more: Partial<SiteForecast> = {}): SiteForecast => ({
  ...{ site: 'station', state: 'fresh', origin: new Date(now).toISOString(), issued: new Date(now).toISOString() },
  ...{ model: null, levels: [...forecastLevels], pipeline: null },
  lots: [{ id: 'station', name: 'Station', capacity: 440, history_days: 20, observed: [], points: [...points] }],
  ...more,
})
const quality = (coverage80: number, count = 500): ForecastQuality => ({
  ...{ site: 'station', scored: null, model: null, calibration: [], drift: [] },
  cells: [
    {
      ...{ lot: 'station', minutes: 60, serve: 'model', why: '', days7: null },
      days28: { count, mae: 1, pinball: 1, coverage80, coverage95: 1, model_mae: null, baseline_mae: null },
    },
  ],
})
const asked = (of: SiteForecast, of28?: ForecastQuality) =>
  aheadOf({ forecast: of, quality: of28, at: minutes(90), now })

test('a chance is counted in twentieths and rounded down, so that nothing is promised too often', () => {
  assert.deepEqual([0, 0.049, 0.05, 0.899, 0.95, 0.999, 1].map(chancesIn), [0, 0, 1, 17, 19, 19, 20])
})

test('a forecast is a chance and the ends of its 80 % range, never below no bay', () => {
  const found = asked(forecast([point(90, 0.86)]))
  assert.deepEqual(found, { is: 'chance', chances: 17, from: 2, to: 34, sooner: undefined })
})

test('where a place is not very likely, the last earlier time at which it is one is named', () => {
  const points = [point(15, 1), point(30, 0.96), point(60, 0.9), point(90, 0.86), point(120, 1)]
  const found = asked(forecast(points))
  assert.equal(found.is === 'chance' && found.sooner, minutes(30))
  const sure = asked(forecast([point(15, 1), point(90, 0.97)]))
  assert.equal(sure.is === 'chance' && sure.sooner, undefined)
})

test('ranges that were wrong too often are no number', () => {
  assert.deepEqual(asked(forecast([point(90, 0.86)]), quality(0.4)), { is: 'usual', busy: true })
  assert.equal(asked(forecast([point(90, 0.86)]), quality(0.8)).is, 'chance')
  assert.equal(asked(forecast([point(90, 0.86)]), quality(0.4, 10)).is, 'chance')
})

test('without a forecast a driver reads why: each reason of the forecaster is one of a driver', () => {
  const withheld = (why: string) => asked(forecast([point(90, undefined, why)]))
  assert.deepEqual(withheld(reasonText('no-history', {})), { is: 'none', why: 'history', days: 20 })
  assert.deepEqual(withheld(reasonText('few-known', { n: 12 })), { is: 'none', why: 'data' })
  assert.deepEqual(withheld(reasonText('outside-hours', {})), { is: 'none', why: 'closed' })
  assert.deepEqual(withheld('a reason of a later release'), { is: 'none', why: 'data' })
  assert.deepEqual(asked(forecast([point(30, 1)])), { is: 'none', why: 'beyond' })
  assert.deepEqual(asked(forecast([], { state: 'starting', lots: [] })), { is: 'none', why: 'starting' })
  const old = { state: 'stale', issued: new Date(minutes(-45)).toISOString() } as const
  assert.deepEqual(asked(forecast([point(90, 0.9)], old)), { is: 'none', why: 'old' })
})
