/**
 * Which pairs of origin and target count, the same for every method: both in the window, and origin, target, the anchors of both, last week
 * and yesterday all known. Cell `(t - from) * lots + lot`.
 */
import type { Seasonal } from '../features/anomaly.ts'
import type { Cells } from '../scoring/errors.ts'

export interface Window {
  /** In steps of the panel; `to` is exclusive, for targets too. */
  readonly from: number
  readonly to: number
}

export interface Pairs extends Cells, Window {
  readonly lots: number
  readonly slots: number
  readonly horizon: number
}

export function pairsOf({ panel, mean4 }: Seasonal, horizon: number, { from, to }: Window): Pairs {
  const { slots } = panel
  const lots = panel.lots.length
  const cells = (to - from) * lots
  const truth = new Float32Array(cells)
  const mask = new Uint8Array(cells)
  for (let lot = 0; lot < lots; lot++) {
    const rates = panel.rates[lot] as Float32Array
    const mean = mean4[lot] as Float32Array
    for (let t = from; t + horizon < to; t++) {
      const target = t + horizon
      const sum =
        (rates[target] as number) +
        (rates[t] as number) +
        (mean[target] as number) +
        (mean[t] as number) +
        (rates[target - 7 * slots] as number) +
        (rates[target - slots] as number) +
        (rates[t - 7 * slots] as number)
      if (Number.isNaN(sum)) continue
      const cell = (t - from) * lots + lot
      truth[cell] = rates[target] as number
      mask[cell] = 1
    }
  }
  return { truth, mask, from, to, lots, slots, horizon }
}

export const cellsOf = ({ mask }: Pairs): number => mask.reduce((sum, counts) => sum + counts, 0)
export const lotOfCell = ({ lots }: Pairs, cell: number): number => cell % lots
export const originOfCell = ({ lots, from }: Pairs, cell: number): number => from + Math.floor(cell / lots)
/** Day of the origin, counted from the window's first. */
export const dayOfCell = ({ lots, slots }: Pairs, cell: number): number => Math.floor(cell / lots / slots)

/** A forecast for every cell that counts; NaN elsewhere. */
export function forecastCells(pairs: Pairs, forecast: (lot: number, t: number) => number): Float32Array {
  const out = new Float32Array(pairs.mask.length).fill(Number.NaN)
  for (let cell = 0; cell < out.length; cell++)
    if (pairs.mask[cell] === 1) out[cell] = forecast(lotOfCell(pairs, cell), originOfCell(pairs, cell))
  return out
}
