/** Which bay a device watches, and the places that bay belongs to. Pure: of one layout. */
import type { BayType } from '@baykeeper/contract/vocabulary.ts'
import { type Assignments, assignmentsOf } from './assignment.ts'
import { type Counting, countingOf } from './counting.ts'
import { deviceModels } from './device-models.ts'
import { normalHardwareId } from './hardware-id.ts'
import type { DeviceFacts, DistanceLimits, Layout } from './layout.ts'
import { type StayLimit, stayLimits } from './stay-rules.ts'

/**
 * A group of bays, and of places of count zones without a bay, whose occupancy is followed; by its name. A zone is one of a level; without a level it is a bay type: the bays of that
 * type in the site, or in the city.
 */
export interface Place {
  /** Null: the city, which is all sites. */
  readonly site: string | null
  /** Null where the place is larger than a level, or is no part of one. */
  readonly level: string | null
  readonly zone: string | null
}

/** Of the city without a site. */
export const placeOfType = (site: string | null, type: BayType): Place => ({ site, level: null, zone: type })

export interface Watching extends Assignments {
  /** The city first. */
  readonly places: readonly Place[]
  readonly counting: Counting
  /** Indexes of `places` that a count zone belongs to. */
  placesOfCount(zone: number): readonly number[]
  /** Indexes of `places` that hold the bay; none for a closed one. */
  placesOf(bay: string): readonly number[]
  /** The same, of a closed one too. */
  placesAround(bay: string): readonly number[]
  /** Every bay of the layout, and whether the layout closes it. */
  readonly closed: ReadonlyMap<string, boolean>
  /** How often a device promises to send, milliseconds: its own fact, else its model's. Undefined: neither is known. */
  heartbeatMsOf(external: string): number | undefined
  /** Undefined: a distance of this device is no presence. */
  distanceLimitsOf(external: string): DistanceLimits | undefined
  /** Where a bay is; undefined: the layout does not have it. */
  locationOf(bay: string): BayLocation | undefined
  /** By the id of the site. */
  readonly siteHours: ReadonlyMap<string, { readonly zone: string; readonly holidays: readonly string[] }>
  /** Undefined for a bay without a rule. */
  limitOf(bay: string): StayLimit | undefined
}

export interface BayLocation {
  readonly site: string
  readonly level: string
  readonly zones: readonly string[]
  readonly types: readonly BayType[]
}

const nowhere: readonly number[] = []

export function watchingOf({ sites, devices = [] }: Pick<Layout, 'sites' | 'devices'>): Watching {
  const places: Place[] = []
  const byBay = new Map<string, readonly number[]>()
  const closed = new Map<string, boolean>()
  const locations = new Map<string, BayLocation>()
  const heartbeats = heartbeatsOf(devices)
  const limitsByDistance = distanceLimitsIn(devices)
  const limits = stayLimits(sites)
  const add = (place: Place) => places.push(place) - 1
  const typesOf = (site: string | null) => {
    const known = new Map<BayType, number>()
    return (type: BayType) => known.getOrInsertComputed(type, () => add(placeOfType(site, type)))
  }
  const city = add({ site: null, level: null, zone: null })
  const typeOfCity = typesOf(null)
  for (const site of sites) {
    const ofSite = add({ site: site.id, level: null, zone: null })
    const typeOfSite = typesOf(site.id)
    for (const level of site.levels) {
      const ofLevel = add({ site: site.id, level: level.id, zone: null })
      const zones = new Map(level.zones.map(({ id }) => [id, add({ site: site.id, level: level.id, zone: id })]))
      // Each bay once: a level may have thousands of bays and hundreds of zones.
      for (const bay of level.bays) {
        closed.set(bay.id, bay.closed === true)
        locations.set(bay.id, { site: site.id, level: level.id, zones: bay.zones, types: bay.types })
        const ofTypes = [...new Set(bay.types)].flatMap((type) => [typeOfSite(type), typeOfCity(type)])
        const ofZones = [...new Set(bay.zones)].flatMap((zone) => zones.get(zone) ?? [])
        byBay.set(bay.id, [city, ofSite, ofLevel, ...ofZones, ...ofTypes])
      }
    }
  }
  const counting = countingOf({ sites })
  const byCount = placesByCount(places, counting)
  return {
    places,
    counting,
    placesOfCount: (zone) => byCount[zone] ?? nowhere,
    ...assignmentsOf(sites.flatMap(({ levels }) => levels.flatMap(({ bays }) => bays))),
    placesOf: (bay) => (closed.get(bay) ? nowhere : (byBay.get(bay) ?? nowhere)),
    placesAround: (bay) => byBay.get(bay) ?? nowhere,
    closed,
    heartbeatMsOf: (external) => heartbeatIn(heartbeats, external),
    distanceLimitsOf: (external) =>
      limitsByDistance.size === 0 ? undefined : limitsByDistance.get(normalHardwareId(external)),
    locationOf: (bay) => locations.get(bay),
    siteHours: new Map(sites.map(({ id, zone, holidays = [] }) => [id, { zone, holidays }])),
    limitOf: (bay) => limits.get(bay),
  }
}

/** A count zone belongs to its zone, its level, its site and the city, as a bay does; it has no type. */
function placesByCount(places: readonly Place[], { zones }: Counting): readonly (readonly number[])[] {
  if (zones.length === 0) return []
  const keyOf = ({ site, level, zone }: Place) => JSON.stringify([site, level, zone])
  const indexOf = new Map(places.map((place, i) => [keyOf(place), i]))
  return zones.map(({ site, level, zone }) => {
    const names: readonly Place[] = [
      { site: null, level: null, zone: null },
      { site, level: null, zone: null },
      { site, level, zone: null },
      { site, level, zone },
    ]
    return names.flatMap((name) => indexOf.get(keyOf(name)) ?? [])
  })
}

function distanceLimitsIn(devices: readonly DeviceFacts[]): ReadonlyMap<string, DistanceLimits> {
  const found = new Map<string, DistanceLimits>()
  for (const { device, presenceByDistance } of devices)
    if (presenceByDistance) found.set(normalHardwareId(device), presenceByDistance)
  return found
}

/** Most layouts name none: nothing is normalised then. */
export const heartbeatIn = (heartbeats: ReadonlyMap<string, number>, external: string): number | undefined =>
  heartbeats.size === 0 ? undefined : heartbeats.get(normalHardwareId(external))

/** By normal id, milliseconds: its own fact, else its model's. */
export function heartbeatsOf(devices: readonly DeviceFacts[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const { device, model, heartbeatS = deviceModels.get(model ?? '')?.heartbeatS } of devices)
    if (heartbeatS !== undefined) found.set(normalHardwareId(device), heartbeatS * 1_000)
  return found
}
