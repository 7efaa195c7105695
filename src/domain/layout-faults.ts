/**
 * What a layout must be beyond its form. A fault is refused: nothing is published. A warning may be meant. Each names its object and what to
 * do; each kind of check is its file in layout-checks/. Pure.
 */
import type { Layout } from './layout.ts'
import { checkDevices } from './layout-checks/devices.ts'
import { findingList, type LayoutFinding, type LayoutFindings } from './layout-checks/finding.ts'
import { checkHours } from './layout-checks/hours.ts'
import { checkIds } from './layout-checks/ids.ts'
import { checkShapes } from './layout-checks/shapes.ts'
import { checkZones } from './layout-checks/zones.ts'

export type { LayoutFinding, LayoutFindings } from './layout-checks/finding.ts'

/** 50,000 bays take less than a second. */
export function checkLayout(layout: Layout): LayoutFindings {
  const list = findingList()
  for (const check of [checkIds, checkDevices, checkZones, checkShapes, checkHours]) check(layout, list)
  return list.found()
}

export const layoutFaults = (layout: Layout): readonly LayoutFinding[] => checkLayout(layout).faults
