/** Count zones at a past moment: by the layout and the bays of that moment, from the changes of counts. */
import type { PastState } from '@baykeeper/contract/override.ts'
import { noBays, uncovered, withOffset } from '../domain/count-band.ts'
import { countingOf, countKey } from '../domain/counting.ts'
import type { Layout } from '../domain/layout.ts'
import type { CountStateRow } from '../store/store.ts'
import type { ShownCount } from './live/shown-counts.ts'
import { iso } from './wire.ts'

interface Then {
  readonly layout: Pick<Layout, 'sites'>
  /** Of one site. */
  readonly site: string | undefined
  /** As they were then, those of other sites left out. */
  readonly bays: PastState['bays']
  /** Empty: nothing is known. */
  readonly rows: readonly CountStateRow[]
  /** Counts as the live view has them: gates may have fallen silent since processing moved last. */
  readonly live: readonly ShownCount[]
}

export function countsThen({ layout, site, bays, rows, live }: Then): PastState['count_zones'] {
  const sites = layout.sites.filter(({ id }) => site === undefined || id === site)
  const { zones } = countingOf({ sites })
  if (zones.length === 0) return []
  const byZone = new Map(rows.map((row) => [countKey(row), row]))
  const silent = new Set(live.filter(({ state }) => state === 'stale').map(({ zone }) => countKey(zone)))
  const stateOf = new Map(bays.map((bay) => [bay.id, bay.state]))
  return zones.map((zone) => {
    const row = byZone.get(countKey(zone))
    const stored = row?.state ?? 'unknown'
    const isDoubted = silent.has(countKey(zone)) && (stored === 'known' || stored === 'uncertain')
    const state = isDoubted ? 'stale' : stored
    const band = row && row.low !== null && row.high !== null ? { low: row.low, high: row.high } : null
    const tally = noBays()
    for (const id of zone.bays) tally[stateOf.get(id) ?? 'unknown']++
    const taken = state === 'known' && band ? withOffset(band, zone.offset, zone.capacity) : undefined
    const places = uncovered(taken, tally, zone.capacity)
    return {
      ...{ site: zone.site, level: zone.level, zone: zone.zone, state },
      changed: row && !isDoubted ? iso(row.time) : null,
      ...{ capacity: zone.capacity, offset: zone.offset, vehicles: row?.vehicles ?? null, band },
      free: taken ? tally.free + places.known - places.occupied : null,
    }
  })
}
