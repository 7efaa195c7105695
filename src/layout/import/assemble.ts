/**
 * Imported bays as a layout: a new one, or that of a server with the bays brought in. Bays are known by their ids; what a file does not say
 * of one, above all its devices, stays as it is. Pure.
 */

import type { Anchor, Bay, Layout, Zone } from '../../domain/layout.ts'
import {
  type Imported,
  type ImportedBay,
  type ImportedSite,
  type ImportFinding,
  type ImportNotes,
  importNotes,
} from './imported.ts'
import { type LevelDraft, placed, type SiteDraft } from './placing.ts'
import { millimetres, type Projection } from './projection.ts'
import { createProjections, type PlacedShape, type Projections, shapeIn } from './projections.ts'

export interface AssembleOptions {
  /** Bays go into the layout's own levels, or take the place of whole levels or sites of the same ids. Default: update. */
  readonly mode?: 'update' | 'replace-level' | 'replace-site'
  /** Of bays whose file names none. */
  readonly site?: string
  readonly level?: string
  /** IANA time zone of new sites. */
  readonly timeZone?: string
  /** Of new sites; else the middle of the imported bays, with north upwards. */
  readonly anchor?: Anchor
  readonly name?: string
}

export interface Assembled {
  readonly layout: Layout
  readonly findings: readonly ImportFinding[]
  /** Bays of the file. */
  readonly bays: number
  /** Ids of sites that were not there before. */
  readonly newSites: readonly string[]
}

export function assembledLayout(base: Layout, imported: Imported, options: AssembleOptions = {}): Assembled {
  const notes = importNotes()
  const draft = draftOf(base, options, notes)
  const geo = createProjections(base, imported, options, notes)
  const bays = unique(imported.bays, notes)
  draft.clear(bays)
  for (const bay of bays)
    draft.put(
      bay,
      shapeIn(bay, () => geo.of(draft.siteOf(bay))),
    )
  for (const site of imported.sites) draft.describe(site, geo.of(site.id))
  warnOfUnusedSite(imported, options, notes)
  if (imported.isTypeOptional) reportKeptTypes(base, bays, notes)
  const layout = draft.layout(geo)
  const findings = [...imported.findings, ...notes.list()]
  return { layout, findings, bays: bays.length, newSites: draft.newSites() }
}

function warnOfUnusedSite({ bays, sites }: Imported, { site }: AssembleOptions, notes: ImportNotes): void {
  if (site === undefined) return
  const named = [...bays.flatMap((bay) => bay.site ?? []), ...sites.map(({ id }) => id)].filter((id) => id !== site)
  if (named.length === 0) return
  const ids = [...new Set(named)]
  const more = ids.length > 5 ? ` and ${ids.length - 5} more` : ''
  const count = bays.filter((bay) => bay.site === undefined || bay.site === site).length
  notes.warn(
    'the file',
    `it names sites itself (${ids.slice(0, 5).join(', ')}${more}), whose bays stay in them: --site ${site} is used for ${count} of ${bays.length} bays`,
  )
}

/** Named in one finding; more are counted. */
const keptMax = 5

/** Of bays that are not standard here, and whose type the file does not name. */
function reportKeptTypes(base: Layout, bays: readonly ImportedBay[], notes: ImportNotes): void {
  const untyped = new Set(bays.flatMap(({ id, types }) => (types === undefined ? [id] : [])))
  const kept = base.sites
    .flatMap(({ levels }) => levels.flatMap((level) => level.bays))
    .filter(({ id, types }) => untyped.has(id) && types.some((type) => type !== 'standard'))
  if (kept.length === 0) return
  const named = kept.slice(0, keptMax).map(({ id, types }) => `${id} (${types.join(', ')})`)
  const more = kept.length > keptMax ? ` and ${kept.length - keptMax} more` : ''
  notes.warn(
    'the file',
    `it names no type for ${kept.length} of ${bays.length} bays that have one here, which they keep: ${named.join(', ')}${more}`,
  )
}

