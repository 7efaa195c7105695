import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forecastLevels } from '@baykeeper/contract/forecast.ts'
import {
  forecastQualitySchema,
  type LotForecastPoint,
  type SiteForecast,
  siteForecastSchema,
  trainingJobSchema,
} from '@baykeeper/contract/forecast-pages.ts'
import { instant } from '../lib/brand.ts'
import type { ForecasterState, ForecastsPort } from './context.ts'
import { type ApiUnderTest, apiUnderTest, bearer, layoutOf, until } from './testing/api-under-test.ts'

const quarterMs = 15 * 60_000
const origin = Math.floor(Date.now() / quarterMs) * quarterMs
const iso = (ms: number) => new Date(ms).toISOString()
const layout = layoutOf(['A-1', 'A-2'])

const point = (minutes: number, median: number, more: Partial<LotForecastPoint> = {}): LotForecastPoint => ({
  ...{ at: iso(origin + minutes * 60_000), minutes, served: 'model', why: 'no score yet', widened: 1, p_free: [] },
  rate: [-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3].map((away) => median + away),
  free: [-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3].map((away) => Math.round(100 * (1 - median - away))),
  ...more,
})
/** Forecasts of one site differ in the moment they are issued. */
let lastIssued = Date.now()
const shown = (points: readonly LotForecastPoint[], issuedMs = ++lastIssued): Omit<SiteForecast, 'state'> => ({
  ...{ site: 'south', origin: iso(origin), issued: iso(issuedMs), model: 'c0ffee', levels: [...forecastLevels] },
  pipeline: { depth: 0, lag_s: 0, as_of: iso(issuedMs), coverage: 1 },
  lots: [{ id: 'south', name: 'South', capacity: 100, history_days: 42, observed: [], points: [...points] }],
})
async function save({ store }: ApiUnderTest, document: Omit<SiteForecast, 'state'>) {
  const issued = instant(Date.parse(document.issued ?? ''))
  const row = { site: 'south', origin: instant(origin), issued, model: 'c0ffee', head: '{}', body: new Uint8Array() }
  await store.saveForecast(row, JSON.stringify(document))
}

interface Heard extends ForecastsPort {
  issue(): void
}
function port(state: ForecasterState['state'] = 'up'): Heard {
  const heard: Parameters<ForecastsPort['listen']>[0][] = []
  return {
    state: () => ({ state, detail: '' }),
    listen: (hear) => void heard.push(hear),
    issue() {
      for (const hear of heard) hear({ site: 'south', issued: iso(origin) })
    },
  }
}
const path = '/api/v1/sites/south/forecast'
const get = async (api: ApiUnderTest, url: string) => api.app.inject({ url, headers: bearer })
const forecastOf = async (api: ApiUnderTest, query = '') =>
  siteForecastSchema.parse((await get(api, `${path}${query}`)).json())

test('before the first forecast the answer states what it waits for', async () => {
  const states: Record<string, ForecastsPort | undefined> = { starting: port('starting'), off: port('off') }
  for (const [state, forecasts] of [...Object.entries(states), ['off', undefined], ['off', port('down')]] as const) {
    await using api = await apiUnderTest({ layout, ...(forecasts ? { forecasts } : {}) })
    const forecast = await forecastOf(api)
    assert.deepEqual([forecast.state, forecast.issued, forecast.lots], [state, null, []])
  }
})

test('an instant that is asked for lies between the horizons around it, with the chance of so many free bays', async () => {
  await using api = await apiUnderTest({ layout, forecasts: port() })
  await save(api, shown([point(15, 0.4), point(30, 0.6)]))
  const at = iso(origin + 1_350_000)
  const forecast = await forecastOf(
    api,
    `?at=${at}&at=${iso(origin + 30 * 60_000)}&free_at_least=50&free_at_least=1&free_at_least=101`,
  )
  assert.equal(forecast.state, 'fresh')
  const points = forecast.lots[0]?.points ?? []
  assert.equal(points.length, 3, 'a horizon that is asked for is not answered twice')
  const between = points.find((each) => each.at === at)
  assert.ok(Math.abs((between?.rate?.[3] ?? 0) - 0.5) < 1e-9)
  assert.equal(between?.free?.[3], 50)
  const [half, one, most] = between?.p_free ?? []
  assert.ok(half && Math.abs(half.p - 0.5) < 0.03 && one && one.p > 0.97)
  assert.equal(most?.p, 0)
})

test('beyond a day, before the origin and beside what is withheld nothing is promised', async () => {
  await using api = await apiUnderTest({ layout, forecasts: port() })
  const withheld = { served: 'withheld', why: 'only 41 % of the bays are known', rate: null, free: null } as const
  await save(api, shown([point(15, 0.4), point(30, 0.6, withheld)]))
  const asked = [origin - 1, origin + 20 * 60_000, origin + 31 * 60_000]
  const forecast = await forecastOf(api, `?${asked.map((each) => `at=${iso(each)}`).join('&')}&free_at_least=3`)
  const whys = forecast.lots[0]?.points.slice(2).map(({ served, rate, why, p_free }) => [served, rate, why, p_free])
  const far = ['withheld', null, 'not within 24 h of the newest forecast', []]
  assert.deepEqual(whys, [far, ['withheld', null, withheld.why, []], far])
})

