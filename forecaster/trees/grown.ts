/**
 * Trees that forecast: by group of lead times the median as a distance from the base of a row, and how far the truth is usually away from it.
 * They are grown on other cities and shipped; trees of the site's own history are added to the median.
 */
import { type Boosted, predictBoosted } from '../baselines/boosted-trees.ts'
import { levels } from '../scoring/quantiles.ts'

/** Longest lead times of the groups, in hours: each group has trees of its own. */
export const groupHours = [1, 4, 12, 24] as const

export const groupOf = (hours: number): number => {
  const group = groupHours.findIndex((most) => hours <= most)
  return group < 0 ? groupHours.length - 1 : group
}

export interface GroupTrees {
  readonly median: Boosted
  /** Of the distance of the truth from the median, as a positive rate. */
  readonly spread: Boosted
  /** Distances from the median at the levels, in spreads. */
  readonly away: readonly number[]
}

/** By group. */
export type GrownTrees = readonly GroupTrees[]

/** Of a site, by group: what is added to the median. The columns are those of a row and one more, the number of the lot. */
export type SiteTrees = readonly Boosted[]

/** So that trees which never saw a change do not claim to be certain. */
const spreadMin = 0.0015

/** Rows of one group to quantiles: `levels.length` a row. */
export function quantilesOf(
  { median, spread, away }: GroupTrees,
  rows: { readonly table: Float32Array; readonly base: Float32Array; readonly own?: Float32Array | undefined },
): Float32Array {
  const centre = predictBoosted(median, rows.table)
  const wide = predictBoosted(spread, rows.table)
  const out = new Float32Array(centre.length * levels.length)
  for (let row = 0; row < centre.length; row++) {
    const middle = (rows.base[row] as number) + (centre[row] as number) + (rows.own?.[row] ?? 0)
    const unit = Math.max(spreadMin, wide[row] as number)
    for (let k = 0; k < levels.length; k++) {
      const value = middle + unit * (away[k] as number)
      out[row * levels.length + k] = Math.min(1, Math.max(0, value))
    }
  }
  return out
}
