/**
 * Shares and free bays of places. Each place knows by how much it may change before any of its rules has another condition: until then a change costs
 * a comparison, however many rules watch the place.
 */
import type { WatchedPlaces } from '@baykeeper/contract/vocabulary.ts'
import type { EventOf, Weight } from '../../folds/fold.ts'
import { weightOf } from '../../folds/place-occupancy.ts'
import type { Place } from '../../watching.ts'
import type { PlaceTallies, Watcher, WatcherContext } from '../declaration.ts'
import { type AlertRule, isBeyond, type Watch } from '../rule.ts'
import { isInScope, type Subject, subject } from '../subject.ts'
import type { World } from '../world.ts'

/** Of a place of which less is known nothing is decided: percent of its capacity. */
export const coverageMin = 90

type Tally = PlaceTallies['now'][number]
interface Watched {
  readonly subject: Subject
  readonly rules: readonly AlertRule[]
  /** The tally of the place. */
  readonly now: Tally
  /** Nothing is another while `occupied` and `known` stay between these. */
  calm: { low: number; high: number; known: number; capacity: number; isCovered: boolean }
  readonly watchesUnknown: boolean
}

export function placeShares(rules: readonly AlertRule[], context: WatcherContext, before?: Watcher): Watcher {
  const { world } = context
  let tallies = before?.tallies && isOf(before.tallies, world) ? before.tallies : talliesIn(world)
  let places = watchedOf(rules, tallies)

  function judge(place: Watched, at: number) {
    for (const rule of place.rules) {
      const watch = rule.watch as Watch
      const key = place.subject
      const value = figureOf(watch, place.now)
      const isOn = isBeyond(rule, watch.is, value, context.standing(rule, key))
      const text = () => textOf(watch, value, place)
      context.put(rule, key, { isOn, at, value, text, unit: unitOf(watch) }, () => key)
    }
    place.calm = calmOf(place)
  }

  function move(within: readonly number[], after: Weight, before: Weight, time: number) {
    for (const index of within) {
      const now = tallies.now[index]
      if (now === undefined) continue
      add(now, after, 1)
      add(now, before, -1)
      const place = places[index]
      if (place && !isCalm(place)) judge(place, time)
    }
  }

  return {
    get tallies() {
      return tallies
    },
    follows: {
      bay({ bay, time, before, after, byLayout }: EventOf<'bay'>) {
        const [was, is] = [weightOf[before], weightOf[after]]
        if (byLayout) tallies.isOld = true
        else if (was !== is) move(world.watching.placesOf(bay), is, was, time)
      },
      count: ({ zone, time, before, after }: EventOf<'count'>) =>
        move(world.watching.placesOfCount(zone), after, before, time),
      // Alerts show the figures of the last heartbeat.
      clock({ at }) {
        const shown = new Set(rules.flatMap((rule) => [...context.subjectsOn(rule)].map(({ id }) => id)))
        if (shown.size > 0) for (const place of places) if (place && shown.has(place.subject.id)) judge(place, at)
      },
    },
    load() {
      for (const place of places) if (place) place.calm = calmOf(place)
    },
    look(at) {
      if (!isOf(tallies, world)) {
        tallies = talliesIn(world)
        places = watchedOf(rules, tallies)
      }
      clearOthers(rules, context, places, at)
      for (const place of places) if (place) judge(place, at)
    },
  }
}

/** Places that no rule watches any more have no alert. */
function clearOthers(
  rules: readonly AlertRule[],
  context: WatcherContext,
  places: readonly (Watched | undefined)[],
  at: number,
) {
  const known = new Set(places.flatMap((place) => place?.rules.map(({ id }) => `${id} ${place.subject.id}`) ?? []))
  for (const rule of rules)
    for (const gone of context.subjectsOn(rule))
      if (!known.has(`${rule.id} ${gone.id}`))
        context.put(rule, gone, { isOn: false, at, value: null, text: () => '' }, () => undefined)
}

const isOf = (tallies: PlaceTallies, world: World) => !tallies.isOld && tallies.watching === world.watching

function talliesIn(world: World): PlaceTallies {
  const { watching } = world
  const now = watching.places.map((): Tally => ({ occupied: 0, known: 0, capacity: 0 }))
  for (const bay of watching.closed.keys())
    for (const index of watching.placesOf(bay)) add(now[index], weightOf[world.bay(bay)?.state ?? 'unknown'], 1)
  for (let zone = 0; zone < watching.counting.zones.length; zone++)
    for (const index of watching.placesOfCount(zone)) add(now[index], world.restOf(zone), 1)
  return { watching, now, isOld: false }
}

