/**
 * From a request to an answer. Experts forecast each lot and horizon, and what is answered is their mix, with the share of each: weights and
 * widths are learnt from the last 28 days of the site (recipe/learning.ts). The same code is measured by the bench.
 */
import type { ForecastAnswer, ForecastRequest, RememberRequest } from '@baykeeper/contract/forecast.ts'
import type { Seasonal } from '../features/anomaly.ts'
import { type View, viewOf } from '../features/view.ts'
import type { Predictor } from '../model/predictor.ts'
import { fansOf } from '../recipe/experts.ts'
import { type Learnt, learntFrom } from '../recipe/learning.ts'
import { type Fan, newestKnown } from '../recipe/origin.ts'
import type { CourseCache } from '../recipe/usual-course.ts'
import { levels } from '../scoring/quantiles.ts'
import type { GrownTrees } from '../trees/grown.ts'
import { type TreePlace, type Trees, treeFans } from '../trees/tree-expert.ts'
import { type DailyFit, fitKeyOf, quickFit, wholeFit, wholeFitNow } from './daily-fit.ts'
import { canFollow, type DayView, followed, newDayView } from './day-view.ts'
import { lotAnswer } from './lot-answer.ts'
import { type FanBook, learntByReplay, networkDaysMin, replayPairs } from './replay.ts'
import { aheadOf, remembered, type Site, slots, stepMs } from './site-panel.ts'
import { growWeeks, treesAt, type WeeklyTrees, wantedWeeks } from './weekly-trees.ts'

export interface Loaded {
  readonly predictor: Predictor
  readonly horizons: readonly number[]
  readonly lots: readonly string[]
  readonly hash: string
  /** Weights trained on the sites themselves have seen what lies before this: there they are not judged. */
  readonly unseenFromMs?: number | undefined
  /** How many past origins are learnt from. */
  readonly pairsMax?: number
  /** Shipped trees; absent: there is no such expert. */
  readonly trees?: GrownTrees | undefined
  /** Answers wait for the trees of a week, as time does not pass between the requests of a bench. */
  readonly waitsForTrees?: boolean
  /** What is made beside the answers has failed: they go on without it. */
  readonly onFault?: ((what: string, fault: unknown) => void) | undefined
  /** The fans of each expert for a lot, before it is mixed; the bench scores them one by one. */
  readonly onFans?: ((lot: number, fans: readonly (Fan | undefined)[]) => void) | undefined
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
  /** Trees of its own history, and for which view they are being grown. */
  readonly weeks: WeeklyTrees
  growing?: Seasonal
  readonly book: FanBook
  readonly courses: CourseCache
}

