/** Numbers people read: occupancy by site, level, zone and type, and the duty desk's figures. Counted from what is published. */

import type { BayDetail, SiteOccupancy } from '@baykeeper/contract/bay.ts'
import type { Kpi, SiteSummary } from '@baykeeper/contract/live.ts'
import { bayStates } from '@baykeeper/contract/vocabulary.ts'
import { countBays, type Occupancy, occupancyRate } from '../../domain/occupancy.ts'
import type { Instant } from '../../lib/brand.ts'
import type { SystemStatus } from '../status.ts'
import type { Presence } from './presence.ts'

const stateAt = (presence: Presence, index: number) => bayStates[presence.shown[index] as number] ?? 'unknown'
const isoOrNull = (at: Instant | null | undefined) =>
  at === undefined || at === null ? null : new Date(at).toISOString()

function* statesOf(presence: Presence, indexes: Iterable<number>) {
  for (const i of indexes) yield stateAt(presence, i)
}

function* range(from: number, to: number) {
  for (let i = from; i < to; i++) yield i
}

const count = (presence: Presence, from: number, to: number): Occupancy =>
  countBays(statesOf(presence, range(from, to)))

/** Levels of one site lie side by side in the plan, so a site is a range too. */
const sitesOf = ({ floor }: Presence) =>
  [...Map.groupBy(floor.levels, ({ site }) => site)].map(([site, levels]) => ({
    site,
    levels,
    from: levels[0]?.from ?? 0,
    to: levels.at(-1)?.to ?? 0,
  }))

export const siteSummaries = (presence: Presence): SiteSummary[] =>
  sitesOf(presence).map(({ site, levels, from, to }) => ({
    id: site.id,
    name: site.name,
    zone: site.zone,
    occupancy: count(presence, from, to),
    levels: levels.map(({ level, from, to }) => ({
      id: level.id,
      name: level.name,
      occupancy: count(presence, from, to),
    })),
    updated: isoOrNull(presence.updated(from, to)),
  }))

export function siteOccupancy(presence: Presence, id: string): SiteOccupancy | undefined {
  const found = sitesOf(presence).find(({ site }) => site.id === id)
  if (!found) return undefined
  const { site, levels, from, to } = found
  const { bays } = presence.floor
  const occupancy = count(presence, from, to)
  const types = Map.groupBy(range(from, to), (i) => bays[i]?.type ?? 'standard')
  return {
    site: site.id,
    name: site.name,
    occupancy,
    rate: occupancyRate(occupancy) ?? null,
    levels: levels.map(({ level, from, to }) => {
      const zones = Map.groupBy(range(from, to), (i) => bays[i]?.zone)
      return {
        id: level.id,
        name: level.name,
        occupancy: count(presence, from, to),
        zones: level.zones.map(({ id, name }) => ({
          id,
          name,
          occupancy: countBays(statesOf(presence, zones.get(id) ?? [])),
        })),
      }
    }),
    types: [...types].map(([type, indexes]) => ({ type, occupancy: countBays(statesOf(presence, indexes)) })),
    updated: isoOrNull(presence.updated(from, to)),
  }
}

/** Plan indexes of a site's bays, from and after the last. */
export const siteRange = (presence: Presence, id: string): { from: number; to: number } | undefined =>
  sitesOf(presence).find(({ site }) => site.id === id)

/** Each is something to set right, so there are few. */
const conflictsMax = 20

function conflictsOf({ devices, floor }: Presence, bay: string): BayDetail['conflicts'] {
  const found = []
  for (const device of devices.values()) {
    if (floor.conflictOf(device) !== bay) continue
    found.push({ id: device.external, source: device.source })
    if (found.length === conflictsMax) break
  }
  return found
}

export function bayDetail(presence: Presence, id: string, now: Instant): BayDetail | undefined {
  const index = presence.floor.indexOf.get(id)
  const bay = index === undefined ? undefined : presence.floor.bays[index]
  if (index === undefined || !bay) return undefined
  const { site, level } = presence.floor.levelOf(index)
  const device = presence.watcherOf(index)
  const state = stateAt(presence, index)
  return {
    id,
    site: site.id,
    level: level.id,
    zone: bay.zone ?? null,
    type: bay.type,
    state,
    stale: presence.isStale(index),
    since: state === 'free' || state === 'occupied' ? isoOrNull(device?.since) : null,
    device: device ? { id: device.external, source: device.source } : null,
    conflicts: conflictsOf(presence, id),
    arrived: isoOrNull(device?.lastArrived),
    age_s: device ? Math.max(0, now - device.lastArrived) / 1_000 : null,
  }
}

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
    if (presence.floor.bayOf(device) === undefined) unassigned++
  }
  const pipeline = storeDown ? 'database-down' : status.pipeline
  return {
    time: new Date(now).toISOString(),
    occupancy: count(presence, 0, presence.floor.bays.length),
    devices: { seen: presence.devices.size, reporting, unassigned },
    ...(status.eventsPerSecond === undefined ? {} : { eventsPerSecond: status.eventsPerSecond }),
    ...(status.commitMsP99 === undefined ? {} : { commitMsP99: status.commitMsP99 }),
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(status.ledger === undefined ? {} : { ledger: status.ledger }),
    simulated,
  }
}

/** What a stranger sees: no ledger and nothing of the inside, unless the city is simulated and hides nothing. */
export const publicKpi = ({ ledger, eventsPerSecond, commitMsP99, ...kpi }: Kpi): Kpi =>
  kpi.simulated
    ? {
        ...kpi,
        ...(ledger ? { ledger } : {}),
        ...(eventsPerSecond === undefined ? {} : { eventsPerSecond }),
        ...(commitMsP99 === undefined ? {} : { commitMsP99 }),
      }
    : kpi
