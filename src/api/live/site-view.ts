/**
 * The live view of readers who are shown some sites only: the plan without the others, with indexes of its own, and the states and deltas that
 * belong to it. Who is shown everything gets what is there, at no cost.
 */
import { createHash } from 'node:crypto'
import type { Plan } from '@baykeeper/contract/live.ts'
import { deltaEvent, type Frame } from './delta-ring.ts'

export interface SiteView {
  /** Undefined: all sites. */
  readonly sites: ReadonlySet<string> | undefined
  /** The same for views that show the same. */
  readonly key: string
}

export const wholeView: SiteView = { sites: undefined, key: '' }

/** Of the sites of a plan those that are shown. */
export function siteView({ plates }: Plan, shows: (site: string) => boolean): SiteView {
  const all = new Set(plates.map(({ site }) => site))
  const sites = new Set([...all].filter(shows))
  return sites.size === all.size ? wholeView : { sites, key: JSON.stringify([...sites].toSorted()) }
}

export const showsSite = ({ sites }: SiteView, site: string): boolean => sites?.has(site) ?? true

export interface NarrowPlan {
  readonly plan: Plan
  states(shown: Uint8Array): Uint8Array
  frame(frame: Frame): Frame
}

/** Limits of persons differ: some hundred views at most. */
const viewsMax = 200
const known = new WeakMap<Plan, Map<string, NarrowPlan>>()

export function narrowPlan(plan: Plan, view: SiteView): NarrowPlan {
  const views = known.get(plan) ?? new Map<string, NarrowPlan>()
  known.set(plan, views)
  const found = views.get(view.key)
  if (found) return found
  if (views.size >= viewsMax) views.clear()
  const made = view.sites
    ? narrowed(plan, view)
    : { plan, states: (shown: Uint8Array) => shown, frame: (frame: Frame) => frame }
  views.set(view.key, made)
  return made
}

function narrowed(plan: Plan, view: SiteView): NarrowPlan {
  const plates = plan.plates.filter(({ site }) => showsSite(view, site))
  const indexes = plates.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i))
  const placeOf = new Int32Array(plan.ids.length).fill(-1)
  for (const [i, index] of indexes.entries()) placeOf[index] = i
  const at = (index: number) => placeOf[index] ?? -1
  const frames = new WeakMap<Frame, Frame>()
  return {
    plan: planOf(plan, plates, indexes, at),
    states: (shown) => Uint8Array.from(indexes, (index) => shown[index] as number),
    frame(frame) {
      const before = frames.get(frame)
      if (before) return before
      const changes: number[] = []
      for (let i = 0; i < frame.changes.length; i += 2) {
        const place = at(frame.changes[i] as number)
        if (place >= 0) changes.push(place, frame.changes[i + 1] as number)
      }
      const own = { ...frame, changes, bytes: deltaEvent(frame.q, frame.at, changes) }
      frames.set(frame, own)
      return own
    },
  }
}

function planOf(plan: Plan, plates: Plan['plates'], indexes: readonly number[], at: (index: number) => number): Plan {
  const of = <T>(column: readonly T[]) => indexes.map((index) => column[index] as T)
  const { version: _all, shapes = [], labels = [], ...more } = plan
  const ownShapes = shapes.flatMap((shape) => (at(shape.i) < 0 ? [] : { ...shape, i: at(shape.i) }))
  const ownLabels = labels.flatMap(([i, label]): [number, string][] => (at(i) < 0 ? [] : [[at(i), label]]))
  let from = 0
  const own = {
    ...more,
    plates: plates.map((plate) => {
      const size = plate.to - plate.from
      from += size
      return { ...plate, from: from - size, to: from }
    }),
    ...{ ids: of(plan.ids), x: of(plan.x), y: of(plan.y), types: of(plan.types) },
    ...(ownShapes.length > 0 ? { shapes: ownShapes } : {}),
    ...(ownLabels.length > 0 ? { labels: ownLabels } : {}),
  }
  const digest = createHash('sha256').update(JSON.stringify(own)).digest('hex').slice(0, 12)
  return { version: `${plan.version.split('-')[0]}-${digest}`, ...own }
}
