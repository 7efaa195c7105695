/**
 * Forecasts whose time has come, against what came: four weeks of them, a few lots at a time, so that no question is large. One origin in
 * five counts: each quarter of the day has its turn within five days, and a cell still has some 500 forecasts behind it.
 */
import type { IssuedForecast, Scoreboard, SimpleBaseline } from '@baykeeper/contract/forecast.ts'
import type { ForecastQuality } from '@baykeeper/contract/forecast-pages.ts'
import { quarterMs } from '../domain/occupancy-span.ts'
import { instant } from '../lib/brand.ts'
import type { IssuedForecastRow, Store } from '../store/store.ts'
import type { Forecaster } from './forecaster.ts'
import { unpackIssued } from './issued-body.ts'
import { type SiteRates, stepsADay } from './site-rates.ts'
import type { Weights } from './weights.ts'

export const scoredDays = 28
const strideSteps = 5
/** In the first days every origin counts. */
const youngDays = 2
const rowsAtOnce = 50
const lotsAtOnce = 8

export type Board = Omit<Scoreboard, 'type' | 'id'>
export const emptyBoard: Board = { cells: [], calibration: [], drift: [] }

/** The board of a site; undefined while nothing has come due. */
export async function scoreSite(
  { store, forecaster }: { store: Store; forecaster: Forecaster },
  rates: SiteRates,
  nowMs: number,
): Promise<Board | undefined> {
  const rows = await sampledRows(store, rates.site.id, nowMs)
  const sameClock = sameClockIn(rates.site.zone)
  const now = new Date(nowMs).toISOString()
  const boards: Board[] = []
  for (let first = 0; first < rates.site.lots.length; first += lotsAtOnce) {
    const lots = new Map(rates.site.lots.slice(first, first + lotsAtOnce).map(({ id }, i) => [id, first + i]))
    const due = rows.flatMap((row) =>
      unpackIssued(row, row.origin, (id) => lots.has(id)).flatMap((forecast) =>
        withTruth(forecast, { rates, lots, originStep: row.origin / quarterMs, sameClock }),
      ),
    )
    if (due.length === 0) continue
    const actuals = new Map(due.map(({ lot, at, truth }) => [`${lot}\n${at}`, { lot, at, rate: truth }]))
    const forecasts = due.map(({ truth: _truth, ...forecast }) => forecast)
    boards.push(await forecaster.score({ now, forecasts, actuals: [...actuals.values()] }))
  }
  return boards.length === 0 ? undefined : together(boards)
}

async function sampledRows(store: Store, site: string, nowMs: number): Promise<IssuedForecastRow[]> {
  const rows: IssuedForecastRow[] = []
  const to = instant(nowMs)
  const begin = instant(nowMs - (scoredDays * stepsADay + stepsADay) * quarterMs)
  const [oldest] = await store.issuedForecasts({ site, from: begin, to, limit: 1 })
  const isYoung = !oldest || nowMs - oldest.origin < youngDays * stepsADay * quarterMs
  const everyMs = (isYoung ? 1 : strideSteps) * quarterMs
  for (let from: number = begin; ; ) {
    const page = await store.issuedForecasts({ site, from: instant(from), to, everyMs, limit: rowsAtOnce })
    rows.push(...page)
    const last = page.at(-1)
    if (!last || page.length < rowsAtOnce) return rows
    from = last.origin + 1
  }
}

interface Truths {
  readonly rates: SiteRates
  readonly lots: ReadonlyMap<string, number>
  readonly originStep: number
  readonly sameClock: SameClock
}

/** The observed values, and the forecasts of the simple baselines at the origin. */
function withTruth(
  forecast: IssuedForecast,
  { rates, lots, originStep, sameClock }: Truths,
): (IssuedForecast & { truth: number })[] {
  const lot = lots.get(forecast.lot) as number
  const target = Date.parse(forecast.at) / quarterMs
  const truth = rates.rateAt(lot, target)
  if (Number.isNaN(truth)) return []
  const then = (days: number) => rates.rateAt(lot, sameClock(target, days))
  const weeks = [7, 14, 21, 28].map(then).filter((rate) => !Number.isNaN(rate))
  const mean = weeks.length === 0 ? Number.NaN : weeks.reduce((sum, rate) => sum + rate, 0) / weeks.length
  const baselines = { persistence: rates.rateAt(lot, originStep), day: then(1), week: then(7), weeks: mean }
  const known = Object.entries(baselines).map(([name, rate]) => [name, Number.isNaN(rate) ? null : rate] as const)
  return [{ ...forecast, others: Object.fromEntries(known) as Record<SimpleBaseline, number | null>, truth }]
}

type SameClock = (step: number, daysBack: number) => number

/** The step at which clocks of a zone showed the same so many days before. */
export function sameClockIn(zone: string): SameClock {
  const byHour = new Map<number, number>()
  const offsetSteps = (step: number) => {
    const hour = Math.floor(step / 4)
    let offset = byHour.get(hour)
    if (offset === undefined) {
      const at = Temporal.Instant.fromEpochMilliseconds(hour * 4 * quarterMs).toZonedDateTimeISO(zone)
      offset = Math.round(at.offsetNanoseconds / 1e6 / quarterMs)
      byHour.set(hour, offset)
    }
    return offset
  }
  return (step, daysBack) => {
    const back = step - daysBack * stepsADay
    return back + offsetSteps(step) - offsetSteps(back)
  }
}

/** Lots are apart, but calibration is of all of them at a horizon. */
export function together(boards: readonly Board[]): Board {
  const levels = Map.groupBy(
    boards.flatMap(({ calibration }) => calibration),
    ({ minutes, level }) => `${minutes} ${level}`,
  )
  return {
    cells: boards.flatMap(({ cells }) => cells),
    drift: boards.flatMap(({ drift }) => drift),
    calibration: [...levels.values()].map((same) => {
      const [{ minutes, level }] = same as [(typeof same)[number]]
      const count = same.reduce((sum, each) => sum + each.count, 0)
      const observed = same.reduce((sum, each) => sum + each.observed * each.count, 0) / Math.max(1, count)
      return { minutes, level, observed, count }
    }),
  }
}

/** As it is kept: what pages show. */
export interface KeptQuality {
  readonly quality: ForecastQuality
}

interface Scoring {
  readonly scoredMs: number | undefined
  readonly weights: Weights | undefined
}

export function keptQuality(
  site: string,
  { cells, calibration, drift }: Board,
  { scoredMs, weights }: Scoring,
): KeptQuality {
  const shown = (figures: Board['cells'][number]['days7']) => {
    if (!figures) return null
    const { rmse: _rmse, ...rest } = figures
    return rest
  }
  return {
    quality: {
      site,
      scored: scoredMs === undefined ? null : new Date(scoredMs).toISOString(),
      model: weights ? modelShown(weights) : null,
      cells: cells.map(({ lot, minutes, days7, days28 }) => ({
        ...{ lot, minutes, days7: shown(days7), days28: shown(days28) },
      })),
      calibration,
      drift,
    },
  }
}

export const modelShown = ({ hash, name, trained, rows, parameters }: Weights) => ({
  ...{ hash, name, trained, rows, parameters },
})
