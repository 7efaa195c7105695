import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forecastAnswerSchema } from '@baykeeper/contract/forecast.ts'
import { forecasterUnderTest, requestOf, tinyServed } from './site-under-test.ts'

const forecaster = await forecasterUnderTest()
const minutes = tinyServed.horizons.map((steps) => steps * 15)

test('every lot has a forecast at every horizon, as the contract requires', async () => {
  const answer = forecastAnswerSchema.parse(await forecaster.forecast(requestOf({}, { free_at_least: [1, 30] })))
  assert.equal(answer.lots.length, 2)
  for (const { points } of answer.lots) {
    assert.deepEqual(
      points.map((point) => point.minutes),
      minutes,
    )
    for (const point of points) {
      assert.equal(point.served, 'model')
      assert.equal(Date.parse(point.at) - Date.parse(answer.origin), point.minutes * 60_000)
      assert.equal(point.rate?.length, 7)
      assert.ok(point.p_free.every(({ p }) => p >= 0 && p <= 1))
      assert.ok((point.p_free[0]?.p as number) >= (point.p_free[1]?.p as number))
    }
  }
})

test('an instant between two horizons lies between their forecasts, and one beyond a day is withheld', async () => {
  const request = requestOf()
  const at = [30, 60 * 30].map((ahead) => new Date(Date.parse(request.now) - 60_000 + ahead * 60_000).toISOString())
  const [lot] = (await forecaster.forecast({ ...request, at })).lots
  const [near, far] = (lot?.points ?? []).map(({ rate }) => rate?.[3] as number) as [number, number]
  const between = lot?.at[0]?.rate?.[3] as number
  assert.ok(between >= Math.min(near, far) && between <= Math.max(near, far))
  assert.deepEqual([lot?.at[1]?.served, lot?.at[1]?.rate], ['withheld', null])
})

test('with less than 14 days of history the baseline is served with the number of days as the reason', async () => {
  const { lots } = await forecaster.forecast(requestOf({ days: 12 }))
  assert.deepEqual(
    [lots[0]?.points[0]?.served, lots[0]?.points[0]?.why],
    ['baseline', '11 days of history; the model needs 14'],
  )
  assert.equal(lots[0]?.points[0]?.model, null)
})

test('with less than a week nothing is served', async () => {
  const { lots } = await forecaster.forecast(requestOf({ days: 5 }))
  assert.ok(lots[0]?.points.every(({ served, why }) => served === 'withheld' && /less than a week/.test(why)))
})

test('a late pipeline widens the intervals as far as the age of its state, with the reason', async () => {
  const request = requestOf()
  const fresh = await forecaster.forecast(request)
  const late = await forecaster.forecast({ ...request, pipeline: { ...request.pipeline, depth: 900, lag_s: 1200 } })
  const width = (answer: typeof fresh) => {
    const rate = answer.lots[0]?.points[0]?.rate as number[]
    return (rate[5] as number) - (rate[1] as number)
  }
  assert.ok(width(late) > width(fresh))
  assert.match(late.lots[0]?.points[0]?.why ?? '', /state is 20 minutes old/)
})

test('state older than an hour, or bays mostly unknown, withhold the forecast', async () => {
  const request = requestOf()
  const old = { ...request.pipeline, as_of: new Date(Date.parse(request.now) - 3_700_000).toISOString() }
  const stale = await forecaster.forecast({ ...request, pipeline: old })
  assert.ok(stale.lots[0]?.points.every(({ served, why }) => served === 'withheld' && /62 minutes old/.test(why)))
  const blind = await forecaster.forecast({ ...request, lots: request.lots.map((lot) => ({ ...lot, coverage: 0.3 })) })
  assert.match(blind.lots[1]?.points[0]?.why ?? '', /30% of the bays/)
})

test('within an announced closure nothing is forecast, after it there is', async () => {
  const request = requestOf()
  const until = new Date(Date.parse(request.now) + 2 * 3_600_000).toISOString()
  const lots = request.lots.map((lot) => ({ ...lot, closures: [{ from: request.now, to: until }] }))
  const answer = await forecaster.forecast({ ...request, lots })
  assert.deepEqual(
    answer.lots[0]?.points.map(({ served }) => served),
    ['withheld', 'withheld', 'model', 'model'],
  )
})

test('a lot without a current rate has the baseline, wide as a day ahead', async () => {
  const request = requestOf()
  const lots = request.lots.map((lot) => ({ ...lot, rates: [...lot.rates.slice(0, -1), null] }))
  const answer = await forecaster.forecast({ ...request, lots })
  assert.deepEqual([answer.lots[0]?.points[0]?.served, answer.lots[0]?.points[0]?.why], ['baseline', 'no current rate'])
})

test('the gate decides per lot and horizon, and its reason is passed on', async () => {
  const request = requestOf()
  const gate = [{ lot: request.lots[0]?.id as string, minutes: 60, serve: 'baseline' as const, why: 'it was better' }]
  const { lots } = await forecaster.forecast({ ...request, gate })
  assert.deepEqual(
    lots[0]?.points.map(({ served }) => served),
    ['model', 'baseline', 'model', 'model'],
  )
  assert.equal(lots[0]?.points[1]?.why, 'it was better')
  assert.equal(lots[1]?.points[1]?.served, 'model')
})

test('where a simple baseline is the best it is served, with the residuals it had', async () => {
  const request = requestOf({}, { site: 'simple' })
  const now = request.lots[0]?.rates.at(-1) as number
  const gateOf = (method: 'persistence' | 'week') => [
    { lot: request.lots[0]?.id as string, minutes: 60, serve: 'baseline' as const, method, why: 'it was better' },
  ]
  const ask = async (method: 'persistence' | 'week') =>
    (await forecaster.forecast({ ...request, gate: gateOf(method) })).lots[0]?.points[1]
  const last = await ask('persistence')
  assert.deepEqual([last?.served, last?.why], ['baseline', 'it was better'])
  const rate = last?.rate ?? []
  assert.ok((rate[0] as number) < now && now < (rate[6] as number))
  assert.deepEqual(
    rate,
    rate.toSorted((a, b) => a - b),
  )
  const week = await ask('week')
  assert.notDeepEqual(week?.rate, rate)
  assert.equal(week?.baseline, last?.baseline, 'the scoreboard goes on with the anchor')
})

test('a closure without an end is until further notice, with the reason', async () => {
  const request = requestOf()
  const lots = request.lots.map((lot) => ({ ...lot, closures: [{ from: request.from, why: 'flooded' }] }))
  const answer = await forecaster.forecast({ ...request, lots })
  assert.ok(
    answer.lots[1]?.points.every(({ rate, why }) => rate === null && why === 'closed until further notice (flooded)'),
  )
})

test('history sent in parts gives the forecast of history sent whole', async () => {
  const whole = requestOf({}, { site: 'whole' })
  const cut = 3000
  const part = (from: number, to: number) => ({
    ...whole,
    site: 'parts',
    from: new Date(Date.parse(whole.from) + from * 900_000).toISOString(),
    lots: whole.lots.map((lot) => ({ ...lot, rates: lot.rates.slice(from, to) })),
  })
  await forecaster.forecast(part(0, cut))
  const parts = await forecaster.forecast({ ...part(cut, 5000), append: true })
  const { lots } = await forecaster.forecast(whole)
  assert.deepEqual(parts.lots, lots)
  const remember = { ...part(0, cut), site: 'other', type: 'remember' as const, append: false }
  forecaster.remember(remember)
  assert.deepEqual((await forecaster.forecast({ ...part(cut, 5000), site: 'other', append: true })).lots, lots)
})
