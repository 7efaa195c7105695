/** Expert: the anchor, or without a present rate the seasonal mean, spread as its residuals have been lately. */
import { type Anchor, anchorAt } from '../features/anchor.ts'
import { levels } from '../scoring/quantiles.ts'
import { type SpreadTable, scaleAt } from '../serve/anchor-spread.ts'
import type { Fan, Origin } from './origin.ts'
import { writeQuantiles } from './samples.ts'

export interface FittedAnchor {
  readonly anchor: Anchor
  /** By horizon. */
  readonly spread: readonly SpreadTable[]
}

export function anchorExpert({ anchor, spread }: FittedAnchor, origin: Origin, out: Fan): void {
  const { seasonal, lot, t, targets } = origin
  const now = (seasonal.panel.rates[lot] as Float32Array)[t] as number
  const isKnown = !Number.isNaN((seasonal.anomaly[lot] as Float32Array)[t] as number) && !Number.isNaN(now)
  for (const [h, target] of targets.entries()) {
    const phi = isKnown ? (anchor.phi[h] as number) : 0
    const mean = (seasonal.mean4[lot] as Float32Array)[target] as number
    const centre = phi === 0 ? mean : anchorAt(seasonal, lot, { t, target, phi })
    if (Number.isNaN(centre)) continue
    const usual = isKnown ? h : anchor.horizons.length - 1
    const scale = scaleAt(anchor, seasonal.panel, { h: usual, lot, target })
    const away = spread[usual]?.[lot] ?? []
    writeQuantiles(
      out,
      h * levels.length,
      away.map((value) => centre + value * scale),
    )
  }
}
