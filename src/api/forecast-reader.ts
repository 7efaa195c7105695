/** The newest forecast of a site as it is answered, for the API and for the pages of drivers. */
import { forecastLevels } from '@baykeeper/contract/forecast.ts'
import type { SiteForecast } from '@baykeeper/contract/forecast-pages.ts'
import type { RouteContext } from './context.ts'
import { type Asked, answerOf } from './forecast-answer.ts'

export type ForecastReader = (site: string, asked: Asked) => Promise<SiteForecast>

type Parts = Pick<RouteContext, 'store' | 'clock' | 'forecasts'>

/** The site is one of the layout. */
/** `keptMs`: one that was read is not asked for again before. */
export function forecastReader({ store, clock, forecasts }: Parts, keptMs = 0): ForecastReader {
  /** The newest of each site, read from its text once. */
  const read = new Map<
    string,
    { readonly at: number; readonly readMs: number; readonly shown: Omit<SiteForecast, 'state'> }
  >()
  async function newest(site: string) {
    const known = read.get(site)
    const nowMs = clock.monotonic()
    if (known && nowMs - known.readMs < keptMs) return known.shown
    const stored = await store.shownForecast(site)
    if (!stored) return undefined
    if (known?.at === stored.at) {
      read.set(site, { ...known, readMs: nowMs })
      return known.shown
    }
    const shown = JSON.parse(stored.document) as Omit<SiteForecast, 'state'>
    read.set(site, { at: stored.at, readMs: nowMs, shown })
    return shown
  }

  return async (site, asked) => {
    const forecaster = forecasts?.state()
    const shown = await newest(site)
    if (shown) return answerOf(shown, asked, { now: clock.now(), forecaster })
    const isOff = forecaster === undefined || forecaster.state === 'off' || forecaster.state === 'down'
    const none = { origin: null, issued: null, model: null, pipeline: null, lots: [] }
    return { site, state: isOff ? 'off' : 'starting', levels: [...forecastLevels], ...none }
  }
}
