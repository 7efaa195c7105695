/** Occupancy of places by the minute and the quarter of an hour, from the state of their bays and what count zones add to them. */
import type { BayState } from '@baykeeper/contract/vocabulary.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import { minuteMs } from '../../lib/utc-day.ts'
import type { DeviceRecord } from '../fold.ts'
import { beginSpan, changeSpan, type OccupancySpan, spansMs } from '../occupancy-span.ts'
import type { Place, Watching } from '../watching.ts'
import type { EventOf, Fold, FoldStart, Weight } from './fold.ts'

/** A place over one span (occupancy-span.ts). There is a row only where something changed. */
export interface PlaceRow extends Place {
  readonly spanMs: number
  readonly start: Instant
  readonly capacity: number
  readonly occupiedMs: number
  readonly knownMs: number
  readonly fullMs: number
  readonly minOccupied: number
  readonly maxOccupied: number
  readonly occupiedEnd: number
  readonly knownEnd: number
}

type Standing = Pick<OccupancySpan, 'occupied' | 'known' | 'capacity'>

interface PlaceState {
  occupied: number
  known: number
  /** Bays that are not closed, and places of count zones without a bay. */
  capacity: number
  readonly name: Place
  readonly key: string
  readonly spans: (OccupancySpan | undefined)[]
}

const follows = ['bay', 'count', 'layout'] as const

export function placeOccupancy(start: FoldStart<PlaceRow>): Fold<readonly PlaceRow[], (typeof follows)[number]> {
  let watching = start.watching
  /** Spans are changed in place; their rows are made when they are taken. */
  const changed = new Map<OccupancySpan, PlaceState>()
  /** The newest row of every place there ever was: one that a layout took away goes on from it when another brings it back. */
  const standing = new Map(start.occupancy.map((row) => [spanKey(row, row.spanMs), row]))
  let places = placesIn(watching, standing, start)
  let clock: Instant | undefined

  /** The place as it is counted now; `before`: as it was, where it has no span yet. */
  function change(place: PlaceState, times: Times, before: Standing = place) {
    for (const [i] of spansMs.entries())
      changed.set(changeSpanOf(place, i, { times, by: difference(place, place.spans[i] ?? before), before }), place)
  }

  /** What a layout changes it changes at one moment: it is followed as a whole, with the layout. */
  function follow(event: EventOf<'bay'>) {
    const [was, is] = [weightOf[event.before], weightOf[event.after]]
    if (was !== is && !event.byLayout) move(watching.placesOf(event.bay), timeOf(event, clock), difference(is, was))
  }

  function move(within: readonly number[], time: Instant, by: Weight) {
    if (by.occupied === 0 && by.known === 0 && by.capacity === 0) return
    const times = timesFor(time, places[0])
    for (const index of within) {
      const place = places[index] as PlaceState
      const change = { times, by, before: place }
      for (let i = 0; i < spansMs.length; i++) changed.set(changeSpanOf(place, i, change), place)
      add(place, by)
    }
  }

  /** `at`: from when on the layout counts. A new place has its first row then, and one that is gone its last, without bays. */
  function lay(next: Watching, at: Instant) {
    const named = new Set(next.places.map(keyOf))
    const times = timesFor(at, places[0])
    for (const place of places) if (!named.has(place.key)) change(Object.assign(place, empty), times)
    keepStanding(places, standing)
    watching = next
    places = placesIn(next, standing, start)
    for (const place of places)
      if (place.spans.some((span) => !span || differs(place, span))) change(place, times, empty)
  }

  // Another release may have counted otherwise.
  const loadedAt = timesFor(newestOf(start.devices), places[0])
  for (const place of places) if (place.spans.some((span) => span && differs(place, span))) change(place, loadedAt)
  return {
    follows,
    apply(event) {
      if (event.is === 'bay') return follow(event)
      if (event.is === 'count') return move(watching.placesOfCount(event.zone), event.time, changeBy(event))
      lay(event.watching, event.at)
    },
    tick(time) {
      clock = time
    },
    take: () => takeRows(changed),
  }
}

/** The clock of a sensor may be ahead: all others would count from its time on. */
const timeOf = ({ time, certain }: EventOf<'bay'>, clock: Instant | undefined): Instant =>
  certain && clock !== undefined && time > clock ? clock : time

/** By span: from when on a change counts. */
type Times = readonly Instant[]

/**
 * Messages of one moment come in any order. One that is no more than this behind the newest span counts from the begin of that span, in all its
 * places alike: so parts add up to their whole in every span. What is later counts, in each place, from its time or from the newest span of that
 * place.
 */
const jitterMs = minuteMs

