/**
 * One window of one protocol as the product serves it, against baselines that an expert would use: the naive ones, the AR anomaly, ridge and
 * trees of the bench, similar days, and means of these. All on the same pairs of origin and target.
 */
import { fileURLToPath } from 'node:url'
import { forecastExperts } from '@baykeeper/contract/vocabulary.ts'
import { newPredictor } from '../model/predictor.ts'
import { parametersOf } from '../model/stored-tensors.ts'
import { readModel } from '../model/weights-file.ts'
import { newestKnown, newFan } from '../recipe/origin.ts'
import { similarDays } from '../recipe/similar-days.ts'
import { meanAbsoluteError } from '../scoring/errors.ts'
import { levels, medianAt } from '../scoring/quantiles.ts'
import { type Loaded, newForecaster } from '../serve/forecasting.ts'
import { readTrees } from '../trees/trees-file.ts'
import type { Cache } from './cache.ts'
import { expertMedians } from './expert-medians.ts'
import { type FitOptions, fittedMethods } from './fitted-methods.ts'
import type { Method } from './method.ts'
import { arMethod, naiveMethods } from './naive-methods.ts'
import { forecastCells, originOfCell, type Pairs } from './pairs.ts'
import type { Protocol } from './protocols.ts'
import { type Result, resultOf } from './results.ts'
import { quartersOf, servedCells } from './served-cells.ts'
import { type Setting, settingOf } from './setting.ts'

export interface ServedOptions {
  readonly dataFolder: string
  readonly split: 'validation' | 'test'
  readonly fit: FitOptions
  readonly cache: Cache
  readonly log: (text: string) => void
  /** Trials look at every so many of the origins only. */
  readonly every?: number
}

export interface Served {
  readonly result: Result
  /** Errors of what is served, and of the best baseline, of targets from 7 to 21 h; by horizon. */
  readonly day: readonly { readonly mae: number; readonly baselineMae: number }[]
  /** Mean share of each expert, by horizon. */
  readonly experts: readonly Readonly<Record<string, number>>[]
  /** Error of each expert alone, by horizon, where it spoke. */
  readonly alone: Readonly<Record<string, readonly number[]>>
  readonly seconds: number
  readonly model: string
  readonly trees: string
  /** Every so manieth of the usual origins was asked. */
  readonly every: number
}

export const productName = 'served by the product'
/** Origins of a window, in steps of the panel: every fifth quarter of an hour, every half hour. */
const strideOf = ({ horizons }: Protocol) => (horizons.at(-1) === 96 ? 5 : 1)
const [dayFrom, dayTo] = [7, 21]
const serveSeries = 33

export const shippedWeights = fileURLToPath(new URL('../weights/shipped.safetensors', import.meta.url))
export const shippedTrees = fileURLToPath(new URL('../weights/trees.safetensors', import.meta.url))

/** As `serve` has it, but it waits for the trees of a week: no time passes between two origins of a bench. */
export async function productForecaster(horizons: readonly number[], onFans?: Loaded['onFans']) {
  const { config, tensors, hash } = readModel(shippedWeights)
  const { grown, hash: treesHash } = readTrees(shippedTrees)
  const predictor = await newPredictor({ ...config, horizons }, tensors, serveSeries)
  const loaded: Loaded = {
    ...{ predictor, horizons, lots: config.lots, hash },
    ...{ trees: grown, waitsForTrees: true, onFans },
  }
  return { forecaster: newForecaster(loaded), loaded, predictor, hash, treesHash, parameters: parametersOf(tensors) }
}

export async function runServed(protocol: Protocol, options: ServedOptions): Promise<Served> {
  const whole = settingOf(protocol, options.split, options.dataFolder)
  const every = options.every ?? 1
  const stride = strideOf(protocol) * every
  const setting = thinned(whole, stride)
  options.log(`${protocol.name} ${options.split}: ${setting.panel.lots.length} lots, every ${stride} steps an origin`)
  const { product, medians, made, model, trees } = await askedProduct(setting, stride)
  const baselines = await baselinesOf(setting, { whole, options })
  const answered = {
    ...setting,
    pairs: setting.pairs.map((own, h) => onlyKnown(own, product.point[h] as Float32Array)),
  }
  const alone = Object.fromEntries(
    medians.map(({ name, point }): readonly [string, readonly number[]] => [
      name,
      answered.pairs.map((own, h) =>
        meanAbsoluteError(point[h] as Float32Array, onlyKnown(own, point[h] as Float32Array)),
      ),
    ]),
  )
  const result = resultOf({ setting: answered, methods: [...baselines, product], seedPoints: [], served: productName })
  return {
    ...{ result, experts: made.experts, seconds: made.seconds, model, trees, alone, every },
    day: dayErrors(answered, { result, baselines, product }),
  }
}

