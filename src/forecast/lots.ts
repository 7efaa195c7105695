/** Forecast units of a layout: each site as a whole, each of its levels, each of their zones. */
import { createHash } from 'node:crypto'
import { countingOf, placesWithoutBay } from '../domain/counting.ts'
import type { Layout, Site } from '../domain/layout.ts'
import type { PlaceKey } from '../store/store.ts'

export interface ForecastLot {
  /** Unique over all sites; that of a whole site is the site's own. */
  readonly id: string
  readonly name: string
  /** Bays that are not closed, or all of them where every one is, and places of count zones without a bay; above 0. */
  readonly capacity: number
  /** Every bay is closed in the layout. */
  readonly isClosed?: boolean
  readonly place: PlaceKey
}

export interface ForecastSite {
  readonly id: string
  /** IANA time zone. */
  readonly zone: string
  /** The whole site first. */
  readonly lots: readonly ForecastLot[]
}

/** Whole sites and levels come before zones, so that these are what a site too large goes without. */
export const lotsOfSiteMax = 2_000
const idCharactersMax = 128

export const forecastSites = ({ sites }: Pick<Layout, 'sites'>): ForecastSite[] =>
  sites.map((site) => ({ id: site.id, zone: site.zone, lots: lotsOf(site) })).filter(({ lots }) => lots.length > 0)

function lotsOf(site: Site): ForecastLot[] {
  const { zones: counted } = countingOf({ sites: [site] })
  const open = (bays: readonly { readonly closed?: boolean }[], level?: string, zone?: string) => {
    const own = counted.filter((each) => (level ?? each.level) === each.level && (zone ?? each.zone) === each.zone)
    const capacity =
      bays.filter(({ closed }) => !closed).length + own.reduce((sum, each) => sum + placesWithoutBay(each), 0)
    return capacity === 0 ? { capacity: bays.length, isClosed: true } : { capacity }
  }
  const whole = {
    id: site.id,
    name: site.name,
    ...open(site.levels.flatMap(({ bays }) => bays)),
    place: { site: site.id, level: null, zone: null },
  }
  const isOneLevel = site.levels.length === 1
  const levels = site.levels.map((level) => ({
    id: idOf(site.id, level.id),
    name: `${site.name} · ${level.name}`,
    ...open(level.bays, level.id),
    place: { site: site.id, level: level.id, zone: null },
  }))
  const zones = site.levels.flatMap((level) =>
    level.zones.map((zone) => ({
      id: idOf(site.id, level.id, zone.id),
      name: [site.name, ...(isOneLevel ? [] : [level.name]), zone.name].join(' · '),
      ...open(
        level.bays.filter((bay) => bay.zones.includes(zone.id)),
        level.id,
        zone.id,
      ),
      place: { site: site.id, level: level.id, zone: zone.id },
    })),
  )
  // The only level is the site again.
  return [whole, ...(isOneLevel ? [] : levels), ...zones].filter(({ capacity }) => capacity > 0).slice(0, lotsOfSiteMax)
}

/** Parts joined by slashes; what would be too long for an id ends in its hash. */
function idOf(...parts: readonly string[]): string {
  const id = parts.map(encodeURIComponent).join('/')
  if (id.length <= idCharactersMax) return id
  const hash = createHash('sha256').update(id).digest('hex').slice(0, 16)
  return `${id.slice(0, idCharactersMax - 17)}~${hash}`
}