/** The city has the newest spans: each change is one of it. */
const timesFor = (time: Instant, city: PlaceState | undefined): Times =>
  spansMs.map((_, i) => {
    const newest = city?.spans[i]?.start
    return newest !== undefined && time < newest && newest - time <= jitterMs ? instant(newest) : time
  })

type Standings = ReadonlyMap<string, PlaceRow>

type Contents = Pick<FoldStart<PlaceRow>, 'stateOf' | 'restOf'>

/** The places of a layout, each with its newest spans, and counted. */
function placesIn(watching: Watching, standing: Standings, { stateOf, restOf }: Contents): PlaceState[] {
  const places = watching.places.map((place) => placeFrom(place, standing))
  for (const bay of watching.closed.keys())
    for (const index of watching.placesOf(bay)) add(places[index] as PlaceState, weightOf[stateOf(bay)])
  for (let zone = 0; zone < watching.counting.zones.length; zone++)
    for (const index of watching.placesOfCount(zone)) add(places[index] as PlaceState, restOf(zone))
  return places
}

/** A place that a layout brought again has its own span: the later one counts. */
function takeRows(changed: Map<OccupancySpan, PlaceState>): PlaceRow[] {
  const rows = new Map<string, PlaceRow>()
  for (const [span, place] of changed) {
    const row = rowOf(place, span)
    rows.set(`${place.key} ${row.spanMs} ${row.start}`, row)
  }
  changed.clear()
  return [...rows.values()]
}

function add(place: PlaceState, weight: Weight) {
  place.occupied += weight.occupied
  place.known += weight.known
  place.capacity += weight.capacity
}

const newestOf = (devices: readonly DeviceRecord[]) =>
  instant(devices.reduce((last, { lastTime, since }) => Math.max(last, lastTime, since ?? 0), 0))

const empty: Weight = { occupied: 0, known: 0, capacity: 0 }
const unheard: Weight = { occupied: 0, known: 0, capacity: 1 }
const taken: Weight = { occupied: 1, known: 1, capacity: 1 }
/** Unknown is neither; a closed bay is no capacity; a reserved one is not to be had. */
export const weightOf: Readonly<Record<BayState, Weight>> = {
  free: { occupied: 0, known: 1, capacity: 1 },
  occupied: taken,
  reserved: taken,
  unknown: unheard,
  closed: empty,
}

const keyOf = ({ site, level, zone }: Place) => JSON.stringify([site, level, zone])
const spanKey = ({ site, level, zone }: Place, spanMs: number) => JSON.stringify([site, level, zone, spanMs])

function placeFrom(name: Place, stored: Standings): PlaceState {
  const spans = spansMs.map((spanMs) => spanOf(stored.get(spanKey(name, spanMs))))
  return { occupied: 0, known: 0, capacity: 0, name, key: keyOf(name), spans }
}

const differs = (place: PlaceState, span: OccupancySpan) =>
  span.occupied !== place.occupied || span.known !== place.known || span.capacity !== place.capacity

function keepStanding(places: readonly PlaceState[], standing: Map<string, PlaceRow>) {
  for (const place of places)
    for (const span of place.spans) if (span) standing.set(spanKey(place.name, span.spanMs), rowOf(place, span))
}

const changeBy = ({ before, after }: EventOf<'count'>) => difference(after, before)
const difference = (is: Weight, was: Weight): Weight => ({
  ...{ occupied: is.occupied - was.occupied, known: is.known - was.known, capacity: is.capacity - was.capacity },
})

interface Change {
  readonly times: Times
  readonly by: Weight
  /** Of a place that has no span yet. */
  readonly before: Standing
}

/** The span that the change falls into. */
function changeSpanOf(place: PlaceState, i: number, { times, by, before }: Change): OccupancySpan {
  const time = times[i] as Instant
  const current = place.spans[i] ?? beginSpan(time, spansMs[i] as number, before)
  const span = changeSpan(current, time, by)
  place.spans[i] = span
  return span
}

function rowOf({ name }: PlaceState, span: OccupancySpan): PlaceRow {
  const { start, spanMs, capacity, occupiedMs, knownMs, fullMs, minOccupied, maxOccupied, occupied, known } = span
  return {
    ...{ ...name, spanMs, start: instant(start), capacity, occupiedMs, knownMs, fullMs, minOccupied, maxOccupied },
    ...{ occupiedEnd: occupied, knownEnd: known },
  }
}

function spanOf(row: PlaceRow | undefined): OccupancySpan | undefined {
  if (!row) return undefined
  const { start, spanMs, capacity, occupiedMs, knownMs, fullMs, minOccupied, maxOccupied, occupiedEnd, knownEnd } = row
  const standing = { occupied: occupiedEnd, known: knownEnd }
  return { start, spanMs, capacity, occupiedMs, knownMs, fullMs, minOccupied, maxOccupied, ...standing }
}
