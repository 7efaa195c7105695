/**
 * From a request to an answer. Per lot and horizon the answer states what was served and why: the network where there is enough history and the gate
 * has nothing against it, else the anchor with intervals of its own past, else nothing.
 */
import type { ForecastAnswer, ForecastPoint, ForecastRequest, RememberRequest } from '@baykeeper/contract/forecast.ts'
import { type Anchor, anchorAt } from '../features/anchor.ts'
import type { Seasonal } from '../features/anomaly.ts'
import { viewOf } from '../features/view.ts'
import { type Factors, stretch } from '../model/conformal.ts'
import type { Predictor } from '../model/predictor.ts'
import { levels, medianAt } from '../scoring/quantiles.ts'
import { scaleAt } from './anchor-spread.ts'
import { between } from './between.ts'
import { type DailyFit, fitKeyOf, quickFit, wholeFit, wholeFitNow } from './daily-fit.ts'
import { canFollow, type DayView, followed, newDayView } from './day-view.ts'
import { chanceFree } from './probability.ts'
import { simpleRate, simpleSpread } from './simple-baselines.ts'
import { remembered, type Site, type SitePanel, slots, stepMs } from './site-panel.ts'
import { verdictOf } from './staleness.ts'

export interface Loaded {
  readonly predictor: Predictor
  readonly horizons: readonly number[]
  readonly lots: readonly string[]
  readonly hash: string
}

/** State of a site between two requests. */
interface Kept {
  readonly site: Site
  /** First UTC step that `view` does not have as it was sent. */
  changedFrom: number
  view?: DayView
  fit?: DailyFit
  /** Which whole fit is being made, or was made last. */
  fitting?: string
}

export interface Forecaster {
  forecast(request: ForecastRequest): Promise<ForecastAnswer>
  /** Keeps history for the forecasts that follow. */
  remember(request: RememberRequest): void
}

/** Less history than this and the network has nothing to read. */
export const modelDaysMin = 14
/** So few are fitted whole at once. */
const fewLotsMax = 64

export function newForecaster(loaded: Loaded): Forecaster {
  const sites = new Map<string, Kept>()
  const remember = (request: ForecastRequest | RememberRequest): Kept => {
    const before = request.append ? sites.get(request.site) : undefined
    const sentFrom = Math.round(Date.parse(request.from) / stepMs)
    const kept: Kept = {
      ...before,
      site: remembered(request, before?.site),
      changedFrom: Math.min(before?.changedFrom ?? 0, sentFrom),
    }
    sites.set(request.site, kept)
    return kept
  }
  function viewAt(kept: Kept, nowMs: number): DayView {
    const asked = { site: kept.site, step: Math.floor(nowMs / stepMs), changedFrom: kept.changedFrom }
    if (kept.view && !canFollow(kept.view, asked)) delete kept.view
    kept.view = kept.view ? followed(kept.view, asked) : newDayView(kept.site, nowMs)
    kept.changedFrom = Number.POSITIVE_INFINITY
    return kept.view
  }
  /** The whole fit of a large site is made while the quick one, or yesterday's, serves. */
  function fitOf(id: string, kept: Kept, view: DayView): DailyFit {
    const key = fitKeyOf(view)
    if (kept.fit?.isWhole && kept.fit.key === key) return kept.fit
    const isFew = kept.site.lots.length <= fewLotsMax
    const { horizons } = loaded
    if (!isFew && kept.fitting !== key) {
      kept.fitting = key
      const isWanted = () => sites.get(id)?.fitting === key
      void wholeFit(view, horizons, isWanted).then((fit) => {
        const now = sites.get(id)
        if (fit && now && now.fitting === key) now.fit = fit
      })
    }
    if (!isFew && kept.fit) return kept.fit
    kept.fit = isFew ? wholeFitNow(view, horizons) : quickFit(view, horizons)
    return kept.fit
  }
  return {
    remember,
    async forecast(request) {
      const started = performance.now()
      const kept = remember(request)
      const { site } = kept
      const nowMs = Date.parse(request.now)
      const view = viewAt(kept, nowMs)
      const { placed, seasonal } = view
      const own = fitOf(request.site, kept, view)
      const quantiles = await networkQuantiles(loaded, { seasonal, placed, anchor: own.anchor })
      const gate = byCell(request.gate)
      const factors = byCell(request.factors)
      const lots = site.lots.map(({ id }, lot) =>
        lotAnswer({ gate, factors, request, loaded, seasonal, placed, own, quantiles, lot, id, nowMs }),
      )
      return {
        type: 'forecast',
        id: request.id,
        site: request.site,
        origin: new Date(Math.floor(nowMs / stepMs) * stepMs).toISOString(),
        pipeline: request.pipeline,
        model: loaded.hash,
        took_ms: Math.round(performance.now() - started),
        lots,
      }
    },
  }
}

