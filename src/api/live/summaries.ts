/** Numbers people read: occupancy by site, level, zone and type, and the duty desk's figures. Counted from what is published. */

import type { CityOccupancy, SiteOccupancy } from '@baykeeper/contract/bay.ts'
import type { Kpi, SiteSummary } from '@baykeeper/contract/live.ts'
import { bayStates } from '@baykeeper/contract/vocabulary.ts'
import { liveShare, type Occupancy, occupancyOf, occupancyRate } from '../../domain/occupancy.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import type { SystemStatus } from '../status.ts'
import type { Presence } from './presence.ts'
import { addOccupancy, type ShownCount, sumOfCounts } from './shown-counts.ts'
import { type SiteView, showsSite } from './site-view.ts'

const isoOrNull = (at: Instant | null | undefined) =>
  at === undefined || at === null ? null : new Date(at).toISOString()

function* range(from: number, to: number) {
  for (let i = from; i < to; i++) yield i
}

interface Sums {
  /** Bays by state, in the order of the states. */
  readonly counts: Uint32Array
  live: number
}
const noBays = (): Sums => ({ counts: new Uint32Array(bayStates.length), live: 0 })

function addBay(sums: Sums, { shown, live }: Presence, index: number) {
  const state = shown[index] as number
  sums.counts[state] = (sums.counts[state] as number) + 1
  sums.live += live[index] as number
}

function countAt(presence: Presence, indexes: Iterable<number>): Occupancy {
  const sums = noBays()
  for (const i of indexes) addBay(sums, presence, i)
  return occupancyOf(sums.counts, sums.live)
}

/** Without an iterator: a city has 50,000 bays, and is counted for each viewer that asks. */
function count(presence: Presence, from: number, to: number): Occupancy {
  const sums = noBays()
  for (let i = from; i < to; i++) addBay(sums, presence, i)
  return occupancyOf(sums.counts, sums.live)
}

const sharesOf = (occupancy: Occupancy) => ({
  rate: occupancyRate(occupancy) ?? null,
  live_share: liveShare(occupancy) ?? null,
})

/** A bay of several types counts in each, once. */
function byType(presence: Presence, from: number, to: number) {
  const { bays } = presence.floor
  const types = indexesBy(range(from, to), (i) => bays[i]?.types ?? [])
  return [...types].map(([type, indexes]) => ({ type, occupancy: countAt(presence, indexes) }))
}

/** Levels of one site lie side by side in the plan, so a site is a range too. */
const sitesOf = ({ floor }: Presence) =>
  [...Map.groupBy(floor.levels, ({ site }) => site)].map(([site, levels]) => ({
    site,
    levels,
    from: levels[0]?.from ?? 0,
    to: levels.at(-1)?.to ?? 0,
  }))

interface Place {
  readonly presence: Presence
  readonly from: number
  readonly to: number
  readonly counts: readonly ShownCount[]
}

/** A place with its bays, and the places of its count zones that have no bay. */
function placeOccupancy({ presence, from, to, counts }: Place) {
  const ofBays = count(presence, from, to)
  const counted = sumOfCounts(counts)
  if (counted.capacity === 0) return { occupancy: ofBays }
  return { occupancy: addOccupancy(ofBays, counted), counted }
}

const countsBySite = ({ counts }: Presence) => Map.groupBy(counts.all(), ({ zone }) => zone.site)

function updatedAt({ presence, from, to, counts }: Place): Instant | undefined {
  const newest = counts.reduce((last, { arrived = 0 }) => Math.max(last, arrived), presence.updated(from, to) ?? 0)
  return newest === 0 ? undefined : instant(newest)
}

interface Counted<T> {
  readonly revision: number
  readonly counts: readonly ShownCount[]
  readonly value: T
}

/** Counted once for all requests between two changes. */
export function oncePerChange<T>(count: (presence: Presence) => T): (presence: Presence) => T {
  const countedOf = new WeakMap<Presence, Counted<T>>()
  return (presence) => {
    const revision = presence.revision()
    const counts = presence.counts.all()
    const before = countedOf.get(presence)
    if (before?.revision === revision && before.counts === counts) return before.value
    const value = count(presence)
    countedOf.set(presence, { revision, counts, value })
    return value
  }
}

export const siteSummaries: (presence: Presence) => readonly SiteSummary[] = oncePerChange(sitesIn)
export const cityOccupancy: (presence: Presence) => CityOccupancy = oncePerChange(cityIn)

function sitesIn(presence: Presence): SiteSummary[] {
  const bySite = countsBySite(presence)
  return sitesOf(presence).map(({ site, levels, from, to }) => {
    const counts = bySite.get(site.id) ?? []
    const byLevel = Map.groupBy(counts, ({ zone }) => zone.level)
    const place = { presence, from, to, counts }
    return {
      ...{ id: site.id, name: site.name, zone: site.zone },
      ...placeOccupancy(place),
      levels: levels.map(({ level: { id, name }, from, to }) => ({
        ...{ id, name },
        ...placeOccupancy({ presence, from, to, counts: byLevel.get(id) ?? [] }),
      })),
      updated: isoOrNull(updatedAt(place)),
    }
  })
}

