/** Baselines without any fitting, for the lots and horizons where nothing else was better: what they say, and how far off they have been. */
import type { SimpleBaseline } from '@baykeeper/contract/forecast.ts'
import type { Seasonal } from '../features/anomaly.ts'
import { levels } from '../scoring/quantiles.ts'

const spreadDays = 28
const stride = 3
const residualsMin = 100
/** Until there are residuals: of a rate that may be anything. */
const unknown = [-0.4, -0.25, -0.1, 0, 0.1, 0.25, 0.4]

interface Asked {
  readonly lot: number
  readonly origin: number
  readonly steps: number
}

/** NaN where it has nothing to say. */
export function simpleRate({ panel, mean4 }: Seasonal, method: SimpleBaseline, { lot, origin, steps }: Asked): number {
  const rates = panel.rates[lot] as Float32Array
  const target = origin + steps
  switch (method) {
    case 'persistence':
      return rates[origin] ?? Number.NaN
    case 'day':
      return rates[target - panel.slots] ?? Number.NaN
    case 'week':
      return rates[target - 7 * panel.slots] ?? Number.NaN
    case 'weeks':
      return mean4[lot]?.[target] ?? Number.NaN
  }
}

/** Distances of the truth from it at the levels, over the last weeks. */
export function simpleSpread(
  seasonal: Seasonal,
  method: SimpleBaseline,
  { lot, origin, steps }: Asked,
): readonly number[] {
  const rates = seasonal.panel.rates[lot] as Float32Array
  const misses: number[] = []
  for (let t = Math.max(0, origin - spreadDays * seasonal.panel.slots - steps); t + steps <= origin; t += stride) {
    const miss = (rates[t + steps] as number) - simpleRate(seasonal, method, { lot, origin: t, steps })
    if (!Number.isNaN(miss)) misses.push(miss)
  }
  if (misses.length < residualsMin) return unknown
  const sorted = Float32Array.from(misses).sort()
  return levels.map((level) => sorted[Math.min(sorted.length - 1, Math.floor(level * sorted.length))] as number)
}
