import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ForecastPoint, ForecastRequest, RememberRequest } from '@baykeeper/contract/forecast.ts'
import { quarterMs } from '../domain/occupancy-span.ts'
import { instant } from '../lib/brand.ts'
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { openStore } from '../store/engine/open.ts'
import type { Forecaster } from './forecaster.ts'
import { hindcasts, wantedOrigins } from './hindcasts.ts'
import { packIssued, unpackIssued } from './issued-body.ts'
import type { SiteRates } from './site-rates.ts'

const last = Math.floor(Date.parse('2026-11-23T08:00:00Z') / quarterMs)

test('origins lie in the requested weeks, with enough history before each, newest day first and in turn within it', () => {
  const all = wantedOrigins(last, 90, 28)
  assert.equal(all.length, Math.ceil((28 * 96) / 15))
  assert.ok(all.every((step) => step % 15 === 0 && step <= last && step > last - 28 * 96))
  assert.equal(Math.max(...all.slice(0, 3)), Math.max(...all))
  const days = all.map((step) => Math.floor(step / 96))
  assert.deepEqual(
    days,
    days.toSorted((a, b) => b - a),
  )
  assert.deepEqual(
    all.slice(0, 2),
    all.slice(0, 2).toSorted((a, b) => a - b),
  )
  assert.ok(wantedOrigins(last, 35, 28).every((step) => step > last - 7 * 96))
  assert.deepEqual(wantedOrigins(last, 20, 28), [])
})

test('hindcasts use only data known then, are marked, and are replaced by issued forecasts', async () => {
  await using store = await openStore('sqlite::memory:', { log: silentLog, clock: systemClock })
  await store.migrate()
  const remembered: Omit<RememberRequest, 'id' | 'type'>[] = []
  const asked: Omit<ForecastRequest, 'id' | 'type'>[] = []
  const medians = { rate: Array<number>(7).fill(0.5), model: 0.5, baseline: 0.4 }
  const point: ForecastPoint = {
    minutes: 15,
    at: '',
    served: 'model',
    why: '',
    widened: 1,
    free: null,
    p_free: [],
    ...medians,
  }
  const lots = [{ id: 'S', points: [point], at: [] }]
  const forecaster = {
    generation: 1,
    weights: { trained: '2026-11-01T00:00:00Z' },
    remember: async (request: (typeof remembered)[number]) => void remembered.push(request),
    async forecast(request: (typeof asked)[number]) {
      asked.push(request)
      return { model: 'm', lots }
    },
  } as unknown as Forecaster
  const rates = {
    site: { id: 'S', zone: 'UTC', lots: [{ id: 'S', capacity: 9 }] },
    lastStep: last,
    historyDays: () => 90,
    rateAt: () => 0.5,
  } as unknown as SiteRates
  const issued = instant(Math.floor(last / 15) * 15 * quarterMs)
  await store.saveForecast({ site: 'S', origin: issued, issued, model: 'm', ...packIssued({ lots }) }, 'shown')
  const run = async () => {
    const all = hindcasts({ store, forecaster, rates, calendar: { holidays: [], school_holidays: [] } })
    for (let next = await all.next(); ; next = await all.next()) if (next.done) return next.value
  }
  const made = await run()
  assert.equal(
    made,
    Math.ceil((7 * 96) / 15) - 1,
    'weights that were trained here are asked about the days held out from them',
  )
  assert.ok(
    asked.every(({ site, now, from, lots: sent }) => site !== 'S' && now === from && sent[0]?.rates.length === 0),
  )
  assert.ok(remembered[0]?.site !== 'S' && remembered.at(-1)?.lots.length === 0)
  const range = { site: 'S', from: instant(0), to: instant((last + 1) * quarterMs), limit: 999 }
  const rows = await store.issuedForecasts(range)
  const marks = rows.map((row) => unpackIssued(row, row.origin, () => true)[0]?.hindcast === true)
  assert.equal(marks.filter(Boolean).length, made)
  assert.equal(marks[rows.findIndex(({ origin }) => origin === issued)], false)
  assert.equal((await store.shownForecast('S'))?.document, 'shown')
  assert.equal(await run(), 0)
})
