import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forecastAnswerSchema } from '@baykeeper/contract/forecast.ts'
import { readTrees } from '../trees/trees-file.ts'
import { forecasterUnderTest, requestOf, shippedTrees, tinyServed } from './site-under-test.ts'

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

test('with less than 14 days of history the other experts speak, with the number of days as the reason', async () => {
  const { lots } = await forecaster.forecast(requestOf({ days: 12 }))
  const [point] = lots[0]?.points ?? []
  assert.equal(point?.served, 'baseline')
  assert.match(point?.why ?? '', /^11 days of history; the model needs 14; experts weighed by/)
  assert.deepEqual([point?.model, point?.experts?.network], [null, undefined])
})

test('the first hour of a lot is enough for a forecast, and no rate at all for none', async () => {
  const request = requestOf({ days: 5 })
  const young = request.lots.map((lot) => ({
    ...lot,
    rates: lot.rates.map((rate, t) => (t < lot.rates.length - 4 ? null : rate)),
  }))
  const first = await forecaster.forecast({ ...request, lots: young })
  for (const { points } of first.lots) {
    assert.ok(points.every(({ rate, served }) => served === 'baseline' && rate?.every(Number.isFinite)))
    const width = (h: number) => (points[h]?.rate?.[5] as number) - (points[h]?.rate?.[1] as number)
    assert.ok(width(0) > 0.01 && width(2) > width(0), `${width(0)} ${width(2)}`)
  }
  const unknown = request.lots.map((lot) => ({ ...lot, rates: lot.rates.map(() => null) }))
  const none = await forecaster.forecast({ ...request, lots: unknown })
  assert.ok(none.lots[0]?.points.every(({ rate, why }) => rate === null && why === 'no rate is known yet'))
})

test('after four weeks of silence the days before them still speak', async () => {
  const request = requestOf({ days: 80 })
  const from = request.lots[0]?.rates.length as number
  const lots = request.lots.map((lot) => ({
    ...lot,
    rates: lot.rates.map((rate, t) => (t >= from - 30 * 96 && t < from - 2 ? null : rate)),
  }))
  const answer = await forecaster.forecast({ ...request, lots })
  for (const { points } of answer.lots) assert.ok(points.every(({ rate }) => rate?.every(Number.isFinite)))
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

test('a lot without a current rate is forecast by others than the network', async () => {
  const request = requestOf()
  const lots = request.lots.map((lot) => ({ ...lot, rates: [...lot.rates.slice(0, -1), null] }))
  const answer = await forecaster.forecast({ ...request, lots })
  const [point] = answer.lots[0]?.points ?? []
  assert.equal(point?.served, 'baseline')
  assert.match(point?.why ?? '', /^no current rate; /)
})

test('every answer names who it is mixed from, and the shares add up', async () => {
  const { lots } = await forecaster.forecast(requestOf())
  for (const { points } of lots)
    for (const { experts, why } of points) {
      const shares = Object.values(experts ?? {})
      assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 0.03, JSON.stringify(experts))
      assert.match(why, /^experts weighed by the last \d+ days$/)
    }
})

test('an expert that has been right counts more than one that has been wrong', async () => {
  // The tiny network is not trained: its forecasts are wrong.
  const { lots } = await forecaster.forecast(requestOf())
  const [near] = lots[0]?.points ?? []
  assert.ok((near?.experts?.network ?? 0) < 0.35, JSON.stringify(near?.experts))
})

test('a minute within a closure is closed, and one beside it is not, with any horizons', async () => {
  const request = requestOf()
  const origin = Date.parse(request.now) - 60_000
  const iso = (minutes: number) => new Date(origin + minutes * 60_000).toISOString()
  const lots = request.lots.map((lot) => ({ ...lot, closures: [{ from: iso(70), to: iso(100) }] }))
  const [lot] = (await forecaster.forecast({ ...request, lots, at: [iso(69), iso(70), iso(99), iso(100)] })).lots
  assert.deepEqual(
    lot?.at.map(({ served, why }) => [served === 'withheld', why.startsWith('closed until')]),
    [
      [false, false],
      [true, true],
      [true, true],
      [false, false],
    ],
  )
})

test('a lot that has never moved is answered, and the others with it', async () => {
  const request = requestOf()
  for (const still of [0, 1, 0.4]) {
    const lots = request.lots.map((lot, i) => (i === 0 ? { ...lot, rates: lot.rates.map(() => still) } : lot))
    const answer = forecastAnswerSchema.parse(await forecaster.forecast({ ...request, lots }))
    for (const { points } of answer.lots) assert.ok(points.every(({ rate }) => rate?.every(Number.isFinite)))
    const [, median] = [0, answer.lots[0]?.points.at(-1)?.rate?.[3] as number]
    assert.ok(Math.abs(median - still) < 0.01, `${median}`)
  }
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

test('where the trees of a site cannot be grown that is reported, and forecasts go on', async () => {
  const { grown } = readTrees(shippedTrees)
  let asked = 0
  const trees = grown.map(({ median, ...rest }) => ({
    ...rest,
    get median() {
      if (asked++ === 0) throw new Error('no memory is left')
      return median
    },
  }))
  const faults: string[] = []
  const onFault = (what: string, fault: unknown) => faults.push(`${what}: ${(fault as Error).message}`)
  const broken = await forecasterUnderTest(8, 40, { trees, onFault })
  const { lots } = await broken.forecast(requestOf())
  assert.deepEqual(faults, ['the trees of the site: no memory is left'])
  assert.ok(lots.every(({ points }) => points.every(({ rate }) => rate?.every(Number.isFinite))))
})
