/** The probability of at least k free spaces, from the quantiles of the rate. */
import { levels } from '../scoring/quantiles.ts'

/** Straight lines between the quantiles; beyond the outer ones the rest is spread evenly to 0 and 1. */
export function chanceAtMost(rate: number, quantiles: ArrayLike<number>): number {
  const n = levels.length
  const first = quantiles[0] as number
  const last = quantiles[n - 1] as number
  if (rate < 0) return 0
  if (rate >= 1) return 1
  if (rate < first) return ((levels[0] as number) * rate) / first
  if (rate >= last)
    return last >= 1 ? 1 : (levels[n - 1] as number) + ((1 - (levels[n - 1] as number)) * (rate - last)) / (1 - last)
  let k = 0
  while (k < n - 2 && rate >= (quantiles[k + 1] as number)) k++
  const [low, high] = [quantiles[k] as number, quantiles[k + 1] as number]
  const share = high > low ? (rate - low) / (high - low) : 1
  return (levels[k] as number) + share * ((levels[k + 1] as number) - (levels[k] as number))
}

/** k free of `capacity` means a rate of at most 1 - k / capacity; a hair more, because rates are whole spaces. */
export const chanceFree = (k: number, capacity: number, quantiles: ArrayLike<number>): number =>
  k <= 0 ? 1 : k > capacity ? 0 : chanceAtMost(1 - (k - 0.5) / capacity, quantiles)
