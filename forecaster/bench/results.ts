/** Scores of every method on the same pairs, and the network against the best other method. */
import {
  absoluteErrorsByDay,
  type DaySums,
  type Interval,
  pairedBootstrap,
  pairedGeometricBootstrap,
} from '../scoring/bootstrap.ts'
import { meanAbsoluteError, meanAbsoluteScaledError, rootMeanSquareError } from '../scoring/errors.ts'
import { type QuantileScore, quantileScore } from '../scoring/quantiles.ts'
import type { Method } from './method.ts'
import { cellsOf, dayOfCell, lotOfCell, type Pairs } from './pairs.ts'
import type { Setting } from './setting.ts'

/** Errors of neighbouring days hang together: whole weeks are drawn. */
const blockDays = 7

export interface MethodScore {
  readonly name: string
  readonly ours: boolean
  readonly parameters?: number
  readonly minutes?: number
  /** By horizon. */
  readonly mae: readonly number[]
  readonly rmse: readonly number[]
  readonly mase: readonly number[]
  readonly quantile?: readonly QuantileScore[]
}

export interface Versus {
  readonly baseline: string
  readonly baselineMae: number
  readonly interval: Interval
}

export interface Result {
  readonly protocol: string
  readonly title: string
  readonly split: string
  readonly window: readonly [string, string]
  readonly horizonNames: readonly string[]
  readonly pairs: readonly number[]
  readonly methods: readonly MethodScore[]
  /** Of each network method, by name, per horizon. */
  readonly versus: Readonly<Record<string, readonly Versus[]>>
  /** Geometric mean over horizons of our error over the best baseline's, with its interval. */
  readonly ratio: Readonly<Record<string, Interval>>
  /** MAE of single seeds, by horizon: mean and standard deviation. */
  readonly seeds: { readonly count: number; readonly mean: readonly number[]; readonly deviation: readonly number[] }
  /** Coverage of the served intervals, by lot and horizon. */
  readonly lots: readonly {
    readonly lot: string
    readonly mae: readonly number[]
    readonly coverage80: readonly number[]
    readonly coverage95: readonly number[]
  }[]
}

export interface Judged {
  readonly setting: Setting
  readonly methods: readonly Method[]
  readonly seedPoints: readonly (readonly Float32Array[])[]
  /** Methods whose intervals are reported by lot. */
  readonly served: string
}

export function resultOf({ setting, methods, seedPoints, served }: Judged): Result {
  const { protocol, split, pairs } = setting
  const naive = naiveErrors(setting)
  const scores = methods.map((method) => scoreOf(method, pairs, naive))
  const baselines = methods.filter(({ ours }) => !ours)
  const bestAt = pairs.map((_, h) => bestOf(baselines, scores, h))
  const versus: Record<string, Versus[]> = {}
  const ratio: Record<string, Interval> = {}
  for (const method of methods.filter(({ ours }) => ours)) {
    const sums = pairs.map((own, h) =>
      sumsOf(method.point[h] as Float32Array, (bestAt[h] as Method).point[h] as Float32Array, own, setting),
    )
    versus[method.name] = sums.map((own, h) => {
      const best = bestAt[h] as Method
      const score = scores.find(({ name }) => name === best.name)
      return {
        baseline: best.name,
        baselineMae: score?.mae[h] as number,
        interval: pairedBootstrap(own, { blockDays }),
      }
    })
    ratio[method.name] = pairedGeometricBootstrap(sums, { blockDays })
  }
  return {
    protocol: protocol.name,
    title: protocol.title,
    split,
    window: protocol[split],
    horizonNames: protocol.horizonNames,
    pairs: pairs.map(cellsOf),
    methods: scores,
    versus,
    ratio,
    seeds: seedsOf(seedPoints, pairs),
    lots: lotsOf(setting, methods.find(({ name }) => name === served) as Method),
  }
}

function scoreOf(method: Method, pairs: readonly Pairs[], naive: readonly number[]): MethodScore {
  const { name, point, quantiles, ours = false, parameters, minutes } = method
  return {
    name,
    ours,
    ...(parameters === undefined ? {} : { parameters }),
    ...(minutes === undefined ? {} : { minutes }),
    mae: pairs.map((own, h) => meanAbsoluteError(point[h] as Float32Array, own)),
    rmse: pairs.map((own, h) => rootMeanSquareError(point[h] as Float32Array, own)),
    mase: pairs.map((own, h) =>
      meanAbsoluteScaledError(point[h] as Float32Array, own, { naive, lotOf: (cell) => lotOfCell(own, cell) }),
    ),
    ...(quantiles ? { quantile: pairs.map((own, h) => quantileScore(quantiles[h] as Float32Array, own)) } : {}),
  }
}

function bestOf(baselines: readonly Method[], scores: readonly MethodScore[], h: number): Method {
  const mae = (method: Method) => scores.find(({ name }) => name === method.name)?.mae[h] ?? Number.POSITIVE_INFINITY
  return baselines.reduce((best, method) => (mae(method) < mae(best) ? method : best))
}

const sumsOf = (a: Float32Array, b: Float32Array, pairs: Pairs, { window, panel }: Setting): DaySums =>
  absoluteErrorsByDay(a, b, {
    truth: pairs.truth,
    mask: pairs.mask,
    days: Math.ceil((window.to - window.from) / panel.slots),
    dayOf: (cell) => dayOfCell(pairs, cell),
  })

/** Error of last week's value on the fit window, by lot: the unit of MASE. */
function naiveErrors({ panel, fit }: Setting): number[] {
  const week = 7 * panel.slots
  return panel.rates.map((rates) => {
    let sum = 0
    let count = 0
    for (let t = fit.from + week; t < fit.to; t++) {
      const away = Math.abs((rates[t] as number) - (rates[t - week] as number))
      if (Number.isNaN(away)) continue
      sum += away
      count++
    }
    return sum / count
  })
}

function seedsOf(seedPoints: Judged['seedPoints'], pairs: readonly Pairs[]): Result['seeds'] {
  const errors = pairs.map((own, h) => seedPoints.map((point) => meanAbsoluteError(point[h] as Float32Array, own)))
  const mean = errors.map((own) => own.reduce((a, b) => a + b, 0) / own.length)
  const deviation = errors.map((own, h) =>
    Math.sqrt(own.reduce((sum, error) => sum + (error - (mean[h] as number)) ** 2, 0) / Math.max(1, own.length - 1)),
  )
  return { count: seedPoints.length, mean, deviation }
}

function lotsOf({ panel, pairs }: Setting, method: Method): Result['lots'] {
  return panel.lots.map(({ id }, lot) => {
    const own = pairs.map((all) => ({
      truth: all.truth,
      mask: all.mask.map((counts, cell) => (cell % all.lots === lot ? counts : 0)),
    }))
    const scores = own.map((cells, h) => quantileScore(method.quantiles?.[h] as Float32Array, cells))
    return {
      lot: id,
      mae: own.map((cells, h) => meanAbsoluteError(method.point[h] as Float32Array, cells)),
      coverage80: scores.map(({ coverage80 }) => coverage80),
      coverage95: scores.map(({ coverage95 }) => coverage95),
    }
  })
}
