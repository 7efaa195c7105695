/**
 * The fine-tuning of a night with all its processes: it starts automatically at the hour of the site's own time zone, once, goes on from its
 * checkpoint when its processes are killed, and what it made is judged before it serves.
 */

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type ForecastQuality,
  forecastQualitySchema,
  type TrainingJob,
  trainingJobSchema,
} from '@baykeeper/contract/forecast-pages.ts'
import { routes } from '@baykeeper/contract/routes.ts'
import { systemClock } from '../src/lib/clock.ts'
import { silentLog } from '../src/lib/log.ts'
import { openStore } from '../src/store/engine/open.ts'
import { pastLayout, seedPast } from './fixtures/forecast-history.ts'
import { apiOf, startServer, type TestServer } from './fixtures/server.ts'

/** One whose hour goes on for a while, so that the night does not end in the midst of it, and which is not that of UTC. */
const zone = ['Asia/Tokyo', 'Asia/Kolkata'].find((each) => localTime(each).minute < 40) ?? 'Asia/Kathmandu'
const past = { bays: 24, seed: 5, zone, days: 56 }
const site = pastLayout(past).sites[0]?.id ?? ''
/** Progress is stored every second: it must not end between two of them. */
const steps = 120
const waitMsMax = 240_000
/** The schedule is looked at every two seconds. */
const severalLooksMs = 9_000

function localTime(name: string) {
  return Temporal.Now.zonedDateTimeISO(name)
}

let dataDir: string
let server: TestServer | undefined

before(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-night-'))
  await seedPast(database(), past)
})
after(async () => {
  await server?.[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
})

const database = () => `sqlite:${path.join(dataDir, 'baykeeper.db')}`

async function start(nightHour: number): Promise<TestServer> {
  await server?.stop()
  server = await startServer({
    dataDir,
    env: {
      BAYKEEPER_FORECAST: 'on',
      BAYKEEPER_FORECAST_NIGHT_HOUR: String(nightHour),
      BAYKEEPER_FORECAST_TRAINING_STEPS: String(steps),
    },
  })
  return server
}

const api = () => apiOf(server?.ready.web ?? '')
const training = async (): Promise<TrainingJob> => trainingJobSchema.parse(await api().call(routes.training))
const quality = async (): Promise<ForecastQuality> =>
  forecastQualitySchema.parse(await api().call(routes.forecastQuality, { params: { id: site } }))
/** As it is stored, with its author. */
async function newestTraining() {
  await using store = await openStore(database(), { log: silentLog, clock: systemClock })
  return store.newestTraining()
}

async function until<T>(what: string, look: () => Promise<T>, isSo: (seen: T) => boolean): Promise<T> {
  for (const limit = performance.now() + waitMsMax; ; await sleep(200)) {
    const seen = await look()
    if (isSo(seen)) return seen
    if (performance.now() > limit)
      assert.fail(`no ${what} within ${waitMsMax / 1_000} s: ${JSON.stringify(seen)}\n${server?.logs().slice(-2_000)}`)
  }
}

describe('the fine-tuning of a night', { timeout: 900_000 }, () => {
  test('does not begin at that hour of UTC', async () => {
    await start(Temporal.Now.zonedDateTimeISO('UTC').hour)
    await until('forecast', quality, ({ model }) => model !== null)
    await sleep(severalLooksMs)
    assert.equal((await training()).state, 'never')
  })

  test('starts automatically at that hour of the site, without a requesting user', async () => {
    await start(localTime(zone).hour)
    await until('training', training, ({ progress }) => progress?.stage === 'training' && progress.step >= 20)
    assert.equal((await newestTraining())?.author, 'night')
  })

  test('goes on from its checkpoint when its process is killed, and when the process that watches it is', async () => {
    const begun = await newestTraining()
    await server?.kill('training')
    await until(
      'training that goes on',
      training,
      ({ detail, progress }) => /checkpoint/.test(detail) && (progress?.step ?? 0) >= 20,
    )
    const old = (await server?.kill('forecasts')) ?? 0
    await server?.back('forecasts', old)
    const end = await until('end of the training', training, ({ state }) => state !== 'running')
    assert.equal(end.state, 'done', end.detail)
    assert.equal((await newestTraining())?.id, begun?.id, 'it is the same training')
    assert.equal(end.progress?.step, steps)
  })

  test('is judged on the newest week, and the forecaster serves what won', async () => {
    const { verdict, detail } = await training()
    console.log(detail)
    assert.equal(verdict?.days, 7)
    assert.equal(verdict?.served, (verdict?.error ?? 0) <= (verdict?.before ?? 0))
    const name = verdict?.served ? 'trained here' : 'shipped weights'
    const { model } = await until('forecast by what won', quality, (seen) => seen.model?.name === name)
    if (verdict?.served) assert.ok(model?.trained && (model.rows ?? 0) > past.days * 90)
  })

  test('comes once, also when the server starts again within the hour', async () => {
    const once = await newestTraining()
    await sleep(severalLooksMs)
    assert.equal((await newestTraining())?.id, once?.id)
    await start(localTime(zone).hour)
    await until('forecast', quality, ({ model }) => model !== null)
    await sleep(severalLooksMs)
    assert.equal((await newestTraining())?.id, once?.id)
  })
})
