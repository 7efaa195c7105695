/**
 * Forecasts of a running server for sites with little data or closed sites: wider or withheld, with the reason, by the API that pages
 * read. No reading comes in; the newest message of each site has another age.
 */

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type SiteForecast, siteForecastSchema } from '@baykeeper/contract/forecast-pages.ts'
import { routes } from '@baykeeper/contract/routes.ts'
import { seedPast } from './fixtures/forecast-history.ts'
import { apiOf, startServer, type TestServer } from './fixtures/server.ts'

const zone = 'Europe/Berlin'
const silentMinutes = { sta: 35, mall: 200 }
const waitMsMax = 90_000

let dataDir: string
let server: TestServer

before(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-doubt-'))
  await seedPast(`sqlite:${path.join(dataDir, 'baykeeper.db')}`, { bays: 96, seed: 4, zone, days: 30, silentMinutes })
  const config = path.join(dataDir, 'forecasts.yaml')
  const yesterday = Temporal.Now.plainDateISO(zone).subtract({ days: 1 })
  await writeFile(
    config,
    `forecast:\n  sites:\n    hosp:\n      closures:\n        - from: '${yesterday}'\n          why: works in the street\n`,
  )
  server = await startServer({
    dataDir,
    flags: ['--config', config],
    env: { BAYKEEPER_FORECAST: 'on', BAYKEEPER_FORECAST_NIGHT_HOUR: 'off' },
  })
})
after(async () => {
  await server?.[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
})

async function forecastOf(site: string, spaces: readonly number[] = []): Promise<SiteForecast> {
  const asked = { params: { id: site }, query: { free_at_least: spaces } }
  for (const limit = performance.now() + waitMsMax; ; await sleep(200)) {
    const forecast = siteForecastSchema.parse(await apiOf(server.ready.web).call(routes.forecast, asked))
    if (forecast.issued !== null) return forecast
    if (performance.now() > limit) assert.fail(`no forecast of ${site}\n${server.logs().slice(-2_000)}`)
  }
}
const pointsOf = ({ lots }: SiteForecast) => lots.flatMap(({ points }) => points)
/** Its quantiles rise from the lowest to the highest; they may only be one where the lot is full or empty for certain. */
function isInterval({ rate }: SiteForecast['lots'][number]['points'][number]): boolean {
  if (!rate) return false
  const [low = 0, high = 0] = [rate[0], rate.at(-1)]
  const rises = rate.every((value, i) => i === 0 || value >= (rate[i - 1] as number))
  return rises && (high > low || low === 0 || low === 1)
}

describe('forecasts that rest on doubtful state', { timeout: 240_000 }, () => {
  test('fresh state: nothing is widened, and the chance of so many free bays falls with their number', async () => {
    const forecast = await forecastOf('old', [1, 5, 100_000])
    assert.equal(forecast.state, 'fresh', JSON.stringify([forecast.pipeline, pointsOf(forecast)[0]]))
    for (const { widened, p_free } of pointsOf(forecast)) {
      assert.equal(widened, 1)
      const [one, five, all] = p_free.map(({ p }) => p) as [number, number, number]
      assert.ok(one >= five && five >= all && one <= 1 && all === 0, JSON.stringify(p_free))
    }
    for (const point of pointsOf(forecast)) assert.ok(isInterval(point), JSON.stringify(point))
  })

  test('state of half an hour ago: intervals are wider where the usual error grows, each with the factor and the reason', async () => {
    const forecast = await forecastOf('sta')
    assert.equal(forecast.state, 'stale')
    for (const { served, widened, why } of pointsOf(forecast)) {
      assert.notEqual(served, 'withheld', why)
      assert.ok(widened >= 1, `${widened}`)
      assert.match(why, /state is \d\d minutes old/)
    }
    const [near, far] = [pointsOf(forecast)[0]?.widened ?? 0, pointsOf(forecast)[12]?.widened ?? 0]
    assert.ok(near > 1 && near > far, `a quarter of an hour ahead it means the most: ${near}, ${far}`)
  })

  test('state of hours ago: nothing is forecast, and the reason has the age', async () => {
    const forecast = await forecastOf('mall')
    assert.equal(forecast.state, 'stale')
    for (const { served, rate, p_free, why } of pointsOf(forecast)) {
      assert.deepEqual([served, rate, p_free], ['withheld', null, []])
      assert.match(why, /the newest state is 2\d\d minutes old/)
    }
  })

  test('a site that its configuration has closed: nothing is forecast, with the reason', async () => {
    const forecast = await forecastOf('hosp')
    assert.equal(forecast.state, 'fresh')
    for (const { served, why } of pointsOf(forecast))
      assert.deepEqual([served, why], ['withheld', 'closed until further notice (works in the street)'])
  })
})
