/** A forecast for an instant between two horizons: straight between their quantiles. */
import type { ForecastPoint } from '@baykeeper/contract/forecast.ts'
import { chanceFree } from './probability.ts'

export interface Wanted {
  readonly minutes: number
  readonly at: string
  readonly capacity: number
  readonly free_at_least?: readonly number[] | undefined
}

export function between(
  points: readonly ForecastPoint[],
  { minutes, at, capacity, free_at_least = [] }: Wanted,
): ForecastPoint {
  const next = points.findIndex((point) => point.minutes >= minutes)
  const to = points[next]
  const bare = {
    minutes: Math.round(minutes),
    at,
    widened: 1,
    rate: null,
    free: null,
    p_free: [],
    model: null,
    baseline: null,
  }
  if (!to || minutes <= 0) return { ...bare, served: 'withheld', why: 'not within 24 h of the origin' }
  const from = points[next - 1] ?? to
  const missing = [from, to].find(({ rate }) => rate === null)
  if (missing || !from.rate || !to.rate) return { ...bare, served: 'withheld', why: missing?.why ?? '' }
  const share = to === from ? 1 : (minutes - from.minutes) / (to.minutes - from.minutes)
  const mix = (a: number, b: number) => a + share * (b - a)
  const rate = from.rate.map((value, k) => mix(value, to.rate?.[k] as number))
  return {
    ...bare,
    served: to.served,
    why: to.why,
    widened: Math.max(from.widened, to.widened),
    rate,
    free: rate.map((value) => Math.round(capacity * (1 - value))),
    p_free: free_at_least.map((k) => ({ k, p: chanceFree(k, capacity, rate) })),
    model: from.model === null || to.model === null ? null : mix(from.model, to.model),
    baseline: from.baseline === null || to.baseline === null ? null : mix(from.baseline, to.baseline),
  }
}
