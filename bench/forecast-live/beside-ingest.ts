/**
 * Effect of a training on senders: acknowledgements and commits at a steady rate by HTTP, in windows without and with a training, in
 * turns on one server, so that other load of the machine affects both. Every measured window lies within the training, after its start.
 */
import { readFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TrainingJob } from '../../contract/forecast-pages.ts'
import { type Load, nowMs, type Probe, probeDevice, startLoad } from '../limits/load.ts'
import { memoryPeakMb } from '../processes.ts'
import { apiKey, type Baykeeper, ingestToken, startBaykeeper } from '../run/baykeeper.ts'
import { type Latency, latencyOf, rounded } from '../run/figures.ts'
import { until } from '../run/measured-process.ts'
import { layPastCity } from './past-city.ts'

export interface BesideOptions {
  readonly rate: number
  readonly windowS: number
  /** Of each kind. */
  readonly windows: number
  readonly lots: number
  readonly days: number
}

interface Window {
  readonly acknowledged: Latency
  readonly committed: Latency
  /** Of the server with everything below it, cores. */
  readonly cores: number
  /** Steps of the training, in the window. */
  readonly steps: number
}
export interface Beside {
  readonly rate: number
  readonly window_s: number
  readonly without: readonly Window[]
  readonly with: readonly Window[]
  readonly training_peak_mb: number
  readonly median: Readonly<Record<'without' | 'with', { readonly ack_p99_ms: number; readonly commit_p99_ms: number }>>
}

const devices = 2_000
const connections = 8
const batch = 1_000
/** The database is asked this often: a commit is seen this late at most. */
const lookMs = 2
const tailMsMax = 20_000
const settleMs = 2_000
const stateMsMax = 120_000
/** So long that no window sees its end; it is cancelled instead. */
const stepsOfTraining = 20_000

export async function measureBeside(
  dir: string,
  { rate, windowS, windows, lots, days }: BesideOptions,
  say: (text: string) => void,
): Promise<Beside> {
  const home = await mkdtemp(path.join(dir, 'beside-'))
  await layPastCity(path.join(home, 'data'), { lots, days, until: Date.now() })
  process.env['BAYKEEPER_FORECAST_NIGHT_HOUR'] = 'off'
  process.env['BAYKEEPER_FORECAST_TRAINING_STEPS'] = String(stepsOfTraining)
  await using server = await startBaykeeper(home, [], { forecasts: true })
  await using load = await startLoad()
  const open = { kind: 'open', wire: 'http', url: server.ready.ingest ?? '', token: ingestToken } as const
  await load.ask({ ...open, from: 0, to: devices, connections, batch })
  const db = new DatabaseSync(path.join(home, 'data/baykeeper.db'), { readOnly: true, timeout: 5_000 })
  const training = trainingOf(server)
  const made: Record<'without' | 'with', Window[]> = { without: [], with: [] }
  let peak = 0
  // The first seconds of a server are of compiling and of the first forecast.
  await until('first forecast', stateMsMax, async () => ((await training.forecasts()) ? true : undefined))
  await load.ask({ kind: 'pace', rate, seconds: Math.min(5, windowS) })
  for (let turn = 0; turn < 2 * windows; turn++) {
    // Without, with, with, without: neither is always first after the other.
    const kind = turn % 4 === 0 || turn % 4 === 3 ? 'without' : 'with'
    if (kind === 'with') await training.begin()
    else await training.end()
    await sleep(settleMs)
    const steps = await training.step()
    const window = await measured({ load, db, server }, rate, windowS)
    const trained = kind === 'with' ? (await training.step()) - steps : 0
    peak = Math.max(peak, memoryPeakMb(pidOfTraining(home)))
    made[kind].push({ ...window, steps: trained })
    const { acknowledged: ack, committed: commit } = window
    say(
      `${kind.padEnd(7)} training: acknowledged p50 ${ack.p50_ms}, p99 ${ack.p99_ms} ms; committed p50 ${commit.p50_ms}, p99 ${commit.p99_ms} ms; ${window.cores} cores${kind === 'with' ? `; ${trained} steps learnt` : ''}`,
    )
  }
  await training.end()
  db.close()
  const medians = (kind: 'without' | 'with') => ({
    ack_p99_ms: median(made[kind].map(({ acknowledged }) => acknowledged.p99_ms)),
    commit_p99_ms: median(made[kind].map(({ committed }) => committed.p99_ms)),
  })
  return {
    ...{ rate, window_s: windowS, without: made.without, with: made.with, training_peak_mb: rounded(peak) },
    median: { without: medians('without'), with: medians('with') },
  }
}

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return rounded(
    sorted.length % 2 === 1
      ? (sorted[middle] as number)
      : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2,
    1,
  )
}

