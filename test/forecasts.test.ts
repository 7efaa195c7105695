/**
 * Forecasts with all their processes, beside readings that keep coming: a forecaster that is killed comes back, a training that is killed goes
 * on from its checkpoint, and neither costs a reading or makes a sender wait.
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type SiteForecast,
  siteForecastSchema,
  type TrainingJob,
  trainingJobSchema,
} from '@baykeeper/contract/forecast-pages.ts'
import { routes } from '@baykeeper/contract/routes.ts'
import { jsonLine } from '../src/simulator/wire-reading.ts'
import { pastLayout, seedPast } from './fixtures/forecast-history.ts'
import { drainedLedger } from './fixtures/readings.ts'
import { apiOf, ingestToken, startServer, type TestServer } from './fixtures/server.ts'

const days = 42
const past = { bays: 48, seed: 3, zone: 'Europe/Berlin', days }
const layout = pastLayout(past)
const devices = layout.sites.flatMap(({ levels }) =>
  levels.flatMap(({ bays }) => bays.map(({ id, devices: [device = id] }) => device)),
)
/** Progress is stored every second: it must not end between two of them. */
const steps = 80
const site = 'old'
const waitMsMax = 180_000

let dataDir: string
let server: TestServer
let seq = 0
let sent = 0

before(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-forecasts-'))
  await seedPast(`sqlite:${path.join(dataDir, 'baykeeper.db')}`, past)
  server = await startServer({
    dataDir,
    env: {
      BAYKEEPER_FORECAST: 'on',
      BAYKEEPER_FORECAST_NIGHT_HOUR: 'off',
      BAYKEEPER_FORECAST_TRAINING_STEPS: String(steps),
    },
  })
})
after(async () => {
  await server?.[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
})

/** One reading of every sensor; returns how long the acknowledgement took. */
async function post(): Promise<number> {
  seq++
  const lines = devices.map((device, i) =>
    jsonLine({ device, seq, time: Date.now(), occupied: (i + (seq >> 4)) % 3 > 0 }),
  )
  const began = performance.now()
  const answer = await fetch(`${server.ready.ingest}/ingest/v1`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ingestToken}`, 'content-type': 'application/x-ndjson' },
    body: lines.join('\n'),
  })
  assert.equal(answer.status, 202, await answer.text())
  sent += devices.length
  return performance.now() - began
}

/** Sends ten times a second until it is stopped; resolves with the times. */
function sending() {
  const stop = new AbortController()
  const times: number[] = []
  const done = (async () => {
    while (!stop.signal.aborted) {
      times.push(await post())
      await sleep(100)
    }
  })()
  return {
    async stop() {
      stop.abort()
      await done
      times.sort((a, b) => a - b)
      const at = (share: number) => times[Math.min(times.length - 1, Math.floor(share * times.length))] as number
      return { count: times.length, p50: at(0.5), p99: at(0.99), max: times.at(-1) as number }
    },
  }
}

const api = () => apiOf(server.ready.web)
const here = { params: { id: site } }
/** Checked, not only typed: what the server answers is part of what is tried here. */
const forecast = async (): Promise<SiteForecast> =>
  siteForecastSchema.parse(await api().call(routes.forecast, { ...here, query: { free_at_least: 1 } }))
const training = async (): Promise<TrainingJob> => trainingJobSchema.parse(await api().call(routes.training))

async function until<T>(what: string, look: () => Promise<T>, isSo: (seen: T) => boolean): Promise<T> {
  for (const limit = performance.now() + waitMsMax; ; await sleep(200)) {
    const seen = await look()
    if (isSo(seen)) return seen
    if (performance.now() > limit)
      assert.fail(
        `no ${what} within ${waitMsMax / 1_000} s: ${JSON.stringify(seen).slice(0, 600)}\n${server.logs().slice(-2_000)}`,
      )
  }
}

const mebibytes = (pid: number | undefined): number => {
  const [, kiB] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Math.round(Number(kiB) / 1_024)
}
const shown = ({ count, p50, p99, max }: { count: number; p50: number; p99: number; max: number }) =>
  `p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, most ${max.toFixed(1)} ms of ${count}`

describe('forecasts of a running server', { timeout: 700_000 }, () => {
  test('are there soon after its start, of every place and by the model', async () => {
    const began = performance.now()
    await post()
    const first = await until('forecast by the model', forecast, ({ lots }) =>
      lots.some(({ points }) => points.some(({ served }) => served === 'model')),
    )
    console.log(`first forecast by the model after ${((performance.now() - began) / 1_000).toFixed(1)} s`)
    assert.equal(first.state, 'fresh')
    assert.equal(first.lots[0]?.id, site)
    assert.ok((first.lots[0]?.history_days ?? 0) > days - 2)
    for (const { points } of first.lots) {
      assert.equal(points.length, 28)
      assert.ok(points.every(({ rate, p_free }) => rate?.length === 7 && p_free.length === 1))
    }
    const quality = await api().call(routes.forecastQuality, here)
    assert.equal(quality.model?.name, 'shipped weights')
  })

  test('a forecaster that is killed comes back with a newer forecast, and no sender waits for it', async () => {
    const before = await forecast()
    const load = sending()
    const pid = await server.kill('forecaster')
    await server.back('forecaster', pid)
    const next = await until('newer forecast', forecast, ({ issued }) => issued !== before.issued)
    const times = await load.stop()
    console.log(`acknowledgements while the forecaster is killed and returns: ${shown(times)}`)
    assert.equal(next.state, 'fresh')
    const peak = mebibytes(server.ready.pids.forecaster)
    console.log(`the forecaster took ${peak} MiB at most`)
    assert.ok(peak < 500)
  })

  test('a training that is killed goes on from its checkpoint to its end', async () => {
    const quiet = sending()
    await sleep(4_000)
    const without = await quiet.stop()
    const asked = await api().answer(routes.startTraining)
    assert.equal(asked.status, 202)
    await until('training', training, ({ progress }) => progress?.stage === 'training' && progress.step >= 20)
    const load = sending()
    const first = server.ready.pids.training
    const peak = mebibytes(first)
    await server.kill('training')
    const resumed = await until(
      'training that goes on',
      training,
      ({ detail, progress, state }) => state !== 'running' || (/checkpoint/.test(detail) && (progress?.step ?? 0) > 0),
    )
    assert.equal(resumed.state, 'running', resumed.detail)
    assert.ok((resumed.progress?.step ?? 0) >= 20, JSON.stringify(resumed))
    const end = await until('end of the training', training, ({ state }) => state !== 'running')
    const times = await load.stop()
    console.log(`acknowledgements without training: ${shown(without)}; with: ${shown(times)}`)
    console.log(`training took ${peak} MiB at most; ${end.detail}`)
    assert.equal(end.state, 'done', end.detail)
    assert.equal(end.progress?.stage, 'done')
    assert.ok((end.verdict?.error ?? 0) > 0 && (end.verdict?.before ?? 0) > 0, 'it was judged')
    assert.ok(peak < 500)
    // Far above what either took on a machine of its own: what is forbidden is that a sender waits for a training.
    assert.ok(times.p99 < 1_000)
  })

  test('all that was sent meanwhile is stored', async () => {
    const { data } = await drainedLedger(dataDir)
    assert.equal(data['difference'], 0)
    const { items } = await api().call(routes.devices, { query: { limit: 100 } })
    assert.equal(
      items.reduce((sum, { readings }) => sum + readings, 0),
      sent,
    )
  })
})
