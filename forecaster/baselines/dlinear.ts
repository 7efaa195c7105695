/**
 * DLinear (Zeng et al., AAAI 2023): the window is parted into its moving average and the rest, and each maps linearly onto the target. Linear
 * in its weights, so they are solved for instead of descended to: what the paper's training approaches, exactly, with a small ridge.
 * Missing values of a window take the last one known.
 */
import type { Panel } from '../data/panel.ts'
import { addRow, newNormal, solve } from './normal-equations.ts'

export interface DLinear {
  readonly lookBack: number
  readonly horizons: readonly number[]
  /** By horizon: weights of the trend, of the rest, and a constant. */
  readonly weights: readonly Float64Array[]
}

export interface DLinearOptions {
  readonly lookBack: number
  readonly horizons: readonly number[]
  readonly from: number
  readonly to: number
  /** Every how many origins are fitted to. */
  readonly stride: number
  readonly lambda: number
}

const kernel = 25

export function fitDLinear(panel: Panel, { lookBack, horizons, from, to, stride, lambda }: DLinearOptions): DLinear {
  const normal = newNormal(2 * lookBack + 1, horizons.length)
  const x = new Float64Array(normal.columns)
  for (const [lot, rates] of panel.rates.entries())
    for (let t = from + lookBack + (lot % stride); t + Math.max(...horizons) < to; t += stride) {
      const truths = horizons.map((horizon) => rates[t + horizon] as number)
      if (truths.some(Number.isNaN) || !designWindow(x, rates, t, lookBack)) continue
      addRow(normal, x, truths)
    }
  return { lookBack, horizons, weights: solve(normal, lambda) }
}

/** NaN when the window has nothing to go by. */
export function predictDLinear({ lookBack, weights }: DLinear, panel: Panel): (lot: number, t: number) => number[] {
  const x = new Float64Array(2 * lookBack + 1)
  return (lot, t) => {
    if (!designWindow(x, panel.rates[lot] as Float32Array, t, lookBack)) return weights.map(() => Number.NaN)
    return weights.map((own) =>
      Math.min(
        1,
        Math.max(
          0,
          own.reduce((sum, weight, i) => sum + weight * (x[i] as number), 0),
        ),
      ),
    )
  }
}

/** False when the newest value is missing or the window reaches before the panel. */
export function designWindow(x: Float64Array, rates: Float32Array, t: number, lookBack: number): boolean {
  if (t - lookBack + 1 < 0 || Number.isNaN(rates[t] as number)) return false
  const window = new Float64Array(lookBack)
  let last = rates[t] as number
  for (let i = lookBack - 1; i >= 0; i--) {
    const rate = rates[t - lookBack + 1 + i] as number
    if (!Number.isNaN(rate)) last = rate
    window[i] = last
  }
  const half = (kernel - 1) / 2
  let sum = 0
  const at = (i: number) => window[Math.min(lookBack - 1, Math.max(0, i))] as number
  for (let i = -half; i <= half; i++) sum += at(i)
  for (let i = 0; i < lookBack; i++) {
    const trend = sum / kernel
    x[i] = trend
    x[lookBack + i] = (window[i] as number) - trend
    sum += at(i + half + 1) - at(i - half)
  }
  x[2 * lookBack] = 1
  return true
}
