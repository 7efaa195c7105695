/**
 * The last 28 days once more: what each expert would have forecast at a sample of origins, from what was known then, and what came. It is a function
 * of the history and the weights of the network alone, so a restarted process learns the same again.
 */
import { setImmediate } from 'node:timers/promises'
import { forecastExperts } from '@baykeeper/contract/vocabulary.ts'
import { viewOf } from '../features/view.ts'
import type { Predictor } from '../model/predictor.ts'
import { fansOf } from '../recipe/experts.ts'
import type { Learnt, Pair } from '../recipe/learning.ts'
import { learntFrom } from '../recipe/learning.ts'
import { type Fan, newestKnown } from '../recipe/origin.ts'
import { levels } from '../scoring/quantiles.ts'
import type { GrownTrees } from '../trees/grown.ts'
import { treeFans } from '../trees/tree-expert.ts'
import type { DailyFit } from './daily-fit.ts'
import type { DayView } from './day-view.ts'
import { heldWeek, treesAt, type WeeklyTrees } from './weekly-trees.ts'

/** Less history than this and the network has nothing to read. */
export const networkDaysMin = 14
/** Replayed from earlier on than it is served, so that there is experience with it on its first day. */
const networkReplayDaysMin = 9
const replayDays = 28
/** Origins and lots of one replay, about. */
export const replayPairs = 3_000
const originsMin = 96
/** Steps from origin to origin: none shares a factor with a day, so that every time of day has its turn. */
const strides = [5, 7, 11, 13, 17, 19, 23, 29]
/** Origins between two looks at whether something waits. */
const pairsAtOnce = 64

/** Forecasts of the experts at one origin of a lot. */
export interface BookEntry extends Omit<Pair, 'truth'> {
  /** Week of the site's trees that spoke; undefined: the shipped ones alone. */
  readonly treesWeek: number | undefined
}
/** By lot and step; kept from one day to the next. */
export type FanBook = Map<string, BookEntry>

export interface Replay {
  readonly view: DayView
  readonly fit: DailyFit
  readonly predictor: Predictor
  /** Absent: there is no such expert. */
  readonly trees?: { readonly grown: GrownTrees; readonly weeks: WeeklyTrees } | undefined
  readonly horizons: readonly number[]
  /** Index of the embedding of a lot; -1: a stranger. */
  readonly embeddingOf: (id: string) => number
  /** Origins before this were seen by the network in its training: there it is not judged. Steps of the panel. */
  readonly networkFrom: number
  readonly book: FanBook
  readonly pairsMax: number
  /** Between two parts of the work; false: not wanted any more. */
  isWanted(): boolean
}

interface Place {
  readonly lot: number
  readonly t: number
}

/** Undefined when it was not wanted any more. */
export async function learntByReplay(replay: Replay): Promise<Learnt | undefined> {
  const { view, fit, horizons, book } = replay
  const { panel } = view.placed
  const wanted = placesOf(view, replay.pairsMax)
  const keyOf = ({ lot, t }: Place) => `${lot} ${panel.firstDay * panel.slots + t}`
  const missing = wanted.filter((place) => !book.has(keyOf(place)))
  for (let from = 0; from < missing.length; from += pairsAtOnce) {
    const part = missing.slice(from, from + pairsAtOnce)
    const made = await saidAt(replay, part)
    for (const [i, answered] of made.entries()) book.set(keyOf(part[i] as Place), answered)
    await setImmediate()
    if (!replay.isWanted()) return undefined
  }
  if (!(await treesAskedAgain(replay, { wanted, keyOf }))) return undefined
  const used = new Set(wanted.map(keyOf))
  for (const key of book.keys()) if (!used.has(key)) book.delete(key)
  const pairs = [...book.values()].map((answered): Pair => ({ ...answered, truth: truthOf(view, answered, horizons) }))
  return learntFrom(pairs, {
    capacities: panel.lots.map(({ capacity }) => capacity),
    leads: horizons.map((h) => (h * 24) / panel.slots),
    sigma: fit.anchor.sigma,
    slots: panel.slots,
  })
}

interface Again {
  readonly wanted: readonly Place[]
  keyOf(place: Place): string
}

