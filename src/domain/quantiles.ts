/** Quantiles of an occupancy rate for instants between two of them, and for spaces. Pure. */

/** Quantile by quantile, straight from one to the other; `share` 0 is the first. */
export const mixed = (from: readonly number[], to: readonly number[], share: number): number[] =>
  from.map((value, k) => value + share * ((to[k] as number) - value))

/** Bays that are free at each quantile of the rate: the more are taken, the fewer. */
export const freeAt = (capacity: number, rate: readonly number[]): number[] =>
  rate.map((value) => Math.round(capacity * (1 - value)))

/** The probability of at least k free of `capacity`; slightly more than by the rate alone, because rates are of whole spaces. */
export const chanceFree = (k: number, capacity: number, { rate, levels }: Quantiles): number =>
  k <= 0 ? 1 : k > capacity ? 0 : chanceAtMost(1 - (k - 0.5) / capacity, { rate, levels })

export interface Quantiles {
  readonly levels: readonly number[]
  /** At the levels, ascending. */
  readonly rate: readonly number[]
}

/** Straight between the quantiles; what is left beyond the outer ones is spread evenly to 0 and 1. */
function chanceAtMost(value: number, { rate, levels }: Quantiles): number {
  if (value < 0) return 0
  if (value >= 1) return 1
  const places = [0, ...rate, 1]
  const chances = [0, ...levels, 1]
  let k = 0
  while (k < places.length - 2 && value >= (places[k + 1] as number)) k++
  const [low, high] = [places[k] as number, places[k + 1] as number]
  const [from, to] = [chances[k] as number, chances[k + 1] as number]
  return high > low ? from + ((to - from) * (value - low)) / (high - low) : to
}
