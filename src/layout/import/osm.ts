/**
 * Bays from an extract of OpenStreetMap: `amenity=parking_space` as bays, `amenity=parking` as the site that they lie in, or as count zones
 * where only its capacity is mapped. Tags: wiki.openstreetmap.org, pages Tag:amenity=parking_space and Tag:amenity=parking. Pure.
 */
import type { BayType } from '@baykeeper/contract/vocabulary.ts'
import { areaGrid } from './area-grid.ts'
import { bayTypeNamed } from './bay-type-names.ts'
import {
  type Imported,
  type ImportedBay,
  type ImportedSite,
  type ImportNotes,
  importNotes,
  type LonLat,
  type Outline,
} from './imported.ts'
import { type OsmElement, osmElements } from './osm-elements.ts'
import { isOnEarth } from './projection.ts'

/** A way with more is a car park, not a row of bays. */
const baysOfSpaceMax = 200

export function importOsm(bytes: Uint8Array): Imported {
  const notes = importNotes()
  return importElements(osmElements(bytes, notes), notes)
}

export function importElements(elements: readonly OsmElement[], notes: ImportNotes): Imported {
  const geometry = geometryOf(elements)
  const sites = new Map<string, ParkingArea>()
  for (const element of elements)
    if (element.tags['amenity'] === 'parking') {
      const area = {
        element,
        id: nameOf(element),
        outline: geometry.outline(element),
        at: geometry.at(element),
        bays: 0,
      }
      sites.set(area.id, area)
    }
  const areaAt = areaGrid([...sites.values()])
  const spaces = elements
    .filter(({ tags }) => tags['amenity'] === 'parking_space')
    .flatMap((element) => spaceOf(element, geometry, areaAt, notes) ?? [])
  const idOf = idsOf(spaces, notes)
  const bays = spaces.flatMap((space) => baysOf(space, idOf(space), notes))
  const used = [...sites.values()].flatMap((area) => siteOf(area, notes) ?? [])
  if (bays.length === 0 && used.length === 0 && !notes.list().some(({ severity }) => severity === 'fault'))
    notes.fault(
      'the file',
      sites.size === 0
        ? 'it has neither amenity=parking_space nor amenity=parking: extract an area that has some'
        : 'nothing in it can be used, for the reasons in the warnings: extract an area that has parking spaces',
    )
  return { bays, sites: used, findings: notes.list(), isTypeOptional: true }
}

/** A parking space that is in the file as a whole. */
interface Space {
  readonly element: OsmElement
  readonly outline: readonly LonLat[] | undefined
  readonly at: LonLat
  readonly area: ParkingArea | undefined
}

/**
 * Ids of spaces: their `ref`. A ref is painted on the ground and often occurs in several car parks: there it stands behind the id of its car
 * park, and where that is no difference the space is known by its number in OpenStreetMap.
 */
function idsOf(spaces: readonly Space[], notes: ImportNotes): (space: Space) => string {
  const inArea = ({ element, area }: Space) => area && `${area.id}-${element.tags['ref']}`
  const refs = countsOf(spaces.map(({ element }) => element.tags['ref']))
  const inAreas = countsOf(spaces.map(inArea))
  return (space) => {
    const { element } = space
    const ref = element.tags['ref']
    if (ref === undefined) return nameOf(element)
    if (refs.get(ref) === 1) return ref
    const name = inArea(space)
    const id = name !== undefined && inAreas.get(name) === 1 ? name : nameOf(element)
    notes.warn(
      whereOf(element),
      `its ref "${ref}" is that of ${refs.get(ref)} parking spaces in the file: its bay has the id "${id}"`,
    )
    return id
  }
}

