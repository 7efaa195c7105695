/**
 * The least width of an interval: half of what the last 28 days have changed over the same lead time at the same hour, on days of the same
 * kind. A Sunday that stays empty does not make a Monday morning uncertain, nor the other way round (decision 19).
 */
import { dayType } from '../data/panel.ts'
import { levels, medianAt } from '../scoring/quantiles.ts'
import { changesOf } from './last-rate.ts'
import type { Origin } from './origin.ts'
import { quantileOf } from './samples.ts'

const floorShare = 0.5
/** Fewer changes than this say too little to bound anything. */
const changesMin = 10
/** Between the 10 and the 90 % quantile. */
const low80 = 1
const high80 = levels.length - 2
/** A hair, so that rounding does not take it below. */
const slack = 1.002

/** By horizon; 0 where nothing changed or too little is known. */
export function leastWidths({ seasonal: { panel }, lot, t, now, targets }: Origin): number[] {
  const from = now ?? t
  const rates = panel.rates[lot] as Float32Array
  const kind = (step: number) => dayType(panel, Math.floor(step / panel.slots))
  return targets.map((target) => {
    const looked = { now: from, t, lead: target - from, slots: panel.slots }
    const isSame = (step: number) => kind(step) === kind(from) && kind(step + looked.lead) === kind(target)
    const same = changesOf(rates, looked, isSame)
    const changes = same.length >= changesMin ? same : changesOf(rates, looked)
    if (changes.length < changesMin) return 0
    return floorShare * slack * (quantileOf(changes, 0.9) - quantileOf(changes, 0.1))
  })
}

/** In place: the 80 % interval at least so wide, moved within 0..1 where it would leave it; the others stay outside of it. */
export function widenTo(rate: Float32Array, least: number): void {
  const width = (rate[high80] as number) - (rate[low80] as number)
  if (width >= least) return
  const median = rate[medianAt] as number
  const above = width > 0 ? ((rate[high80] as number) - median) / width : 0.5
  let high = median + above * least
  let low = high - least
  if (high > 1) [high, low] = [1, 1 - least]
  if (low < 0) [low, high] = [0, Math.min(1, least)]
  const factor = width > 0 ? least / width : 1
  for (let k = 0; k < levels.length; k++) {
    const value = rate[k] as number
    if (k === low80) rate[k] = low
    else if (k === high80) rate[k] = high
    else if (k < low80) rate[k] = Math.min(value, low)
    else if (k > high80) rate[k] = Math.max(value, high)
    else rate[k] = Math.min(high, Math.max(low, median + factor * (value - median)))
  }
}