export function siteOccupancy(presence: Presence, id: string): SiteOccupancy | undefined {
  const found = sitesOf(presence).find(({ site }) => site.id === id)
  if (!found) return undefined
  const { site, levels, from, to } = found
  const { bays } = presence.floor
  const counts = countsBySite(presence).get(id) ?? []
  const byLevel = Map.groupBy(counts, ({ zone }) => zone.level)
  const place = { presence, from, to, counts }
  const { occupancy } = placeOccupancy(place)
  return {
    site: site.id,
    name: site.name,
    occupancy,
    ...sharesOf(occupancy),
    levels: levels.map(({ level, from, to }) => {
      const zones = indexesBy(range(from, to), (i) => bays[i]?.zones ?? [])
      const counted = byLevel.get(level.id) ?? []
      return {
        id: level.id,
        name: level.name,
        occupancy: placeOccupancy({ presence, from, to, counts: counted }).occupancy,
        zones: level.zones.map(({ id, name }) => {
          const ofBays = countAt(presence, zones.get(id) ?? [])
          const own = counted.filter(({ zone }) => zone.zone === id)
          return { id, name, occupancy: addOccupancy(ofBays, sumOfCounts(own)) }
        }),
      }
    }),
    types: byType(presence, from, to),
    updated: isoOrNull(updatedAt(place)),
  }
}

/** The city is all sites of the layout. */
function cityIn(presence: Presence): CityOccupancy {
  const { bays, plan } = presence.floor
  const whole = { presence, from: 0, to: bays.length, counts: presence.counts.all() }
  const bySite = countsBySite(presence)
  const { occupancy } = placeOccupancy(whole)
  return {
    name: plan.name,
    occupancy,
    ...sharesOf(occupancy),
    sites: sitesOf(presence).map(({ site: { id, name }, from, to }) => ({
      ...{ id, name },
      occupancy: placeOccupancy({ presence, from, to, counts: bySite.get(id) ?? [] }).occupancy,
    })),
    types: byType(presence, 0, bays.length),
    updated: isoOrNull(updatedAt(whole)),
  }
}

/** A bay stands under each of its names, once. */
function indexesBy<Name>(indexes: Iterable<number>, namesOf: (index: number) => readonly Name[]): Map<Name, number[]> {
  const found = new Map<Name, number[]>()
  for (const i of indexes) for (const name of new Set(namesOf(i))) found.getOrInsertComputed(name, () => []).push(i)
  return found
}

/** Plan indexes of a site's bays, from and after the last. */
export const siteRange = (presence: Presence, id: string): { from: number; to: number } | undefined =>
  sitesOf(presence).find(({ site }) => site.id === id)

export interface KpiContext {
  readonly now: Instant
  readonly simulated: boolean
  readonly status: SystemStatus
  /** The store cannot be read: the numbers stay, and say so. */
  readonly storeDown: boolean
}

export function kpiOf(presence: Presence, { now, simulated, status, storeDown }: KpiContext): Kpi {
  let reporting = 0
  let unassigned = 0
  for (const device of presence.devices.values()) {
    if (!presence.isSilent(device, now)) reporting++
    if (!presence.floor.isAssigned(device)) unassigned++
  }
  const pipeline = storeDown ? 'database-down' : status.pipeline
  return {
    time: new Date(now).toISOString(),
    occupancy: addOccupancy(count(presence, 0, presence.floor.bays.length), sumOfCounts(presence.counts.all())),
    devices: { seen: presence.devices.size, reporting, unassigned },
    ...(status.eventsPerSecond === undefined ? {} : { events_per_second: status.eventsPerSecond }),
    ...(status.commitMsP99 === undefined ? {} : { commit_ms_p99: status.commitMsP99 }),
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(status.ledger === undefined ? {} : { ledger: status.ledger }),
    simulated,
  }
}

/** The figures of some sites: their bays, and the devices at them. */
export function narrowKpi(kpi: Kpi, presence: Presence, view: SiteView, now: Instant): Kpi {
  if (!view.sites) return kpi
  const { floor, devices } = presence
  let [seen, reporting] = [0, 0]
  for (const device of devices.values()) {
    const index = floor.bayOf(device)
    if (index === undefined || !showsSite(view, floor.levelOf(index).site.id)) continue
    seen++
    if (!presence.isSilent(device, now)) reporting++
  }
  const none = occupancyOf(noBays().counts, 0)
  const sites = siteSummaries(presence).filter(({ id }) => showsSite(view, id))
  const occupancy = sites.reduce<Occupancy>((sum, site) => addOccupancy(sum, site.occupancy), none)
  return { ...kpi, occupancy, devices: { seen, reporting, unassigned: 0 } }
}

/** Of the city what is within some sites. */
export function narrowCity(presence: Presence, view: SiteView): CityOccupancy {
  const whole = cityOccupancy(presence)
  if (!view.sites) return whole
  const { bays, levels } = presence.floor
  const shown = siteSummaries(presence).filter(({ id }) => showsSite(view, id))
  const none = occupancyOf(noBays().counts, 0)
  const occupancy = shown.reduce<Occupancy>((sum, site) => addOccupancy(sum, site.occupancy), none)
  const own = levels.filter(({ site }) => showsSite(view, site.id)).flatMap(({ from, to }) => [...range(from, to)])
  const types = indexesBy(own, (i) => bays[i]?.types ?? [])
  return {
    name: whole.name,
    occupancy,
    ...sharesOf(occupancy),
    sites: whole.sites.filter(({ id }) => showsSite(view, id)),
    types: [...types].map(([type, indexes]) => ({ type, occupancy: countAt(presence, indexes) })),
    updated: shown.map(({ updated }) => updated).reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null),
  }
}

/** What a stranger sees: no ledger and nothing of the inside, unless the city is simulated and hides nothing. */
export const publicKpi = ({ ledger, events_per_second, commit_ms_p99, ...kpi }: Kpi): Kpi =>
  kpi.simulated
    ? {
        ...kpi,
        ...(ledger ? { ledger } : {}),
        ...(events_per_second === undefined ? {} : { events_per_second }),
        ...(commit_ms_p99 === undefined ? {} : { commit_ms_p99 }),
      }
    : kpi