function countsOf(names: readonly (string | undefined)[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

interface ParkingArea {
  readonly element: OsmElement
  readonly id: string
  readonly outline: readonly LonLat[] | undefined
  readonly at: LonLat | undefined
  /** Made of the parking spaces mapped within it. */
  bays: number
}

const nameOf = ({ type, id }: OsmElement) => `${type}-${id}`
const whereOf = ({ type, id }: OsmElement) => `${type} ${id}`

type Geometry = ReturnType<typeof geometryOf>

function geometryOf(elements: readonly OsmElement[]) {
  const nodes = new Map(elements.flatMap(({ type, id, at }) => (type === 'node' && at ? [[id, at] as const] : [])))
  const ways = new Map(elements.flatMap((each) => (each.type === 'way' ? [[each.id, each] as const] : [])))
  const lineOf = ({ line, nodes: refs = [] }: OsmElement) => {
    if (line) return line
    const found = refs.flatMap((ref) => nodes.get(ref) ?? [])
    return found.length === refs.length ? found : []
  }
  /** Without its closing corner; undefined where it is no closed line, or the extract lacks nodes of it. */
  const ringOf = (way: OsmElement): readonly LonLat[] | undefined => {
    const line = lineOf(way)
    const [first, last] = [line[0], line.at(-1)]
    if (!first || !last || line.length < 4 || first.lon !== last.lon || first.lat !== last.lat) return undefined
    return line.slice(0, -1)
  }
  const outline = (element: OsmElement): readonly LonLat[] | undefined => {
    if (element.type === 'way' || element.line) return ringOf(element)
    // Of several outer rings the first: a car park in parts is drawn by one of them.
    return element.outer?.flatMap((ref) => ways.get(ref) ?? []).flatMap((way) => (ringOf(way) ? [ringOf(way)] : []))[0]
  }
  return {
    outline,
    at: (element: OsmElement): LonLat | undefined => element.at ?? middleOf(outline(element) ?? lineOf(element)),
  }
}

const middleOf = (corners: readonly LonLat[]): LonLat | undefined =>
  corners.length === 0
    ? undefined
    : {
        lon: corners.reduce((sum, { lon }) => sum + lon, 0) / corners.length,
        lat: corners.reduce((sum, { lat }) => sum + lat, 0) / corners.length,
      }

function spaceOf(
  element: OsmElement,
  geometry: Geometry,
  areaAt: (at: LonLat) => ParkingArea | undefined,
  notes: ImportNotes,
): Space | undefined {
  const at = geometry.at(element)
  if (!at || !isOnEarth(at)) {
    notes.fault(whereOf(element), `the extract lacks its nodes: ${extractNodes}`)
    return undefined
  }
  return { element, outline: geometry.outline(element), at, area: areaAt(at) }
}

const extractNodes = 'extract them too (Overpass: "out body; >; out skel qt;" or "out geom;")'

function baysOf({ element, outline, at, area }: Space, id: string, notes: ImportNotes): ImportedBay[] {
  const { tags } = element
  const where = whereOf(element)
  const count = capacityOf(tags['capacity'], where, notes) ?? 1
  const angle = numberOf(tags['angle'])
  if (!outline && angle === undefined)
    notes.warn(where, 'it is mapped as a point: it is drawn upright, in the usual size')
  const types = typesOf(tags, where, notes)
  const fields = {
    ...{ where, ...(types.length > 0 ? { types } : {}), ...levelOf(tags) },
    ...(area ? { site: area.id } : {}),
    ...(tags['ref'] === undefined ? {} : { label: tags['ref'] }),
    ...(tags['disused'] === 'yes' || tags['access'] === 'no' ? { closed: true } : {}),
    ...(angle === undefined ? {} : { angle }),
  }
  const shapes = outline ? partsOf(outline, count, where, notes) : pointsOf(at, count, where, notes)
  if (area) area.bays += shapes.length
  return shapes.map((shape, i) => ({ ...fields, id: shapes.length > 1 ? `${id}.${i + 1}` : id, outline: shape }))
}

const numberOf = (text: string | undefined) => {
  const value = Number(text ?? Number.NaN)
  return Number.isFinite(value) ? value : undefined
}

function capacityOf(text: string | undefined, where: string, notes: ImportNotes): number | undefined {
  if (text === undefined || text === 'yes' || text === 'no') return undefined
  const count = Number(text)
  if (Number.isSafeInteger(count) && count >= 0 && count <= 1_000_000) return count
  notes.warn(where, `its capacity "${text}" is no whole number and is not used`)
  return undefined
}

const levelOf = (tags: OsmElement['tags']) => {
  // Of several levels the first: a bay stands on one.
  const level = (tags['level'] ?? tags['layer'])?.split(/[;,]/)[0]?.trim()
  return level ? { level } : {}
}

/** Values of `parking_space`, else what capacity and access say; none where the tags name none. */
function typesOf(tags: OsmElement['tags'], where: string, notes: ImportNotes): readonly BayType[] {
  const found: BayType[] = []
  for (const value of (tags['parking_space'] ?? '')
    .split(';')
    .map((each) => each.trim())
    .filter(Boolean)) {
    const type = bayTypeNamed(value)
    if (type === undefined) notes.warn(where, `parking_space "${value}" is no bay type here and is not used`)
    else found.push(type)
  }
  const isSet = (tag: string) => !['no', '0', undefined].includes(tags[tag])
  if (
    isSet('capacity:disabled') ||
    ['designated', 'only'].includes(tags['wheelchair'] ?? '') ||
    tags['disabled'] === 'designated'
  )
    found.push('disabled')
  if (isSet('capacity:charging') || tags['charge'] === 'yes') found.push('ev')
  if (isSet('capacity:parent')) found.push('family')
  if (tags['access'] === 'permit' || tags['access'] === 'residents' || tags['private'] === 'residents')
    found.push('permit')
  if (tags['access'] === 'employees' || tags['private'] === 'employees' || tags['access'] === 'staff')
    found.push('staff')
  if (tags['access'] === 'delivery') found.push('loading')
  // Beside another type, standard adds nothing.
  const others = found.filter((type) => type !== 'standard')
  return [...new Set(others.length > 0 ? others : found)]
}

/** A way with a capacity is a row: divided along its longer side. */
function partsOf(outline: readonly LonLat[], count: number, where: string, notes: ImportNotes): Outline[] {
  const whole: Outline = { in: 'earth', corners: outline }
  if (count <= 1) return [whole]
  if (outline.length !== 4 || count > baysOfSpaceMax) {
    notes.warn(where, `its capacity is ${count}, and its outline cannot be divided into rows: it is read as one bay`)
    return [whole]
  }
  const narrowing = Math.cos(((outline[0] as LonLat).lat * Math.PI) / 180)
  const length = (i: number) => {
    const [a, b] = [outline[i % 4] as LonLat, outline[(i + 1) % 4] as LonLat]
    return Math.hypot((b.lon - a.lon) * narrowing, b.lat - a.lat)
  }
  const from = length(0) + length(2) >= length(1) + length(3) ? 0 : 1
  const [a, b, c, d] = [0, 1, 2, 3].map((i) => outline[(from + i) % 4] as LonLat) as [LonLat, LonLat, LonLat, LonLat]
  const between = (p: LonLat, q: LonLat, share: number) => ({
    lon: p.lon + (q.lon - p.lon) * share,
    lat: p.lat + (q.lat - p.lat) * share,
  })
  return Array.from({ length: count }, (_, i): Outline => {
    const [begin, end] = [i / count, (i + 1) / count]
    return {
      in: 'earth',
      corners: [between(a, b, begin), between(a, b, end), between(d, c, end), between(d, c, begin)],
    }
  })
}

function pointsOf(at: LonLat, count: number, where: string, notes: ImportNotes): Outline[] {
  if (count > 1)
    notes.warn(
      where,
      `its capacity is ${count}, and it is mapped as a point: it is read as one bay, so draw its outline`,
    )
  return [{ in: 'earth', centre: at }]
}

/** Undefined: there is nothing of it that can be counted or drawn. */
function siteOf({ element, id, outline, at, bays }: ParkingArea, notes: ImportNotes): ImportedSite | undefined {
  const { tags } = element
  const where = whereOf(element)
  const name = tags['name'] ?? tags['operator'] ?? tags['ref']
  const named = { id, ...(name ? { name } : {}) }
  const capacity = capacityOf(tags['capacity'], where, notes)
  if (bays > 0) {
    if (capacity !== undefined && capacity !== bays && capacity > 0)
      notes.warn(where, `its capacity is ${capacity}, and ${bays} bays are mapped in it: the mapped ones are taken`)
    return named
  }
  const drawn = outline ?? (at ? [at] : undefined)
  if (!drawn) {
    notes.warn(
      where,
      `it is left out, because the extract lacks some of its nodes, as at its border: parking spaces in it are taken without it, or ${extractNodes}`,
    )
    return undefined
  }
  if (!capacity) {
    notes.warn(where, 'it has neither mapped parking spaces nor a capacity, and is left out')
    return undefined
  }
  const disabled = Math.min(capacity, capacityOf(tags['capacity:disabled'], where, notes) ?? 0)
  const level = levelOf(tags)
  return {
    ...named,
    outline: drawn,
    counted: [
      ...(capacity > disabled
        ? [{ ...level, zone: 'all', name: disabled > 0 ? 'Others' : 'All', capacity: capacity - disabled }]
        : []),
      ...(disabled > 0 ? [{ ...level, zone: 'disabled', name: 'Disabled', capacity: disabled }] : []),
    ],
  }
}
