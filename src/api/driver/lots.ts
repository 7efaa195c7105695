/** The lots as drivers are shown them: free now, by type and level, opening hours and where they are. */
import type { OccupancyCounts } from '@baykeeper/contract/live.ts'
import { type BayType, bayStates, bayTypes } from '@baykeeper/contract/vocabulary.ts'
import type { Site } from '../../domain/layout.ts'
import { occupancyOf } from '../../domain/occupancy.ts'
import { type Opening, openingAt } from '../../domain/opening.ts'
import type { LonLat } from '../../layout/import/imported.ts'
import { projectionAt } from '../../layout/import/projection.ts'
import type { Presence } from '../live/presence.ts'
import { oncePerChange, siteSummaries } from '../live/summaries.ts'

type Counts = OccupancyCounts

export interface DriverLot {
  readonly site: Site
  readonly occupancy: Counts
  readonly levels: readonly { readonly id: string; readonly name: string; readonly occupancy: Counts }[]
  /** Of each type that its bays have. A bay of several types counts in each. */
  readonly types: ReadonlyMap<BayType, Counts>
  /** ISO 8601: arrival of the newest reading; null when there is none. */
  readonly updated: string | null
}

export const driverLots: (presence: Presence) => readonly DriverLot[] = oncePerChange((presence) => {
  const sites = new Map(presence.floor.levels.map(({ site }) => [site.id, site]))
  const types = typesBySite(presence)
  return siteSummaries(presence).flatMap(({ id, occupancy, levels, updated }) => {
    const site = sites.get(id)
    return site ? { site, occupancy, levels, updated, types: types.get(id) ?? new Map<BayType, Counts>() } : []
  })
})

/** In the order of the vocabulary. */
function typesBySite({ floor, shown, live }: Presence): ReadonlyMap<string, ReadonlyMap<BayType, Counts>> {
  const sums = new Map<string, Map<BayType, { readonly states: Uint32Array; live: number }>>()
  for (const { site, from, to } of floor.levels) {
    const ofSite = sums.getOrInsertComputed(site.id, () => new Map())
    for (let i = from; i < to; i++) {
      const types = floor.bays[i]?.types ?? []
      const state = shown[i] as number
      for (const type of types.length > 1 ? new Set(types) : types) {
        const sum = ofSite.getOrInsertComputed(type, () => ({ states: new Uint32Array(bayStates.length), live: 0 }))
        sum.states[state] = (sum.states[state] as number) + 1
        sum.live += live[i] as number
      }
    }
  }
  const counted = (ofSite: ReadonlyMap<BayType, { readonly states: Uint32Array; live: number }>) =>
    new Map(
      bayTypes.flatMap((type) => {
        const sum = ofSite.get(type)
        return sum ? [[type, occupancyOf(sum.states, sum.live)] as const] : []
      }),
    )
  return new Map([...sums].map(([site, ofSite]) => [site, counted(ofSite)]))
}

/** Types that a driver can choose: all that there are, where there is more than one. */
export function choosableTypes(lots: readonly DriverLot[]): readonly BayType[] {
  const found = bayTypes.filter((type) => lots.some(({ types }) => types.has(type)))
  return found.length > 1 ? found.filter((type) => type !== 'standard') : []
}

export const openingOf = ({ site }: DriverLot, at: number): Opening => openingAt(site, at)

/** The middle of its levels on the earth; undefined where the layout does not say where it is. */
export function placeOf({ site: { anchor, levels } }: DriverLot): LonLat | undefined {
  if (!anchor || levels.length === 0) return undefined
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  return projectionAt(anchor).toEarth({
    x: mean(levels.map(({ x, w }) => x + w / 2)),
    y: mean(levels.map(({ y, h }) => y + h / 2)),
  })
}
