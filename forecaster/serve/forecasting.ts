/**
 * From a request to an answer. Experts forecast each lot and horizon, and what is answered is their mix, with the share of each: weights and
 * widths are learnt from the last 28 days of the site (recipe/learning.ts). The same code is measured by the bench.
 */
import type { ForecastAnswer, ForecastRequest, RememberRequest } from '@baykeeper/contract/forecast.ts'
import { viewOf } from '../features/view.ts'
import type { Predictor } from '../model/predictor.ts'
import { fansOf } from '../recipe/experts.ts'
import { type Learnt, learntFrom } from '../recipe/learning.ts'
import { newestKnown } from '../recipe/origin.ts'
import type { CourseCache } from '../recipe/usual-course.ts'
import { levels } from '../scoring/quantiles.ts'
import { type DailyFit, fitKeyOf, quickFit, wholeFit, wholeFitNow } from './daily-fit.ts'
import { canFollow, type DayView, followed, newDayView } from './day-view.ts'
import { lotAnswer } from './lot-answer.ts'
import { type FanBook, learntByReplay, networkDaysMin, replayPairs } from './replay.ts'
import { aheadOf, remembered, type Site, slots, stepMs } from './site-panel.ts'

export interface Loaded {
  readonly predictor: Predictor
  readonly horizons: readonly number[]
  readonly lots: readonly string[]
  readonly hash: string
  /** Weights trained on the sites themselves have seen what lies before this: there they are not judged. */
  readonly unseenFromMs?: number | undefined
  /** How many past origins are learnt from. */
  readonly pairsMax?: number
}

/** State of a site between two requests. */
interface Kept {
  site: Site
  /** First UTC step that `view` does not have as it was sent. */
  changedFrom: number
  view?: DayView
  fit?: DailyFit
  /** Which whole fit is being made, or was made last. */
  fitting?: string
  learnt?: Learnt
  /** What `learnt` is, or will be, of. */
  learning?: string
  readonly book: FanBook
  readonly courses: CourseCache
}

export interface Forecaster {
  forecast(request: ForecastRequest): Promise<ForecastAnswer>
  /** Keeps history for the forecasts that follow. */
  remember(request: RememberRequest): void
}

/** So few are fitted whole at once, and learnt from before they are answered. */
const fewLotsMax = 64

