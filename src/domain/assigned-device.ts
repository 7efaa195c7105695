/**
 * The periods in which devices are assigned, from the layouts that took effect one after another. A device moves from bay to bay, or another
 * takes its place: one period ends and another begins, and what the bay has seen stays with the bay. Pure.
 */
import type { Instant } from '../lib/brand.ts'
import { normalHardwareId } from './hardware-id.ts'
import type { Layout } from './layout.ts'

/** A device in its normal form, and the bay or the gate of a site that it is assigned to. */
export interface AssignedDevice {
  readonly device: string
  readonly bay: string | null
  readonly site: string | null
  readonly gate: string | null
}

export interface AssignmentPeriod extends AssignedDevice {
  /** Version of the layout that began it. */
  readonly version: number
  readonly from: Instant
  readonly author: string
  /** Null: it goes on. */
  readonly to: Instant | null
  readonly endedBy: string | null
}

export function assignedDevices({ sites }: Pick<Layout, 'sites'>): readonly AssignedDevice[] {
  const assigned = new Map<string, AssignedDevice>()
  const add = (external: string, place: Omit<AssignedDevice, 'device'>) => {
    const device = normalHardwareId(external)
    // The one that counts where an earlier release let a device watch two bays: see domain/assignment.ts.
    assigned.set(device, { device, ...place })
  }
  for (const { id: site, levels, gates = [] } of sites) {
    for (const { bays } of levels)
      for (const { id: bay, devices } of bays)
        for (const device of devices) add(device, { bay, site: null, gate: null })
    for (const { id: gate, devices } of gates) for (const device of devices) add(device, { bay: null, site, gate })
  }
  return [...assigned.values()]
}

/** A layout that takes effect: its version, when and by whom it was published. */
export interface TakesEffect {
  readonly version: number
  readonly at: Instant
  readonly author: string
}

/** The periods that end or begin when a layout with these devices takes effect; `open` are those that go on until then. */
export function changedPeriods(
  open: Iterable<AssignmentPeriod>,
  assigned: readonly AssignedDevice[],
  { version, at, author }: TakesEffect,
): readonly AssignmentPeriod[] {
  const next = new Map(assigned.map((each) => [each.device, each]))
  const changed: AssignmentPeriod[] = []
  for (const period of open) {
    if (isSamePlace(period, next.get(period.device))) next.delete(period.device)
    // A clock that was set back must not make a period that ends before it began.
    else changed.push({ ...period, to: at < period.from ? period.from : at, endedBy: author })
  }
  for (const each of next.values()) changed.push({ ...each, version, from: at, author, to: null, endedBy: null })
  return changed
}

const isSamePlace = (a: AssignedDevice, b: AssignedDevice | undefined) =>
  b !== undefined && a.bay === b.bay && a.site === b.site && a.gate === b.gate