/** By the index of the place; undefined: no rule watches it. */
function watchedOf(rules: readonly AlertRule[], { watching, now }: PlaceTallies): readonly (Watched | undefined)[] {
  const byKind = Map.groupBy(rules, ({ watch }) => (watch as Watch).places)
  const inSite = new Map([...byKind].map(([kind, of]) => [kind, rulesBySite(of)]))
  return watching.places.map((place, index) => {
    const ofKind = inSite.get(kindOf(place))
    if (!ofKind) return undefined
    const about = subjectOfPlace(place, kindOf(place))
    const of = ofKind(about.site).filter(({ scope }) => isInScope(scope, about))
    if (of.length === 0) return undefined
    return { subject: about, rules: of, now: now[index] as Tally, calm: never, watchesUnknown: of.some(isOfUnknown) }
  })
}

/** Rules that may be about a place of a site, in their order: hundreds of rules name one site each. */
function rulesBySite(rules: readonly AlertRule[]): (site: string) => readonly AlertRule[] {
  const known = new Map<string, readonly AlertRule[]>()
  return (site) =>
    known.getOrInsertComputed(site, () =>
      rules.filter(({ scope }) => scope.sites.length === 0 || scope.sites.includes(site)),
    )
}

const never = { low: 0, high: 0, known: -1, capacity: -1, isCovered: true }
const isOfUnknown = ({ watch }: AlertRule) => watch?.quantity === 'unknown-share'

const isCovered = ({ known, capacity }: Weight) => capacity > 0 && known * 100 >= capacity * coverageMin

/** No rule of it has another condition than when it was judged last. */
function isCalm({ now, calm, watchesUnknown }: Watched): boolean {
  if (now.known !== calm.known || now.capacity !== calm.capacity)
    return !watchesUnknown && !calm.isCovered && !isCovered(now)
  return now.occupied > calm.low && now.occupied < calm.high
}

function add(now: Tally | undefined, weight: Weight, sign: 1 | -1) {
  if (!now) return
  now.occupied += sign * weight.occupied
  now.known += sign * weight.known
  now.capacity += sign * weight.capacity
}

/** Null: too little of it is known. */
export function figureOf({ quantity }: Watch, { occupied, known, capacity }: Weight): number | null {
  if (capacity <= 0) return null
  if (quantity === 'unknown-share') return (100 * (capacity - known)) / capacity
  if (!isCovered({ occupied, known, capacity })) return null
  return quantity === 'free' ? known - occupied : (100 * occupied) / known
}

/** By occupied bays: between which no rule has another condition while as much is known. Of both its limits: a delay that ends changes nothing. */
function calmOf({ now, rules }: Watched): Watched['calm'] {
  const { known, capacity, occupied } = now
  let [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (const { watch, threshold, clearAt } of rules)
    for (const limit of [threshold, clearAt]) {
      if (limit === null || watch?.quantity === 'unknown-share') continue
      const edge = watch?.quantity === 'free' ? known - limit : (limit * known) / 100
      // At the edge it is judged: no rounding of a share passes it over.
      if (edge <= occupied) low = Math.max(low, Math.ceil(edge))
      if (edge >= occupied) high = Math.min(high, Math.floor(edge))
    }
  return { low, high, known, capacity, isCovered: isCovered(now) }
}

const unitOf = ({ quantity }: Watch) => (quantity === 'free' ? 'bays' : '%')

function textOf({ quantity, is }: Watch, value: number | null, { subject: { id }, now }: Watched): string {
  const { occupied, known, capacity } = now
  const of = `${occupied} of ${known} known bays are taken, ${capacity - known} unknown`
  if (value === null) return `${id}: it is not known (${of}).`
  const shown = Math.round(value * 10) / 10
  if (quantity === 'free') return `${id}: ${shown} free (${of}).`
  if (quantity === 'unknown-share') return `${id}: ${shown} % of ${capacity} bays are unknown.`
  return `${id}: ${shown} % ${is === 'above' ? 'taken' : 'taken only'} (${of}).`
}

export function kindOf({ site, level, zone }: Place): WatchedPlaces {
  if (zone !== null) return level === null ? 'type' : 'zone'
  return level !== null ? 'level' : site !== null ? 'site' : 'city'
}

export function subjectOfPlace({ site, level, zone }: Place, kind: WatchedPlaces): Subject {
  const id =
    kind === 'city'
      ? 'city'
      : [site ?? 'city', ...(kind === 'type' ? [zone] : [level, zone])].filter((part) => part !== null).join('/')
  return subject('place', id, {
    ...{ site: site ?? '', level: level ?? '' },
    ...(kind === 'zone' ? { zones: [zone as string] } : {}),
    ...(kind === 'type' ? { types: [zone as Subject['types'][number]] } : {}),
  })
}