async function measured(
  { load, db, server }: { load: Load; db: DatabaseSync; server: Baykeeper },
  rate: number,
  seconds: number,
): Promise<Omit<Window, 'steps'>> {
  const newest = db.prepare(`SELECT max_seq AS n FROM device WHERE external = '${probeDevice}'`)
  const waiting: Probe[] = []
  load.onProbe = (probe) => void (probe.device === probeDevice && waiting.push(probe))
  const committedMs: number[] = []
  let ended = Number.POSITIVE_INFINITY
  const watching = (async () => {
    for (
      ;
      performance.now() < ended + tailMsMax && !(performance.now() > ended && waiting.length === 0);
      await sleep(lookMs)
    ) {
      const seq = Number(newest.get()?.['n'] ?? -1)
      const now = nowMs()
      while (waiting[0] && waiting[0].seq <= seq) committedMs.push(now - (waiting.shift() as Probe).sentMs)
    }
  })()
  const cpuBefore = server.usage().cpu_s
  const began = performance.now()
  const { ackMs } = await load.ask({ kind: 'pace', rate, seconds })
  const cores = (server.usage().cpu_s - cpuBefore) / ((performance.now() - began) / 1_000)
  ended = performance.now()
  await watching
  load.onProbe = undefined
  if (waiting.length > 0)
    throw new Error(`${waiting.length} readings were not committed ${tailMsMax / 1_000} s after they were sent`)
  return { acknowledged: latencyOf(ackMs), committed: latencyOf(committedMs), cores: rounded(cores, 2) }
}

/** The server writes its file again whenever a process of it comes or goes. */
function pidOfTraining(home: string): number | undefined {
  const { pids } = JSON.parse(readFileSync(path.join(home, 'bench-ready.json'), 'utf8')) as Pick<
    Baykeeper['ready'],
    'pids'
  >
  return (pids as Partial<Record<string, number>>)['training']
}

function trainingOf({ ready }: Baykeeper) {
  const headers = { authorization: `Bearer ${apiKey}` }
  const url = new URL('/api/v1/forecast/training', ready.web)
  const ask = async (method: string) => (await (await fetch(url, { method, headers })).json()) as TrainingJob
  const reached = (what: string, isSo: (job: TrainingJob) => boolean) =>
    until(what, stateMsMax, async () => {
      const job = await ask('GET')
      if (job.state === 'failed') throw new Error(`the training failed: ${job.detail}`)
      return isSo(job) ? job : undefined
    })
  return {
    async forecasts(): Promise<boolean> {
      const answer = await fetch(new URL('/api/v1/sites/bench/forecast', ready.web), { headers })
      return answer.ok && ((await answer.json()) as { issued: string | null }).issued !== null
    },
    step: async () => (await ask('GET')).progress?.step ?? 0,
    async begin() {
      if ((await ask('GET')).state === 'running') return
      await ask('POST')
      await reached('training that learns', ({ progress }) => progress?.stage === 'training')
    },
    async end() {
      await ask('DELETE')
      await reached('end of the training', ({ state }) => state !== 'running')
    },
  }
}