export function newForecaster(loaded: Loaded): Forecaster {
  const sites = new Map<string, Kept>()
  const remember = (request: ForecastRequest | RememberRequest): Kept => {
    const before = request.append ? sites.get(request.site) : undefined
    const sentFrom = Math.round(Date.parse(request.from) / stepMs)
    if (before) {
      // What is fitted and learnt beside the answers is put into this same state.
      before.changedFrom = Math.min(before.changedFrom, sentFrom)
      before.site = remembered(request, before.site)
      return before
    }
    const kept: Kept = {
      book: new Map(),
      courses: new Map(),
      site: remembered(request, undefined),
      changedFrom: Math.min(0, sentFrom),
    }
    sites.set(request.site, kept)
    return kept
  }
  return {
    remember,
    async forecast(request) {
      const started = performance.now()
      const kept = remember(request)
      const nowMs = Date.parse(request.now)
      const view = viewAt(kept, nowMs)
      const fit = fitOf({ kept, view, loaded, isWanted: (key) => sites.get(request.site)?.fitting === key })
      const isWanted = (key: string) => sites.get(request.site)?.learning === key
      const learnt = await learntOf({ kept, view, fit, loaded, isWanted })
      const lots = await answersOf(request, { kept, view, fit, learnt, loaded })
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

function viewAt(kept: Kept, nowMs: number): DayView {
  const asked = { site: kept.site, step: Math.floor(nowMs / stepMs), changedFrom: kept.changedFrom }
  const wasSeen = kept.view !== undefined
  if (kept.view && !canFollow(kept.view, asked)) delete kept.view
  if (!kept.view) {
    kept.courses.clear()
    // Another past, or other lots: the forecasts of the old ones are forgotten.
    if (!wasSeen || kept.changedFrom < asked.step - replayedStepsKept) kept.book.clear()
  }
  kept.view = kept.view ? followed(kept.view, asked) : newDayView(kept.site, nowMs)
  kept.changedFrom = Number.POSITIVE_INFINITY
  return kept.view
}
/** History sent again from further back than this makes another past. */
const replayedStepsKept = 4 * slots

interface Fitting {
  readonly kept: Kept
  readonly view: DayView
  readonly loaded: Loaded
  isWanted(key: string): boolean
}

/** The whole fit of a large site is made while the quick one, or yesterday's, serves. */
function fitOf({ kept, view, loaded: { horizons }, isWanted }: Fitting): DailyFit {
  const key = fitKeyOf(view)
  if (kept.fit?.isWhole && kept.fit.key === key) return kept.fit
  const isFew = kept.site.lots.length <= fewLotsMax
  if (!isFew && kept.fitting !== key) {
    kept.fitting = key
    void wholeFit(view, horizons, () => isWanted(key)).then((fit) => {
      if (fit && isWanted(key)) kept.fit = fit
    })
  }
  if (!isFew && kept.fit) return kept.fit
  kept.fit = isFew ? wholeFitNow(view, horizons) : quickFit(view, horizons)
  return kept.fit
}

/** Of a small site before it is answered; of a large one beside the answers, once its whole fit is there. */
async function learntOf({ kept, view, fit, loaded, isWanted }: Fitting & { fit: DailyFit }): Promise<Learnt> {
  const key = `${fit.key}\n${view.key}`
  const isFew = kept.site.lots.length <= fewLotsMax
  if (kept.learning !== key && fit.isWhole) {
    kept.learning = key
    const { predictor, horizons, lots, unseenFromMs, pairsMax = replayPairs } = loaded
    const networkFrom =
      unseenFromMs === undefined ? 0 : view.placed.origin - (view.step - Math.ceil(unseenFromMs / stepMs))
    const embeddingOf = (id: string) => lots.indexOf(id)
    const made = learntByReplay({
      ...{ view, fit, predictor, horizons, embeddingOf, networkFrom, book: kept.book, pairsMax },
      isWanted: () => isFew || isWanted(key),
    })
    if (isFew) kept.learnt = (await made) ?? nothingLearnt(view, fit, horizons)
    else
      void made.then((learnt) => {
        if (learnt && isWanted(key)) kept.learnt = learnt
      })
  }
  return kept.learnt ?? nothingLearnt(view, fit, loaded.horizons)
}

const nothingLearnt = ({ placed: { panel } }: DayView, { anchor }: DailyFit, horizons: readonly number[]): Learnt =>
  learntFrom([], {
    capacities: panel.lots.map(({ capacity }) => capacity),
    leads: horizons.map((h) => h / 4),
    sigma: anchor.sigma,
    slots,
  })

interface Ready {
  readonly kept: Kept
  readonly view: DayView
  readonly fit: DailyFit
  readonly learnt: Learnt
  readonly loaded: Loaded
}

async function answersOf(request: ForecastRequest, { kept, view, fit, learnt, loaded }: Ready) {
  const { horizons, predictor, lots: named } = loaded
  const { placed, seasonal } = view
  const { panel, origin: t, firstKnown } = placed
  const ahead = aheadOf(kept.site.zone, view.step, horizons)
  const targets = ahead.map((steps) => t + steps)
  const asked = panel.lots.map(({ id }, lot) => ({ lot, t, embedding: named.indexOf(id) }))
  const quantiles = await predictor.predict(viewOf(seasonal, fit.anchor, ahead), asked)
  const width = horizons.length * levels.length
  const leads = horizons.map((h) => h / 4)
  return request.lots.map((sent, lot) => {
    const rates = panel.rates[lot] as Float32Array
    const historyDays = Math.max(0, (t - (firstKnown[lot] as number)) / slots)
    const origin = { seasonal, lot, t, now: newestKnown(rates, t), targets }
    const hasNetwork = historyDays >= networkDaysMin && origin.now === t
    const network = hasNetwork ? finite(quantiles.subarray(lot * width, (lot + 1) * width)) : undefined
    const fans = fansOf(origin, { fitted: fit, leads, network, courses: kept.courses })
    return lotAnswer({
      ...{ request, sent, origin, fans, learnt, horizons, historyDays },
      anchor: fit.anchor,
      originMs: view.step * stepMs,
    })
  })
}

/** A forecast that is no number counts as none. */
const finite = (fan: Float32Array): Float32Array | undefined => (fan.every(Number.isFinite) ? fan : undefined)
