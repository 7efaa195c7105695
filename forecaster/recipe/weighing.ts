/**
 * The weights under which the mix of the experts would have had the least pinball loss so far, not too far from a first guess: follow the
 * regularised leader, with the relative entropy to the first guess as what regularises. Its regret against the best fixed mix in hindsight grows
 * with the square root of the rounds (Shalev-Shwartz 2012, section 2). Experts that have nothing to say sleep: they neither gain nor lose.
 */
import { levels } from '../scoring/quantiles.ts'

/** What the experts forecast of one target, and what came. */
export interface ExpertFans {
  /** By expert, `levels.length` quantiles from `at`; absent or NaN: it slept. */
  readonly fans: readonly (Float32Array | undefined)[]
  readonly at: number
  readonly truth: number
  /** Usual error, so that losses of different lead times compare. */
  readonly scale: number
}

export interface Leaning {
  /** Adding up to 1, none of them 0. */
  readonly first: Float64Array
  /** How much it costs to leave the first guess. */
  readonly strength: number
}

const passes = 60
const stepFirst = 6
/** More rows than this say the same again. */
const rowsMax = 3_000

export function weighed(all: readonly ExpertFans[], { first, strength }: Leaning): Float64Array {
  if (all.length === 0) return first.slice()
  const rows = packed(all.length > rowsMax ? thinned(all) : all, first.length)
  const logs = first.map(Math.log)
  const weights = first.slice()
  const mean = new Float64Array(first.length)
  for (let pass = 1; pass <= passes; pass++) {
    const gradient = gradientOf(rows, weights)
    const step = stepFirst / Math.sqrt(pass)
    for (let e = 0; e < weights.length; e++) {
      const now = Math.log(weights[e] as number)
      const pull = Math.min(1, step * strength)
      weights[e] = (1 - pull) * now + pull * (logs[e] as number) - step * (gradient[e] as number)
    }
    normalised(weights)
    // The first passes are on the way.
    if (pass > passes / 2) for (let e = 0; e < mean.length; e++) mean[e] = (mean[e] as number) + (weights[e] as number)
  }
  const whole = mean.reduce((sum, value) => sum + value, 0)
  return mean.map((value) => value / whole)
}

/** So that an expert can come back. */
const logFloor = Math.log(1e-6)

/** From logarithms to weights that add up to 1, in place. */
function normalised(weights: Float64Array): void {
  const most = Math.max(...weights)
  let whole = 0
  for (let e = 0; e < weights.length; e++) {
    weights[e] = Math.exp(Math.max(logFloor, (weights[e] as number) - most))
    whole += weights[e] as number
  }
  for (let e = 0; e < weights.length; e++) weights[e] = (weights[e] as number) / whole
}

/** Every so manieth, evenly over time. */
const thinned = (all: readonly ExpertFans[]): ExpertFans[] =>
  Array.from({ length: rowsMax }, (_, i) => all[Math.floor((i * all.length) / rowsMax)] as ExpertFans)

interface Packed {
  readonly experts: number
  /** By row, expert and level; NaN where it slept. */
  readonly values: Float32Array
  readonly truth: Float64Array
  readonly scale: Float64Array
}

function packed(rows: readonly ExpertFans[], experts: number): Packed {
  const width = levels.length
  const values = new Float32Array(rows.length * experts * width).fill(Number.NaN)
  for (const [row, { fans, at }] of rows.entries())
    for (const [e, fan] of fans.entries())
      if (fan) values.set(fan.subarray(at, at + width), (row * experts + e) * width)
  return {
    ...{ experts, values },
    truth: Float64Array.from(rows, ({ truth }) => truth),
    scale: Float64Array.from(rows, ({ scale }) => scale),
  }
}

/** Of the mean loss, by expert. */
function gradientOf({ experts, values, truth, scale }: Packed, weights: Float64Array): Float64Array {
  const width = levels.length
  const gradient = new Float64Array(experts)
  for (let row = 0; row < truth.length; row++) {
    const from = row * experts * width
    let awake = 0
    for (let e = 0; e < experts; e++) if (isAwake(values, from + e * width)) awake += weights[e] as number
    if (awake <= 0) continue
    const unit = width * (scale[row] as number) * awake
    for (let k = 0; k < width; k++) {
      let mix = 0
      for (let e = 0; e < experts; e++)
        if (isAwake(values, from + e * width)) mix += (weights[e] as number) * (values[from + e * width + k] as number)
      mix /= awake
      const slope = ((truth[row] as number) < mix ? 1 - (levels[k] as number) : -(levels[k] as number)) / unit
      for (let e = 0; e < experts; e++)
        if (isAwake(values, from + e * width))
          gradient[e] = (gradient[e] as number) + slope * ((values[from + e * width + k] as number) - mix)
    }
  }
  return gradient.map((sum) => sum / truth.length)
}

const isAwake = (values: Float32Array, at: number): boolean => !Number.isNaN(values[at] as number)
