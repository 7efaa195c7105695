/** Quantiles at the levels from samples, and what is expected of a lot before it has samples of its own. */
import { levels } from '../scoring/quantiles.ts'

/** Of ascending samples, straight between neighbours; beyond the outer ones the outer ones. */
export function quantileOf(sorted: ArrayLike<number>, level: number): number {
  const place = Math.min(sorted.length - 1, Math.max(0, level * (sorted.length + 1) - 1))
  const below = Math.floor(place)
  const low = sorted[below] as number
  const high = sorted[Math.min(sorted.length - 1, below + 1)] as number
  return low + (place - below) * (high - low)
}

/** Samples count by their weight; straight between the middles of neighbouring weights. */
export function weightedQuantiles(samples: readonly (readonly [value: number, weight: number])[]): number[] {
  const sorted = samples.toSorted(([a], [b]) => a - b)
  const whole = sorted.reduce((sum, [, weight]) => sum + weight, 0)
  let passed = 0
  const middles = sorted.map(([, weight]) => {
    passed += weight
    return (passed - weight / 2) / whole
  })
  return levels.map((level) => {
    const next = middles.findIndex((middle) => middle >= level)
    if (next < 0) return (sorted.at(-1) as (typeof sorted)[number])[0]
    const [high] = sorted[next] as (typeof sorted)[number]
    if (next === 0) return high
    const [low] = sorted[next - 1] as (typeof sorted)[number]
    const [from, to] = [middles[next - 1] as number, middles[next] as number]
    return to > from ? low + ((level - from) / (to - from)) * (high - low) : high
  })
}

/**
 * Changes of the rate over a lead time (in quarters of an hour) at the levels: eleven garages of Muenster, all hours, July 2021 to July
 * 2024, which is training data. Until a lot has shown its own changes it is expected to change like these.
 */
const usualChanges: readonly (readonly [lead: number, changes: readonly number[]])[] = [
  [1, [-0.043, -0.018, -0.003, 0, 0.003, 0.019, 0.049]],
  [2, [-0.084, -0.036, -0.007, 0, 0.007, 0.036, 0.091]],
  [4, [-0.146, -0.067, -0.017, 0, 0.017, 0.067, 0.177]],
  [8, [-0.253, -0.121, -0.041, 0, 0.041, 0.121, 0.333]],
  [16, [-0.442, -0.217, -0.087, 0, 0.087, 0.229, 0.561]],
  [32, [-0.699, -0.377, -0.153, 0, 0.153, 0.407, 0.759]],
]

export function usualChangesAt(lead: number): number[] {
  const next = usualChanges.findIndex(([known]) => known >= lead)
  if (next < 0) return [...(usualChanges.at(-1) as (typeof usualChanges)[number])[1]]
  const [to, high] = usualChanges[next] as (typeof usualChanges)[number]
  if (next === 0) return [...high]
  const [from, low] = usualChanges[next - 1] as (typeof usualChanges)[number]
  return low.map((value, k) => value + ((lead - from) / (to - from)) * ((high[k] as number) - value))
}

/** So many samples outweigh half of what is usual elsewhere. */
const usualWeight = 6
/** From so many samples on a lot speaks for itself. */
const ownMin = 100

/** Quantiles of own changes, leaning on the usual ones while there are few. */
export function changesAtLevels(changes: Float64Array, lead: number): number[] {
  if (changes.length >= ownMin) return levels.map((level) => quantileOf(changes, level))
  const usual = usualChangesAt(lead)
  if (changes.length === 0) return usual
  const lean = usualWeight * (1 - changes.length / ownMin)
  const share = lean / (lean + changes.length)
  return levels.map((level, k) => (1 - share) * quantileOf(changes, level) + share * (usual[k] as number))
}

/** Quantiles within 0..1, ascending; nothing where one of them is no number. */
export function writeQuantiles(out: Float32Array, at: number, quantiles: readonly number[]): void {
  if (!quantiles.every(Number.isFinite)) return
  let least = 0
  for (let k = 0; k < levels.length; k++) {
    least = Math.min(1, Math.max(least, quantiles[k] as number))
    out[at + k] = least
  }
}
