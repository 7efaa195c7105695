/** Changes of a draft: each makes a new layout of the one before, so that undo is to go back to it. Pure. */
import type { LayoutDocument } from '@baykeeper/contract/layout.ts'
import type { BayType } from '@baykeeper/contract/vocabulary.ts'
import { type Bay, type Box, boxOfBays, centreOf, type Level, movedBay, type Point, turnedBay } from './geometry.ts'

export interface PlaceName {
  readonly site: string
  readonly level: string
}

export const emptyDraft: LayoutDocument = { name: '', bay_w: 2.5, bay_h: 5, sites: [] }

export const levelIn = ({ sites }: LayoutDocument, { site, level }: PlaceName): Level | undefined =>
  sites.find(({ id }) => id === site)?.levels.find(({ id }) => id === level)

export const allBays = ({ sites }: LayoutDocument): readonly Bay[] =>
  sites.flatMap(({ levels }) => levels.flatMap(({ bays }) => bays))

export const placesIn = ({ sites }: LayoutDocument): readonly (PlaceName & { readonly name: string })[] =>
  sites.flatMap(({ id, name, levels }) =>
    levels.map((level) => ({ site: id, level: level.id, name: `${name} · ${level.name}` })),
  )

function withLevel(
  layout: LayoutDocument,
  { site, level }: PlaceName,
  change: (level: Level) => Level,
): LayoutDocument {
  const sites = layout.sites.map((each) =>
    each.id === site
      ? { ...each, levels: each.levels.map((one) => (one.id === level ? roomy(change(one), layout) : one)) }
      : each,
  )
  return { ...layout, sites }
}

/** A level grows where bays reach out of it. */
function roomy(level: Level, sizes: LayoutDocument): Level {
  const box = boxOfBays(level.bays, sizes)
  if (!box) return level
  const [x, y] = [Math.min(level.x, Math.floor(box.x)), Math.min(level.y, Math.floor(box.y))]
  const right = Math.max(level.x + level.w, Math.ceil(box.x + box.w))
  const bottom = Math.max(level.y + level.h, Math.ceil(box.y + box.h))
  return { ...level, x, y, w: right - x, h: bottom - y }
}

type Ids = ReadonlySet<string>

export const changeBays = (
  layout: LayoutDocument,
  at: PlaceName,
  ids: Ids,
  change: (bay: Bay) => Bay,
): LayoutDocument =>
  withLevel(layout, at, (level) => ({ ...level, bays: level.bays.map((bay) => (ids.has(bay.id) ? change(bay) : bay)) }))

export const moveBays = (layout: LayoutDocument, at: PlaceName, ids: Ids, dx: number, dy: number): LayoutDocument =>
  changeBays(layout, at, ids, (bay) => movedBay(bay, dx, dy))

export function turnBays(layout: LayoutDocument, at: PlaceName, ids: Ids, degrees: number): LayoutDocument {
  const chosen = levelIn(layout, at)?.bays.filter(({ id }) => ids.has(id)) ?? []
  const [only] = chosen
  const box = boxOfBays(chosen, layout)
  if (!only || !box) return layout
  const about = chosen.length === 1 ? centreOf(only, layout) : { x: box.x + box.w / 2, y: box.y + box.h / 2 }
  return changeBays(layout, at, ids, (bay) => turnedBay(bay, about, degrees, layout))
}

export const deleteBays = (layout: LayoutDocument, at: PlaceName, ids: Ids): LayoutDocument =>
  withLevel(layout, at, (level) => ({ ...level, bays: level.bays.filter(({ id }) => !ids.has(id)) }))

export const addBays = (layout: LayoutDocument, at: PlaceName, bays: readonly Bay[]): LayoutDocument =>
  withLevel(layout, at, (level) => ({ ...level, bays: [...level.bays, ...bays] }))

export const typeBays = (layout: LayoutDocument, at: PlaceName, ids: Ids, type: BayType): LayoutDocument =>
  changeBays(layout, at, ids, ({ type: _, types: _types, ...bay }) => ({ ...bay, types: [type] }))

/** The zone is made where the level does not have it; undefined: of none. */
export function zoneBays(layout: LayoutDocument, at: PlaceName, ids: Ids, zone: string | undefined): LayoutDocument {
  return withLevel(layout, at, (level) => ({
    ...level,
    zones:
      zone === undefined || level.zones.some(({ id }) => id === zone)
        ? level.zones
        : [...level.zones, { id: zone, name: zone }],
    bays: level.bays.map(({ zone: one, ...bay }) => {
      if (ids.has(bay.id)) return { ...bay, zones: zone === undefined ? [] : [zone] }
      return one === undefined ? bay : { ...bay, zone: one }
    }),
  }))
}

