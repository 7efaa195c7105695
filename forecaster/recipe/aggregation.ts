/**
 * How much each expert counts: weights by group of lots and by band of lead time (learnt in `weighing.ts`), which go straight from band to band,
 * so that a fan has no steps in it; and the mix itself, the weighted mean of the quantiles.
 */
import { forecastExperts } from '@baykeeper/contract/vocabulary.ts'
import { levels } from '../scoring/quantiles.ts'

/** Lead times, in hours, at the middle of each band. */
export const bandHours = [0.25, 0.75, 2, 6, 24] as const
/** What is used before anything was learnt, by band; in the order of the experts. None is 0, so that each can be learnt. */
export const firstWeights: readonly Float64Array[] = [
  [0.34, 0.2, 0.05, 0.1, 0.01, 0.3],
  [0.34, 0.2, 0.05, 0.05, 0.01, 0.35],
  [0.35, 0.19, 0.09, 0.01, 0.01, 0.35],
  [0.34, 0.15, 0.1, 0.01, 0.05, 0.35],
  [0.3, 0.1, 0.1, 0.05, 0.1, 0.35],
].map((weights) => Float64Array.from(weights))

/** Between the middles of two bands straight in the logarithm of the lead time. */
export function weightsAt(bands: readonly Float64Array[], hours: number): Float64Array {
  const next = bandHours.findIndex((middle) => middle >= hours)
  if (next <= 0) return (next === 0 ? bands[0] : bands.at(-1)) as Float64Array
  const [from, to] = [bandHours[next - 1] as number, bandHours[next] as number]
  const share = Math.log(hours / from) / Math.log(to / from)
  const [low, high] = [bands[next - 1] as Float64Array, bands[next] as Float64Array]
  return low.map((value, e) => (1 - share) * value + share * (high[e] as number))
}

/** The band whose middle is nearest. */
export function bandOf(hours: number): number {
  const away = bandHours.map((middle) => Math.abs(Math.log(hours / middle)))
  return away.indexOf(Math.min(...away))
}

/**
 * The weighted mean of the quantiles of those that speak, written to `out`; returns the share of each, or undefined where none does.
 * `fans` by expert; `at` is the place of the horizon in each.
 */
export function mixed(
  fans: readonly (Float32Array | undefined)[],
  weights: Float64Array,
  { at, out }: { at: number; out: Float32Array },
): Float64Array | undefined {
  const shares = weights.map((weight, e) => (speaks(fans[e], at) ? weight : 0))
  let whole = shares.reduce((sum, share) => sum + share, 0)
  if (whole <= 0) {
    // Those without a weight speak where no other does.
    for (const e of forecastExperts.keys()) shares[e] = speaks(fans[e], at) ? 1 : 0
    whole = shares.reduce((sum, share) => sum + share, 0)
    if (whole <= 0) return undefined
  }
  out.fill(0)
  for (const [e, share] of shares.entries()) {
    shares[e] = share / whole
    if (share <= 0) continue
    for (let k = 0; k < levels.length; k++)
      out[k] = (out[k] as number) + (share / whole) * ((fans[e] as Float32Array)[at + k] as number)
  }
  return shares
}

export const speaks = (fan: Float32Array | undefined, at: number): boolean =>
  fan !== undefined && !Number.isNaN(fan[at] as number)
