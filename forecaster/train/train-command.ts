/**
 * `train`: reads, trains with progress, writes weights. Ctrl-C stops within a step and leaves a checkpoint beside the output; the same command
 * goes on from there, and ends bit for bit where it would have ended.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { siteHistorySchema, type TrainingProgress } from '@baykeeper/contract/forecast.ts'
import type { Panel } from '../data/panel.ts'
import { stepsOf } from '../data/panel.ts'
import { fitAnchor } from '../features/anchor.ts'
import { seasonalOf } from '../features/anomaly.ts'
import { viewDays } from '../features/batch.ts'
import { viewOf } from '../features/view.ts'
import { defaultConfig, type ModelConfig } from '../model/config.ts'
import { parametersOf } from '../model/stored-tensors.ts'
import { ready } from '../model/tensor.ts'
import { hashOf, readModel, writeModel } from '../model/weights-file.ts'
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import { panelOfHistory } from './history-panel.ts'
import { shareOf, shippedPanels, singlePanel } from './panels.ts'
import { controlledByParent } from './parent-control.ts'
import { progressPrinter } from './progress-printer.ts'
import type { Source } from './source.ts'
import { type Progress, train, trainingDefaults } from './training.ts'
import { judgeOf } from './validation.ts'
import { windowsOf } from './windows.ts'

export interface TrainValues {
  readonly data?: string | undefined
  readonly out?: string | undefined
  readonly from?: string | undefined
  readonly steps?: string | undefined
  readonly seed: string
  readonly progress: string
  readonly folder: string
  readonly 'parent-control'?: boolean | undefined
}

/** Horizons of a forecast: a quarter of an hour to a day. */
export const servedHorizons = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 72, 96] as const
const stepsDefault = 2400
const checkpointSteps = 200
const fineTuneRate = 6e-4
const seriesMax = 264

