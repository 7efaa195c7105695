/**
 * The arrays the network is fed with, and what they are wide. Missing values are 0 beside an observed flag.
 */
/** Bumped whenever a number below changes its meaning: weights of another version are refused. */
export const featureVersion = 1

export const daysBack = [1, 2, 3, 4, 5, 6, 7, 8, 14, 21, 28, 35] as const
export const offsetsBefore = [0, 1, 2, 4, 8, 16, 32] as const
export const offsetsAfter = [1, 2, 4, 8, 16, 32, 48, 64, 80, 96] as const
export const siteLags = [0, 1, 2, 4, 8, 16, 32, 64] as const

/** Rounded up: matrix kernels take four columns at a time, and a product over 191 columns took four times that over 192. */
export const four = (width: number) => 4 * Math.ceil(width / 4)

export const sizes = {
  patches: 12,
  patch: 12,
  days: daysBack.length,
  day: 2 * (offsetsBefore.length + offsetsAfter.length) + 10,
  /** Per lot of the site, in the flat context of all lots. */
  site: siteLags.length + 4,
  query: four(96 + 1 + 8 + 6 + 7 + 4 + 6 + 4 + 4 + 8 + 2 * daysBack.length + 8 + 8),
  candidates: four(1 + 2 * daysBack.length),
} as const

/** Origins before this have no anchor: it wants the same weekday once. What lies further back may be missing like anything else. */
export const viewDays = 8

/** Where the calendar stands in a query and in a day, for the ablation that leaves it out. */
export const calendarColumns = {
  query: [118, 119, 120, 121, 132, 133, 134, 135, 178, 179],
  day: [7, 8, 9].map((column) => column + 2 * (offsetsBefore.length + offsetsAfter.length)),
} as const

/** Typed arrays of one batch; series i is lot `i % lots` of origin `floor(i / lots)`, or what the caller put there. */
export interface Batch {
  readonly series: number
  readonly horizons: number
  readonly siteLots: number
  readonly patches: Float32Array
  readonly days: Float32Array
  readonly query: Float32Array
  readonly mix: Float32Array
  /** Flat context: the same for all lots of one origin. */
  readonly site: Float32Array
  readonly anchor: Float32Array
  readonly scale: Float32Array
  /** Truth at the target and whether it counts. */
  readonly target: Float32Array
  readonly weight: Float32Array
}

export function newBatch(series: number, horizons: number, siteLots: number): Batch {
  const floats = (width: number) => new Float32Array(series * width)
  return {
    series,
    horizons,
    siteLots,
    patches: floats(sizes.patches * sizes.patch),
    days: floats(sizes.days * sizes.day),
    query: floats(horizons * sizes.query),
    mix: floats(horizons * sizes.candidates),
    site: floats(siteLots * sizes.site),
    anchor: floats(horizons),
    scale: floats(horizons),
    target: floats(horizons),
    weight: floats(horizons),
  }
}

export function clearBatch(batch: Batch): void {
  for (const array of [batch.patches, batch.days, batch.query, batch.mix, batch.site]) array.fill(0)
  for (const array of [batch.anchor, batch.target, batch.weight]) array.fill(0)
  batch.scale.fill(1)
}
