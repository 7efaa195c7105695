/** The count zones of a layout, and which devices count the vehicles that go into and out of them. Pure: of one layout. */
import { normalHardwareId } from './hardware-id.ts'
import type { CountReset, Layout, Site, ZoneName } from './layout.ts'

export interface CountZoneName {
  readonly site: string
  readonly level: string
  readonly zone: string
}

export interface CountZone extends CountZoneName {
  readonly capacity: number
  readonly offset: number
  readonly reset: CountReset | undefined
  /** IANA time zone of the site. */
  readonly timeZone: string
  /** Bays of the zone, closed ones included. */
  readonly bays: readonly string[]
  /** Devices of its gates, by their normal ids. */
  readonly devices: readonly string[]
  /** A gate of it has no device: vehicles pass it uncounted. */
  readonly hasUncountedGate: boolean
}

/** One direction of a gate: what a device counts as entries goes into this zone, or out of it. */
export interface Passage {
  /** Index of `zones`. */
  readonly zone: number
  readonly isInto: boolean
}

export interface Counting {
  readonly zones: readonly CountZone[]
  /** Count zones that hold the bay, as indexes. */
  zonesOf(bay: string): readonly number[]
  /** Undefined for a device that counts for no count zone. */
  passagesOf(external: string): readonly Passage[] | undefined
  /** It belongs to a gate; where that leads does not matter. */
  isAtGate(external: string): boolean
}

const none: readonly number[] = []
export const countKey = ({ site, level, zone }: CountZoneName): string => JSON.stringify([site, level, zone])

/** Its bays count for themselves. */
export const placesWithoutBay = ({ capacity, bays }: CountZone): number => Math.max(0, capacity - bays.length)

export function countingOf({ sites }: Pick<Layout, 'sites'>): Counting {
  const drafts = sites.flatMap(zonesOfSite)
  const indexOf = new Map(drafts.map((zone, i) => [countKey(zone), i]))
  const byDevice = new Map<string, Passage[]>()
  const atGates = new Set<string>()
  for (const { id: site, gates = [] } of sites)
    for (const { devices, into, outOf } of gates) {
      const ends = [endOf(into, true), endOf(outOf, false)].filter((end) => end !== undefined)
      for (const { zone } of ends) if (devices.length === 0) (drafts[zone] as Draft).hasUncountedGate = true
      for (const device of devices.map(normalHardwareId)) {
        atGates.add(device)
        for (const end of ends) {
          byDevice.getOrInsertComputed(device, () => []).push(end)
          const { devices: known } = drafts[end.zone] as Draft
          if (!known.includes(device)) known.push(device)
        }
      }

      function endOf(name: ZoneName | undefined, isInto: boolean): Passage | undefined {
        const zone = name && indexOf.get(countKey({ site, ...name }))
        return zone === undefined ? undefined : { zone, isInto }
      }
    }
  const byBay = new Map<string, number[]>()
  for (const [i, { bays }] of drafts.entries()) for (const bay of bays) byBay.getOrInsertComputed(bay, () => []).push(i)
  return {
    zones: drafts,
    zonesOf: (bay) => byBay.get(bay) ?? none,
    passagesOf: (external) => (byDevice.size === 0 ? undefined : byDevice.get(normalHardwareId(external))),
    isAtGate: (external) => atGates.size > 0 && atGates.has(normalHardwareId(external)),
  }
}

interface Draft extends CountZone {
  readonly devices: string[]
  hasUncountedGate: boolean
}

function zonesOfSite({ id: site, zone: timeZone, levels }: Site): Draft[] {
  return levels.flatMap(({ id: level, zones, bays }) => {
    const counted = zones.filter(({ countCapacity }) => countCapacity !== undefined)
    if (counted.length === 0) return []
    const baysOf = new Map<string, string[]>(counted.map(({ id }) => [id, []]))
    for (const bay of bays) for (const zone of new Set(bay.zones)) baysOf.get(zone)?.push(bay.id)
    return counted.map(({ id: zone, countCapacity = 0, countOffset: offset = 0, countReset: reset }) => ({
      ...{ site, level, zone, capacity: countCapacity, offset, reset, timeZone },
      ...{ bays: baysOf.get(zone) ?? [], devices: [], hasUncountedGate: false },
    }))
  })
}