/** A device watches one bay: it is taken away from every other. Undefined: the bay has none from now on. */
export function giveDevice(layout: LayoutDocument, bay: string, device: string | undefined): LayoutDocument {
  const without = (devices: readonly string[] = []) => devices.filter((each) => each !== device)
  const sites = layout.sites.map((site) => ({
    ...site,
    levels: site.levels.map((level) => ({
      ...level,
      bays: level.bays.map((each) => {
        if (each.id === bay) return { ...each, devices: device === undefined ? [] : [device] }
        return device !== undefined && each.devices?.includes(device)
          ? { ...each, devices: without(each.devices) }
          : each
      }),
    })),
  }))
  return { ...layout, sites }
}

/** Ids that no bay of the draft has: `A-01`, `A-02` and so on. */
export function freeIds(layout: LayoutDocument, pattern: string, start: number, count: number, taken?: Ids): string[] {
  const used = new Set(allBays(layout).flatMap(({ id }) => (taken?.has(id) ? [] : id)))
  const found: string[] = []
  for (let n = start; found.length < count; n++) {
    const id = numbered(pattern, n)
    if (!used.has(id)) found.push(id)
  }
  return found
}

/** `{n}`, `{nn}` with a leading zero, or `{n:3}`; a pattern without one gets the number at its end. */
export function numbered(pattern: string, n: number): string {
  const text = pattern.replaceAll(/\{(n+)(?::(\d))?\}/g, (_, ns: string, width?: string) =>
    String(n).padStart(width === undefined ? ns.length : Number(width), '0'),
  )
  return text === pattern ? `${pattern}${n}` : text
}

/**
 * Numbers along the row, in reading order. A bay that was published keeps its id, which its history hangs on, and gets the number as its
 * label; a new one gets it as its id.
 */
export function numberBays(
  layout: LayoutDocument,
  at: PlaceName,
  ids: Ids,
  { pattern, start, backwards, published }: NumberWish,
): { readonly layout: LayoutDocument; readonly ids: Ids } {
  const chosen = inReadingOrder(levelIn(layout, at)?.bays.filter(({ id }) => ids.has(id)) ?? [], layout)
  if (backwards) chosen.reverse()
  const names = freeIds(layout, pattern, start, chosen.length, ids)
  const nameOf = new Map(chosen.map(({ id }, i) => [id, names[i] as string]))
  const next = changeBays(layout, at, ids, ({ label: _, ...bay }) => {
    const name = nameOf.get(bay.id) as string
    if (!published.has(bay.id)) return { ...bay, id: name }
    return name === bay.id ? bay : { ...bay, label: name }
  })
  return { layout: next, ids: new Set([...ids].map((id) => (published.has(id) ? id : (nameOf.get(id) as string)))) }
}

export interface NumberWish {
  readonly pattern: string
  readonly start: number
  readonly backwards: boolean
  readonly published: Ids
}

/** Row by row from above, each from the left: bays whose centres are less than half a bay apart in height are one row. */
export function inReadingOrder(bays: readonly Bay[], sizes: LayoutDocument): Bay[] {
  const placed = bays.map((bay) => ({ bay, at: centreOf(bay, sizes) })).sort((a, b) => a.at.y - b.at.y)
  const rows: { bay: Bay; at: Point }[][] = []
  for (const one of placed) {
    const row = rows.at(-1)
    const last = row?.at(-1)
    if (row && last && one.at.y - last.at.y < sizes.bay_h / 2) row.push(one)
    else rows.push([one])
  }
  return rows.flatMap((row) => row.sort((a, b) => a.at.x - b.at.x).map(({ bay }) => bay))
}

/** Where a new level is put: to the right of everything, so that nothing is drawn over it. */
export function freeSpot(layout: LayoutDocument): Box {
  const levels = layout.sites.flatMap(({ levels }) => levels)
  const right = levels.reduce((most, { x, w }) => Math.max(most, x + w + 10), 0)
  return { x: right, y: 0, w: 60, h: 40 }
}

/** Letters, digits and hyphens of a name. */
export const idOfName = (name: string, used: readonly string[]): string => {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60)
  const base = plain || 'lot'
  let id = base
  for (let n = 2; used.includes(id); n++) id = `${base}-${n}`
  return id
}

export function addLevel(
  layout: LayoutDocument,
  { siteName, levelName, zone, site }: { siteName: string; levelName: string; zone: string; site?: string | undefined },
): { readonly layout: LayoutDocument; readonly at: PlaceName } {
  const known = layout.sites.find(({ id }) => id === site)
  const spot = freeSpot(layout)
  const level = idOfName(levelName, known?.levels.map(({ id }) => id) ?? [])
  const made = { id: level, name: levelName, ...spot, zones: [], bays: [] }
  if (known) {
    const sites = layout.sites.map((each) => (each === known ? { ...each, levels: [...each.levels, made] } : each))
    return { layout: { ...layout, sites }, at: { site: known.id, level } }
  }
  const id = idOfName(
    siteName,
    layout.sites.map((each) => each.id),
  )
  return {
    layout: { ...layout, sites: [...layout.sites, { id, name: siteName, zone, levels: [made] }] },
    at: { site: id, level },
  }
}

/** As people number things: s-2 before s-10. */
export const inHandOrder = (ids: readonly string[]): readonly string[] =>
  ids.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