function unique(bays: readonly ImportedBay[], notes: ImportNotes): readonly ImportedBay[] {
  const seen = new Map<string, string>()
  return bays.filter(({ id, where }) => {
    const first = seen.get(id)
    if (first !== undefined)
      notes.fault(where, `bay "${id}" is in the file at ${first} already: give one of them another id`)
    else seen.set(id, where)
    return first === undefined
  })
}

interface Known {
  readonly sites: Map<string, SiteDraft>
  /** By bay. */
  readonly placeOf: Map<string, { readonly site: string; readonly level: string }>
  readonly before: ReadonlyMap<string, Bay>
}

function knownOf(base: Layout): Known {
  const sites = new Map<string, SiteDraft>()
  const placeOf = new Map<string, { readonly site: string; readonly level: string }>()
  const before = new Map<string, Bay>()
  for (const { levels, ...site } of base.sites) {
    const own = new Map<string, LevelDraft>()
    sites.set(site.id, { site, made: false, levels: own })
    for (const { bays, zones, ...level } of levels) {
      own.set(level.id, {
        id: level.id,
        made: false,
        level,
        zones: new Map(zones.map((zone) => [zone.id, zone])),
        bays: new Map(bays.map((bay) => [bay.id, bay])),
        outline: [],
      })
      for (const bay of bays) {
        placeOf.set(bay.id, { site: site.id, level: level.id })
        before.set(bay.id, bay)
      }
    }
  }
  return { sites, placeOf, before }
}

/** Site and level of an imported bay: as its file has them, else where it is, else as asked for, else the first. */
function homesIn({ sites, placeOf }: Known, base: Layout, { mode = 'update', site: asked, level }: AssembleOptions) {
  const siteOf = ({ id, site }: ImportedBay) =>
    site ?? (mode === 'update' ? placeOf.get(id)?.site : undefined) ?? asked ?? base.sites[0]?.id ?? 'site'
  const levelOf = (bay: ImportedBay) => {
    const known = placeOf.get(bay.id)
    const here = known?.site === siteOf(bay) ? known.level : undefined
    return bay.level ?? here ?? level ?? sites.get(siteOf(bay))?.levels.keys().next().value ?? '0'
  }
  return { siteOf, levelOf }
}

function draftOf(base: Layout, options: AssembleOptions, notes: ImportNotes) {
  const known = knownOf(base)
  const { sites, placeOf, before } = known
  const { siteOf, levelOf } = homesIn(known, base, options)
  function levelDraft(site: string, level: string): LevelDraft {
    const ofSite = sites.getOrInsertComputed(site, () => ({
      site: {
        id: site,
        name: options.site === site ? (options.name ?? site) : site,
        zone: options.timeZone ?? base.sites[0]?.zone ?? 'UTC',
      },
      made: true,
      levels: new Map(),
    }))
    return ofSite.levels.getOrInsertComputed(level, () => ({
      ...{ id: level, made: true, level: { id: level, name: levelName(level), x: 0, y: 0, w: 1, h: 1 } },
      ...{ zones: new Map<string, Zone>(), bays: new Map<string, Bay>(), outline: [] },
    }))
  }
  return {
    siteOf,
    /** Takes away what the imported bays replace. */
    clear(bays: readonly ImportedBay[]) {
      if (options.mode === 'replace-site')
        for (const id of new Set(bays.map(siteOf)))
          for (const level of sites.get(id)?.levels.values() ?? []) level.bays.clear()
      if (options.mode === 'replace-level')
        for (const bay of bays) sites.get(siteOf(bay))?.levels.get(levelOf(bay))?.bays.clear()
    },
    put(imported: ImportedBay, shape: PlacedShape | undefined) {
      const stored = before.get(imported.id)
      if (!shape && !stored)
        return notes.fault(
          imported.where,
          `bay "${imported.id}" is new and has no place: give x and y, lat and lon, or an outline`,
        )
      const [site, level] = [siteOf(imported), levelOf(imported)]
      const place = placeOf.get(imported.id)
      // A bay that stays on its level keeps its place in the order, which is its index in the plan.
      if (place && (place.site !== site || place.level !== level))
        sites.get(place.site)?.levels.get(place.level)?.bays.delete(imported.id)
      const [target, bay] = [levelDraft(site, level), bayOf(imported, shape, stored, base)]
      target.bays.set(bay.id, bay)
      placeOf.set(bay.id, { site, level })
      for (const zone of bay.zones) target.zones.getOrInsertComputed(zone, () => ({ id: zone, name: zone }))
      return undefined
    },
    describe({ id, name, counted = [], outline }: ImportedSite, projection: Projection | undefined) {
      for (const { level = '0', zone, name: zoneName, capacity } of counted) {
        const target = levelDraft(id, level)
        target.zones.set(zone, { ...target.zones.get(zone), id: zone, name: zoneName, countCapacity: capacity })
        if (projection && outline) target.outline.push(...outline.map(projection.toPlan))
      }
      const found = sites.get(id)
      if (found && name !== undefined && (found.made || found.site.name === id)) found.site = { ...found.site, name }
    },
    newSites: () => madeIn(sites),
    layout: (geo: Projections): Layout => placed(base, sites, geo, notes),
  }
}

