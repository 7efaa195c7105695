/** The scoreboard added up for a reader: by horizon over lots, each cell weighing what it counts. Pure. */
import type { SimpleBaseline } from '@baykeeper/contract/forecast.ts'
import type { ForecastQuality } from '@baykeeper/contract/forecast-pages.ts'

export type Window = 'days7' | 'days28'
export const coverageTarget = 0.8
export const coverageSlack = 0.02
/** Fewer forecasts than this say nothing about two points of coverage. */
export const judgedMin = 200

type Cell = ForecastQuality['cells'][number]
type Figures = NonNullable<Cell['days7']>

export interface HorizonScore {
  readonly minutes: number
  readonly count: number
  readonly mae: number
  readonly pinball: number
  readonly coverage80: number
  /** Mean absolute errors of the cells whose baseline was scored too: only these can be compared. Null where there is none. */
  readonly served: number | null
  readonly model: number | null
  readonly baseline: number | null
  /** Of the baselines that need no fitting; null where one of them has gaps. */
  readonly others: Readonly<Record<SimpleBaseline, number | null>>
  /** So many of `count` were made afterwards. */
  readonly hindcasts: number
}

const scored = (cells: readonly Cell[], window: Window) =>
  cells.flatMap((cell) => {
    const figures = cell[window]
    return figures && figures.count > 0 ? [{ cell, figures }] : []
  })

function mean(figures: readonly Figures[], of: (each: Figures) => number | null): number | null {
  let sum = 0
  let count = 0
  for (const each of figures) {
    const value = of(each)
    if (value === null) continue
    sum += value * each.count
    count += each.count
  }
  return count === 0 ? null : sum / count
}

/** Only over cells that know them all. */
function othersOf(figures: readonly Figures[]): HorizonScore['others'] {
  const known = figures.filter(({ others_mae }) => others_mae)
  const of = (name: SimpleBaseline) => mean(known, ({ others_mae }) => others_mae?.[name] ?? null)
  return { persistence: of('persistence'), day: of('day'), week: of('week'), weeks: of('weeks') }
}

export const ofLot = (cells: readonly Cell[], lot: string | undefined): readonly Cell[] =>
  lot === undefined ? cells : cells.filter((cell) => cell.lot === lot)

export function byHorizon(cells: readonly Cell[], window: Window): readonly HorizonScore[] {
  const groups = Map.groupBy(scored(cells, window), ({ cell }) => cell.minutes)
  return [...groups]
    .sort(([a], [b]) => a - b)
    .map(([minutes, group]) => {
      const all = group.map(({ figures }) => figures)
      const comparable = all.filter(({ baseline_mae }) => baseline_mae !== null)
      return {
        minutes,
        count: all.reduce((sum, { count }) => sum + count, 0),
        mae: mean(all, ({ mae }) => mae) ?? 0,
        pinball: mean(all, ({ pinball }) => pinball) ?? 0,
        coverage80: mean(all, ({ coverage80 }) => coverage80) ?? 0,
        served: mean(comparable, ({ mae }) => mae),
        model: mean(comparable, ({ model_mae }) => model_mae),
        baseline: mean(comparable, ({ baseline_mae }) => baseline_mae),
        others: othersOf(comparable),
        hindcasts: all.reduce((sum, { hindcasts = 0 }) => sum + hindcasts, 0),
      }
    })
}

/** Of the scored lead time nearest to one; undefined where nothing of the lot has been scored. */
export function errorAhead(
  cells: readonly Cell[],
  { lot, minutes }: { lot: string; minutes: number },
): { readonly minutes: number; readonly mae: number; readonly coverage80: number } | undefined {
  const known = cells.flatMap((cell) => (cell.lot === lot && cell.days28 ? [{ cell, figures: cell.days28 }] : []))
  const away = ({ cell }: (typeof known)[number]) => Math.abs(Math.log(cell.minutes / Math.max(1, minutes)))
  const [nearest] = known.toSorted((a, b) => away(a) - away(b))
  if (!nearest) return undefined
  return { minutes: nearest.cell.minutes, mae: nearest.figures.mae, coverage80: nearest.figures.coverage80 }
}

export interface Coverage {
  readonly share: number
  readonly count: number
  readonly verdict: 'good' | 'narrow' | 'wide' | 'few'
}

/** Of the 80 % band over all horizons; undefined before the first is scored. */
export function coverageOf(cells: readonly Cell[], window: Window): Coverage | undefined {
  const all = scored(cells, window).map(({ figures }) => figures)
  const share = mean(all, ({ coverage80 }) => coverage80)
  if (share === null) return undefined
  const count = all.reduce((sum, each) => sum + each.count, 0)
  // Rates are written with so many digits that a hair of rounding must not change the verdict.
  const off = Math.round((share - coverageTarget) * 1e6) / 1e6
  const verdict = count < judgedMin ? 'few' : off < -coverageSlack ? 'narrow' : off > coverageSlack ? 'wide' : 'good'
  return { share, count, verdict }
}

export interface Reliability {
  readonly level: number
  readonly observed: number
  readonly count: number
}

/** Share of truths at or below each quantile, over the horizons that are wanted. */
export function reliabilityOf(
  calibration: ForecastQuality['calibration'],
  minutes: number | undefined,
): readonly Reliability[] {
  const wanted = calibration.filter((each) => each.count > 0 && (minutes === undefined || each.minutes === minutes))
  return [...Map.groupBy(wanted, ({ level }) => level)]
    .sort(([a], [b]) => a - b)
    .map(([level, all]) => {
      const count = all.reduce((sum, each) => sum + each.count, 0)
      return { level, observed: all.reduce((sum, each) => sum + each.observed * each.count, 0) / count, count }
    })
}

/** How much smaller the error was than the baseline's, as a share of it; negative: larger. Geometric over the horizons. */
export function aheadOfBaseline(scores: readonly HorizonScore[]): number | undefined {
  const ratios = scores.flatMap(({ served, baseline }) => (served && baseline ? [served / baseline] : []))
  if (ratios.length === 0) return undefined
  return 1 - Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length)
}
