import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LotForecast, SiteForecast } from '@baykeeper/contract/forecast-pages.ts'
import fc from 'fast-check'
import {
  aheadAt,
  byFullness,
  level,
  medianOf,
  type Outlook,
  outlookOf,
  peakOf,
  together,
  wholeOf,
} from './lots-ahead.ts'

const origin = Date.UTC(2026, 10, 23, 8)
const minute = 60_000
const spread = [-0.2, -0.1, -0.05, 0, 0.05, 0.1, 0.2]

function lot(id: string, medians: Readonly<Record<number, number | null>>, capacity = 100): LotForecast {
  return {
    id,
    name: id,
    capacity,
    history_days: 30,
    observed: [{ at: new Date(origin).toISOString(), rate: 0.5 }],
    points: Object.entries(medians).map(([minutes, median]) => ({
      at: new Date(origin + Number(minutes) * minute).toISOString(),
      minutes: Number(minutes),
      served: median === null ? ('withheld' as const) : ('model' as const),
      why: median === null ? 'closed' : 'no score yet',
      widened: 1,
      rate: median === null ? null : spread.map((away) => median + away),
      free: null,
      p_free: [],
    })),
  }
}

const median = (outlook: Outlook, minutes: number) => {
  const ahead = aheadAt(outlook, origin + minutes * minute)
  return ahead && medianOf(ahead)
}

test('between two horizons the quantiles lie straight between; on one they are its own', () => {
  const outlook = outlookOf(lot('a', { 15: 0.4, 60: 0.7 }))
  assert.equal(median(outlook, 15), 0.4)
  assert.ok(Math.abs((median(outlook, 30) ?? 0) - 0.5) < 1e-12)
  assert.equal(median(outlook, 60), 0.7)
  assert.equal(median(outlook, 5), 0.4)
})

test('there is no value for the past, beyond the last horizon, or next to a withheld horizon', () => {
  const outlook = outlookOf(lot('a', { 15: 0.4, 60: null, 120: 0.7 }))
  assert.equal(aheadAt(outlook, origin), undefined)
  assert.equal(aheadAt(outlook, origin + 121 * minute), undefined)
  assert.equal(aheadAt(outlook, origin + 30 * minute)?.served, 'withheld')
  assert.equal(aheadAt(outlook, origin + 90 * minute)?.rate, null)
  assert.equal(aheadAt(outlook, origin + 90 * minute)?.why, 'closed')
})

test('a requested instant that equals a horizon is one point', () => {
  const asked = lot('a', { 60: 0.7, 15: 0.4 })
  const twice = { ...asked, points: [...asked.points, ...asked.points.slice(0, 1)] }
  assert.deepEqual(
    outlookOf(twice).ahead.map(({ at }) => (at - origin) / minute),
    [15, 60],
  )
})

test('the peak is the highest median between then and then', () => {
  const outlook = outlookOf(lot('a', { 15: 0.4, 60: 0.7, 120: null, 480: 0.9 }))
  assert.equal(peakOf(outlook, origin, origin + 240 * minute)?.at, origin + 60 * minute)
  assert.equal(peakOf(outlook, origin, origin + 480 * minute)?.at, origin + 480 * minute)
  assert.equal(peakOf(outlook, origin + 60 * minute, origin + 240 * minute), undefined)
  assert.equal(peakOf(outlookOf(lot('b', { 15: null })), origin, origin + 480 * minute), undefined)
})

test('fullest first; a lot of which nothing is known comes last', () => {
  const lots = [lot('none', { 60: null }), lot('low', { 60: 0.2 }), lot('high', { 60: 0.9 })]
  assert.deepEqual(
    byFullness(lots, outlookOf, origin + 60 * minute).map(({ id }) => id),
    ['high', 'low', 'none'],
  )
})

test('lots together weigh by their bays, stay in order, and have no value where one lot has none', () => {
  const rate = fc.float({ min: Math.fround(0.2), max: Math.fround(0.8), noNaN: true })
  fc.assert(
    fc.property(rate, rate, fc.integer({ min: 1, max: 900 }), fc.integer({ min: 1, max: 900 }), (a, b, m, n) => {
      const sum = together([outlookOf(lot('a', { 60: a }, m)), outlookOf(lot('b', { 60: b }, n))])
      const quantiles = sum?.ahead[0]?.rate ?? []
      assert.equal(sum?.capacity, m + n)
      assert.ok(Math.abs((quantiles[level.median] ?? 0) - (a * m + b * n) / (m + n)) < 1e-9)
      assert.deepEqual(
        quantiles,
        [...quantiles].sort((p, q) => p - q),
      )
    }),
  )
  const gap = together([outlookOf(lot('a', { 60: 0.4 })), outlookOf(lot('b', { 60: null }))])
  assert.deepEqual([gap?.ahead[0]?.served, gap?.ahead[0]?.rate, gap?.ahead[0]?.why], ['withheld', null, 'closed'])
})

test('a site is the lot of its name, or its lots together unless they overlap', () => {
  const of = (...lots: LotForecast[]) => ({ site: 'north', lots }) as unknown as SiteForecast
  assert.equal(wholeOf(of(lot('p1', { 60: 0.4 }), lot('north', { 60: 0.5 }, 200)), 200)?.capacity, 200)
  assert.equal(wholeOf(of(lot('p1', { 60: 0.4 }), lot('p2', { 60: 0.5 })), 200)?.capacity, 200)
  assert.equal(wholeOf(of(lot('p1', { 60: 0.4 }), lot('zone', { 60: 0.5 })), 150), undefined)
})
