/**
 * `baykeeper train`: teaches the forecaster from the store's own history, here and now. Beside a running server too, which serves what came of
 * it; the page shows how far it is. Ctrl-C stops it at a checkpoint, and the same command goes on from there.
 */

import type { TrainingProgress } from '@baykeeper/contract/forecast.ts'
import { activeTrainingStates } from '@baykeeper/contract/vocabulary.ts'
import { forecastSites } from '../forecast/lots.ts'
import { beatMsMax, type TrainingOutcome, train } from '../forecast/training.ts'
import { forecastDir } from '../forecast/weights.ts'
import { instant } from '../lib/brand.ts'
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { snakeKeys } from '../lib/snake-keys.ts'
import type { Store } from '../store/store.ts'
import { CommandFailed, exitCodes, print, type Spoken, writeOutput } from './output.ts'
import { openOwnStore, operator } from './own-store.ts'
import { type PlaceOptions, placeOf } from './place.ts'

export interface TrainOptions extends PlaceOptions, Spoken {
  readonly steps?: number
}

/** Without a terminal, the least time between two lines. */
const lineMs = 5_000
const barCharacters = 24

export async function trainCommand(options: TrainOptions): Promise<number> {
  const { config } = placeOf(options)
  const { steps = config.forecast.trainingSteps } = options
  const { store, data } = await openOwnStore(options)
  await using _released = store
  const id = await begin(store)
  const leaving = new AbortController()
  const interrupt = () => leaving.abort()
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  const shown = options.json ? jsonLines() : process.stderr.isTTY ? bar() : lines()
  const layout = (await store.layout())?.layout
  const outcome = await train(
    {
      ...{ store, dir: forecastDir(data), sites: layout ? forecastSites(layout) : [], steps, log: silentLog },
      plans: config.forecast,
      promiseMs: config.promiseHours * 3_600_000,
      leaving: leaving.signal,
      onProgress: shown.progress,
    },
    id,
  )
  if (outcome.state === 'interrupted') {
    const detail = 'Interrupted; "baykeeper train" goes on from its checkpoint.'
    // Cancelled, so that no server resumes it meanwhile.
    await store.changeTraining(id, ['running'], { state: 'cancelled', ended: systemClock.now(), detail })
    shown.end({ ...outcome, detail })
    return exitCodes.interrupted
  }
  shown.end(outcome)
  return outcome.state === 'done' ? exitCodes.ok : exitCodes.failed
}

/** Throws where another one works. */
async function begin(store: Store): Promise<number> {
  const now = systemClock.now()
  const newest = await store.newestTraining()
  const isActive = newest && activeTrainingStates.includes(newest.state)
  if (isActive && now - newest.beat < beatMsMax)
    throw new CommandFailed(
      exitCodes.failed,
      `a training runs already, begun by ${newest.author}: wait for it, or cancel it on the Forecast page`,
    )
  if (isActive)
    await store.changeTraining(newest.id, [newest.state], { state: 'failed', ended: now, detail: 'It was given up.' })
  return store.addTraining({
    ...{ asked: now, author: operator(), state: 'running', started: now, ended: null, beat: instant(now) },
    ...{ progress: null, detail: 'Reading the history.' },
  })
}

interface Shown {
  progress(progress: TrainingProgress): void
  end(outcome: TrainingOutcome): void
}

const jsonLines = (): Shown => ({
  progress: (progress) => void writeOutput(`${JSON.stringify(progress)}\n`),
  end: (outcome) => print({ json: true }, snakeKeys(outcome), () => [], { ok: outcome.state === 'done' }),
})

const bar = (): Shown => ({
  progress: (progress) => void process.stderr.write(`\r\x1b[K${lineOf(progress)}`),
  end: ({ detail }) => void process.stderr.write(`\r\x1b[K${detail}\n`),
})

function lines(): Shown {
  let told = Number.NEGATIVE_INFINITY
  return {
    progress(progress) {
      if (performance.now() - told < lineMs) return
      told = performance.now()
      process.stderr.write(`${lineOf(progress)}\n`)
    },
    end: ({ detail }) => void process.stderr.write(`${detail}\n`),
  }
}

function lineOf({ stage, step, steps, loss, samples_per_s, eta_s, validation }: TrainingProgress): string {
  const full = steps > 0 ? Math.round((barCharacters * step) / steps) : 0
  const drawn = '█'.repeat(full) + '░'.repeat(barCharacters - full)
  const left = eta_s === null ? '' : `, ${Math.floor(eta_s / 60)}:${String(eta_s % 60).padStart(2, '0')} left`
  const judged = validation === undefined ? '' : `, validation ${validation.toFixed(4)}`
  return `${stage.padEnd(10)} ${drawn} ${step}/${steps}, loss ${loss.toFixed(4)}${judged}, ${samples_per_s} samples/s${left}`
}
