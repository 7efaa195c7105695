/** Medians of each expert at the origins of a window, heard from the forecaster while it is asked: so that each can be scored alone. */
import { forecastExperts } from '@baykeeper/contract/vocabulary.ts'
import type { Fan } from '../recipe/origin.ts'
import { levels, medianAt } from '../scoring/quantiles.ts'

export interface ExpertMedians {
  /** By expert, by horizon, by cell `(t - from) * lots + lot`; NaN where it was silent. */
  readonly points: readonly (readonly Float32Array[])[]
  onOrigin(t: number): void
  onFans(lot: number, fans: readonly (Fan | undefined)[]): void
}

export function expertMedians({
  from,
  to,
  lots,
  horizons,
}: Readonly<Record<'from' | 'to' | 'lots' | 'horizons', number>>) {
  const cells = (to - from) * lots
  const points = forecastExperts.map(() =>
    Array.from({ length: horizons }, () => new Float32Array(cells).fill(Number.NaN)),
  )
  let origin = from
  const medians: ExpertMedians = {
    points,
    onOrigin(t) {
      origin = t
    },
    onFans(lot, fans) {
      for (const [e, fan] of fans.entries())
        for (const [h, own] of points[e]?.entries() ?? [])
          own[(origin - from) * lots + lot] = fan?.[h * levels.length + medianAt] ?? Number.NaN
    },
  }
  return medians
}
