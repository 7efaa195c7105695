/**
 * Hindcasts: forecasts for origins of the last weeks, made afterwards from the data known then, so
 * that a new site has a scoreboard in its first minutes. They are marked, and an issued forecast replaces its hindcast.
 *
 * The forecaster receives the history once more under another name, so that current forecasts are not affected. Only for small
 * sites: each origin is a request. Weights trained here are scored only on the days that were held out from their training.
 */
import { quarterMs } from '../domain/occupancy-span.ts'
import { instant } from '../lib/brand.ts'
import type { Store } from '../store/store.ts'
import type { Forecaster } from './forecaster.ts'
import { packIssued } from './issued-body.ts'
import type { SiteCalendar } from './site-plan.ts'
import { keptSteps, type SiteRates, stepsADay } from './site-rates.ts'

export const hindcastLotsMax = 64
const usualDays = 28
/** Days that a training holds out, and that its initial weights have not seen either. */
const ownDays = 7
/** A multiple of what the scoreboard samples by; 32 times of the day have their turn. */
const everySteps = 15
/** The network reads two weeks, the anchor's intervals four. */
const historyDaysMin = 28

export interface HindcastDeps {
  readonly store: Store
  readonly forecaster: Forecaster
  readonly rates: SiteRates
  readonly calendar: SiteCalendar
}

/** Origins that are wanted, newest day first, in turn within a day; none while there is too little history. */
export function wantedOrigins(lastStep: number, historyDays: number, days: number): number[] {
  const oldest = lastStep - Math.min(days, Math.floor(historyDays - historyDaysMin)) * stepsADay
  const steps = []
  for (let step = Math.floor(lastStep / everySteps) * everySteps; step > oldest; step -= everySteps) steps.push(step)
  const byDay = Map.groupBy(steps, (step) => Math.floor(step / stepsADay))
  return [...byDay.values()].flatMap((ofDay) => ofDay.toReversed())
}

/** One origin a turn; returns how many were made. Ends early when another process of the forecaster answers. */
export async function* hindcasts({ store, forecaster, rates, calendar }: HindcastDeps): AsyncGenerator<number, number> {
  const { site, lastStep } = rates
  const { generation, weights } = forecaster
  if (site.lots.length > hindcastLotsMax || !weights) return 0
  const days = weights.trained === null ? usualDays : ownDays
  const range = {
    from: instant((lastStep - usualDays * stepsADay) * quarterMs),
    to: instant((lastStep + 1) * quarterMs),
  }
  const issued = new Set<number>()
  for (const { origin } of await store.issuedForecasts({
    ...{ ...range, site: site.id, everyMs: everySteps * quarterMs, limit: usualDays * stepsADay },
  }))
    issued.add(origin)
  const wanted = wantedOrigins(lastStep, rates.historyDays(0), days).filter((step) => !issued.has(step * quarterMs))
  if (wanted.length === 0) return 0
  const ask = { site: `hindcasts of ${site.id}`.slice(0, 128), zone: site.zone }
  const known = { ...ask, ...calendar, lots: site.lots.map(({ id, capacity }) => ({ id, capacity })) }
  const first = lastStep - keptSteps + 1
  await forecaster.remember({
    ...{ ...known, from: new Date(first * quarterMs).toISOString() },
    lots: known.lots.map((lot, index) => ({
      ...lot,
      rates: Array.from({ length: keptSteps }, (_, i) => {
        const rate = rates.rateAt(index, first + i)
        return Number.isNaN(rate) ? null : rate
      }),
    })),
  })
  let made = 0
  for (const step of wanted) {
    if (forecaster.generation !== generation) break
    const now = new Date(step * quarterMs).toISOString()
    const answer = await forecaster.forecast({
      ...{ ...known, now, from: now, append: true },
      lots: known.lots.map((lot) => ({ ...lot, rates: [] })),
      pipeline: { depth: 0, lag_s: 0, as_of: now, coverage: 1 },
    })
    const origin = instant(step * quarterMs)
    const body = packIssued(answer, { isHindcast: true })
    await store.saveForecast({ site: site.id, origin, issued: origin, model: answer.model, ...body })
    yield ++made
  }
  // So that it holds nothing of it any more.
  await forecaster.remember({ ...known, from: new Date(lastStep * quarterMs).toISOString(), lots: [] })
  return made
}
