/**
 * Forecasts of one site: reads the history from the store, asks the forecaster, and stores the answer with its inputs. The forecaster
 * receives the whole history once and then only what is new.
 */
import type { ForecastAnswer, ForecastRequest, PipelineState } from '@baykeeper/contract/forecast.ts'
import { forecastLevels } from '@baykeeper/contract/forecast.ts'
import type { SiteForecast } from '@baykeeper/contract/forecast-pages.ts'
import { closureText } from '@baykeeper/contract/forecast-reasons.ts'
import { quarterMs } from '../domain/occupancy-span.ts'
import { instant } from '../lib/brand.ts'
import type { Store } from '../store/store.ts'
import type { Forecaster } from './forecaster.ts'
import { packIssued } from './issued-body.ts'
import type { ForecastLot, ForecastSite } from './lots.ts'
import type { SitePlan } from './site-plan.ts'
import { keptSteps, type SiteRates, siteRates, stepsADay } from './site-rates.ts'

/** State of the pipeline, independent of the site. */
export interface PipelineNow {
  readonly depth: number
  readonly lagMs: number
}

export interface Round {
  readonly nowMs: number
  readonly pipeline: PipelineNow
  readonly newestArrivalMs: number | undefined
  pause(): Promise<void>
}

export interface SiteForecasts {
  readonly site: ForecastSite
  readonly rates: SiteRates
  readonly plan: SitePlan
  /** Reads, asks, stores; undefined where there is no history at all. */
  issue(round: Round): Promise<Issued | undefined>
}

export interface Issued {
  readonly at: number
  /** Everything was withheld. */
  readonly isEmpty: boolean
  /** Where the time went. */
  readonly took: { readonly readMs: number; readonly answerMs: number; readonly keepMs: number }
}

/** The longest horizon, and the current hour. */
const aheadMs = 25 * 3_600_000
/** The page draws nine hours back. */
const observedSteps = 36
/** Of one message: 3 MB. What a forecaster takes to read a message is its memory's peak. */
const ratesAtOnce = 500_000
const rateDigits = 10_000
/** Of a large site the newest five weeks are read first, which is what the model looks at most: there is a forecast soon. */
const quickDays = 36
const fewLotsMax = 64
const rounded = (rate: number) => (Number.isNaN(rate) ? null : Math.round(rate * rateDigits) / rateDigits)

export function siteForecasts(
  deps: { store: Store; forecaster: Forecaster; promiseMs: number; plan: SitePlan },
  site: ForecastSite,
): SiteForecasts {
  const { store, forecaster, plan } = deps
  const rates = siteRates(store, site, deps.promiseMs, plan)
  /** History sent to this process of the forecaster, up to which step. */
  let sent: { readonly generation: number; readonly step: number } | undefined

  return {
    site,
    rates,
    plan,
    async issue(round) {
      const { nowMs } = round
      const began = performance.now()
      const quick = site.lots.length > fewLotsMax ? quickDays : undefined
      const changed = await rates.advance(nowMs, round.pause, quick)
      const read = performance.now()
      if (site.lots.every((_, lot) => rates.historyDays(lot) === 0 && Number.isNaN(rates.rateAt(lot, rates.lastStep))))
        return undefined
      const { generation } = forecaster
      const append = sent?.generation === generation
      // From the first rate that is known: arrays of numbers alone take a third of the memory of arrays with nulls.
      const whole = Math.max(...site.lots.map((_, lot) => rates.historyDays(lot))) * stepsADay
      const from = append ? Math.min(changed, (sent?.step ?? 0) + 1) : rates.lastStep - Math.min(whole, keptSteps - 1)
      const pipeline = pipelineOf(round, rates)
      sent = undefined
      const part = (first: number, last: number) => ({
        site: site.id,
        zone: site.zone,
        from: new Date(first * quarterMs).toISOString(),
        append: append || first > from,
        lots: lotsSent(rates, first, last),
        ...plan.calendar,
      })
      const stepsAtOnce = Math.max(stepsADay, Math.floor(ratesAtOnce / site.lots.length))
      let first = from
      for (; rates.lastStep - first >= stepsAtOnce; first += stepsAtOnce)
        await forecaster.remember(part(first, first + stepsAtOnce - 1))
      const history = withClosures(part(first, rates.lastStep), { plan, lots: site.lots, nowMs })
      const closed = history.lots.map(({ closures }) => closures)
      const answer = await forecaster.forecast({
        ...history,
        now: new Date(nowMs).toISOString(),
        pipeline,
      })
      sent = { generation, step: rates.lastStep }
      const answered = performance.now()
      const issued = instant(Date.now())
      const origin = instant(Date.parse(answer.origin))
      await store.saveForecast(
        { site: site.id, origin, issued, model: answer.model, ...packIssued(answer) },
        JSON.stringify(shownForecast(answer, rates, { issuedMs: issued, closed })),
      )
      const ms = (from: number, to: number) => Math.round(to - from)
      const took = { readMs: ms(began, read), answerMs: ms(read, answered), keepMs: ms(answered, performance.now()) }
      const isEmpty = answer.lots.every(({ points }) => points.every(({ rate }) => rate === null))
      return { at: issued, isEmpty, took }
    },
  }
}

