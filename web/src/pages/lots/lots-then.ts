/** How full lots were at a past moment: from the states of their bays then. Pure. */
import type { OccupancyCounts, SiteSummary } from '@baykeeper/contract/live.ts'
import type { PastState } from '@baykeeper/contract/override.ts'

type Bays = PastState['bays']

/** A closed bay is none of the capacity. Places of count zones without a bay are not in it. */
export function countsThen(bays: Bays): OccupancyCounts {
  const counts = { capacity: 0, free: 0, occupied: 0, reserved: 0, unknown: 0, closed: 0, live: 0 }
  for (const { state, cause } of bays) {
    counts[state]++
    if (state === 'closed') continue
    counts.capacity++
    if (cause === 'device' && state !== 'unknown') counts.live++
  }
  return counts
}

/** Places of count zones without a bay are not in the figures: which bays a zone has is not kept with its state. */
export const isPartial = (state: Pick<PastState, 'count_zones'> | undefined, site: string): boolean =>
  state?.count_zones.some((zone) => zone.site === site) ?? false

/** Lots and levels of the layout of then; those that are gone have their id as name. */
export function lotsThen(
  { bays, count_zones: zones }: Pick<PastState, 'bays' | 'count_zones'>,
  today: readonly SiteSummary[],
): readonly SiteSummary[] {
  const lots = Map.groupBy(bays, ({ site }) => site)
  for (const { site } of zones) if (!lots.has(site)) lots.set(site, [])
  return [...lots].map(([id, own]) => {
    const lot = today.find((each) => each.id === id)
    const levels = [...Map.groupBy(own, ({ level }) => level)].map(([level, there]) => ({
      id: level,
      name: lot?.levels.find((each) => each.id === level)?.name ?? level,
      occupancy: countsThen(there),
    }))
    return { id, name: lot?.name ?? id, zone: lot?.zone ?? 'UTC', occupancy: countsThen(own), levels, updated: null }
  })
}
