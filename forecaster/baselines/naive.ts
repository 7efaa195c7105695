/** Forecasts that need no fitting: what is, what was, what usually is. All read the truth of a known past step; NaN where it is missing. */

import { anchorAt } from '../features/anchor.ts'
import type { Seasonal } from '../features/anomaly.ts'

export interface Pair {
  readonly lot: number
  readonly t: number
  readonly horizon: number
}

export const persistence = ({ panel }: Seasonal, { lot, t }: Pair): number =>
  (panel.rates[lot] as Float32Array)[t] as number

/** Only for horizons of at most a day. */
export const yesterday = ({ panel }: Seasonal, { lot, t, horizon }: Pair): number =>
  (panel.rates[lot] as Float32Array)[t + horizon - panel.slots] as number

export const lastWeek = ({ panel }: Seasonal, { lot, t, horizon }: Pair): number =>
  (panel.rates[lot] as Float32Array)[t + horizon - 7 * panel.slots] as number

export const lastFourWeeks = ({ mean4 }: Seasonal, { lot, t, horizon }: Pair): number =>
  (mean4[lot] as Float32Array)[t + horizon] as number

/** The anchor itself, kept within 0..1. */
export const arAnomaly = (seasonal: Seasonal, { lot, t, horizon }: Pair, phi: number): number =>
  Math.min(1, Math.max(0, anchorAt(seasonal, lot, { t, target: t + horizon, phi })))