async function networkQuantiles(
  loaded: Loaded,
  { seasonal, placed, anchor }: { seasonal: Seasonal; placed: SitePanel; anchor: Anchor },
): Promise<Float32Array> {
  const asked = placed.panel.lots.map(({ id }, lot) => ({ lot, t: placed.origin, embedding: loaded.lots.indexOf(id) }))
  return loaded.predictor.predict(viewOf(seasonal, anchor), asked)
}

interface LotPlace {
  readonly request: ForecastRequest
  readonly loaded: Loaded
  readonly seasonal: Seasonal
  readonly placed: SitePanel
  readonly own: DailyFit
  readonly quantiles: Float32Array
  readonly lot: number
  readonly id: string
  readonly nowMs: number
  /** By minutes and lot. */
  readonly gate: ByCell<'gate'>
  readonly factors: ByCell<'factors'>
}

type ByCell<Name extends 'gate' | 'factors'> = ReadonlyMap<string, NonNullable<ForecastRequest[Name]>[number]>

const byCell = <Entry extends { lot: string; minutes: number }>(entries: readonly Entry[] = []) =>
  new Map(entries.map((entry) => [`${entry.minutes} ${entry.lot}`, entry]))

function lotAnswer(place: LotPlace): ForecastAnswer['lots'][number] {
  const { request, loaded, id, nowMs } = place
  const points = loaded.horizons.map((_, h) => pointAt(place, h))
  const origin = Math.floor(nowMs / stepMs) * stepMs
  const at = (request.at ?? []).map((text) =>
    between(points, {
      minutes: (Date.parse(text) - origin) / 60_000,
      at: text,
      capacity: capacityOf(place),
      free_at_least: request.free_at_least,
    }),
  )
  return { id, points, at }
}

const capacityOf = ({ placed, lot }: LotPlace) => placed.panel.lots[lot]?.capacity ?? 1

function pointAt(place: LotPlace, h: number): ForecastPoint {
  const { request, loaded, own, lot, id, nowMs } = place
  const steps = loaded.horizons[h] as number
  const minutes = steps * 15
  const at = new Date(Math.floor(nowMs / stepMs) * stepMs + steps * stepMs).toISOString()
  const sent = request.lots[lot] as ForecastRequest['lots'][number]
  const bare = { minutes, at, widened: 1, rate: null, free: null, p_free: [], model: null, baseline: null }
  const atMs = Date.parse(at)
  const closed = sent.closures?.find(
    ({ from, to }) => Date.parse(from) <= atMs && (to === undefined || atMs < Date.parse(to)),
  )
  if (closed) return { ...bare, served: 'withheld', why: closureWords(closed) }
  const verdict = verdictOf(request.pipeline, {
    nowMs,
    coverage: sent.coverage ?? 1,
    minutes,
    sigma: sigmaOf(own.anchor),
  })
  if (verdict.withheld) return { ...bare, served: 'withheld', why: verdict.why }
  const baseline = baselineQuantiles(place, h)
  const simple = simpleQuantiles(place, { h, minutes })
  if (!baseline) return { ...bare, served: 'withheld', why: 'less than a week of history at this hour' }
  // Widening may not move what the scoreboard compares.
  const anchorMedian = baseline[medianAt] as number
  const model = modelQuantiles(place, h)
  const choice = choose(place, { minutes, model })
  const rate = choice.serve === 'model' && model ? model : (simple ?? baseline)
  const factors = place.factors.get(`${minutes} ${id}`)
  widen(rate, { of80: (factors?.of80 ?? 1) * verdict.widened, of95: (factors?.of95 ?? 1) * verdict.widened })
  const capacity = capacityOf(place)
  return {
    minutes,
    at,
    served: choice.serve,
    why: [choice.why, verdict.why].filter(Boolean).join('; '),
    widened: verdict.widened,
    rate: [...rate],
    free: [...rate].map((value) => Math.round(capacity * (1 - value))),
    p_free: (request.free_at_least ?? []).map((k) => ({ k, p: chanceFree(k, capacity, rate) })),
    model: model ? (model[medianAt] as number) : null,
    baseline: anchorMedian,
  }
}

