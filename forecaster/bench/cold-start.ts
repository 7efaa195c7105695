/**
 * A new site: the product with so many days of history, on lots of a city that its weights have never seen, against similar days with the
 * same days. Blocks of one day begin every third day of the test window; each begins with a forecaster that knows nothing.
 */
import { stepsOf } from '../data/panel.ts'
import { seasonalOf } from '../features/anomaly.ts'
import { newestKnown, newFan } from '../recipe/origin.ts'
import { similarDays } from '../recipe/similar-days.ts'
import { levels, medianAt, pinball } from '../scoring/quantiles.ts'
import { newForecaster } from '../serve/forecasting.ts'
import type { Protocol } from './protocols.ts'
import { quartersOf, servedCells } from './served-cells.ts'
import { productForecaster, type ServedOptions } from './served-run.ts'
import { settingOf } from './setting.ts'

export const coldDays = [2, 7, 14, 60] as const
const everyDays = 3
const stride = 3

export interface ColdStart {
  readonly days: number
  readonly horizons: readonly {
    readonly mae: number
    readonly pinball: number
    readonly coverage80: number
    readonly coverage95: number
    readonly best_baseline: string
    readonly best_baseline_mae: number
    readonly pairs: number
  }[]
}

export async function runColdStart(protocol: Protocol, { dataFolder, split }: ServedOptions): Promise<ColdStart[]> {
  const { panel, window, protocol: own } = settingOf(protocol, split, dataFolder)
  const from = window.from + own.calibrationDays * panel.slots
  const { predictor, loaded } = await productForecaster(quartersOf({ panel, ...own }))
  await using _kept = predictor
  const found: ColdStart[] = []
  for (const days of coldDays) {
    const sums = own.horizons.map(() => ({ count: 0, mae: 0, pinball: 0, in80: 0, in95: 0, similar: 0, last: 0 }))
    for (let begin = from; begin + panel.slots <= window.to; begin += everyDays * panel.slots) {
      const forecaster = newForecaster(loaded)
      const to = begin + panel.slots
      const shape = { panel, zone: own.zone, horizons: own.horizons, stride, from: begin, to, days }
      const { quantiles } = await servedCells(forecaster, shape)
      // Nothing older than the days that the site has.
      const rates = panel.rates.map((all) => all.map((rate, t) => (t < begin - days * panel.slots ? Number.NaN : rate)))
      const seasonal = seasonalOf({ ...panel, rates })
      for (let t = begin; t < to; t += stride)
        for (const [lot, all] of rates.entries())
          for (const [h, horizon] of own.horizons.entries()) {
            const truth = t + horizon < stepsOf(panel) ? (all[t + horizon] as number) : Number.NaN
            const at = ((t - begin) * rates.length + lot) * levels.length
            const rate = (quantiles[h] as Float32Array).subarray(at, at + levels.length)
            const fan = newFan(1)
            const now = newestKnown(all, t)
            if (now !== t || Number.isNaN(truth) || Number.isNaN(rate[medianAt] as number)) continue
            const lead = (horizon * 24) / panel.slots
            similarDays({ seasonal, lot, t, now, targets: [t + horizon] }, [Math.exp(-lead / 24)], fan)
            if (Number.isNaN(fan[medianAt] as number)) continue
            const sum = sums[h] as (typeof sums)[number]
            sum.count++
            sum.mae += Math.abs((rate[medianAt] as number) - truth)
            sum.similar += Math.abs((fan[medianAt] as number) - truth)
            sum.last += Math.abs((all[t] as number) - truth)
            for (const [k, level] of levels.entries())
              sum.pinball += pinball(level, rate[k] as number, truth) / levels.length
            if (truth >= (rate[1] as number) && truth <= (rate[5] as number)) sum.in80++
            if (truth >= (rate[0] as number) && truth <= (rate[6] as number)) sum.in95++
          }
    }
    found.push({
      days,
      horizons: sums.map(({ count, mae, pinball: loss, in80, in95, similar, last }) => ({
        ...{ mae: mae / count, pinball: loss / count, coverage80: in80 / count, coverage95: in95 / count },
        best_baseline: similar <= last ? 'similar days' : 'persistence',
        best_baseline_mae: Math.min(similar, last) / count,
        pairs: count,
      })),
    })
  }
  return found
}
