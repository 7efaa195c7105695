/**
 * What the product serves: its forecaster is asked origin by origin, with the weights that are shipped, the history that a server keeps and
 * nothing else, in the order of time. Half hours are held for the quarter that follows, as the server holds the last state.
 */
import type { ForecastAnswer, ForecastRequest } from '@baykeeper/contract/forecast.ts'
import { calendarPadDays, dateFromDays, type Panel } from '../data/panel.ts'
import { levels, medianAt } from '../scoring/quantiles.ts'
import type { Forecaster } from '../serve/forecasting.ts'
import { historyDays, offsets, stepMs } from '../serve/site-panel.ts'

const quarters = 96

export interface ServedShape {
  readonly panel: Panel
  readonly zone: string
  /** Steps of the panel. */
  readonly from: number
  readonly to: number
  /** Every so many steps of the panel is an origin. */
  readonly stride: number
  /** In steps of the panel. */
  readonly horizons: readonly number[]
  /** Days of history at the first origin; absent: what a server keeps. */
  readonly days?: number
  /** Before the forecaster is asked at an origin. */
  readonly onOrigin?: ((t: number) => void) | undefined
}

export interface ServedCells {
  /** By horizon, by cell `(t - from) * lots + lot`: seven quantiles; NaN where there is none. */
  readonly quantiles: readonly Float32Array[]
  readonly point: readonly Float32Array[]
  /** Mean share of each expert, by horizon. */
  readonly experts: readonly Readonly<Record<string, number>>[]
  readonly seconds: number
}

/** Quarters of an hour of the product for horizons of a panel. */
export const quartersOf = ({ panel, horizons }: Pick<ServedShape, 'panel' | 'horizons'>) =>
  horizons.map((horizon) => (horizon * quarters) / panel.slots)

export async function servedCells(forecaster: Forecaster, shape: ServedShape): Promise<ServedCells> {
  const { panel, zone, from, to, stride, horizons } = shape
  const started = performance.now()
  const lots = panel.lots.length
  const quantiles = horizons.map(() => new Float32Array((to - from) * lots * levels.length).fill(Number.NaN))
  const shares = horizons.map((): Record<string, number> => ({}))
  const counts = horizons.map(() => 0)
  const stepOf = utcStepsOf(panel, zone)
  const wall = (step: number) => Math.floor((step * stepMs + offsets(zone)(step)) / stepMs)
  let sent: number | undefined
  for (let t = from; t < to; t += stride) {
    const step = stepOf(t)
    // Of an hour that clocks skip there is no origin.
    if (wall(step) !== firstQuarter(panel) + (t * quarters) / panel.slots || (sent !== undefined && step <= sent))
      continue
    const first = sent === undefined ? step - (shape.days ?? historyDays) * quarters : sent + 1
    shape.onOrigin?.(t)
    const answer = await forecaster.forecast(requestOf(shape, { first, step, append: sent !== undefined }))
    sent = step
    place(answer, { at: (t - from) * lots, quantiles, shares, counts })
  }
  return {
    quantiles,
    point: quantiles.map((cells) =>
      Float32Array.from(
        { length: cells.length / levels.length },
        (_, i) => cells[i * levels.length + medianAt] as number,
      ),
    ),
    experts: shares.map((sums, h) =>
      Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / Math.max(1, counts[h] as number)])),
    ),
    seconds: (performance.now() - started) / 1_000,
  }
}

const firstQuarter = ({ firstDay }: Panel) => firstDay * quarters

/** UTC quarter of an hour of a step of the panel. */
function utcStepsOf(panel: Panel, zone: string): (t: number) => number {
  const offset = offsets(zone)
  return (t) => {
    const wall = firstQuarter(panel) + (t * quarters) / panel.slots
    // The offset of a moment nearby, and once more where clocks change in between.
    const near = wall - Math.round(offset(wall) / stepMs)
    return wall - Math.round(offset(near) / stepMs)
  }
}

interface Asked {
  readonly first: number
  readonly step: number
  readonly append: boolean
}

function requestOf({ panel, zone }: ServedShape, { first, step, append }: Asked): ForecastRequest {
  const offset = offsets(zone)
  const indices = Array.from({ length: step - first + 1 }, (_, i) => {
    const wall = Math.floor(((first + i) * stepMs + offset(first + i)) / stepMs) - firstQuarter(panel)
    return Math.floor((wall * panel.slots) / quarters)
  })
  const now = new Date(step * stepMs).toISOString()
  const dates = (flags: Uint8Array) =>
    [...flags.entries()].filter(([, on]) => on).map(([i]) => dateFromDays(panel.firstDay + i - calendarPadDays))
  return {
    ...{ type: 'forecast', id: '1', site: panel.name, zone, append, now },
    from: new Date(first * stepMs).toISOString(),
    lots: panel.lots.map(({ id, capacity }, lot) => ({
      ...{ id, capacity },
      rates: indices.map((index) => {
        const rate = (panel.rates[lot] as Float32Array)[index]
        return rate === undefined || Number.isNaN(rate) ? null : rate
      }),
    })),
    pipeline: { depth: 0, lag_s: 0, as_of: now, coverage: 1 },
    holidays: dates(panel.calendar.holiday),
    school_holidays: dates(panel.calendar.school),
  }
}

interface Placing {
  readonly at: number
  readonly quantiles: readonly Float32Array[]
  readonly shares: readonly Record<string, number>[]
  readonly counts: number[]
}

function place({ lots }: ForecastAnswer, { at, quantiles, shares, counts }: Placing): void {
  for (const [lot, { points }] of lots.entries())
    for (const [h, { rate, experts }] of points.entries()) {
      if (!rate) continue
      quantiles[h]?.set(rate, (at + lot) * levels.length)
      const own = shares[h] as Record<string, number>
      for (const [name, share] of Object.entries(experts ?? {})) own[name] = (own[name] ?? 0) + share
      counts[h] = (counts[h] as number) + 1
    }
}
