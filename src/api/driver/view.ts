/**
 * What the pages for drivers show, read for one request: lots, whether the numbers are those of now, and the forecasts. A store that is away
 * keeps no page waiting: the last state stays, and a forecast that does not come in time is left out.
 */
import type { ForecastQuality } from '@baykeeper/contract/forecast-pages.ts'
import { dailyTime } from '../../domain/daily-time.ts'
import type { RouteContext } from '../context.ts'
import { type ForecastReader, forecastReader } from '../forecast-reader.ts'
import { showsSite } from '../live/site-view.ts'
import { type Ahead, aheadOf } from './ahead.ts'
import { type Freshness, freshnessOf } from './freshness.ts'
import { type DriverLot, driverLots, openingOf } from './lots.ts'

export interface DriverView {
  readonly name: string
  readonly now: number
  readonly lots: readonly DriverLot[]
  readonly freshness: Freshness
}

export interface DriverViews {
  read(): Promise<DriverView>
  /** `at`: a time to come within 24 hours. */
  ahead(lot: DriverLot, at: number): Promise<Ahead>
}

/** Forecasts are issued every five minutes; many drivers ask for the same one. */
const keptMs = 15_000
const qualityKeptMs = 10 * 60_000
const waitMs = 500
/** Lots by times asked for. */
const keptMax = 5_000

type Context = Pick<RouteContext, 'live' | 'store' | 'clock' | 'forecasts' | 'status' | 'siteViews'>

export function createDriverViews(context: Context): DriverViews {
  const { live, store, clock, status, siteViews } = context
  const forecastOf = forecastReader(context, keptMs)
  const forecasts = createKept<Awaited<ReturnType<ForecastReader>>>(clock.monotonic, keptMs)
  const qualities = createKept<ForecastQuality | undefined>(clock.monotonic, qualityKeptMs)
  const qualityOf = async (site: string) => {
    const stored = await store.forecastQuality(site)
    return stored && (JSON.parse(stored.document) as { quality: ForecastQuality }).quality
  }
  /** Undefined: not in time, or the store is away. */
  const inTime = <T>(answer: Promise<T>) => Promise.race([answer.catch(() => undefined), clock.sleep(waitMs)])

  return {
    async read() {
      await live.current()
      const now = clock.now()
      const shown = siteViews.public()
      return {
        ...{ name: live.floor.plan.name, now },
        lots: driverLots(live.presence).filter(({ site }) => showsSite(shown, site.id)),
        freshness: freshnessOf({ now, fresh: live.fresh, status: status() }),
      }
    },
    async ahead(lot, at) {
      const { id } = lot.site
      if (!siteViews.isForecastPublic(id)) return { is: 'none', why: 'off' }
      if (!openingOf(lot, at).isOpen) return { is: 'none', why: 'closed' }
      const forecast = await inTime(
        forecasts.get(JSON.stringify([id, at]), () => forecastOf(id, { at: [at], atLeast: [1] })),
      )
      if (!forecast) return { is: 'none', why: 'data' }
      const quality = await inTime(qualities.get(id, () => qualityOf(id)))
      return aheadOf({ forecast, quality: quality ?? undefined, at, now: clock.now() })
    },
  }
}

/** Answers by what was asked, for some time. One that failed is asked again. */
function createKept<T>(monotonic: () => number, ms: number) {
  const kept = new Map<string, { readonly until: number; readonly answer: Promise<T> }>()
  return {
    get(key: string, ask: () => Promise<T>): Promise<T> {
      const found = kept.get(key)
      if (found && found.until > monotonic()) return found.answer
      if (kept.size >= keptMax) kept.clear()
      const answer = ask()
      kept.set(key, { until: monotonic() + ms, answer })
      answer.catch(() => kept.delete(key))
      return answer
    },
  }
}

export const stepMs = 15 * 60_000
const usualAheadMs = 60 * 60_000

/** The moment within the next 24 hours at which the clock of the zone shows `time`; without one, about an hour from now. */
export function momentAt(time: string | undefined, zone: string, now: number): number {
  if (time !== undefined && /^([01]\d|2[0-3]):[0-5]\d$/.test(time)) return dailyTime(time, zone).next(now)
  return Math.ceil((now + usualAheadMs) / stepMs) * stepMs
}