/** Of origins that were replayed before the trees of their week were grown. False when it was not wanted any more. */
async function treesAskedAgain(replay: Replay, { wanted, keyOf }: Again): Promise<boolean> {
  const { book, trees, view } = replay
  if (!trees) return true
  const { panel } = view.placed
  const weekFor = ({ t }: Place) => heldWeek(panel, t, trees.weeks)
  const old = wanted.filter((place) => book.get(keyOf(place))?.treesWeek !== weekFor(place))
  for (let from = 0; from < old.length; from += pairsAtOnce) {
    const part = old.slice(from, from + pairsAtOnce)
    for (const [i, fan] of treesSaidAt(replay, part).entries()) {
      const place = part[i] as Place
      const entry = book.get(keyOf(place)) as BookEntry
      book.set(keyOf(place), { ...entry, fans: entry.fans.with(treesExpertAt, fan), treesWeek: weekFor(place) })
    }
    await setImmediate()
    if (!replay.isWanted()) return false
  }
  return true
}
const treesExpertAt = forecastExperts.indexOf('trees')

/** By place; of each week its own trees. */
function treesSaidAt({ view, fit, trees }: Replay, places: readonly Place[]): (Fan | undefined)[] {
  const answered: (Fan | undefined)[] = places.map(() => undefined)
  if (!trees) return answered
  const { panel } = view.placed
  const features = viewOf(view.seasonal, fit.anchor)
  for (const own of Map.groupBy(places.keys(), (i) => heldWeek(panel, (places[i] as Place).t, trees.weeks)).values()) {
    const asked = own.map((i) => places[i] as Place)
    const fans = treeFans(features, asked, treesAt(panel, (asked[0] as Place).t, trees))
    for (const [k, i] of own.entries()) answered[i] = fans[k]
  }
  return answered
}

/** The same origins whenever they are asked for; of a large site some lots at each, in turn. */
function placesOf({ placed: { panel, origin } }: DayView, pairsMax: number): Place[] {
  const { slots } = panel
  const lots = panel.lots.length
  const span = replayDays * slots
  const stride = strides.find((each) => (span / each) * lots <= pairsMax) ?? (strides.at(-1) as number)
  const lotsAtOnce = Math.min(lots, Math.max(1, Math.floor(pairsMax / Math.max(originsMin, span / stride))))
  const zero = panel.firstDay * slots
  const places: Place[] = []
  for (let t = Math.max(0, origin - span); t < origin; t++) {
    const step = zero + t
    if (step % stride !== 0) continue
    for (let i = 0; i < lotsAtOnce; i++) places.push({ lot: ((step / stride) * lotsAtOnce + i) % lots, t })
  }
  return places.filter(({ lot, t }) => !Number.isNaN((panel.rates[lot] as Float32Array)[t] as number))
}

function truthOf(
  { placed: { panel, origin } }: DayView,
  { lot, step }: Pick<Pair, 'lot' | 'step'>,
  horizons: readonly number[],
) {
  const rates = panel.rates[lot] as Float32Array
  const t = step - panel.firstDay * panel.slots
  return Float32Array.from(horizons, (h) => (t + h <= origin ? (rates[t + h] as number) : Number.NaN))
}

async function saidAt(replay: Replay, places: readonly Place[]): Promise<BookEntry[]> {
  const { view, fit, predictor, horizons, networkFrom, embeddingOf } = replay
  const { panel, firstKnown } = view.placed
  const spoken = places.filter(
    ({ lot, t }) => t >= networkFrom && t - (firstKnown[lot] as number) >= networkReplayDaysMin * panel.slots,
  )
  const answered =
    spoken.length > 0
      ? await predictor.predict(
          viewOf(view.seasonal, fit.anchor),
          spoken.map(({ lot, t }) => ({ lot, t, embedding: embeddingOf(panel.lots[lot]?.id ?? '') })),
        )
      : new Float32Array()
  const width = horizons.length * levels.length
  const leads = horizons.map((h) => (h * 24) / panel.slots)
  const ofTrees = treesSaidAt(replay, places)
  return places.map((place, i) => {
    const { lot, t } = place
    const rates = panel.rates[lot] as Float32Array
    const index = spoken.indexOf(place)
    const network = index < 0 ? undefined : answered.slice(index * width, (index + 1) * width)
    const targets = horizons.map((h) => t + h)
    const at = { seasonal: view.seasonal, lot, t, now: newestKnown(rates, t), targets }
    return {
      lot,
      step: panel.firstDay * panel.slots + t,
      fans: fansOf(at, { fitted: fit, leads, network, trees: ofTrees[i] }),
      treesWeek: replay.trees && heldWeek(panel, t, replay.trees.weeks),
    }
  })
}
