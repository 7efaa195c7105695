/** Which bays a report is about, and whose occupancy that is. By the current layout: a bay that it does not hold is in no report of bays. */
import { countingOf, placesWithoutBay } from '../domain/counting.ts'
import { normalHardwareId } from '../domain/hardware-id.ts'
import type { Layout, Level, Site } from '../domain/layout.ts'
import type { PlaceKey } from '../store/store.ts'
import { ReportRefused, type ReportRequest } from './request.ts'

export interface BayPlace {
  readonly site: string
  readonly level: string
}

export interface Scope {
  /** For people. */
  readonly name: string
  readonly place: PlaceKey
  /** By id. */
  readonly bays: ReadonlyMap<string, BayPlace>
  /** Bays that are not closed, and places of count zones. */
  readonly capacity: number
  /** Of the capacity: places of count zones that are no bay. */
  readonly countedPlaces: number
  readonly timeZone: string
  /** Local dates that are holidays of every site asked for. */
  readonly holidays: ReadonlySet<string>
  /** Bay of a device, by its normal external id, among the bays asked for. */
  readonly devices: ReadonlyMap<string, string>
}

type Asked = Pick<ReportRequest, 'site' | 'level' | 'zone' | 'type' | 'timeZone'>

/** Throws ReportRefused. */
export function scopeOf(layout: Layout, asked: Asked): Scope {
  const sites = asked.site === undefined ? layout.sites : layout.sites.filter(({ id }) => id === asked.site)
  if (sites.length === 0)
    throw asked.site === undefined
      ? new ReportRefused('missing', 'the layout has no site: publish one first')
      : new ReportRefused('missing', `there is no site ${asked.site} in the layout`)
  const levels = levelsOf(sites, asked)
  const { zone, type } = asked
  const bays = new Map<string, BayPlace>()
  const devices = new Map<string, string>()
  let capacity = 0
  for (const { site, level } of levels)
    for (const bay of level.bays) {
      if (zone !== undefined && !bay.zones.includes(zone)) continue
      if (type !== undefined && !bay.types.includes(type)) continue
      bays.set(bay.id, { site: site.id, level: level.id })
      if (!bay.closed) capacity++
      for (const device of bay.devices.length > 0 ? bay.devices : [bay.id])
        devices.set(normalHardwareId(device), bay.id)
    }
  if (type !== undefined && bays.size === 0)
    throw new ReportRefused('missing', `no bay of the type ${type} is in the layout there`)
  const countedPlaces = countPlaces(levels, asked)
  return {
    ...{ name: nameOf(layout, sites, levels, asked), place: placeOf(asked), bays, devices },
    ...{ capacity: capacity + countedPlaces, countedPlaces },
    timeZone: timeZoneOf(sites, asked.timeZone),
    holidays: commonHolidays(sites),
  }
}

interface SiteLevel {
  readonly site: Site
  readonly level: Level
}

function levelsOf(sites: readonly Site[], { site, level, zone, type }: Asked): readonly SiteLevel[] {
  if (level !== undefined && site === undefined) throw new ReportRefused('invalid', 'level: name its site too')
  if (zone !== undefined && level === undefined) throw new ReportRefused('invalid', 'zone: name its site and level too')
  if (type !== undefined && level !== undefined)
    throw new ReportRefused(
      'invalid',
      'type: occupancy by type is kept for a site and for all sites, not for a level or zone',
    )
  const all = sites.flatMap((site) => site.levels.map((level) => ({ site, level })))
  if (level === undefined) return all
  const found = all.filter((one) => one.level.id === level)
  if (found.length === 0) throw new ReportRefused('missing', `there is no level ${level} in site ${site}`)
  if (zone !== undefined && !found.some((one) => one.level.zones.some(({ id }) => id === zone)))
    throw new ReportRefused('missing', `there is no zone ${zone} on level ${level} of site ${site}`)
  return found
}

const placeOf = ({ site, level, zone, type }: Asked): PlaceKey => ({
  ...{ site: site ?? null, level: level ?? null, zone: zone ?? type ?? null },
})

/** As the live counts have them: places of a count zone that are no bay. */
function countPlaces(levels: readonly SiteLevel[], { zone, type }: Asked): number {
  if (type !== undefined) return 0
  const asked = new Set(levels.map(({ site, level }) => JSON.stringify([site.id, level.id])))
  const { zones } = countingOf({ sites: [...new Set(levels.map(({ site }) => site))] })
  return zones
    .filter((one) => asked.has(JSON.stringify([one.site, one.level])) && (zone === undefined || one.zone === zone))
    .reduce((sum, one) => sum + placesWithoutBay(one), 0)
}

function nameOf(layout: Layout, sites: readonly Site[], levels: readonly SiteLevel[], asked: Asked): string {
  const [first] = levels
  const zone = first?.level.zones.find(({ id }) => id === asked.zone)
  return [
    asked.site === undefined ? layout.name || 'All sites' : (sites[0] as Site).name,
    ...(asked.level === undefined ? [] : [first?.level.name]),
    ...(zone ? [zone.name] : []),
    ...(asked.type === undefined ? [] : [asked.type]),
  ].join(' · ')
}

function timeZoneOf(sites: readonly Site[], asked: string | undefined): string {
  if (asked !== undefined) {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: asked }).resolvedOptions() && asked
    } catch {
      throw new ReportRefused('invalid', `time_zone: there is no ${asked}; give an IANA zone such as Europe/Berlin`)
    }
  }
  const zones = [...new Set(sites.map(({ zone }) => zone))]
  if (zones.length > 1)
    throw new ReportRefused(
      'invalid',
      `the sites have several time zones (${zones.join(', ')}): give time_zone, or a site`,
    )
  return zones[0] as string
}

function commonHolidays(sites: readonly Site[]): ReadonlySet<string> {
  const [first, ...others] = sites.map(({ holidays = [] }) => new Set(holidays))
  return others.reduce((all, one) => all.intersection(one), first ?? new Set<string>())
}
