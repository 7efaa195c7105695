/** From the forecast that is stored to the one that is answered: how old it is now, and the instants and spaces asked for. */

import { around } from '@baykeeper/contract/forecast-minute.ts'
import type { LotForecast, LotForecastPoint, SiteForecast } from '@baykeeper/contract/forecast-pages.ts'
import { isClosure } from '@baykeeper/contract/forecast-reasons.ts'
import { chanceFree, freeAt, mixed } from '../domain/quantiles.ts'
import type { ForecasterState } from './context.ts'

export interface Asked {
  /** Milliseconds since the epoch. */
  readonly at: readonly number[]
  readonly atLeast: readonly number[]
}

/** One is issued every five minutes; two that are missing are too many. */
const freshMsMax = 12 * 60_000
/** As the forecaster widens: younger input is fresh. */
const freshInputMsMax = 150_000
/** Input that is older widens the forecast, which is marked so. */
const staleWidening = 1.05

export function answerOf(
  shown: Omit<SiteForecast, 'state'>,
  { at, atLeast }: Asked,
  { now, forecaster }: { now: number; forecaster: ForecasterState | undefined },
): SiteForecast {
  const age = now - Date.parse(shown.issued ?? '')
  const points = shown.lots.flatMap((lot) => lot.points)
  const isOld = age > freshMsMax || points.length === 0
  // What is closed is no less known for it.
  const open = points.filter(({ why }) => !isClosure(why))
  const isDoubtful =
    open.length > 0 && open.every(({ served, widened }) => served === 'withheld' || widened > staleWidening)
  const isStale = isOld || isDoubtful || inputAgeMs(shown) > freshInputMsMax
  const originMs = Date.parse(shown.origin ?? '')
  return {
    ...shown,
    state: forecaster?.state === 'off' ? 'off' : isStale ? 'stale' : 'fresh',
    lots: shown.lots.map((lot) => {
      const chances = (point: LotForecastPoint): LotForecastPoint => ({
        ...point,
        p_free: point.rate ? chancesOf(lot.capacity, point.rate, { levels: shown.levels, atLeast }) : [],
      })
      const known = new Set(lot.points.map((point) => Date.parse(point.at)))
      const between = at.filter((each) => !known.has(each)).map((each) => pointAt(lot, { at: each, originMs }))
      return { ...lot, points: [...lot.points, ...between].map(chances) }
    }),
  }
}

/** When it was issued; a silence that the site is used to is no age. */
function inputAgeMs({ issued, pipeline }: Pick<SiteForecast, 'issued' | 'pipeline'>): number {
  if (!issued || !pipeline) return 0
  const { as_of, lag_s, usual_silence_s = 0 } = pipeline
  return Math.max(1_000 * lag_s, Date.parse(issued) - Date.parse(as_of) - 1_000 * usual_silence_s)
}

const chancesOf = (
  capacity: number,
  rate: readonly number[],
  { levels, atLeast }: { levels: readonly number[]; atLeast: readonly number[] },
) => atLeast.map((k) => ({ k, p: Math.round(1_000 * chanceFree(k, capacity, { rate, levels })) / 1_000 }))

/** Straight between the two horizons around it; within a closure nothing. */
function pointAt(
  { points, capacity, closures }: LotForecast,
  { at, originMs }: { at: number; originMs: number },
): LotForecastPoint {
  const ahead = { at: new Date(at).toISOString(), minutes: Math.round((at - originMs) / 60_000), p_free: [] }
  const found = around(points, closures, { atMs: at, originMs })
  if ('withheld' in found)
    return { ...ahead, served: 'withheld', why: found.withheld, widened: found.widened, rate: null, free: null }
  const { from, to, share } = found
  const rate = mixed(from.rate ?? [], to.rate ?? [], share)
  const { served, why, experts } = share < 0.5 ? from : to
  const widened = Math.max(from.widened, to.widened)
  return { ...ahead, served, ...(experts ? { experts } : {}), why, widened, rate, free: freeAt(capacity, rate) }
}
