import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ForecastPoint, ScoreRequest } from '@baykeeper/contract/forecast.ts'
import { quarterMs } from '../domain/occupancy-span.ts'
import { instant } from '../lib/brand.ts'
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { openStore } from '../store/engine/open.ts'
import type { Forecaster } from './forecaster.ts'
import { packIssued } from './issued-body.ts'
import { emptyBoard, sameClockIn, scoreSite, together } from './scoring.ts'
import type { SiteRates } from './site-rates.ts'

const now = Math.floor(Date.parse('2026-11-23T08:00:00Z') / quarterMs) * quarterMs
const point: ForecastPoint = {
  ...{ minutes: 15, at: '', served: 'model', why: '', widened: 1, free: null, p_free: [] },
  ...{ rate: Array<number>(7).fill(0.5), model: 0.5, baseline: 0.4 },
}
const body = packIssued({
  lots: Array.from({ length: 10 }, (_, lot) => ({
    id: `lot ${lot}`,
    points: [point],
    at: [],
  })),
})

test('what has come due is scored once, a few lots at a time, and what has no truth yet is not', async () => {
  await using store = await openStore('sqlite::memory:', { log: silentLog, clock: systemClock })
  await store.migrate()
  for (let back = 0; back < 6; back++) {
    const origin = instant(now - back * quarterMs)
    await store.saveForecast({ site: 'S', origin, issued: origin, model: 'm', ...body }, '{}')
  }
  const asked: Omit<ScoreRequest, 'id' | 'type'>[] = []
  const forecaster = {
    async score(request: Omit<ScoreRequest, 'id' | 'type'>) {
      asked.push(request)
      return { ...emptyBoard, type: 'score', id: '1' }
    },
  } as unknown as Forecaster
  const rates = {
    site: { id: 'S', zone: 'UTC', lots: Array.from({ length: 10 }, (_, lot) => ({ id: `lot ${lot}` })) },
    rateAt: (lot: number, step: number) => (step * quarterMs > now ? Number.NaN : lot / 10),
  } as unknown as SiteRates
  assert.ok(await scoreSite({ store, forecaster }, rates, now))
  assert.deepEqual(
    asked.map(({ forecasts }) => forecasts.length),
    [8 * 5, 2 * 5],
  )
  assert.deepEqual(asked[1]?.forecasts[0]?.others, { persistence: 0.8, day: 0.8, week: 0.8, weeks: 0.8 })
  assert.deepEqual(new Set(asked[1]?.actuals.map(({ rate }) => rate)), new Set([0.8, 0.9]))
  const nothing = { ...rates, rateAt: () => Number.NaN }
  assert.equal(await scoreSite({ store, forecaster }, nothing, now), undefined)
})

test('calibration of lots scored apart is weighed by how many there were', () => {
  const one = (observed: number, count: number) => ({
    ...emptyBoard,
    calibration: [{ minutes: 15, level: 0.5, observed, count }],
  })
  assert.deepEqual(together([one(0.4, 10), one(0.7, 20)]).calibration, [
    { minutes: 15, level: 0.5, observed: 0.6, count: 30 },
  ])
})

test('a day before is the same time by the clock, also when clocks were changed between', () => {
  const sameClock = sameClockIn('Europe/Berlin')
  const step = (text: string) => Date.parse(text) / quarterMs
  assert.equal(sameClock(step('2026-10-25T12:00:00Z'), 1), step('2026-10-24T11:00:00Z'))
  assert.equal(sameClock(step('2026-11-25T12:00:00Z'), 7), step('2026-11-18T12:00:00Z'))
  assert.equal(sameClock(step('2026-03-29T12:00:00Z'), 1), step('2026-03-28T13:00:00Z'))
})
