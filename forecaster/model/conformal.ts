/**
 * Conformal correction: intervals are stretched or shrunk about the median until, over the last scored days, they held as often as they say.
 * One factor per lot, horizon and interval; its aim is adapted to whether the last days were hit (Gibbs, Candes 2021), because demand drifts
 * and 28 days ago was another season. 24 h ahead this matters most.
 */
import { levels, medianAt } from '../scoring/quantiles.ts'

export interface Factors {
  readonly of80: number
  readonly of95: number
}

/** Aims kept as running state, one pair per horizon. */
export interface Aim {
  readonly of80: number
  readonly of95: number
}

/** Fewer scored forecasts than this say nothing. */
export const scoredMin = 60
const factorMin = 0.2
const factorMax = 5
const adaptRate = 0.05
const aimMax = 0.995

/** |truth - median| over the half-width on the truth's side: what the factor would have had to be. Infinity where there was no width. */
export function stretchNeeded(quantiles: Float32Array, at: number, truth: number, interval: 80 | 95): number {
  const median = quantiles[at + medianAt] as number
  const reach = interval === 80 ? 1 : 0
  const edge = quantiles[at + (truth < median ? reach : levels.length - 1 - reach)] as number
  const half = Math.abs(edge - median)
  const miss = Math.abs(truth - median)
  if (miss === 0) return 0
  return half > 0 ? miss / half : Number.POSITIVE_INFINITY
}

/** The `aim` quantile of what was needed; 1 while too little was scored. Sorts a copy. */
export function factorFor(needed: Float32Array, aim: number): number {
  if (needed.length < scoredMin) return 1
  const sorted = needed.slice().sort()
  const at = Math.min(sorted.length - 1, Math.ceil(aim * (sorted.length + 1)) - 1)
  return Math.min(factorMax, Math.max(factorMin, sorted[Math.max(0, at)] as number))
}

export const firstAim: Aim = { of80: 0.8, of95: 0.95 }

/** After a day: aims rise where too little was covered, and fall where too much. */
export function adapted(aim: Aim, covered: { readonly of80: number; readonly of95: number }): Aim {
  return {
    of80: clamp(aim.of80 + adaptRate * (0.8 - covered.of80), 0.5),
    of95: clamp(aim.of95 + adaptRate * (0.95 - covered.of95), 0.8),
  }
}

const clamp = (value: number, least: number) => Math.min(aimMax, Math.max(least, value))

/** In place: the middle half goes with the 80 % interval. Stays within 0..1 and ascending. */
export function stretch(quantiles: Float32Array, at: number, { of80, of95 }: Factors): void {
  const median = quantiles[at + medianAt] as number
  const n = levels.length
  for (let k = 0; k < n; k++) {
    const factor = k === 0 || k === n - 1 ? of95 : of80
    const moved = median + factor * ((quantiles[at + k] as number) - median)
    quantiles[at + k] = Math.min(1, Math.max(0, moved))
  }
  if ((quantiles[at] as number) > (quantiles[at + 1] as number)) quantiles[at] = quantiles[at + 1] as number
  if ((quantiles[at + n - 1] as number) < (quantiles[at + n - 2] as number))
    quantiles[at + n - 1] = quantiles[at + n - 2] as number
}
