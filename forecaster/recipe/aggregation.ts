/**
 * How much each expert counts: learnt from what they forecast and what came, by a rule that needs no tuning and whose regret against the best
 * fixed mix in hindsight is bounded by a multiple of the square root of the number of rounds (ML-Poly of Gaillard, Stoltz and van Erven
 * 2014, on the gradients of the pinball loss). Experts that have nothing to say sleep: they neither gain nor lose.
 *
 * Weights are learnt by group of lots and by band of lead time, and go straight from band to band, so that a fan has no steps in it.
 */
import { forecastExperts } from '@baykeeper/contract/vocabulary.ts'
import { levels } from '../scoring/quantiles.ts'

const experts = forecastExperts.length

/** Lead times, in hours, at the middle of each band. */
export const bandHours = [0.25, 0.75, 2, 6, 24] as const
/** What is used before anything was learnt, by band; in the order of the experts. */
const firstWeights: readonly (readonly number[])[] = [
  [0.6, 0.2, 0.05, 0.15, 0],
  [0.6, 0.25, 0.05, 0.1, 0],
  [0.6, 0.25, 0.1, 0.05, 0],
  [0.6, 0.25, 0.1, 0, 0.05],
  [0.6, 0.15, 0.1, 0.05, 0.1],
]
/** So many rounds weigh as much as the first weights. */
const firstRounds = 15

export interface BandState {
  readonly regret: Float64Array
  readonly square: Float64Array
  rounds: number
}

export const newBandState = (): BandState => ({
  regret: new Float64Array(experts),
  square: new Float64Array(experts),
  rounds: 0,
})

/** Weights of one band; adding up to 1. */
export function weightsOf(state: BandState | undefined, band: number): Float64Array {
  const first = firstWeights[band] as readonly number[]
  if (!state || state.rounds === 0) return Float64Array.from(first)
  const learnt = Float64Array.from(state.regret, (regret, e) => Math.max(0, regret) / (1 + (state.square[e] as number)))
  const whole = learnt.reduce((sum, value) => sum + value, 0)
  const trust = whole > 0 ? state.rounds / (state.rounds + firstRounds) : 0
  return learnt.map((value, e) => trust * (whole > 0 ? value / whole : 0) + (1 - trust) * (first[e] as number))
}

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

/** What one round taught: the gradient of the pinball loss at the mix, times how far each expert was from it. */
export interface Lesson {
  readonly regret: Float64Array
  readonly heard: Float64Array
}

export const newLesson = (): Lesson => ({ regret: new Float64Array(experts), heard: new Float64Array(experts) })

export function learn(
  lesson: Lesson,
  fans: readonly (Float32Array | undefined)[],
  { at, said, truth, scale }: { at: number; said: Float32Array; truth: number; scale: number },
): void {
  for (const e of forecastExperts.keys()) {
    const fan = fans[e]
    if (!fan || !speaks(fan, at)) continue
    let regret = 0
    for (const [k, level] of levels.entries()) {
      const gradient = truth < (said[k] as number) ? 1 - level : -level
      regret += gradient * ((said[k] as number) - (fan[at + k] as number))
    }
    lesson.regret[e] = (lesson.regret[e] as number) + regret / (levels.length * scale)
    lesson.heard[e] = (lesson.heard[e] as number) + 1
  }
}

/** Takes the mean of a round's lessons into a band. */
export function takeIn(state: BandState, { regret, heard }: Lesson): void {
  state.rounds++
  for (let e = 0; e < experts; e++) {
    if (heard[e] === 0) continue
    const mean = (regret[e] as number) / (heard[e] as number)
    state.regret[e] = (state.regret[e] as number) + mean
    state.square[e] = (state.square[e] as number) + mean * mean
  }
}
