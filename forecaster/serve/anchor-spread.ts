/** How the anchor's residuals have been spread lately, in units of its scale: what gives the baseline its quantiles. */
import { dayType, dayTypes } from '../data/panel.ts'
import type { Anchor } from '../features/anchor.ts'
import type { Seasonal } from '../features/anomaly.ts'
import { levels } from '../scoring/quantiles.ts'

/** Distances from the anchor at the levels, in rate. */
export type Spread = (h: number, lot: number, target: number) => number[]

const spreadDays = 28
/** Every third quarter of an hour is enough to know a spread, and costs a third. */
const stride = 3
/** Standard normal at the levels, over its mean absolute value: until there are residuals. */
const normal = [-2.456, -1.606, -0.845, 0, 0.845, 1.606, 2.456]
const residualsMin = 100

export function anchorSpread({ panel, anomaly }: Seasonal, anchor: Anchor, origin: number): Spread {
  const { slots } = panel
  const types = Uint8Array.from({ length: panel.days + 1 }, (_, day) => dayType(panel, day))
  const scaleAt = (h: number, lot: number, target: number) =>
    (anchor.scale[h] as Float32Array)[
      (lot * dayTypes + (types[Math.floor(target / slots)] as number)) * slots + (target % slots)
    ] as number
  const tables = anchor.horizons.map((horizon, h) =>
    anomaly.map((values, lot) => {
      const misses: number[] = []
      for (let t = Math.max(0, origin - spreadDays * slots - horizon); t + horizon <= origin; t += stride) {
        const miss = (values[t + horizon] as number) - (anchor.phi[h] as number) * (values[t] as number)
        if (!Number.isNaN(miss)) misses.push(miss / scaleAt(h, lot, t + horizon))
      }
      if (misses.length < residualsMin) return normal
      const sorted = Float32Array.from(misses).sort()
      return levels.map((level) => sorted[Math.min(sorted.length - 1, Math.floor(level * sorted.length))] as number)
    }),
  )
  return (h, lot, target) => (tables[h]?.[lot] ?? normal).map((value) => value * scaleAt(h, lot, target))
}
