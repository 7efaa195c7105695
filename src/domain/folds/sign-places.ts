/**
 * Which signs count a bay or a count zone, by the places that it belongs to: a list of the bays of each sign would take the memory of all signs
 * times all bays. Of one layout.
 */
import type { BayState } from '@baykeeper/contract/vocabulary.ts'
import type { Sign } from '../sign.ts'
import { type Place, placeOfType, type Watching } from '../watching.ts'
import type { Weight } from './fold.ts'
import { addTally, noPlaces, type SignSlot, type SignTally, tallyOfBay, tallyOfCount } from './sign-slot.ts'

/** What signs are counted from. */
export interface SignCounts {
  stateOf(bay: string): BayState
  restOf(zone: number): Weight
  isKnown(zone: number): boolean
}

export interface SignPlaces {
  /** Counts the sign as it is set now. */
  add(slot: SignSlot, sign: Sign): void
  remove(slot: SignSlot): void
  ofBay(bay: string, meet: (slot: SignSlot) => void): void
  ofCount(zone: number, meet: (slot: SignSlot) => void): void
}

interface Filter {
  /** Indexes of places of the layout. */
  readonly within: ReadonlySet<number>
  /** Of types in the city; empty: every type. */
  readonly types: readonly number[]
}

export function createSignPlaces(watching: Watching, counts: SignCounts): SignPlaces {
  const indexes = new Map(watching.places.map((place, i) => [keyOf(place), i]))
  const byPlace = new Map<number, SignSlot[]>()
  const filters = new Map<SignSlot, Filter>()
  const typesIn = ({ types }: Sign) => types.flatMap((type) => indexes.get(keyOf(placeOfType(null, type))) ?? [])
  let met = 0

  function meetAll(around: readonly number[], isOf: (filter: Filter) => boolean, meet: (slot: SignSlot) => void) {
    met++
    for (const place of around)
      for (const slot of byPlace.get(place) ?? []) {
        if (slot.metAt === met) continue
        slot.metAt = met
        if (isOf(filters.get(slot) as Filter)) meet(slot)
      }
  }

  function remove(slot: SignSlot) {
    for (const place of filters.get(slot)?.within ?? []) {
      const left = (byPlace.get(place) ?? []).filter((other) => other !== slot)
      if (left.length > 0) byPlace.set(place, left)
      else byPlace.delete(place)
    }
    filters.delete(slot)
  }

  return {
    remove,
    add(slot, sign) {
      remove(slot)
      const named = sign.places.map(({ site, level, zone }) => indexes.get(keyOf({ site, level, zone })))
      const types = typesIn(sign)
      slot.isMissing = named.includes(undefined)
      // Its number is of the layout before.
      slot.metAt = 0
      const within = new Set(sign.places.length > 0 ? named.filter((index) => index !== undefined) : types)
      // No bay has a type that the layout does not have.
      const filter: Filter = { within: sign.types.length > 0 && types.length === 0 ? new Set() : within, types }
      filters.set(slot, filter)
      for (const place of filter.within) byPlace.getOrInsertComputed(place, () => []).push(slot)
      slot.tally = talliedAll(watching, counts, filter)
    },
    ofBay(bay, meet) {
      const around = watching.placesAround(bay)
      meetAll(around, (filter) => isOfTypes(filter, around), meet)
    },
    ofCount: (zone, meet) => meetAll(watching.placesOfCount(zone), ({ types }) => types.length === 0, meet),
  }
}

const isOfTypes = ({ types }: Filter, around: readonly number[]) =>
  types.length === 0 || types.some((type) => around.includes(type))

function talliedAll(watching: Watching, counts: SignCounts, filter: Filter): SignTally {
  const tally = noPlaces()
  const isWithin = (around: readonly number[]) => around.some((place) => filter.within.has(place))
  for (const bay of watching.closed.keys()) {
    const around = watching.placesAround(bay)
    if (isWithin(around) && isOfTypes(filter, around)) addTally(tally, tallyOfBay[counts.stateOf(bay)])
  }
  if (filter.types.length > 0) return tally
  for (const zone of watching.counting.zones.keys())
    if (isWithin(watching.placesOfCount(zone))) addTally(tally, tallyOfCount(counts.restOf(zone), counts.isKnown(zone)))
  return tally
}

const keyOf = ({ site, level, zone }: Place) => JSON.stringify([site, level, zone])
