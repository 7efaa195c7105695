/**
 * Training: draws, steps, averages, checks. It promises: the same seed gives the same weights; a run continued from a checkpoint ends bit for
 * bit where an uninterrupted one ends; progress is reported at least every `progressSteps`; it stops within one step of a request.
 */

import { setImmediate } from 'node:timers/promises'
import type { TrainingStage } from '@baykeeper/contract/vocabulary.ts'
import { newBatch } from '../features/batch.ts'
import { leaveOut } from '../model/ablated.ts'
import type { ModelConfig } from '../model/config.ts'
import { inputsOf, lossOf, taughtInputsOf } from '../model/loss.ts'
import { type StoredTensors, stored, tensorsOf } from '../model/stored-tensors.ts'
import {
  disposeAll,
  jit,
  mapTensors,
  ready,
  refAll,
  scalar,
  type Tensors,
  valueAndGradient,
  valuesOf,
  zerosLike,
} from '../model/tensor.ts'
import { initialParameters } from '../model/transformer.ts'
import { adamStep, type Moving } from './adamw.ts'
import { drawBatch, type Source } from './source.ts'

export interface TrainingOptions {
  readonly config: ModelConfig
  readonly sources: readonly Source[]
  readonly seed: number
  readonly steps: number
  /** Series of one step; a multiple of the site's lots wastes none. */
  readonly series: number
  readonly learningRate: number
  readonly warmUpSteps: number
  readonly strangerShare: number
  /** Continue from these weights: fine-tuning. */
  readonly weights?: StoredTensors
  readonly resume?: Checkpoint
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
  /** Waited for before each step. */
  readonly resumed?: () => Promise<void>
  readonly checkpointSteps?: number
  readonly onCheckpoint?: (checkpoint: Checkpoint) => Promise<void>
  /** Early stop: asked every `checkSteps`; a lower number is better. Ends after `patience` checks without a better one. */
  readonly check?: {
    readonly steps: number
    readonly patience: number
    readonly score: (weights: StoredTensors) => Promise<number>
  }
}

export interface Progress {
  readonly stage: Exclude<TrainingStage, 'reading'>
  readonly step: number
  readonly steps: number
  /** Mean since the last report. */
  readonly loss: number
  readonly samplesPerSecond: number
  readonly etaSeconds: number
  readonly validation?: number
}

export interface Checkpoint {
  readonly step: number
  readonly parameters: StoredTensors
  readonly first: StoredTensors
  readonly second: StoredTensors
  readonly average: StoredTensors
  /** Of the early stop: the best weights so far and how many checks ago. */
  readonly best?: { readonly score: number; readonly weights: StoredTensors; readonly checksAgo: number }
}

export interface Trained {
  readonly weights: StoredTensors
  readonly steps: number
  readonly seconds: number
  readonly cancelled: boolean
}

export const trainingDefaults = { series: 264, learningRate: 2.5e-3, warmUpSteps: 60, strangerShare: 0 } as const
const rates = { weightDecay: 0.05, clip: 0.5 }
const averageDecay = 0.998
const lastRateShare = 0.02
const progressSteps = 20