const lotsSent = (rates: SiteRates, from: number, to: number): ForecastRequest['lots'] =>
  rates.site.lots.map(({ id, capacity }, lot) => ({
    id,
    capacity,
    coverage: rates.coverage(lot),
    rates: Array.from({ length: to - from + 1 }, (_, i) => rounded(rates.rateAt(lot, from + i))),
  }))

/** Those that touch what is forecast. */
function withClosures<History extends Pick<ForecastRequest, 'lots'>>(
  history: History,
  { plan, lots, nowMs }: { plan: SitePlan; lots: readonly ForecastLot[]; nowMs: number },
): History {
  const sent = history.lots.map((lot, index) => {
    const place = lots[index]
    const closed = place ? plan.closedWithin(place, nowMs, nowMs + aheadMs) : []
    if (closed.length === 0) return lot
    const closures = closed.map(({ from, to, why }) => ({
      from: new Date(from).toISOString(),
      ...(Number.isFinite(to) ? { to: new Date(to).toISOString() } : {}),
      ...(why ? { why } : {}),
    }))
    return { ...lot, closures }
  })
  return { ...history, lots: sent }
}

function pipelineOf({ nowMs, pipeline, newestArrivalMs }: Round, rates: SiteRates): PipelineState {
  return {
    depth: pipeline.depth,
    lag_s: Math.max(0, pipeline.lagMs / 1_000),
    as_of: new Date(Math.min(nowMs, newestArrivalMs ?? rates.newestMs)).toISOString(),
    coverage: rates.coverage(0),
    usual_silence_s: rates.usualSilenceS(),
  }
}

/** As pages show it; `state` is evaluated at the time of the request. */
export type ShownForecast = Omit<SiteForecast, 'state'>

interface ShownWith {
  readonly issuedMs: number
  /** By lot, as they were sent. */
  readonly closed?: readonly ForecastRequest['lots'][number]['closures'][]
}

export function shownForecast(
  answer: ForecastAnswer,
  rates: SiteRates,
  { issuedMs, closed = [] }: ShownWith,
): ShownForecast {
  const origin = Date.parse(answer.origin)
  const originStep = Math.floor(origin / quarterMs)
  return {
    site: answer.site,
    origin: answer.origin,
    issued: new Date(issuedMs).toISOString(),
    model: answer.model,
    levels: [...forecastLevels],
    pipeline: answer.pipeline,
    lots: answer.lots.map(({ points }, lot) => {
      const { id, name, capacity } = rates.site.lots[lot] as (typeof rates.site.lots)[number]
      return {
        id,
        name,
        capacity,
        history_days: Math.floor(10 * rates.historyDays(lot)) / 10,
        observed: Array.from({ length: observedSteps + 1 }, (_, i) => {
          const step = originStep - observedSteps + i
          return { at: new Date(step * quarterMs).toISOString(), rate: rounded(rates.rateAt(lot, step)) }
        }),
        ...closuresShown(closed[lot]),
        points: points.map(({ at, minutes, served, experts, why, widened, rate, free }) => ({
          ...{ at, minutes, served, why, widened: Math.round(widened * 1_000) / 1_000, free, p_free: [] },
          ...(experts ? { experts } : {}),
          rate: rate?.map((value) => Math.round(value * rateDigits) / rateDigits) ?? null,
        })),
      }
    }),
  }
}

/** So that a minute within one is known to be closed, with any horizons around it. */
function closuresShown(sent: ForecastRequest['lots'][number]['closures']) {
  if (!sent || sent.length === 0) return {}
  const closures = sent.map((each) => ({
    from: each.from,
    ...(each.to ? { to: each.to } : {}),
    why: closureText(each),
  }))
  return { closures }
}
