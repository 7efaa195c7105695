/**
 * Presence by distance: what a distance means with given limits, and limits that the device's own history suggests. The stored reading keeps the
 * distance alone, so that other limits can be tried on it.
 *
 * A suggestion takes two groups of distances with a gap between them: vehicles near, ground far. The split is that of Otsu (1979, least variance
 * within both groups) over a histogram, moved into the middle of the widest empty range beside it. Where there are not two groups it names the reason.
 * Error values of sensors (zero, below zero, the end of a number range) are no distances and are left out.
 */
import type { DistanceLimits } from './layout.ts'
import type { Reading } from './reading.ts'

export function presenceByDistance(mm: number, limits: DistanceLimits): boolean | undefined {
  if (mm < limits.occupiedBelowMm) return true
  return mm >= limits.freeAboveMm ? false : undefined
}

/** A sensor that reports presence itself is believed. */
export function byDistance(reading: Reading, limits: DistanceLimits | undefined): Reading {
  const { occupied, distanceMm } = reading.measures
  if (limits === undefined || distanceMm === undefined || occupied !== undefined) return reading
  const seen = presenceByDistance(distanceMm, limits)
  return seen === undefined ? reading : { ...reading, measures: { ...reading.measures, occupied: seen } }
}

export interface DistanceGroup {
  readonly readings: number
  readonly medianMm: number
}

export type DistanceSuggestion =
  | {
      readonly is: 'limits'
      readonly limits: DistanceLimits
      readonly near: DistanceGroup
      readonly far: DistanceGroup
      /** Empty range between the groups. */
      readonly gapMm: readonly [from: number, to: number]
    }
  | {
      readonly is: 'cannot-tell'
      readonly why: 'few-readings' | 'one-group' | 'no-gap' | 'small-group' | 'more-groups'
    }

export const readingsMin = 40
/** Fewer may be noise: a person who passes, a wrong echo. */
const groupShareMin = 0.02
const groupReadingsMin = 5
/** Less is no vehicle: a car is at least so far above the ground. */
const gapMmMin = 150

/** No ceiling is higher: more is an error value such as 65535. */
const distanceMmMax = 20_000

export function suggestLimits(distances: readonly number[]): DistanceSuggestion {
  const sorted = distances.filter((mm) => mm > 0 && mm <= distanceMmMax).sort((a, b) => a - b)
  if (sorted.length < readingsMin) return { is: 'cannot-tell', why: 'few-readings' }
  const split = otsuSplit(sorted)
  const gap = split === undefined ? undefined : widestGap(sorted, split)
  if (split === undefined || gap === undefined) return { is: 'cannot-tell', why: 'one-group' }
  const [near, far] = [sorted.slice(0, gap), sorted.slice(gap)]
  const gapMm = [near.at(-1) as number, far[0] as number] as const
  const width = gapMm[1] - gapMm[0]
  const groupMin = Math.max(groupReadingsMin, sorted.length * groupShareMin)
  if (splitsAgain(near, groupMin) || splitsAgain(far, groupMin)) return { is: 'cannot-tell', why: 'more-groups' }
  if (Math.min(near.length, far.length) < groupMin)
    return { is: 'cannot-tell', why: width >= gapMmMin ? 'small-group' : 'one-group' }
  if (spread(near) + spread(far) > medianOf(far) - medianOf(near)) return { is: 'cannot-tell', why: 'one-group' }
  if (width < gapMmMin) return { is: 'cannot-tell', why: 'no-gap' }
  const limits = { occupiedBelowMm: Math.round(gapMm[0] + width / 3), freeAboveMm: Math.round(gapMm[1] - width / 3) }
  return { is: 'limits', limits, gapMm, near: groupOf(near), far: groupOf(far) }
}

/** Index of the first distance of the far group, with the largest variance between the groups. */
function otsuSplit(sorted: readonly number[]): number | undefined {
  const total = sorted.reduce((sum, mm) => sum + mm, 0)
  let best: number | undefined
  let most = 0
  let below = 0
  for (let i = 1; i < sorted.length; i++) {
    below += sorted[i - 1] as number
    if (sorted[i] === sorted[i - 1]) continue
    const difference = below / i - (total - below) / (sorted.length - i)
    const between = i * (sorted.length - i) * difference * difference
    if (between > most) [most, best] = [between, i]
  }
  return best
}

/** Within the middle of the two groups, where the empty range is widest. */
function widestGap(sorted: readonly number[], split: number): number | undefined {
  const [low, high] = [medianOf(sorted.slice(0, split)), medianOf(sorted.slice(split))]
  let widest: number | undefined
  let width = 0
  for (let i = 1; i < sorted.length; i++) {
    const [before, here] = [sorted[i - 1] as number, sorted[i] as number]
    if (before < low || here > high || here - before <= width) continue
    ;[width, widest] = [here - before, i]
  }
  return widest
}

/** Two parts of at least `groupMin` readings with a gap between them that could be one of vehicle and ground. */
const splitsAgain = (sorted: readonly number[], groupMin: number): boolean =>
  sorted.some((mm, i) => i >= groupMin && sorted.length - i >= groupMin && mm - (sorted[i - 1] as number) >= gapMmMin)

const medianOf = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length / 2)] ?? 0
const groupOf = (sorted: readonly number[]): DistanceGroup => ({ readings: sorted.length, medianMm: medianOf(sorted) })
/** Between the tenth and the ninetieth of a hundred. */
const spread = (sorted: readonly number[]): number =>
  (sorted[Math.floor(sorted.length * 0.9)] ?? 0) - (sorted[Math.floor(sorted.length * 0.1)] ?? 0)

export interface DistanceOutcome {
  readonly occupied: number
  readonly free: number
  /** Keep the state of the reading before. */
  readonly between: number
  /** Changes of state over the readings, in the order given. */
  readonly changes: number
}

/** What limits would have made of these distances, oldest first. */
export function outcomeOf(distances: readonly number[], limits: DistanceLimits): DistanceOutcome {
  const outcome = { occupied: 0, free: 0, between: 0, changes: 0 }
  let state: boolean | undefined
  for (const mm of distances) {
    const seen = presenceByDistance(mm, limits)
    if (seen === undefined) outcome.between++
    else outcome[seen ? 'occupied' : 'free']++
    if (seen !== undefined && state !== undefined && seen !== state) outcome.changes++
    state = seen ?? state
  }
  return outcome
}

/** Counts of distances in ranges of equal width. */
export function histogramOf(
  distances: readonly number[],
  bins = 40,
): { readonly fromMm: number; readonly binMm: number; readonly counts: readonly number[] } {
  const [low, high] = [Math.min(...distances), Math.max(...distances)]
  if (distances.length === 0) return { fromMm: 0, binMm: 1, counts: [] }
  const binMm = Math.max(1, Math.ceil((high - low + 1) / bins))
  const counts = Array<number>(Math.ceil((high - low + 1) / binMm)).fill(0)
  for (const mm of distances) {
    const bin = Math.floor((mm - low) / binMm)
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  return { fromMm: low, binMm, counts }
}
