/** What a forecast of one lot counts from. */
import type { Seasonal } from '../features/anomaly.ts'
import { levels } from '../scoring/quantiles.ts'

export interface Origin {
  readonly seasonal: Seasonal
  readonly lot: number
  /** Newest step that may be known; nothing after it is looked at. */
  readonly t: number
  /** Step of the newest rate that is known; undefined where there is none within a day. */
  readonly now: number | undefined
  /** By horizon: the step that clocks will show then. */
  readonly targets: readonly number[]
}

/** A forecast by each horizon, seven quantiles each; NaN where an expert has nothing to say. */
export type Fan = Float32Array

export const newFan = (horizons: number): Fan => new Float32Array(horizons * levels.length).fill(Number.NaN)

const lastRateSteps = 96

/** The newest known rate, no older than a day. */
export function newestKnown(rates: Float32Array, t: number): number | undefined {
  for (let step = t; step >= Math.max(0, t - lastRateSteps); step--)
    if (!Number.isNaN(rates[step] as number)) return step
  return undefined
}
