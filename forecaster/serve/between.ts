/** A forecast for an instant between two horizons. */
import type { ForecastPoint } from '@baykeeper/contract/forecast.ts'
import { around, type ClosedSpan } from '@baykeeper/contract/forecast-minute.ts'
import { chanceFree } from './probability.ts'

export interface Wanted {
  readonly at: string
  readonly originMs: number
  readonly capacity: number
  readonly closures: readonly ClosedSpan[]
  readonly free_at_least?: readonly number[] | undefined
}

export function between(
  points: readonly ForecastPoint[],
  { at, originMs, capacity, closures, free_at_least = [] }: Wanted,
): ForecastPoint {
  const atMs = Date.parse(at)
  const minutes = Math.round((atMs - originMs) / 60_000)
  const found = around(points, closures, { atMs, originMs })
  if ('withheld' in found) {
    const nothing = { rate: null, free: null, p_free: [], model: null, baseline: null }
    return { minutes, at, served: 'withheld', why: found.withheld, widened: found.widened, ...nothing }
  }
  const { from, to, share } = found
  const mix = (a: number, b: number) => a + share * (b - a)
  const rate = (from.rate ?? []).map((value, k) => mix(value, to.rate?.[k] as number))
  const nearest = share < 0.5 ? from : to
  return {
    ...{ minutes, at, served: nearest.served, why: nearest.why },
    ...(nearest.experts ? { experts: nearest.experts } : {}),
    widened: Math.max(from.widened, to.widened),
    rate,
    free: rate.map((value) => Math.round(capacity * (1 - value))),
    p_free: free_at_least.map((k) => ({ k, p: chanceFree(k, capacity, rate) })),
    model: from.model === null || to.model === null ? null : mix(from.model, to.model),
    baseline: from.baseline === null || to.baseline === null ? null : mix(from.baseline, to.baseline),
  }
}
