/** A panel as features look at it, and the place in a batch that they are written to. */
import type { Anchor } from './anchor.ts'
import type { Seasonal } from './anomaly.ts'
import type { Batch } from './batch.ts'

/** Rates are scaled so that an anomaly of 0.2 is 1. */
export const gain = 5
export const slopeGain = 10

export interface View {
  readonly seasonal: Seasonal
  readonly anchor: Anchor
  /** Steps of the panel to each target: its horizon, but where clocks change in between. */
  readonly ahead: readonly number[]
  /** How far ahead each horizon lies, in smooth bumps over octaves of a quarter of an hour. */
  readonly horizonFeatures: readonly Float32Array[]
}

export function viewOf(seasonal: Seasonal, anchor: Anchor, ahead: readonly number[] = anchor.horizons): View {
  const stepHours = 24 / seasonal.panel.slots
  const centres = [0, 1, 2, 3, 4, 5, 6, 6.6]
  const horizonFeatures = anchor.horizons.map((h) => {
    const octave = Math.log2(h * stepHours * 4)
    return Float32Array.from(centres, (centre) => Math.exp(-(((octave - centre) / 0.6) ** 2)))
  })
  return { seasonal, anchor, ahead, horizonFeatures }
}

export interface InputPosition {
  readonly batch: Batch
  readonly view: View
  readonly series: number
  readonly lot: number
  readonly t: number
  /** Targets from here on do not count. */
  readonly end: number
}

export const known = (value: number | undefined): number => (value === undefined || Number.isNaN(value) ? 0 : value)
