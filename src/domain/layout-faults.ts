/** What a layout must be beyond its form: each bay lies within its level, and a device watches one bay, in any spelling of its id. Pure. */
import { normalHardwareId } from './hardware-id.ts'
import type { Layout, Level, Site } from './layout.ts'

export interface LayoutFault {
  readonly path: readonly (string | number)[]
  /** Names the object, says what is wrong with it and what to do. */
  readonly message: string
}

export function layoutFaults({ sites, bayW, bayH }: Layout): readonly LayoutFault[] {
  const faults: LayoutFault[] = []
  /** By normal hardware id: how it was first written, and the bay. */
  const devices = new Map<string, { readonly device: string; readonly bay: string }>()
  /** Ids that are written alike are found by the layout's schema. */
  const ids = new Map<string, string>()
  for (const [s, site] of sites.entries())
    for (const [l, level] of site.levels.entries())
      for (const [b, bay] of level.bays.entries()) {
        const path = ['sites', s, 'levels', l, 'bays', b]
        const alike = ids.getOrInsert(normalHardwareId(bay.id), bay.id)
        if (alike !== bay.id)
          faults.push({
            path: [...path, 'id'],
            message: `bay ${bay.id} looks like bay ${alike} and is written with other characters: give one of them another id`,
          })
        const centre = { x: bay.x + bayW / 2, y: bay.y + bayH / 2 }
        if (!isWithin(level, centre)) faults.push({ path, message: outside(bay.id, centre, level, site) })
        if (bay.device === undefined) continue
        const first = devices.getOrInsert(normalHardwareId(bay.device), { device: bay.device, bay: bay.id })
        if (first.bay !== bay.id)
          faults.push({
            path: [...path, 'device'],
            message: `device ${bay.device} of bay ${bay.id} is ${first.device} of bay ${first.bay}: a device watches one bay, so take it away from one of them`,
          })
      }
  return faults
}

const isWithin = ({ x, y, w, h }: Level, at: { readonly x: number; readonly y: number }) =>
  at.x >= x && at.x <= x + w && at.y >= y && at.y <= y + h

const outside = (bay: string, { x, y }: { x: number; y: number }, level: Level, site: Site) =>
  `bay ${bay} of level ${level.id} (site ${site.id}) has its centre at x ${metres(x)}, y ${metres(y)}, outside the outline of the level (x ${metres(level.x)} to ${metres(level.x + level.w)}, y ${metres(level.y)} to ${metres(level.y + level.h)}): correct the bay's x and y, which are metres in the plan of all levels, or the level's outline`

const metres = (value: number) => String(Math.round(value * 100) / 100)