export async function train(options: TrainingOptions): Promise<Trained> {
  const { config, steps, onProgress, signal } = options
  await ready()
  const started = performance.now()
  const run = compiledStep(config)
  const batch = newBatch(options.series, config.horizons.length, config.siteLots)
  let moving = start(options)
  let best = options.resume?.best
  let step = options.resume?.step ?? 0
  let lastReport = { step, at: performance.now(), loss: 0 }
  const report = (stage: Progress['stage'], validation?: number) => {
    const seconds = (performance.now() - lastReport.at) / 1000
    const perSecond = (step - lastReport.step) / Math.max(seconds, 1e-9)
    onProgress?.({
      stage,
      step,
      steps,
      loss: lastReport.loss / Math.max(1, step - lastReport.step),
      samplesPerSecond: perSecond * options.series,
      etaSeconds: perSecond > 0 ? (steps - step) / perSecond : Number.NaN,
      ...(validation === undefined ? {} : { validation }),
    })
    lastReport = { step, at: performance.now(), loss: 0 }
  }
  report('compiling')
  while (step < steps && !signal?.aborted) {
    await options.resumed?.()
    if (signal?.aborted) break
    const { source, lots } = drawBatch(options.sources, {
      seed: options.seed,
      step,
      batch,
      strangerShare: options.strangerShare,
    })
    leaveOut(batch, config.parts)
    const inputs = taughtInputsOf(inputsOf(config, batch, lots), batch, source.view.anchor.sigma)
    const schedule = scheduleAt(step, options)
    const [loss, parameters, first, second, average] = run(
      moving.parameters,
      moving.first,
      moving.second,
      moving.average,
      schedule,
      inputs,
    )
    moving = { parameters, first, second, average }
    lastReport.loss += (await valuesOf(loss))[0] as number
    step++
    if (step % progressSteps === 0 || step === steps) report('training')
    if (options.check && step % options.check.steps === 0) {
      const weights = await stored(moving.average)
      const score = await options.check.score(weights)
      best = best && best.score <= score ? { ...best, checksAgo: best.checksAgo + 1 } : { score, weights, checksAgo: 0 }
      report('validating', score)
      if (best.checksAgo >= options.check.patience) break
    }
    if (options.checkpointSteps && step % options.checkpointSteps === 0 && step < steps)
      await options.onCheckpoint?.(await checkpointOf(moving, step, best))
    await setImmediate()
  }
  const cancelled = signal?.aborted === true && step < steps
  if (cancelled) await options.onCheckpoint?.(await checkpointOf(moving, step, best))
  const weights = best ? best.weights : await stored(moving.average)
  for (const tensors of Object.values(moving)) disposeAll(tensors as Tensors)
  report(cancelled ? 'cancelled' : 'done')
  return { weights, steps: step, seconds: (performance.now() - started) / 1000, cancelled }
}

const compiled = new Map<string, ReturnType<typeof compile>>()
const compile = (config: ModelConfig) => jit(adamStep(valueAndGradient(lossOf(config)), rates))

/** Once per process and configuration: a nightly fine-tuning is shorter than compiling. */
function compiledStep(config: ModelConfig): ReturnType<typeof compile> {
  const key = JSON.stringify(config)
  const known = compiled.get(key) ?? compile(config)
  compiled.set(key, known)
  return known
}

function start({ config, seed, weights, resume }: TrainingOptions): Moving {
  if (resume)
    return {
      parameters: tensorsOf(resume.parameters),
      first: tensorsOf(resume.first),
      second: tensorsOf(resume.second),
      average: tensorsOf(resume.average),
    }
  const parameters = weights ? tensorsOf(weights) : initialParameters(config, seed)
  const zeros = () => mapTensors((x) => zerosLike(x), refAll(parameters))
  return { parameters, first: zeros(), second: zeros(), average: mapTensors((x) => x.mul(1), refAll(parameters)) }
}

/** Warm-up, then a cosine down to 2 %. A function of the step alone. */
function scheduleAt(step: number, { steps, learningRate, warmUpSteps, weights }: TrainingOptions) {
  const cosine = 0.5 * (1 + Math.cos((Math.PI * step) / steps))
  const rate = learningRate * Math.min(1, (step + 1) / warmUpSteps) * (lastRateShare + (1 - lastRateShare) * cosine)
  const early = weights ? (1 + step) / (20 + step) : (1 + step) / (10 + step)
  return {
    rate: scalar(rate),
    firstCorrection: scalar(1 / (1 - 0.9 ** (step + 1))),
    secondCorrection: scalar(1 / (1 - 0.999 ** (step + 1))),
    decay: scalar(Math.min(averageDecay, early)),
  }
}

async function checkpointOf(moving: Moving, step: number, best: Checkpoint['best']): Promise<Checkpoint> {
  return {
    step,
    parameters: await stored(moving.parameters),
    first: await stored(moving.first),
    second: await stored(moving.second),
    average: await stored(moving.average),
    ...(best ? { best } : {}),
  }
}
