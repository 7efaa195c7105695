/** How good the forecasts of each site are: kept in the store. */
import type { Scoreboard } from '@baykeeper/contract/forecast.ts'
import { instant } from '../lib/brand.ts'
import type { Due } from './due.ts'
import type { Forecaster } from './forecaster.ts'
import type { ForecastService } from './forecasting.ts'
import type { Subject } from './forecasting-state.ts'
import { emptyBoard, type KeptQuality, keptQuality, modelShown, scoredDays, scoreSite } from './scoring.ts'

const scoreMs = 3_600_000
/** A small installation sees what has come due soon. */
const scoreFewMs = 15 * 60_000
const fewLotsMax = 100

export interface QualityBook {
  load(sites: readonly string[]): Promise<void>
  /** The page names the model before the first score, and a new one at once. */
  nameModel(site: string, forecaster: Forecaster): Promise<void>
  score(subject: Subject): Promise<void>
}

export function createQualityBook({ store, clock, log, onScored }: ForecastService, due: Due): QualityBook {
  const kept = new Map<string, KeptQuality>()

  async function keep(made: KeptQuality) {
    const { site } = made.quality
    kept.set(site, made)
    await store.saveForecastQuality(site, { at: clock.now(), document: JSON.stringify(made) })
  }

  return {
    async load(sites) {
      for (const id of sites) {
        const quality = await store.forecastQuality(id)
        if (quality) kept.set(id, JSON.parse(quality.document) as KeptQuality)
      }
    },
    async nameModel(site, { weights }) {
      const known = kept.get(site) ?? keptQuality(site, emptyBoard, nothingScored)
      if (!weights || known.quality.model?.hash === weights.hash) return
      await keep({ ...known, quality: { ...known.quality, model: modelShown(weights) } })
    },
    async score({ sites, forecaster }) {
      const lots = sites.reduce((sum, { site }) => sum + site.lots.length, 0)
      due.score = clock.now() + (lots > fewLotsMax ? scoreMs : scoreFewMs)
      const misses = new Map<string, ForecastMisses>()
      for (const { site, rates } of sites) {
        const now = clock.now()
        const board = await scoreSite({ store, forecaster }, rates, now)
        if (!board) continue
        await keep(keptQuality(site.id, board, { scoredMs: now, weights: forecaster.weights }))
        misses.set(site.id, missesOf(board))
      }
      onScored?.(misses)
      const gone = await store.forgetForecasts(instant(clock.now() - (scoredDays + 1) * 86_400_000))
      if (gone > 0) log.debug('old forecasts are forgotten', { gone })
    },
  }
}

const nothingScored = { scoredMs: undefined, weights: undefined }

/** Forecasts of the last seven days that came due, and which share of them did not hold what was measured in their range of 80 %. */
export interface ForecastMisses {
  readonly share: number
  readonly checked: number
}

function missesOf({ cells }: Pick<Scoreboard, 'cells'>): ForecastMisses {
  let [checked, held] = [0, 0]
  for (const { days7 } of cells) {
    checked += days7?.count ?? 0
    held += (days7?.count ?? 0) * (days7?.coverage80 ?? 0)
  }
  return { checked, share: checked === 0 ? 0 : Math.round(1_000 * (1 - held / checked)) / 1_000 }
}
