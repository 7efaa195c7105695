/**
 * The seasonal view of a panel: for every step the mean of the last four same weekdays at that slot (`mean4`, the anchor's first half), the
 * slower mean of twelve, how far the four lay apart, and how far the truth lay from their mean (`anomaly`).
 *
 * All but the anomaly reach a week ahead of the newest rate, and use nothing that is not known then.
 */
import { type Panel, stepsOf } from '../data/panel.ts'

export interface Seasonal {
  readonly panel: Panel
  readonly mean4: readonly Float32Array[]
  readonly mean12: readonly Float32Array[]
  /** Mean absolute distance of the four from their mean; 0 when there are none. */
  readonly spread: readonly Float32Array[]
  readonly anomaly: readonly Float32Array[]
  /** Running sums of what is known, so that a mean over any stretch costs four reads. */
  readonly sums: readonly Running[]
  /** Mean anomaly over all lots; 0 where none is known. */
  readonly city: Float32Array
}

/** Entry i is over the steps before i. */
export interface Running {
  readonly sum: Float64Array
  readonly count: Int32Array
}

export function runningOf(values: Float32Array): Running {
  const sum = new Float64Array(values.length + 1)
  const count = new Int32Array(values.length + 1)
  for (let t = 0; t < values.length; t++) {
    const value = values[t] as number
    const known = !Number.isNaN(value)
    sum[t + 1] = (sum[t] as number) + (known ? value : 0)
    count[t + 1] = (count[t] as number) + (known ? 1 : 0)
  }
  return { sum, count }
}

/** Mean of what is known from `from` to `to`, both included; NaN when nothing is. */
export function meanBetween({ sum, count }: Running, from: number, to: number): number {
  const first = Math.max(0, from)
  const after = Math.min(sum.length - 1, to + 1)
  if (after <= first) return Number.NaN
  const known = (count[after] as number) - (count[first] as number)
  return known > 0 ? ((sum[after] as number) - (sum[first] as number)) / known : Number.NaN
}

export function seasonalOf(panel: Panel): Seasonal {
  const week = 7 * panel.slots
  const mean4 = panel.rates.map((rates) => meanOfWeeks(rates, week, 4))
  const mean12 = panel.rates.map((rates) => meanOfWeeks(rates, week, 12))
  const spread = panel.rates.map((rates, lot) => spreadOf(rates, mean4[lot] as Float32Array, week))
  const anomaly = panel.rates.map((rates, lot) => {
    const mean = mean4[lot] as Float32Array
    return rates.map((rate, t) => rate - (mean[t] as number))
  })
  return { panel, mean4, mean12, spread, anomaly, sums: anomaly.map(runningOf), city: cityOf(anomaly, stepsOf(panel)) }
}

function meanOfWeeks(rates: Float32Array, week: number, weeks: number): Float32Array {
  const means = new Float32Array(rates.length)
  for (let t = 0; t < rates.length; t++) {
    let sum = 0
    let count = 0
    for (let k = 1; k <= weeks; k++) {
      const back = t - k * week
      if (back < 0) break
      const rate = rates[back] as number
      if (!Number.isNaN(rate)) {
        sum += rate
        count++
      }
    }
    means[t] = count > 0 ? sum / count : Number.NaN
  }
  return means
}

function spreadOf(rates: Float32Array, mean: Float32Array, week: number): Float32Array {
  const spread = new Float32Array(rates.length)
  for (let t = week; t < rates.length; t++) {
    let sum = 0
    let count = 0
    for (let k = 1; k <= 4 && t - k * week >= 0; k++) {
      const rate = rates[t - k * week] as number
      if (!Number.isNaN(rate)) {
        sum += Math.abs(rate - (mean[t] as number))
        count++
      }
    }
    spread[t] = count > 0 ? sum / count : 0
  }
  return spread
}

function cityOf(anomaly: readonly Float32Array[], length: number): Float32Array {
  const city = new Float32Array(length)
  for (let t = 0; t < length; t++) {
    let sum = 0
    let count = 0
    for (const values of anomaly) {
      const value = values[t] as number
      if (!Number.isNaN(value)) {
        sum += value
        count++
      }
    }
    city[t] = count > 0 ? sum / count : 0
  }
  return city
}
