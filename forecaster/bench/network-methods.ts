/**
 * The network: as many seeds as asked, each trained on the fit window and, in a walked window, fine-tuned before each week on what is past
 * then. Their quantiles are averaged; the average is calibrated every night.
 */

import { stepOf } from '../data/panel.ts'
import { fitAnchor } from '../features/anchor.ts'
import { viewOf } from '../features/view.ts'
import { defaultConfig, type ModelConfig, type Parts } from '../model/config.ts'
import { newPredictor } from '../model/predictor.ts'
import { parametersOf, type StoredTensors } from '../model/stored-tensors.ts'
import { levels, medianAt } from '../scoring/quantiles.ts'
import { type Progress, train, trainingDefaults } from '../train/training.ts'
import { arraysOf, type Cache, type Kept, keptArrays } from './cache.ts'
import { fillNetworkCells } from './network-cells.ts'
import type { EarlierFit } from './protocols.ts'
import type { Setting } from './setting.ts'
import { weeksOf } from './weeks.ts'

export interface NetworkOptions {
  readonly steps: number
  readonly seeds: number
  /** Fine-tuning before each week; none was better on validation (docs/forecast-trials.md). */
  readonly weeklySteps: number
  readonly weeklyRate: number
  readonly weeklyRecency: number
  /** Of the first fit: above 1 draws newer days more often. */
  readonly recency: number
  /** Of weights that come from an earlier window. */
  readonly adaptSteps: number
  readonly adaptRate: number
  readonly adaptRecency: number
  readonly parts?: Parts
  readonly contextLots?: boolean
}

export const networkDefaults: NetworkOptions = {
  steps: 2400,
  seeds: 3,
  weeklySteps: 0,
  weeklyRate: 4e-4,
  weeklyRecency: 3,
  recency: 1,
  adaptSteps: 1500,
  adaptRate: 2e-3,
  adaptRecency: 1.5,
}

/** Raw quantiles by horizon of one seed, for every cell of the window. */
export interface SeedCells {
  readonly seed: number
  readonly cells: readonly Float32Array[]
  readonly parameters: number
  readonly minutes: number
}

export interface NetworkRun {
  readonly setting: Setting
  readonly options: NetworkOptions
  readonly cache: Cache
  readonly onProgress: (text: string) => void
}

export const configFor = ({ panel, protocol }: Setting, options: NetworkOptions): ModelConfig => {
  const base = { ...defaultConfig(panel.lots.map(({ id }) => id)), horizons: protocol.horizons }
  return {
    ...base,
    siteLots: options.contextLots ? panel.lots.length : 0,
    contextHidden: options.contextLots ? 128 : 0,
    parts: options.parts ?? base.parts,
  }
}

export async function networkSeed(asked: NetworkRun, seed: number): Promise<SeedCells> {
  const { setting, cache } = asked
  const options = { ...asked.options, steps: setting.protocol.steps ?? asked.options.steps }
  const run = { ...asked, options }
  const { protocol, split } = setting
  const config = configFor(setting, options)
  const { seeds: _, ...settings } = options
  const base = await baseWeights(run, seed, config)
  const kept = await cache(
    `${protocol.name}-${split}-network-cells-${seed}`,
    [protocol, split, settings, config],
    async () => {
      const { cells, seconds } = await walk(run, seed, config, base.tensors)
      return { tensors: keptArrays(cells), figures: { seconds } }
    },
  )
  const minutes = ((base.figures['seconds'] ?? 0) + (kept.figures['seconds'] ?? 0)) / 60
  return {
    seed,
    cells: arraysOf(kept.tensors, protocol.horizons.length),
    parameters: parametersOf(base.tensors),
    minutes,
  }
}

/**
 * Trained on the fit window. A protocol that `startsFrom` an earlier window takes the weights of that and adapts them to everything since, as a
 * site would that has been forecasting for a while: two thirds of the work of training from the start.
 */
export async function baseWeights(run: NetworkRun, seed: number, config: ModelConfig): Promise<Kept> {
  const { setting, options, cache, onProgress } = run
  const { protocol, fit } = setting
  const { startsFrom } = protocol
  if (!startsFrom) return cache(...trainedOn(run, { seed, config, name: protocol.name, setting }))
  const earlier = earlierSetting(setting, startsFrom)
  const before = await cache(...trainedOn(run, { seed, config, name: startsFrom.name, setting: earlier }))
  const { steps, recency, adaptSteps, adaptRate, adaptRecency } = options
  const settings = [earlier.fit, fit, steps, recency, adaptSteps, adaptRate, adaptRecency, config]
  const adapted = await cache(`${protocol.name}-network-${seed}`, settings, async () => {
    const { weights, seconds } = await train({
      ...trainingDefaults,
      series: seriesFor(setting),
      learningRate: options.adaptRate,
      config,
      sources: [sourceOf(setting, fit.to, options.adaptRecency)],
      seed: seed + 500,
      steps: options.adaptSteps,
      weights: before.tensors,
      onProgress: progressPrinter(`${protocol.name} seed ${seed}`, onProgress),
    })
    return { tensors: weights, figures: { seconds } }
  })
  const seconds = (before.figures['seconds'] ?? 0) + (adapted.figures['seconds'] ?? 0)
  return { tensors: adapted.tensors, figures: { seconds } }
}