/** Exit code. */
export async function trainCommand(values: TrainValues): Promise<number> {
  const { data, out } = values
  if (!data || !out) {
    console.error('train wants --data muenster|city|shipped|FILE and --out FILE')
    return 2
  }
  const say = progressPrinter(values.progress)
  say({ stage: 'reading', step: 0, steps: 0, loss: 0, samples_per_s: 0, eta_s: null })
  const panels = readPanels(data, values.folder)
  const before = values.from ? readModel(values.from) : undefined
  const config = before?.config ?? configFor(panels, data)
  const views = panels.map((panel) => {
    const seasonal = seasonalOf(panel)
    const windows = windowsOf(panel, { isFineTuning: before !== undefined })
    const anchor = fitAnchor(seasonal, config.horizons, { from: windows.anchorFrom, to: windows.learntTo })
    return { panel, view: viewOf(seasonal, anchor), windows }
  })
  const sources = views.map(
    ({ panel, view, windows }): Source => ({
      view,
      from: viewDays * panel.slots,
      to: windows.learntTo,
      lots: Int32Array.from(panel.lots, ({ id }) => config.lots.indexOf(id)),
      share: shareOf(panel, panels.length),
      recency: 1,
    }),
  )
  const cancelling = new AbortController()
  process.once('SIGINT', () => cancelling.abort())
  process.once('SIGTERM', () => cancelling.abort())
  const control = values['parent-control'] ? controlledByParent(process.stdin, cancelling) : undefined
  const checkpointFile = `${out}.checkpoint`
  const steps = Number(values.steps ?? stepsDefault)
  const resume = existsSync(checkpointFile) ? readCheckpoint(checkpointFile) : undefined
  await ready()
  const judge = judgeOf(config)
  const early = views.map(({ panel, view, windows: { learntTo, seenTo } }) => ({
    ...{ panel, view, from: learntTo, to: seenTo },
  }))
  const heldOut = views.map(({ panel, view, windows: { seenTo } }) => ({
    ...{ panel, view, from: seenTo, to: stepsOf(panel) },
  }))
  const judged = { validation: resume?.best?.score ?? Number.POSITIVE_INFINITY }
  const reported: { last?: TrainingProgress } = {}
  const done = await train({
    ...trainingDefaults,
    series: seriesFor(panels),
    config,
    sources,
    seed: Number(values.seed),
    steps,
    strangerShare: 0.3,
    signal: cancelling.signal,
    ...(control ? { resumed: control.resumed } : {}),
    ...(before ? { weights: before.tensors, learningRate: fineTuneRate } : {}),
    ...(resume ? { resume } : {}),
    checkpointSteps: Math.min(checkpointSteps, Math.max(10, Math.round(steps / 12))),
    onCheckpoint: async (checkpoint) => writeCheckpoint(checkpointFile, checkpoint),
    check: {
      steps: Math.min(steps, Math.max(100, Math.round(steps / 8))),
      patience: 3,
      async score(weights) {
        const value = await judge(weights, early)
        judged.validation = Math.min(judged.validation, value)
        return value
      },
    },
    onProgress(progress) {
      if (progress.stage !== 'done') return say(wired(progress))
      // The judgement is printed last.
      reported.last = { ...wired(progress), ...known(judged) }
      say({ ...reported.last, stage: 'validating' })
    },
  })
  if (done.cancelled) {
    console.error(`cancelled after ${done.steps} steps; the same command goes on from ${checkpointFile}`)
    return 130
  }
  // Against what it began with, on days that neither learning nor the early stop has seen.
  const verdict = before && {
    held_out: await judge(done.weights, heldOut),
    held_out_before: await judge(before.tensors, heldOut),
    held_out_days: Math.max(...views.map(({ windows }) => windows.heldOutDays)),
  }
  const about =
    data === 'muenster' || data === 'shipped'
      ? attribution
      : data === 'city'
        ? 'trained on a generated city'
        : ownWeights
  writeModel(out, { config, tensors: done.weights, dataHash: hashOf(panels), about })
  rmSync(checkpointFile, { force: true })
  if (reported.last) say({ ...reported.last, ...verdict })
  console.error(`${out}: ${parametersOf(done.weights)} parameters, ${done.steps} steps in ${done.seconds.toFixed(0)} s`)
  return 0
}

/** Description of weights that were trained on a site. */
export const ownWeights = 'trained on a site'

const attribution =
  'Trained on "Parkhausbelegung Stadt Muenster" (dl-de/by-2-0), kept by Code For Muenster, 2021-06 to 2024-07, and on generated cities.'

function readPanels(data: string, folder: string): Panel[] {
  if (data === 'shipped') return shippedPanels(folder)
  if (data === 'muenster' || data === 'city') return [singlePanel(data, folder)]
  const lines = readFileSync(data, 'utf8').split('\n')
  return lines
    .filter((line) => line.trim() !== '')
    .map((line) => panelOfHistory(siteHistorySchema.parse(JSON.parse(line))))
}

/** Weights for any site know no lot by name and none of its neighbours; a site's own know both. */
function configFor(panels: readonly Panel[], data: string): ModelConfig {
  const lots = data === 'shipped' ? [] : panels.flatMap((panel) => panel.lots.map(({ id }) => id))
  return { ...defaultConfig(lots), siteLots: 0, contextHidden: 0, horizons: servedHorizons }
}

function seriesFor(panels: readonly Panel[]): number {
  const most = Math.max(...panels.map(({ lots }) => lots.length))
  // Twice the horizons of the bench, so half the series for the same work.
  return Math.max(1, Math.floor(seriesMax / 2 / most)) * most
}

const known = ({ validation }: { validation: number }) => (Number.isFinite(validation) ? { validation } : {})

const wired = ({ samplesPerSecond, etaSeconds, ...rest }: Progress): TrainingProgress => ({
  ...rest,
  samples_per_s: Math.round(samplesPerSecond),
  eta_s: Number.isNaN(etaSeconds) ? null : Math.round(etaSeconds),
})
