/**
 * The floor: a layout seen through plan indexes. Index i is bay i in the plan, the snapshot, the deltas and every typed array
 * behind them. Pure: the same layout gives the same indexes and the same version.
 */
import { createHash } from 'node:crypto'
import type { Plan } from '@baykeeper/contract/live.ts'
import { assignmentsOf, type Proposer } from '../../domain/assignment.ts'
import { type Counting, countingOf, placesWithoutBay } from '../../domain/counting.ts'
import { promiseMsOf } from '../../domain/folds/bay-watches.ts'
import { normalHardwareId } from '../../domain/hardware-id.ts'
import { type Bay, type DeviceFacts, emptyLayout, type Layout, type Level, type Site } from '../../domain/layout.ts'
import { heartbeatIn, heartbeatsOf } from '../../domain/watching.ts'

/** Bays `from` to `to` are one level; levels of a site lie side by side. */
interface FloorLevel {
  readonly site: Site
  readonly level: Level
  readonly from: number
  readonly to: number
}

export interface Floor {
  /** Version of the stored layout; 0 when there is none. */
  readonly layoutVersion: number
  readonly plan: Plan
  readonly bays: readonly Bay[]
  readonly levels: readonly FloorLevel[]
  readonly indexOf: ReadonlyMap<string, number>
  readonly counting: Counting
  levelOf(index: number): FloorLevel
  /** Index of the bay a device watches (domain/assignment.ts). */
  bayOf(device: Proposer): number | undefined
  /** It watches a bay, or belongs to a gate. */
  isAssigned(device: Proposer): boolean
  /** The bay that it names and does not watch. */
  conflictOf(device: Proposer): string | undefined
  /** What the layout knows of it beyond its readings. */
  factsOf(external: string): DeviceFacts | undefined
  /** After so long without a frame the device is silent; `usualMs` where its heartbeat is not known. */
  promiseMsOf(external: string, usualMs: number): number
}

export function createFloor(layout: Layout = emptyLayout, layoutVersion = 0, simulated = false): Floor {
  const bays: Bay[] = []
  const levels: FloorLevel[] = []
  for (const site of layout.sites)
    for (const level of site.levels) {
      levels.push({ site, level, from: bays.length, to: bays.length + level.bays.length })
      for (const bay of level.bays) bays.push(bay)
    }
  const indexOf = new Map(bays.map((bay, i) => [bay.id, i]))
  const heartbeats = heartbeatsOf(layout.devices ?? [])
  const facts = new Map((layout.devices ?? []).map((each) => [normalHardwareId(each.device), each]))
  const counting = countingOf(layout)
  const { bayOf, conflictOf } = assignmentsOf(bays)
  return {
    layoutVersion,
    plan: planOf({ layout, layoutVersion, simulated, bays, levels, counting }),
    bays,
    levels,
    indexOf,
    counting,
    levelOf: (index) => levels.find(({ from, to }) => index >= from && index < to) as FloorLevel,
    isAssigned: (device) => bayOf(device) !== undefined || counting.isAtGate(device.external),
    bayOf(device) {
      const bay = bayOf(device)
      return bay === undefined ? undefined : indexOf.get(bay)
    },
    conflictOf,
    factsOf: (external) => facts.get(normalHardwareId(external)),
    promiseMsOf: (external, usualMs) =>
      promiseMsOf({ heartbeatMsOf: (id) => heartbeatIn(heartbeats, id) }, external, usualMs),
  }
}

interface PlanParts extends Pick<Floor, 'layoutVersion' | 'bays' | 'levels' | 'counting'> {
  readonly layout: Layout
  readonly simulated: boolean
}

function planOf({ layout, layoutVersion, simulated, bays, levels, counting }: PlanParts): Plan {
  const placesOf = uncoveredPlaces(counting)
  const plan: Omit<Plan, 'version'> = {
    name: layout.name,
    simulated,
    bay_w: layout.bayW,
    bay_h: layout.bayH,
    plates: levels.map(({ site, level, from, to }) => ({
      site: site.id,
      site_name: site.name,
      level: level.id,
      name: `${site.name} · ${level.name}`,
      x: level.x,
      y: level.y,
      w: level.w,
      h: level.h,
      from,
      to,
      ...placesOf(site.id, level.id),
    })),
    ids: bays.map((bay) => bay.id),
    x: bays.map((bay) => bay.x),
    y: bays.map((bay) => bay.y),
    types: bays.map(({ types }) => types[0] ?? 'standard'),
    ...sparse(bays),
  }
  // The hash distinguishes two data directories served one after the other at the same address, whose versions both count from 1.
  const digest = createHash('sha256').update(JSON.stringify(plan)).digest('hex').slice(0, 12)
  return { version: `${layoutVersion}-${digest}`, ...plan }
}

/** Of a level; sent only where there are any. */
function uncoveredPlaces({ zones }: Counting) {
  const byLevel = Map.groupBy(zones, ({ site, level }) => JSON.stringify([site, level]))
  return (site: string, level: string): { places?: number } => {
    const own = byLevel.get(JSON.stringify([site, level])) ?? []
    const places = own.reduce((sum, zone) => sum + placesWithoutBay(zone), 0)
    return places > 0 ? { places } : {}
  }
}

/** Sent only for bays that differ: a plan of plain bays is as small as it can be. */
function sparse(bays: readonly Bay[]): Pick<Plan, 'shapes' | 'labels'> {
  const shapes = bays.flatMap(({ w, h, angle, polygon }, i): NonNullable<Plan['shapes']> => {
    if (w === undefined && h === undefined && !angle && !polygon) return []
    if (polygon) return [{ i, polygon: polygon.flatMap(({ x, y }) => [millimetres(x), millimetres(y)]) }]
    return [{ i, ...(w === undefined ? {} : { w }), ...(h === undefined ? {} : { h }), ...(angle ? { angle } : {}) }]
  })
  const labels = bays.flatMap(({ id, label }, i): [number, string][] =>
    label === undefined || label === id ? [] : [[i, label]],
  )
  return { ...(shapes.length > 0 ? { shapes } : {}), ...(labels.length > 0 ? { labels } : {}) }
}

const millimetres = (metres: number) => Math.round(metres * 1_000) / 1_000