interface Wanted {
  readonly seed: number
  readonly config: ModelConfig
  readonly name: string
  readonly setting: Pick<Setting, 'view' | 'panel' | 'fit'>
}

function trainedOn({ options, onProgress }: NetworkRun, { seed, config, name, setting }: Wanted): Parameters<Cache> {
  return [
    `${name}-network-${seed}`,
    [setting.fit, options.steps, options.recency, config],
    async () => {
      const { weights, seconds } = await train({
        ...trainingDefaults,
        series: seriesFor(setting),
        config,
        sources: [sourceOf(setting, setting.fit.to, options.recency)],
        seed,
        steps: options.steps,
        onProgress: progressPrinter(`${name} seed ${seed}`, onProgress),
      })
      return { tensors: weights, figures: { seconds } }
    },
  ]
}

/** The same panel, with the windows and the anchor of the protocol that came before. */
function earlierSetting({ panel, seasonal, protocol }: Setting, earlier: EarlierFit): Wanted['setting'] {
  const fit = { from: stepOf(panel, earlier.trainFrom), to: stepOf(panel, earlier.trainTo) }
  const anchor = fitAnchor(seasonal, protocol.horizons, { from: stepOf(panel, earlier.anchorFrom), to: fit.to })
  return { panel, fit, view: viewOf(seasonal, anchor) }
}

const seriesFor = ({ panel }: Pick<Setting, 'panel'>) =>
  Math.max(1, Math.round(264 / panel.lots.length)) * panel.lots.length

const sourceOf = ({ view, fit, panel }: Wanted['setting'], to: number, recency: number) => ({
  view,
  from: fit.from,
  to,
  lots: Int32Array.from(panel.lots.keys()),
  share: 1,
  recency,
})

async function walk(
  { setting, options, onProgress }: NetworkRun,
  seed: number,
  config: ModelConfig,
  base: StoredTensors,
): Promise<{ cells: Float32Array[]; seconds: number }> {
  const { view, panel, window, protocol } = setting
  const lots = panel.lots.length
  const out = protocol.horizons.map(() =>
    new Float32Array((window.to - window.from) * lots * levels.length).fill(Number.NaN),
  )
  const embeddings = Int32Array.from(panel.lots.keys())
  const started = performance.now()
  let weights = base
  for (const week of weeksOf(setting)) {
    if (protocol.walked && options.weeklySteps > 0) {
      const tuned = await train({
        ...trainingDefaults,
        series: seriesFor(setting),
        learningRate: options.weeklyRate,
        warmUpSteps: 5,
        config,
        sources: [sourceOf(setting, week.from, options.weeklyRecency)],
        seed: seed * 1000 + week.index,
        steps: options.weeklySteps,
        weights,
        onProgress: progressPrinter(`seed ${seed} week ${week.index + 1}`, onProgress),
      })
      weights = tuned.weights
    }
    await using predictor = await newPredictor(config, weights)
    const from = week.index === 0 ? window.from : week.from
    await fillNetworkCells({ predictor, view, out, options: { from, to: week.to, stride: 1, embeddings }, window })
  }
  return { cells: out, seconds: (performance.now() - started) / 1000 }
}

const progressPrinter = (what: string, say: (text: string) => void) => (progress: Progress) => {
  if (progress.stage === 'training' && (progress.step % 200 === 0 || progress.step === progress.steps))
    say(
      `${what}: ${progress.step}/${progress.steps}, loss ${progress.loss.toFixed(4)}, ` +
        `${progress.samplesPerSecond.toFixed(0)} samples/s, ${progress.etaSeconds.toFixed(0)} s left`,
    )
}

/** Mean over seeds, quantile by quantile: stays ascending. */
export function averaged(seeds: readonly SeedCells[]): Float32Array[] {
  const [first] = seeds
  return (first?.cells ?? []).map((cells, h) => {
    const out = new Float32Array(cells.length)
    for (const seed of seeds) {
      const own = seed.cells[h] as Float32Array
      for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) + (own[i] as number) / seeds.length
    }
    return out
  })
}

/**
 * Quantiles moved so that their median is the mean of it and a point forecast, by `shares` of the latter by horizon. Not cut to 0..1 here: an
 * interval cut to nothing has no width that calibration could stretch.
 */
export function blended(
  quantiles: readonly Float32Array[],
  point: readonly Float32Array[],
  shares: readonly number[],
): Float32Array[] {
  return quantiles.map((cells, h) => {
    const out = cells.slice()
    const other = point[h] as Float32Array
    for (let cell = 0; cell < other.length; cell++) {
      const median = cells[cell * levels.length + medianAt] as number
      const move = (shares[h] as number) * ((other[cell] as number) - median)
      if (Number.isNaN(move)) continue
      for (let k = 0; k < levels.length; k++) {
        const at = cell * levels.length + k
        out[at] = (cells[at] as number) + move
      }
    }
    return out
  })
}
