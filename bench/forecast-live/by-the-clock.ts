/** Duration of a training on a server: history to a file, compiling, training, scoring. Nothing else runs at the same time. */
import path from 'node:path'
import type { TrainingProgress } from '../../contract/forecast.ts'
import { forecastSites } from '../../src/forecast/lots.ts'
import { train } from '../../src/forecast/training.ts'
import { trainingStepsUsual } from '../../src/forecast/training-steps.ts'
import { forecastDir } from '../../src/forecast/weights.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { openStore } from '../../src/store/engine/open.ts'
import { memoryPeakMb } from '../processes.ts'
import { rounded } from '../run/figures.ts'
import { layPastCity } from './past-city.ts'

export interface Trained {
  readonly lots: number
  readonly days: number
  readonly steps: number
  readonly minutes: number
  readonly peak_mb: number
  readonly detail: string
  readonly held_out: number | undefined
  readonly held_out_before: number | undefined
}

const sampleMs = 500

export async function measureTraining(dir: string, { lots, days }: { lots: number; days: number }): Promise<Trained> {
  const data = path.join(dir, 'training')
  const url = await layPastCity(data, { lots, days, until: Date.now() })
  await using store = await openStore(url, { log: silentLog, clock: systemClock })
  const layout = (await store.layout())?.layout
  const now = systemClock.now()
  const id = await store.addTraining({
    ...{
      asked: now,
      author: 'bench',
      state: 'running',
      started: now,
      ended: null,
      beat: now,
      progress: null,
      detail: '',
    },
  })
  let pid: number | undefined
  let peak = 0
  let last: TrainingProgress | undefined
  const look = setInterval(() => {
    peak = Math.max(peak, memoryPeakMb(pid))
  }, sampleMs)
  const began = performance.now()
  const outcome = await train(
    {
      ...{
        store,
        dir: forecastDir(data),
        sites: layout ? forecastSites(layout) : [],
        promiseMs: 86_400_000,
        log: silentLog,
      },
      ...{ plans: { holidays: [], schoolHolidays: [] }, leaving: new AbortController().signal },
      steps: trainingStepsUsual,
      onProgress: (progress) => {
        last = progress
      },
      onPid: (next) => {
        pid = next
      },
    },
    id,
  )
  clearInterval(look)
  const progress = last as TrainingProgress | undefined
  if (outcome.state !== 'done') throw new Error(`the training ${outcome.state}: ${outcome.detail}`)
  return {
    ...{ lots, days, steps: progress?.step ?? 0, detail: outcome.detail, peak_mb: rounded(peak) },
    minutes: rounded((performance.now() - began) / 60_000, 2),
    ...{ held_out: progress?.held_out, held_out_before: progress?.held_out_before },
  }
}