/** Fitted on all origins, judged on those that are asked. */
async function baselinesOf(setting: Setting, { whole, options }: { whole: Setting; options: ServedOptions }) {
  const ar = arMethod(setting)
  const fitted = (await fittedMethods(whole, options.fit, options.cache)).filter(({ name }) => name !== 'trees, frozen')
  const similar = similarMethod(setting)
  const [ridge, trees] = fitted as [Method, Method]
  return [
    ...naiveMethods(setting),
    ...[ar, ridge, trees, similar],
    meanMethod('mean of AR, ridge, trees', [ar, ridge, trees]),
    meanMethod('mean of AR and similar days', [ar, similar]),
    meanMethod('mean of trees and similar days', [trees, similar]),
  ]
}

/** What the product and each of its experts say, by cell of the window. */
async function askedProduct({ protocol, panel, window }: Setting, stride: number) {
  const from = window.from + protocol.calibrationDays * panel.slots
  const judged = { from, to: window.to }
  const heard = expertMedians({ ...judged, lots: panel.lots.length, horizons: protocol.horizons.length })
  const loaded = await productForecaster(quartersOf({ panel, ...protocol }), heard.onFans)
  await using _kept = loaded.predictor
  const made = await servedCells(loaded.forecaster, {
    ...{ panel, zone: protocol.zone, horizons: protocol.horizons, stride },
    ...{ ...judged, onOrigin: heard.onOrigin },
  })
  const cells = (from - window.from) * panel.lots.length
  const product: Method = {
    ...{ name: productName, ours: true, parameters: loaded.parameters },
    quantiles: made.quantiles.map((own) => shifted(own, cells * levels.length)),
    point: made.point.map((own) => shifted(own, cells)),
  }
  const medians = forecastExperts.map((name, e) => ({
    name,
    point: (heard.points[e] ?? []).map((own) => shifted(own, cells)),
  }))
  return { product, medians, made, model: loaded.hash, trees: loaded.treesHash }
}

/** Only some origins count: the same ones for all methods. */
function thinned(setting: Setting, stride: number): Setting {
  const { protocol, window, panel } = setting
  const first = window.from + protocol.calibrationDays * panel.slots
  const only = (own: Pairs): Pairs => ({
    ...own,
    mask: own.mask.map((counts, cell) => ((originOfCell(own, cell) - first) % stride === 0 ? counts : 0)),
  })
  return { ...setting, pairs: setting.pairs.map(only) }
}

const shifted = (values: Float32Array, by: number): Float32Array => {
  const out = new Float32Array(values.length + by).fill(Number.NaN)
  out.set(values, by)
  return out
}

/** Of what was not answered there is no error: it has to be rare, and is counted by the pairs that remain. */
const onlyKnown = (own: Pairs, point: Float32Array): Pairs => ({
  ...own,
  mask: own.mask.map((counts, cell) => (Number.isNaN(point[cell] as number) ? 0 : counts)),
})

/** Medians of the nearest 25 days of up to 300: the expert of the product, with all the past there is. */
function similarMethod({ seasonal, known, pairs, panel, protocol }: Setting): Method {
  const leads = protocol.horizons.map((horizon) => (horizon * 24) / panel.slots)
  const point = known.map((all, h) => {
    const counted = pairs[h] as Pairs
    return forecastCells({ ...all, mask: counted.mask }, (lot, t) => {
      const fan = newFan(1)
      const now = newestKnown(panel.rates[lot] as Float32Array, t)
      const origin = { seasonal, lot, t, now, targets: [t + all.horizon] }
      similarDays(origin, [Math.exp(-(leads[h] as number) / 24)], fan)
      return fan[medianAt] as number
    })
  })
  return { name: 'similar days', point }
}

function meanMethod(name: string, parts: readonly Method[]): Method {
  const [first] = parts
  const point = (first?.point ?? []).map((values, h) =>
    values.map((_, cell) => parts.reduce((sum, part) => sum + (part.point[h]?.[cell] as number), 0) / parts.length),
  )
  return { name, point }
}

interface Compared {
  readonly result: Result
  readonly baselines: readonly Method[]
  readonly product: Method
}

function dayErrors({ pairs, panel }: Setting, { result, baselines, product }: Compared): Served['day'] {
  return pairs.map((own, h) => {
    const hourOf = (cell: number) => (((originOfCell(own, cell) + own.horizon) % panel.slots) * 24) / panel.slots
    const mask = own.mask.map((counts, cell) => (hourOf(cell) >= dayFrom && hourOf(cell) < dayTo ? counts : 0))
    const cells = { truth: own.truth, mask }
    const maes = baselines.map(({ point }) => meanAbsoluteError(point[h] as Float32Array, cells))
    const best = result.versus[productName]?.[h]?.baseline
    const at = baselines.findIndex(({ name }) => name === best)
    return {
      mae: meanAbsoluteError(product.point[h] as Float32Array, cells),
      baselineMae: maes[at] as number,
    }
  })
}
