/**
 * The anchor: A(t+h) + phi_h * (y(t) - A(t)), with A the mean of the last four same weekdays, and how far it is usually off: `scale`, the
 * mean absolute residual by lot, day type and slot of the target. The network forecasts the residual in units of that scale.
 */
import { dayType, dayTypes } from '../data/panel.ts'
import type { Seasonal } from './anomaly.ts'

export interface Anchor {
  /** In steps of the panel. */
  readonly horizons: readonly number[]
  readonly phi: readonly number[]
  /** Mean absolute residual of the anchor, by horizon. */
  readonly sigma: readonly number[]
  /** By horizon; index `(lot * 3 + dayType) * slots + slot`. */
  readonly scale: readonly Float32Array[]
}

/** So that a slot at which nothing ever moves does not divide by nothing. */
const scaleMin = 0.0015
const neighbourWeight = 0.15
/** Below so many pairs a table cell leans on the mean of its horizon. */
const leanPairs = 3

/** Fits on pairs with origin and target in [from, to). */
export function fitAnchor(
  seasonal: Seasonal,
  horizons: readonly number[],
  { from, to }: { from: number; to: number },
): Anchor {
  const phi = horizons.map((horizon) => phiOf(seasonal, horizon, { from, to }))
  const tables = horizons.map((horizon, h) => scaleOf(seasonal, horizon, { from, to, phi: phi[h] as number }))
  return { horizons, phi, sigma: tables.map(({ mean }) => mean), scale: tables.map(({ table }) => table) }
}

export function phiOf({ anomaly }: Seasonal, horizon: number, { from, to }: { from: number; to: number }): number {
  let product = 0
  let square = 0
  for (const values of anomaly)
    for (let t = from; t + horizon < to; t++) {
      const now = values[t] as number
      const then = values[t + horizon] as number
      if (!Number.isNaN(now) && !Number.isNaN(then)) {
        product += now * then
        square += now * now
      }
    }
  return square > 0 ? product / square : 0
}

interface ScaleOptions {
  readonly from: number
  readonly to: number
  readonly phi: number
}

function scaleOf({ panel, anomaly }: Seasonal, horizon: number, { from, to, phi }: ScaleOptions) {
  const { slots } = panel
  const cells = anomaly.length * dayTypes * slots
  const sums = new Float64Array(cells)
  const counts = new Float64Array(cells)
  const types = Uint8Array.from({ length: panel.days + 1 }, (_, day) => dayType(panel, day))
  let total = 0
  let pairs = 0
  for (const [lot, values] of anomaly.entries())
    for (let t = from; t + horizon < to; t++) {
      const now = values[t] as number
      const then = values[t + horizon] as number
      if (Number.isNaN(now) || Number.isNaN(then)) continue
      const target = t + horizon
      const cell = (lot * dayTypes + (types[Math.floor(target / slots)] as number)) * slots + (target % slots)
      const miss = Math.abs(then - phi * now)
      sums[cell] = (sums[cell] as number) + miss
      counts[cell] = (counts[cell] as number) + 1
      total += miss
      pairs++
    }
  // Lots that never moved have no error either, and nothing may be divided by 0.
  const mean = pairs > 0 ? Math.max(scaleMin, total / pairs) : 0.05
  return { mean, table: smoothed({ sums, counts, slots, mean }) }
}

interface Sums {
  readonly sums: Float64Array
  readonly counts: Float64Array
  readonly slots: number
  readonly mean: number
}

function smoothed({ sums, counts, slots, mean }: Sums): Float32Array {
  const table = new Float32Array(sums.length)
  for (let cell = 0; cell < sums.length; cell++) {
    const block = cell - (cell % slots)
    let sum = 0
    let count = 0
    for (let offset = -1; offset <= 1; offset++) {
      const near = block + (((cell % slots) + offset + slots) % slots)
      const weight = offset === 0 ? 1 : neighbourWeight
      sum += weight * (sums[near] as number)
      count += weight * (counts[near] as number)
    }
    const few = count < leanPairs ? leanPairs - count : 0
    table[cell] = Math.max(scaleMin, (sum + few * mean) / (count + few))
  }
  return table
}

/** NaN where the seasonal mean or the present rate is missing. */
export function anchorAt({ mean4, anomaly }: Seasonal, lot: number, at: { t: number; target: number; phi: number }) {
  const seasonal = (mean4[lot] as Float32Array)[at.target] as number
  const now = (anomaly[lot] as Float32Array)[at.t] as number
  return seasonal + at.phi * now
}
