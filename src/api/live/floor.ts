/**
 * The floor: a layout seen through plan indexes. Index i is bay i in the plan, the snapshot, the deltas and every typed array
 * behind them. Pure: the same layout gives the same indexes and the same version.
 */
import { createHash } from 'node:crypto'
import type { Plan } from '@baykeeper/contract/live.ts'
import { assignmentsOf, type Proposer } from '../../domain/assignment.ts'
import { type Bay, emptyLayout, type Layout, type Level, type Site } from '../../domain/layout.ts'

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
  levelOf(index: number): FloorLevel
  /** Index of the bay a device watches (domain/assignment.ts). */
  bayOf(device: Proposer): number | undefined
  /** The bay that it names and does not watch. */
  conflictOf(device: Proposer): string | undefined
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
  const { bayOf, conflictOf } = assignmentsOf(bays)
  return {
    layoutVersion,
    plan: planOf(layout, layoutVersion, simulated, bays, levels),
    bays,
    levels,
    indexOf,
    levelOf: (index) => levels.find(({ from, to }) => index >= from && index < to) as FloorLevel,
    bayOf(device) {
      const bay = bayOf(device)
      return bay === undefined ? undefined : indexOf.get(bay)
    },
    conflictOf,
  }
}

function planOf(
  layout: Layout,
  layoutVersion: number,
  simulated: boolean,
  bays: readonly Bay[],
  levels: readonly FloorLevel[],
): Plan {
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
    })),
    ids: bays.map((bay) => bay.id),
    x: bays.map((bay) => bay.x),
    y: bays.map((bay) => bay.y),
    types: bays.map((bay) => bay.type),
  }
  // The hash tells apart two data directories served one after the other at the same address, whose versions both count from 1.
  const digest = createHash('sha256').update(JSON.stringify(plan)).digest('hex').slice(0, 12)
  return { version: `${layoutVersion}-${digest}`, ...plan }
}