const madeIn = (sites: Known['sites']) => [...sites.values()].filter(({ made }) => made).map(({ site }) => site.id)

/** `-1` of OpenStreetMap is one below the ground. */
const levelName = (id: string) => (/^-?\d+(\.\d+)?$/.test(id) ? `Level ${id}` : id)

function bayOf(
  { where: _, site: _site, level: _level, outline: _outline, ...given }: ImportedBay,
  shape: PlacedShape | undefined,
  known: Bay | undefined,
  sizes: Layout,
): Bay {
  const before: Bay = known ?? { id: given.id, types: ['standard'], zones: [], devices: [], x: 0, y: 0 }
  const { x, y, w, h, angle, polygon, ...rest } = before
  const size = { ...(given.w === undefined ? {} : { w: given.w }), ...(given.h === undefined ? {} : { h: given.h }) }
  const fields = { ...rest, ...given }
  if (!shape) return compact({ x, y, w, h, angle, polygon, ...fields }, sizes)
  if (shape.at) {
    const [wide, long] = [given.w ?? w ?? sizes.bayW, given.h ?? h ?? sizes.bayH]
    const corner = { x: millimetres(shape.at.x - wide / 2), y: millimetres(shape.at.y - long / 2) }
    return compact({ ...corner, w, h, angle, ...fields, ...size }, sizes)
  }
  const { at: _at, ...drawn } = shape
  // An outline has its own size and angle; a corner alone leaves them to the columns and to what was known.
  if (drawn.w !== undefined || drawn.polygon !== undefined) {
    const { w: _w, h: _h, angle: _angle, ...without } = fields
    return compact({ x, y, ...without, ...drawn }, sizes)
  }
  return compact({ w, h, angle, ...fields, ...size, x: drawn.x ?? x, y: drawn.y ?? y }, sizes)
}

/** Without fields that are undefined, and without a size that is the layout's. */
function compact(bay: { readonly [Field in keyof Bay]: Bay[Field] | undefined }, { bayW, bayH }: Layout): Bay {
  const isUsual = !bay.polygon && (bay.w ?? bayW) === bayW && (bay.h ?? bayH) === bayH
  const fields = Object.entries(bay).filter(([key, value]) => {
    if (value === undefined || (isUsual && (key === 'w' || key === 'h'))) return false
    return !(key === 'angle' && value === 0)
  })
  return Object.fromEntries(fields) as unknown as Bay
}
