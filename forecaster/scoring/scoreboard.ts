/**
 * The scoreboard: forecasts whose time has come, against what came. Pure: forecasts and truths are kept elsewhere and handed in. It shows how
 * good forecasts have been; what is served next is learnt by the forecaster from the same weeks (recipe/learning.ts).
 */
import {
  type IssuedForecast,
  type Scoreboard,
  type SimpleBaseline,
  simpleBaselines,
} from '@baykeeper/contract/forecast.ts'
import { reasonText } from '@baykeeper/contract/forecast-reasons.ts'
import { levels, medianAt, pinball } from './quantiles.ts'

export interface Scored extends IssuedForecast {
  readonly truth: number
  readonly atMs: number
}

/** Fewer scored forecasts of a lot and horizon show no drift. */
export const decidingCount = 48
const comparableShare = 0.95
const dayMs = 86_400_000
/** The last week this much worse than the four is drift. */
const driftRatio = 1.5
const driftCoverage = 0.6

/** Pairs each forecast with its truth; what has none yet is left out. */
export function score(
  forecasts: readonly IssuedForecast[],
  actuals: readonly { readonly lot: string; readonly at: string; readonly rate: number }[],
): Scored[] {
  const truths = new Map(actuals.map(({ lot, at, rate }) => [`${lot}\n${Date.parse(at)}`, rate]))
  return forecasts.flatMap((forecast) => {
    const atMs = Date.parse(forecast.at)
    const truth = truths.get(`${forecast.lot}\n${atMs}`)
    return truth === undefined ? [] : [{ ...forecast, truth, atMs }]
  })
}

type Figures = NonNullable<Scoreboard['cells'][number]['days28']>

/** `null` when there is nothing to tell. */
export function figuresOf(scored: readonly Scored[]): Figures | null {
  if (scored.length === 0) return null
  const mean = (value: (one: Scored) => number) => scored.reduce((sum, one) => sum + value(one), 0) / scored.length
  const within = ({ rate, truth }: Scored, low: number, high: number) =>
    truth >= (rate[low] as number) && truth <= (rate[high] as number) ? 1 : 0
  const last = levels.length - 1
  return {
    count: scored.length,
    mae: mean(({ rate, truth }) => Math.abs((rate[medianAt] as number) - truth)),
    rmse: Math.sqrt(mean(({ rate, truth }) => ((rate[medianAt] as number) - truth) ** 2)),
    pinball: mean(
      ({ rate, truth }) =>
        levels.reduce((sum, level, k) => sum + pinball(level, rate[k] as number, truth), 0) / levels.length,
    ),
    coverage80: mean((one) => within(one, 1, last - 1)),
    coverage95: mean((one) => within(one, 0, last)),
    model_mae: pointError(scored, 'model'),
    baseline_mae: pointError(scored, 'baseline'),
    others_mae: otherErrors(scored),
    hindcasts: scored.filter(({ hindcast }) => hindcast === true).length,
  }
}

/** On the pairs that model and anchor are compared on, as far as all of them spoke; null where some of these pairs would be missing. */
function otherErrors(scored: readonly Scored[]): Record<SimpleBaseline, number> | null {
  const both = scored.filter(({ model, baseline }) => model !== null && baseline !== null)
  const all = both.filter(({ others }) => others && simpleBaselines.every((name) => typeof others[name] === 'number'))
  if (all.length === 0 || all.length < comparableShare * both.length) return null
  const errorOf = (name: SimpleBaseline) =>
    all.reduce((sum, { others, truth }) => sum + Math.abs((others?.[name] as number) - truth), 0) / all.length
  return {
    ...{ persistence: errorOf('persistence'), day: errorOf('day') },
    ...{ week: errorOf('week'), weeks: errorOf('weeks') },
  }
}

function pointError(scored: readonly Scored[], which: 'model' | 'baseline'): number | null {
  const both = scored.filter(({ model, baseline }) => model !== null && baseline !== null)
  if (both.length === 0) return null
  return both.reduce((sum, one) => sum + Math.abs((one[which] as number) - one.truth), 0) / both.length
}

export const lastDays = (scored: readonly Scored[], nowMs: number, days: number): Scored[] =>
  scored.filter(({ atMs }) => atMs <= nowMs && atMs > nowMs - days * dayMs)

const points = (value: number) => (100 * value).toFixed(2)

/** Undefined: all as usual. */
export function driftOf(days7: Figures | null, days28: Figures | null): string | undefined {
  if (!days7 || !days28 || days7.count < decidingCount) return undefined
  if (days7.pinball > driftRatio * days28.pinball)
    return reasonText('drift-loss', { times: (days7.pinball / days28.pinball).toFixed(1) })
  if (days7.coverage80 < driftCoverage) return reasonText('drift-coverage', { n: points(days7.coverage80) })
  return undefined
}

/** Share of truths at or below each quantile: equal to the level when the forecast is calibrated. */
export function calibrationOf(scored: readonly Scored[]): { level: number; observed: number; count: number }[] {
  return levels.map((level, k) => ({
    level,
    count: scored.length,
    observed: scored.filter(({ rate, truth }) => truth <= (rate[k] as number)).length / Math.max(1, scored.length),
  }))
}

export function scoreboard(scored: readonly Scored[], nowMs: number): Omit<Scoreboard, 'type' | 'id'> {
  const recent = lastDays(scored, nowMs, 28)
  const cells = Map.groupBy(recent, ({ lot, minutes }) => `${minutes}\n${lot}`)
  const board: Omit<Scoreboard, 'type' | 'id'> = { cells: [], calibration: [], drift: [] }
  for (const own of cells.values()) {
    const { lot, minutes } = own[0] as Scored
    const days28 = figuresOf(own)
    const days7 = figuresOf(lastDays(own, nowMs, 7))
    board.cells.push({ lot, minutes, days7, days28 })
    const why = driftOf(days7, days28)
    if (why) board.drift.push({ lot, minutes, why })
  }
  for (const [minutes, own] of Map.groupBy(recent, (one) => one.minutes))
    for (const entry of calibrationOf(own)) board.calibration.push({ minutes, ...entry })
  return board
}
