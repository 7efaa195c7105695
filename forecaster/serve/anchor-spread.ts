/** How the anchor's residuals have been spread lately, in units of its scale: what gives the baseline its quantiles. */
import { dayType, dayTypes, type Panel } from '../data/panel.ts'
import type { Anchor } from '../features/anchor.ts'
import type { Seasonal } from '../features/anomaly.ts'
import { levels } from '../scoring/quantiles.ts'

/** Distances from the anchor at the levels in units of its scale, by lot. */
export type SpreadTable = readonly (readonly number[])[]

const spreadDays = 28
/** Every third quarter of an hour is enough to know a spread, and costs a third. */
const stride = 3
/** Standard normal at the levels, over its mean absolute value: until there are residuals. */
const normal = [-2.456, -1.606, -0.845, 0, 0.845, 1.606, 2.456]
const residualsMin = 100

/** Of one horizon. */
export function spreadTable(
  { panel, anomaly }: Seasonal,
  anchor: Anchor,
  { h, origin, days = spreadDays }: { h: number; origin: number; days?: number },
): SpreadTable {
  const { slots } = panel
  const horizon = anchor.horizons[h] as number
  const phi = anchor.phi[h] as number
  const scales = anchor.scale[h] as Float32Array
  const from = Math.max(0, origin - days * slots - horizon)
  // Of a target: where its scale lies within those of a lot.
  const cells = Int32Array.from({ length: origin - from + 1 }, (_, i) => cellOf(panel, from + i))
  return anomaly.map((values, lot) => {
    const ofLot = lot * dayTypes * slots
    const misses: number[] = []
    for (let t = from; t + horizon <= origin; t += stride) {
      const miss = (values[t + horizon] as number) - phi * (values[t] as number)
      if (!Number.isNaN(miss)) misses.push(miss / (scales[ofLot + (cells[t + horizon - from] as number)] as number))
    }
    if (misses.length < residualsMin) return normal
    const sorted = Float32Array.from(misses).sort()
    return levels.map((level) => sorted[Math.min(sorted.length - 1, Math.floor(level * sorted.length))] as number)
  })
}

const cellOf = (panel: Panel, target: number): number =>
  dayType(panel, Math.floor(target / panel.slots)) * panel.slots + (target % panel.slots)

/** Usual distance of the anchor from the truth at a target, in rate. */
export const scaleAt = (
  { scale }: Anchor,
  panel: Panel,
  { h, lot, target }: { h: number; lot: number; target: number },
) => (scale[h] as Float32Array)[lot * dayTypes * panel.slots + cellOf(panel, target)] as number