const closureWords = ({ to, why }: { to?: string | undefined; why?: string | undefined }): string =>
  `closed ${to === undefined ? 'until further notice' : `until ${to}`}${why ? ` (${why})` : ''}`

/** Usual error by minutes ahead, straight between the horizons. */
function sigmaOf({ horizons, sigma }: Anchor): (minutes: number) => number {
  return (minutes) => {
    const steps = minutes / 15
    const next = horizons.findIndex((horizon) => horizon >= steps)
    if (next === 0) return sigma[0] as number
    if (next < 0) return sigma.at(-1) as number
    const [from, to] = [horizons[next - 1] as number, horizons[next] as number]
    const share = (steps - from) / (to - from)
    return (sigma[next - 1] as number) * (1 - share) + (sigma[next] as number) * share
  }
}

function modelQuantiles({ placed, loaded, quantiles, seasonal, lot }: LotPlace, h: number): Float32Array | undefined {
  if (placed.origin - (placed.firstKnown[lot] as number) < modelDaysMin * slots) return undefined
  if (Number.isNaN((seasonal.panel.rates[lot] as Float32Array)[placed.origin] as number)) return undefined
  const at = (lot * loaded.horizons.length + h) * levels.length
  return quantiles.slice(at, at + levels.length)
}

/** The anchor, or without a present rate the seasonal mean, with the residuals it had. */
function baselineQuantiles({ seasonal, placed, own, lot }: LotPlace, h: number): Float32Array | undefined {
  const { anchor, spread } = own
  const target = placed.origin + (anchor.horizons[h] as number)
  const now = (seasonal.panel.rates[lot] as Float32Array)[placed.origin] as number
  const phi = Number.isNaN(now) ? 0 : (anchor.phi[h] as number)
  const mean = (seasonal.mean4[lot] as Float32Array)[target] as number
  const centre = phi === 0 ? mean : anchorAt(seasonal, lot, { t: placed.origin, target, phi })
  if (Number.isNaN(centre)) return undefined
  const usual = Number.isNaN(now) ? anchor.horizons.length - 1 : h
  const scale = scaleAt(anchor, seasonal.panel, { h: usual, lot, target })
  return Float32Array.from(spread[usual]?.[lot] ?? [], (value) => Math.min(1, Math.max(0, centre + value * scale)))
}

/** Where the gate has found a simple baseline to be the best: that one, with the residuals it had. */
function simpleQuantiles(
  { gate, seasonal, placed, own, lot, id, loaded }: LotPlace,
  { h, minutes }: { h: number; minutes: number },
): Float32Array | undefined {
  const decision = gate.get(`${minutes} ${id}`)
  if (decision?.serve !== 'baseline' || decision.method === undefined) return undefined
  const { method } = decision
  const steps = loaded.horizons[h] as number
  const centre = simpleRate(seasonal, method, { lot, origin: placed.origin, steps })
  if (Number.isNaN(centre)) return undefined
  const key = `${method} ${h} ${lot}`
  const known = own.simple.get(key)
  const away = known ?? simpleSpread(seasonal, method, { lot, origin: placed.origin, steps })
  own.simple.set(key, away)
  return Float32Array.from(away, (value) => Math.min(1, Math.max(0, centre + value)))
}

function choose(
  { gate, placed, seasonal, id, lot }: LotPlace,
  { minutes, model }: { minutes: number; model: Float32Array | undefined },
): { serve: 'model' | 'baseline'; why: string } {
  if (!model) {
    const now = (seasonal.panel.rates[lot] as Float32Array)[placed.origin] as number
    if (Number.isNaN(now)) return { serve: 'baseline', why: 'no current rate' }
    const days = Math.floor((placed.origin - (placed.firstKnown[lot] as number)) / slots)
    return { serve: 'baseline', why: `${days} days of history; the model needs ${modelDaysMin}` }
  }
  const decision = gate.get(`${minutes} ${id}`)
  return decision ? { serve: decision.serve, why: decision.why } : { serve: 'model', why: 'no score yet' }
}

const widen = (rate: Float32Array, factors: Factors) => stretch(rate, 0, factors)
