/** Scores of quantile forecasts. `quantiles` holds `levels.length` numbers per cell. */
import type { Cells } from './errors.ts'

export const levels = [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975] as const
export const medianAt = 3

export interface QuantileScore {
  /** Mean over cells and levels of the pinball loss. */
  readonly pinball: number
  readonly coverage80: number
  readonly coverage95: number
  readonly width80: number
  readonly width95: number
}

export const pinball = (level: number, forecast: number, truth: number): number =>
  Math.max(level * (truth - forecast), (level - 1) * (truth - forecast))

export function quantileScore(quantiles: Float32Array, { truth, mask }: Cells): QuantileScore {
  const n = levels.length
  let loss = 0
  let in80 = 0
  let in95 = 0
  let width80 = 0
  let width95 = 0
  let count = 0
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] !== 1) continue
    const y = truth[i] as number
    const at = i * n
    for (let k = 0; k < n; k++) loss += pinball(levels[k] as number, quantiles[at + k] as number, y)
    const [low95, low80] = [quantiles[at] as number, quantiles[at + 1] as number]
    const [high80, high95] = [quantiles[at + n - 2] as number, quantiles[at + n - 1] as number]
    if (y >= low80 && y <= high80) in80++
    if (y >= low95 && y <= high95) in95++
    width80 += high80 - low80
    width95 += high95 - low95
    count++
  }
  return {
    pinball: loss / count / n,
    coverage80: in80 / count,
    coverage95: in95 / count,
    width80: width80 / count,
    width95: width95 / count,
  }
}

/** The medians alone, for errors. */
export function mediansOf(quantiles: Float32Array): Float32Array {
  const n = levels.length
  return Float32Array.from({ length: quantiles.length / n }, (_, i) => quantiles[i * n + medianAt] as number)
}
