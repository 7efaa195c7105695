/** From the forecast that is stored to the one that is answered: how old it is now, and the instants and spaces asked for. */
import type { LotForecast, LotForecastPoint, SiteForecast } from '@baykeeper/contract/forecast-pages.ts'
import { chanceFree, freeAt, mixed } from '../domain/quantiles.ts'
import type { ForecasterState } from './context.ts'

export interface Asked {
  /** Milliseconds since the epoch. */
  readonly at: readonly number[]
  readonly atLeast: readonly number[]
}

/** One is issued every five minutes; two that are missing are too many. */
const freshMsMax = 12 * 60_000
/** Input that is older widens the forecast: it says so of itself. */
const staleWidening = 1.05

export function answerOf(
  shown: Omit<SiteForecast, 'state'>,
  { at, atLeast }: Asked,
  { now, forecaster }: { now: number; forecaster: ForecasterState | undefined },
): SiteForecast {
  const age = now - Date.parse(shown.issued ?? '')
  const points = shown.lots.flatMap((lot) => lot.points)
  const isOld = age > freshMsMax || points.length === 0
  const isStale = isOld || points.every(({ served, widened }) => served === 'withheld' || widened > staleWidening)
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

const chancesOf = (
  capacity: number,
  rate: readonly number[],
  { levels, atLeast }: { levels: readonly number[]; atLeast: readonly number[] },
) => atLeast.map((k) => ({ k, p: Math.round(1_000 * chanceFree(k, capacity, { rate, levels })) / 1_000 }))

/** Straight between the two horizons around it. */
function pointAt(
  { points, capacity }: LotForecast,
  { at, originMs }: { at: number; originMs: number },
): LotForecastPoint {
  const ahead = { at: new Date(at).toISOString(), minutes: Math.round((at - originMs) / 60_000), p_free: [] }
  const nothing = (why: string, widened = 1): LotForecastPoint => ({
    ...{ ...ahead, served: 'withheld', why, widened, rate: null, free: null },
  })
  const next = points.findIndex((point) => Date.parse(point.at) >= at)
  const to = points[next]
  if (!to || at <= originMs) return nothing('not within 24 h of the newest forecast')
  const from = points[next - 1] ?? to
  const widened = Math.max(from.widened, to.widened)
  if (!from.rate || !to.rate) return nothing((from.rate ? to : from).why, widened)
  const span = Date.parse(to.at) - Date.parse(from.at)
  const rate = mixed(from.rate, to.rate, span > 0 ? (at - Date.parse(from.at)) / span : 1)
  return { ...ahead, served: to.served, why: to.why, widened, rate, free: freeAt(capacity, rate) }
}
