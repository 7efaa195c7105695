/** Which bay a device watches, and the places that bay belongs to: its site, its level and its zone. Pure: of one layout. */
import { type Assignments, assignmentsOf } from './assignment.ts'
import type { Bay, Layout } from './layout.ts'

/** A group of bays whose occupancy is followed. `level` and `zone` are null where the place is larger than one. */
export interface Place {
  readonly site: string
  readonly level: string | null
  readonly zone: string | null
  /** Bays that are not closed. */
  readonly capacity: number
}

export interface Watching extends Assignments {
  readonly places: readonly Place[]
  /** Indexes of `places` that hold the bay; none for a closed one. */
  placesOf(bay: string): readonly number[]
}

const nowhere: readonly number[] = []

export function watchingOf({ sites }: Pick<Layout, 'sites'>): Watching {
  const places: { site: string; level: string | null; zone: string | null; capacity: number }[] = []
  const byBay = new Map<string, readonly number[]>()
  const add = (site: string, level: string | null, zone: string | null, bays: readonly Bay[]) =>
    places.push({ site, level, zone, capacity: bays.filter(({ closed }) => !closed).length }) - 1
  for (const site of sites) {
    const ofSite = add(
      site.id,
      null,
      null,
      site.levels.flatMap(({ bays }) => bays),
    )
    for (const level of site.levels) {
      const ofLevel = add(site.id, level.id, null, level.bays)
      const zones = new Map(
        level.zones.map(({ id }) => [
          id,
          add(
            site.id,
            level.id,
            id,
            level.bays.filter(({ zone }) => zone === id),
          ),
        ]),
      )
      for (const bay of level.bays) {
        const ofZone = bay.zone === undefined ? undefined : zones.get(bay.zone)
        byBay.set(bay.id, bay.closed ? nowhere : ofZone === undefined ? [ofSite, ofLevel] : [ofSite, ofLevel, ofZone])
      }
    }
  }
  return {
    places,
    ...assignmentsOf(sites.flatMap(({ levels }) => levels.flatMap(({ bays }) => bays))),
    placesOf: (bay) => byBay.get(bay) ?? nowhere,
  }
}