export interface Forecaster {
  forecast(request: ForecastRequest): Promise<ForecastAnswer>
  /** Keeps history for the forecasts that follow. */
  remember(request: RememberRequest): void
  /** Ends within a step what is fitted, grown and learnt beside the answers. */
  stop(): void
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
      weeks: new Map(),
      site: remembered(request, undefined),
      changedFrom: Math.min(0, sentFrom),
    }
    sites.set(request.site, kept)
    return kept
  }
  return {
    remember,
    stop: () => sites.clear(),
    async forecast(request) {
      const started = performance.now()
      const kept = remember(request)
      const nowMs = Date.parse(request.now)
      const view = viewAt(kept, nowMs)
      const fit = fitOf({ kept, view, loaded, isWanted: (key) => sites.get(request.site)?.fitting === key })
      const isKept = () => sites.get(request.site) === kept
      const grown = growTrees({ kept, view, fit, loaded, isWanted: isKept })
      if (loaded.waitsForTrees) await grown
      else grown.catch(failedBeside(loaded, 'the trees of the site'))
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

/** A rejection that is not caught would end the process. It is not tried again before the next day's view. */
const failedBeside =
  ({ onFault }: Pick<Loaded, 'onFault'>, what: string) =>
  (fault: unknown) =>
    onFault?.(what, fault)

function viewAt(kept: Kept, nowMs: number): DayView {
  const asked = { site: kept.site, step: Math.floor(nowMs / stepMs), changedFrom: kept.changedFrom }
  const wasSeen = kept.view !== undefined
  if (kept.view && !canFollow(kept.view, asked)) delete kept.view
  if (!kept.view) {
    kept.courses.clear()
    // Another past, or other lots: the forecasts of the old ones are forgotten.
    if (!wasSeen || kept.changedFrom < asked.step - replayedStepsKept) {
      kept.book.clear()
      kept.weeks.clear()
    }
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
function fitOf({ kept, view, loaded: { horizons, onFault }, isWanted }: Fitting): DailyFit {
  const key = fitKeyOf(view)
  if (kept.fit?.isWhole && kept.fit.key === key) return kept.fit
  const isFew = kept.site.lots.length <= fewLotsMax
  if (!isFew && kept.fitting !== key) {
    kept.fitting = key
    wholeFit(view, horizons, () => isWanted(key))
      .then((fit) => {
        if (fit && isWanted(key)) kept.fit = fit
      })
      .catch(failedBeside({ onFault }, 'the whole fit of the site'))
  }
  if (!isFew && kept.fit) return kept.fit
  kept.fit = isFew ? wholeFitNow(view, horizons) : quickFit(view, horizons)
  return kept.fit
}

interface GrowingBeside extends Omit<Fitting, 'isWanted'> {
  readonly fit: DailyFit
  isWanted(): boolean
}

/** Beside the answers; begun again when another day's view replaces the one that is looked at. */
async function growTrees({ kept, view, fit, loaded, isWanted: isKept }: GrowingBeside): Promise<void> {
  if (!loaded.trees || !fit.isWhole || kept.growing === view.seasonal) return
  if (wantedWeeks(view).every((week) => kept.weeks.has(week))) return
  const { seasonal } = view
  kept.growing = seasonal
  const isWanted = () => isKept() && kept.view?.seasonal === seasonal
  await growWeeks({ view, fit, grown: loaded.trees, weeks: kept.weeks, isWanted })
}

/** Of a small site before it is answered; of a large one beside the answers, once its whole fit is there. */
async function learntOf({ kept, view, fit, loaded, isWanted }: Fitting & { fit: DailyFit }): Promise<Learnt> {
  const wanted = wantedWeeks(view)
  const ofTrees = wanted.every((week) => kept.weeks.has(week)) ? wanted.join(' ') : ''
  const key = `${fit.key}\n${view.key}\n${ofTrees}`
  const isFew = kept.site.lots.length <= fewLotsMax
  if (kept.learning !== key && fit.isWhole) {
    kept.learning = key
    const { predictor, horizons, lots, unseenFromMs, pairsMax = replayPairs } = loaded
    const networkFrom =
      unseenFromMs === undefined ? 0 : view.placed.origin - (view.step - Math.ceil(unseenFromMs / stepMs))
    const embeddingOf = (id: string) => lots.indexOf(id)
    const made = learntByReplay({
      ...{ view, fit, predictor, horizons, embeddingOf, networkFrom, book: kept.book, pairsMax },
      ...(loaded.trees ? { trees: { grown: loaded.trees, weeks: kept.weeks } } : {}),
      isWanted: () => isFew || isWanted(key),
    })
    if (isFew) kept.learnt = (await made) ?? nothingLearnt(view, fit, horizons)
    else
      made
        .then((learnt) => {
          if (learnt && isWanted(key)) kept.learnt = learnt
        })
        .catch(failedBeside(loaded, 'what the site has learnt'))
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
  const features = viewOf(seasonal, fit.anchor, ahead)
  const quantiles = await predictor.predict(features, asked)
  const grown = loaded.trees && treesAt(panel, t, { grown: loaded.trees, weeks: kept.weeks })
  const ofTrees = grown ? treesInParts(features, asked, grown) : []
  const width = horizons.length * levels.length
  const leads = horizons.map((h) => h / 4)
  return request.lots.map((sent, lot) => {
    const rates = panel.rates[lot] as Float32Array
    const historyDays = Math.max(0, (t - (firstKnown[lot] as number)) / slots)
    const origin = { seasonal, lot, t, now: newestKnown(rates, t), targets }
    const hasNetwork = historyDays >= networkDaysMin && origin.now === t
    const network = hasNetwork ? finite(quantiles.subarray(lot * width, (lot + 1) * width)) : undefined
    const fans = fansOf(origin, { fitted: fit, leads, network, trees: ofTrees[lot], courses: kept.courses })
    loaded.onFans?.(lot, fans)
    return lotAnswer({
      ...{ request, sent, origin, fans, learnt, horizons, historyDays },
      anchor: fit.anchor,
      originMs: view.step * stepMs,
    })
  })
}

/** A few lots at a time: rows of all at once would be 50 MB. */
function treesInParts(view: View, asked: readonly TreePlace[], trees: Trees): Fan[] {
  const fans: Fan[] = []
  for (let from = 0; from < asked.length; from += treeLotsAtOnce) {
    fans.push(...treeFans(view, asked.slice(from, from + treeLotsAtOnce), trees))
  }
  return fans
}
const treeLotsAtOnce = 64

/** A forecast that is no number counts as none. */
const finite = (fan: Float32Array): Float32Array | undefined => (fan.every(Number.isFinite) ? fan : undefined)