test('a forecast that is old, or rests on old input, is marked so', async () => {
  await using api = await apiUnderTest({ layout, forecasts: port() })
  await save(api, shown([point(15, 0.4)], Date.now() - 13 * 60_000))
  assert.equal((await forecastOf(api)).state, 'stale')
  await save(api, shown([point(15, 0.4, { widened: 1.4 })]))
  assert.equal((await forecastOf(api)).state, 'stale')
  await save(api, shown([point(15, 0.4)]))
  assert.equal((await forecastOf(api)).state, 'fresh')
  const pipeline = { depth: 0, lag_s: 0, as_of: iso(Date.now() - 600_000), coverage: 1 }
  await save(api, { ...shown([point(15, 0.4), point(1_440, 0.4)]), pipeline })
  assert.equal((await forecastOf(api)).state, 'stale')
  await save(api, { ...shown([point(15, 0.4)]), pipeline: { ...pipeline, usual_silence_s: 900 } })
  assert.equal((await forecastOf(api)).state, 'fresh', 'as silent as it is used to')
  await save(
    api,
    shown([point(15, 0.4, { served: 'withheld', why: 'closed until further notice', rate: null, free: null })]),
  )
  assert.equal((await forecastOf(api)).state, 'fresh', 'closed, and known to be')
})

test('what is asked for is bounded, and a site that is not there is not forecast', async () => {
  await using api = await apiUnderTest({ layout, forecasts: port() })
  const many = Array.from({ length: 65 }, (_, i) => `at=${iso(origin + i)}`).join('&')
  for (const query of [many, 'at=soon', 'free_at_least=0', 'free_at_least=x', 'k=1'])
    assert.equal((await get(api, `${path}?${query}`)).statusCode, 400, query.slice(0, 40))
  assert.equal((await get(api, '/api/v1/sites/north/forecast')).statusCode, 404)
  assert.equal((await get(api, '/api/v1/sites/north/forecast/quality')).statusCode, 404)
  assert.equal((await api.app.inject({ url: path })).statusCode, 401)
})

test('quality is empty before the first score, then what was scored', async () => {
  await using api = await apiUnderTest({ layout, forecasts: port() })
  const quality = async () => forecastQualitySchema.parse((await get(api, `${path}/quality`)).json())
  assert.deepEqual(await quality(), { site: 'south', scored: null, model: null, cells: [], calibration: [], drift: [] })
  const scored = { ...(await quality()), scored: iso(origin), drift: [{ lot: 'south', minutes: 15, why: 'it drifts' }] }
  const document = JSON.stringify({ factors: [], quality: scored })
  await api.store.saveForecastQuality('south', { at: instant(origin), document })
  assert.deepEqual(await quality(), scored)
})

test('a training is asked for, joined and cancelled by who may operate', async () => {
  await using api = await apiUnderTest({ layout, forecasts: port() })
  const url = '/api/v1/forecast/training'
  const ask = async (method: 'GET' | 'POST' | 'DELETE', headers: Record<string, string> = bearer) => {
    const response = await api.app.inject({ method, url, headers })
    return { status: response.statusCode, job: trainingJobSchema.safeParse(response.json()).data }
  }
  const reader = await api.keyring.createToken({ kind: 'api', name: 'reader', scopes: ['read'] })
  const mayRead = { authorization: `Bearer ${reader}` }
  assert.equal((await ask('GET', mayRead)).job?.state, 'never')
  for (const method of ['POST', 'DELETE'] as const) assert.equal((await ask(method, mayRead)).status, 403)
  assert.equal((await ask('DELETE')).job?.state, 'never')

  const first = await ask('POST')
  assert.deepEqual([first.status, first.job?.state], [202, 'running'])
  assert.deepEqual(await ask('POST'), first, 'who asks while one waits gets the same')
  assert.deepEqual((await ask('DELETE')).job?.detail, 'Cancelled before it began.')

  await ask('POST')
  const row = await api.store.newestTraining()
  const progress = { stage: 'training', step: 4, steps: 60, loss: 0.1, samples_per_s: 9, eta_s: null }
  await api.store.changeTraining(row?.id ?? 0, ['asked'], { state: 'running', progress: JSON.stringify(progress) })
  assert.deepEqual((await ask('GET')).job?.progress, progress)
  const cancelled = await ask('DELETE')
  assert.deepEqual([cancelled.status, cancelled.job?.state, cancelled.job?.detail], [200, 'running', 'It stops.'])
  assert.equal((await api.store.newestTraining())?.state, 'cancelling')
})

test('the status holds the state of the forecaster', async () => {
  await using api = await apiUnderTest({ layout, forecasts: port('down') })
  assert.deepEqual((await get(api, '/api/v1/status')).json().forecaster, { state: 'down', detail: '' })
  assert.match((await get(api, '/metrics')).body, /baykeeper_forecaster_up 0/)
})

test('without forecasts no training is taken', async () => {
  for (const forecasts of [undefined, port('off')]) {
    await using api = await apiUnderTest({ layout, ...(forecasts ? { forecasts } : {}) })
    const response = await api.app.inject({ method: 'POST', url: '/api/v1/forecast/training', headers: bearer })
    assert.deepEqual([response.statusCode, response.json().code], [503, 'E_NO_FORECASTS'])
  }
})

test('a new forecast is sent to the viewers that subscribe to it', async () => {
  const forecasts = port()
  await using api = await apiUnderTest({ layout, forecasts })
  const base = await api.listen()
  const texts = ['?topics=forecast', '?topics=kpi', ''].map((query) => {
    const heard = { text: '' }
    const read = async () => {
      const response = await fetch(`${base}/api/v1/stream${query}`, { headers: bearer })
      const decoder = new TextDecoder()
      for await (const chunk of response.body ?? []) heard.text += decoder.decode(chunk)
    }
    read().catch(() => {})
    return heard
  })
  await until(() => texts.every(({ text }) => text.includes('retry')))
  forecasts.issue()
  const told = `event: forecast\ndata: ${JSON.stringify({ site: 'south', issued: iso(origin) })}\n`
  await until(() => texts[0]?.text.includes(told) === true && texts[2]?.text.includes(told) === true)
  assert.ok(!texts[1]?.text.includes('event: forecast'))
})
