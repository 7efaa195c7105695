/** Occupancy of places by the minute and the quarter of an hour, from the state of their bays. */
import { type Instant, instant } from '../../lib/brand.ts'
import type { DeviceRecord } from '../fold.ts'
import { beginSpan, changeSpan, type OccupancySpan, spansMs } from '../occupancy-span.ts'
import type { Watching } from '../watching.ts'
import { createBayPresence, type Weight } from './bay-presence.ts'
import type { Fold, FoldStart } from './fold.ts'

interface PlaceName {
  readonly site: string
  readonly level: string | null
  readonly zone: string | null
}

/** A place over one span (occupancy-span.ts). There is a row only where something changed. */
export interface PlaceRow extends PlaceName {
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

interface PlaceState {
  occupied: number
  known: number
  readonly capacity: number
  readonly name: PlaceName
  readonly spans: (OccupancySpan | undefined)[]
}

const follows = ['heard', 'applied', 'doubted', 'layout', 'set-back'] as const

export function placeOccupancy(start: FoldStart<PlaceRow>): Fold<readonly PlaceRow[], (typeof follows)[number]> {
  let watching = start.watching
  let places: PlaceState[] = []
  const changed = new Map<string, PlaceRow>()
  const bays = createBayPresence(start.promiseMs, (bay, time, by) => {
    for (const place of placesOf(bay)) change(place, time, by)
  })
  const placesOf = (bay: string) => watching.placesOf(bay).map((index) => places[index] as PlaceState)
  /** The newest row of every place there ever was: one that a layout took away goes on from it when another brings it back. */
  const standing = new Map(start.occupancy.map((row) => [spanKey(row, row.spanMs), row]))

  function change(place: PlaceState, time: Instant, by: Weight) {
    for (const row of changePlace(place, time, by)) changed.set(`${spanKey(row, row.spanMs)} ${row.start}`, row)
  }

  function lay(next: Watching, devices: readonly DeviceRecord[]) {
    watching = next
    places = watching.places.map((place) => placeFrom(place, standing))
    bays.lay(watching, devices)
    for (const [bay, weight] of bays.weights())
      for (const place of placesOf(bay)) {
        place.occupied += weight.occupied
        place.known += weight.known
      }
    // A place that differs from its newest row: the layout was changed. When is asked of the devices alone, as after a restart.
    const changedAt = devices.reduce((last, { lastTime, since }) => Math.max(last, lastTime, since ?? 0), 0)
    for (const place of places)
      for (const span of place.spans) if (span && differs(place, span)) change(place, instant(changedAt), noWeight)
  }

  lay(watching, start.devices)
  return {
    follows,
    apply(event) {
      switch (event.is) {
        case 'heard':
          return bays.heard(event)
        case 'applied':
          return places.length > 0 ? bays.applied(event) : undefined
        case 'doubted':
          return places.length > 0 ? bays.doubted(event) : undefined
        case 'set-back':
          return bays.setBack()
        case 'layout':
          keepStanding(places, standing)
          return lay(event.watching, event.devices)
      }
    },
    tick: bays.tick,
    take() {
      const rows = [...changed.values()]
      changed.clear()
      return rows
    },
  }
}

const noWeight: Weight = { occupied: 0, known: 0 }

const spanKey = ({ site, level, zone }: PlaceName, spanMs: number) => JSON.stringify([site, level, zone, spanMs])

function placeFrom(
  { capacity, ...name }: Watching['places'][number],
  stored: ReadonlyMap<string, PlaceRow>,
): PlaceState {
  const spans = spansMs.map((spanMs) => spanOf(stored.get(spanKey(name, spanMs))))
  return { occupied: 0, known: 0, capacity, name, spans }
}

const differs = (place: PlaceState, span: OccupancySpan) =>
  span.occupied !== place.occupied || span.known !== place.known || span.capacity !== place.capacity

function keepStanding(places: readonly PlaceState[], standing: Map<string, PlaceRow>) {
  for (const place of places)
    for (const span of place.spans) if (span) standing.set(spanKey(place.name, span.spanMs), rowOf(place, span))
}

/** The rows of the spans that the change falls into. */
function changePlace(place: PlaceState, time: Instant, by: Weight): PlaceRow[] {
  const before = { occupied: place.occupied, known: place.known, capacity: place.capacity }
  place.occupied += by.occupied
  place.known += by.known
  return spansMs.map((spanMs, i) => {
    const current = place.spans[i] ?? beginSpan(time, spanMs, before)
    const more = { occupied: place.occupied - current.occupied, known: place.known - current.known }
    const span = changeSpan(current, time, more)
    span.capacity = place.capacity
    place.spans[i] = span
    return rowOf(place, span)
  })
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
