/** Of one lot, from what the experts say to what is answered, horizon by horizon. */
import type { ExpertShares, ForecastAnswer, ForecastPoint, ForecastRequest } from '@baykeeper/contract/forecast.ts'
import { type ClosedSpan, closureAt } from '@baykeeper/contract/forecast-minute.ts'
import { closureText, joinReasons, reasonText } from '@baykeeper/contract/forecast-reasons.ts'
import { forecastExperts } from '@baykeeper/contract/vocabulary.ts'
import type { Anchor } from '../features/anchor.ts'
import { stretch } from '../model/conformal.ts'
import { mixed } from '../recipe/aggregation.ts'
import { leastWidths, widenTo } from '../recipe/floor.ts'
import type { Learnt } from '../recipe/learning.ts'
import type { Fan, Origin } from '../recipe/origin.ts'
import { levels, medianAt } from '../scoring/quantiles.ts'
import { between } from './between.ts'
import { chanceFree } from './probability.ts'
import { networkDaysMin } from './replay.ts'
import { verdictOf } from './staleness.ts'

export interface LotPlace {
  readonly request: ForecastRequest
  readonly sent: ForecastRequest['lots'][number]
  readonly origin: Origin
  /** By expert. */
  readonly fans: readonly (Fan | undefined)[]
  readonly learnt: Learnt
  readonly anchor: Anchor
  /** In quarters of an hour. */
  readonly horizons: readonly number[]
  readonly originMs: number
  readonly historyDays: number
}

const [networkAt, anchorExpertAt] = [forecastExperts.indexOf('network'), forecastExperts.indexOf('anchor')]
const quarterMs = 15 * 60_000
/** A smaller share is not named. */
const shareMin = 0.005

export function lotAnswer(place: LotPlace): ForecastAnswer['lots'][number] {
  const { request, sent, origin, originMs } = place
  const least = leastWidths(origin)
  const closures = (sent.closures ?? []).map((each): ClosedSpan => ({ ...each, why: closureText(each) }))
  const points = place.horizons.map((_, h) => pointAt(place, { h, closures, least: least[h] as number }))
  const at = (request.at ?? []).map((text) =>
    between(points, { at: text, originMs, closures, capacity: sent.capacity, free_at_least: request.free_at_least }),
  )
  return { id: sent.id, points, at }
}

interface Horizon {
  readonly h: number
  readonly closures: readonly ClosedSpan[]
  readonly least: number
}

function pointAt(place: LotPlace, { h, closures, least }: Horizon): ForecastPoint {
  const { request, sent, fans, learnt, origin, originMs } = place
  const minutes = (place.horizons[h] as number) * 15
  const atMs = originMs + minutes * 60_000
  const at = new Date(atMs).toISOString()
  const bare = { minutes, at, widened: 1, rate: null, free: null, p_free: [], model: null, baseline: null }
  const closed = closureAt(closures, atMs)
  if (closed) return { ...bare, served: 'withheld', why: closed.why }
  const nowMs = Date.parse(request.now)
  const sigma = sigmaOf(place.anchor)
  const verdict = verdictOf(request.pipeline, { nowMs, coverage: sent.coverage ?? 1, minutes, sigma })
  if (verdict.withheld) return { ...bare, served: 'withheld', why: verdict.why }
  const rate = new Float32Array(levels.length)
  const from = h * levels.length
  const shares = mixed(fans, learnt.weights(origin.lot, h), { at: from, out: rate })
  if (!shares) return { ...bare, served: 'withheld', why: reasonText('no-history', {}) }
  stretch(rate, 0, learnt.factors(origin.lot, h))
  widenTo(rate, least)
  stretch(rate, 0, { of80: verdict.widened, of95: verdict.widened })
  ascend(rate)
  const { capacity } = sent
  const isModel = (shares[networkAt] as number) >= shareMin
  return {
    ...{ minutes, at, widened: verdict.widened },
    served: isModel ? 'model' : 'baseline',
    experts: named(shares),
    why: joinReasons(whyOf(place), verdict.why),
    rate: [...rate],
    free: [...rate].map((value) => Math.round(capacity * (1 - value))),
    p_free: (request.free_at_least ?? []).map((k) => ({ k, p: chanceFree(k, capacity, rate) })),
    model: medianOf(fans[networkAt], from),
    baseline: medianOf(fans[anchorExpertAt], from),
  }
}

const medianOf = (fan: Fan | undefined, from: number): number | null => {
  const median = fan?.[from + medianAt]
  return median === undefined || Number.isNaN(median) ? null : median
}

function named(shares: Float64Array): ExpertShares {
  const entries = forecastExperts.map((name, e) => [name, Math.round(100 * (shares[e] as number)) / 100] as const)
  return Object.fromEntries(entries.filter(([, share]) => share >= shareMin))
}

/** Rounding may leave neighbours a hair out of order. */
function ascend(rate: Float32Array): void {
  for (let k = 1; k < rate.length; k++) rate[k] = Math.max(rate[k] as number, rate[k - 1] as number)
}

/** What the mix rests on, and why the network does not speak where it does not. */
function whyOf({ learnt, origin, fans, historyDays }: LotPlace): string {
  const silent = fans[networkAt]
    ? ''
    : origin.now !== origin.t
      ? reasonText('no-current-rate', {})
      : reasonText('short-history', { n: Math.floor(historyDays), needed: networkDaysMin })
  return joinReasons(silent, learnt.pairs > 0 ? reasonText('learnt', { n: learnt.days }) : reasonText('not-learnt', {}))
}

/** Usual error by minutes ahead, straight between the horizons. */
function sigmaOf({ horizons, sigma }: Anchor): (minutes: number) => number {
  return (minutes) => {
    const steps = (minutes * 60_000) / quarterMs
    const next = horizons.findIndex((horizon) => horizon >= steps)
    if (next === 0) return sigma[0] as number
    if (next < 0) return sigma.at(-1) as number
    const [from, to] = [horizons[next - 1] as number, horizons[next] as number]
    const share = (steps - from) / (to - from)
    return (sigma[next - 1] as number) * (1 - share) + (sigma[next] as number) * share
  }
}
