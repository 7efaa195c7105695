/** Bays from GeoJSON (RFC 7946): polygons, points, and our own export with its sites. Pure. */
import { typesOf } from './csv.ts'
import {
  type Imported,
  type ImportedBay,
  type ImportNotes,
  importNotes,
  type LonLat,
  type Outline,
} from './imported.ts'
import { importElements } from './osm.ts'
import type { OsmElement } from './osm-elements.ts'
import { isOnEarth } from './projection.ts'
import { fromUtm, utmZone } from './utm.ts'

type Loose = Readonly<Record<string, unknown>>

/** Names of properties, lower case; the first one that a feature has counts. */
const names = {
  id: [
    'bay',
    'bay_id',
    'id',
    'space_id',
    'ref',
    'number',
    'nr',
    'stellplatz',
    'nummer',
    'fid',
    'objectid',
    'osm_id',
    '@id',
  ],
  label: ['label', 'beschriftung', 'bezeichnung', 'name'],
  types: ['types', 'type', 'bay_type', 'typ', 'art', 'category', 'parking_space', 'usage'],
  zones: ['zones', 'zone', 'bereich'],
  devices: ['devices', 'device', 'device_id', 'sensor', 'sensor_id', 'deveui', 'dev_eui'],
  level: ['level', 'floor', 'ebene', 'etage', 'geschoss'],
  site: ['site', 'site_id', 'lot', 'car_park', 'parkhaus', 'standort'],
  angle: ['angle', 'winkel', 'rotation'],
  w: ['w', 'width', 'breite'],
  h: ['h', 'length', 'laenge'],
  closed: ['closed', 'gesperrt'],
  unmarked: ['unmarked'],
} as const
type Name = keyof typeof names

export function importGeoJson(bytes: Uint8Array): Imported {
  const notes = importNotes()
  const json = parsed(bytes, notes)
  const features = json ? featuresIn(json, notes) : []
  const isOurs = json?.['baykeeper'] !== undefined
  const toEarth = json ? coordinatesOf(json, notes) : undefined
  if (toEarth && features.some(({ properties }) => isOsm(properties)))
    return importElements(
      features.flatMap((feature) => elementOf(feature, toEarth)),
      notes,
    )
  const bays = toEarth
    ? features.flatMap((feature, i) => baysOf(feature, `feature ${i + 1}`, { toEarth, isOurs, notes }))
    : []
  return { bays, sites: [], findings: notes.list() }
}

function parsed(bytes: Uint8Array, notes: ImportNotes): Loose | undefined {
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (isObject(json)) return json
    notes.fault('the file', 'it holds no object: give a FeatureCollection')
  } catch (fault) {
    notes.fault('the file', `it is not JSON: ${(fault as Error).message}`)
  }
  return undefined
}

const isObject = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function featuresIn(json: Loose, notes: ImportNotes): readonly Loose[] {
  const { type } = json
  if (type === 'FeatureCollection' && Array.isArray(json['features'])) return json['features'].filter(isObject)
  if (type === 'Feature') return [json]
  notes.fault('the file', `it is no GeoJSON of features (type ${JSON.stringify(type)}): give a FeatureCollection`)
  return []
}

/** Overpass turbo and osmtogeojson write the tags of OpenStreetMap as properties. */
const isOsm = (properties: unknown) =>
  isObject(properties) && (properties['amenity'] === 'parking_space' || properties['amenity'] === 'parking')

function elementOf({ id, properties, geometry }: Loose, toEarth: ToEarth): OsmElement[] {
  if (!isOsm(properties) || !isObject(geometry)) return []
  const tags = Object.fromEntries(Object.entries(properties as Loose).map(([key, value]) => [key, String(value)]))
  const [, type = 'way', number = ''] = /^(node|way|relation)\/(\d+)$/.exec(tags['@id'] ?? String(id)) ?? []
  const named = { id: number || String(id ?? tags['id'] ?? ''), tags }
  const { coordinates } = geometry
  if (!Array.isArray(coordinates)) return []
  if (geometry['type'] === 'Point') return [{ ...named, type: 'node', at: toEarth(coordinates) }]
  const ring: unknown = geometry['type'] === 'MultiPolygon' ? coordinates[0]?.[0] : coordinates[0]
  if (!Array.isArray(ring)) return []
  return [{ ...named, type: type === 'relation' ? 'relation' : 'way', line: ring.map((position) => toEarth(position)) }]
}

type ToEarth = (position: readonly number[]) => LonLat

/** The `crs` member of the format of 2008. CRS84, EPSG:3857 and the zones of UTM can be read, others need a conversion. */
function coordinatesOf(json: Loose, notes: ImportNotes): ToEarth | undefined {
  const crs = json['crs']
  const properties = isObject(crs) ? crs['properties'] : undefined
  const name = isObject(properties) ? String(properties['name'] ?? '') : ''
  const code = /(?:EPSG|epsg)[:/].*?(\d+)$/.exec(name)?.[1]
  if (name === '' || /CRS:?84$/i.test(name) || code === '4326' || code === '4258')
    return ([lon = Number.NaN, lat = Number.NaN]) => ({ lon, lat })
  if (code === '3857' || code === '900913') return fromWebMercator
  const utm = utmZone(Number(code))
  if (utm) return ([east = Number.NaN, north = Number.NaN]) => fromUtm(utm, east, north)
  notes.fault(
    'the file',
    `its coordinates are in ${name}, which is not read: save it in WGS 84 (EPSG:4326), for example with "ogr2ogr -t_srs EPSG:4326 out.geojson in.geojson"`,
  )
  return undefined
}

const earthRadiusM = 6_378_137
const fromWebMercator: ToEarth = ([x = Number.NaN, y = Number.NaN]) => ({
  lon: ((x / earthRadiusM) * 180) / Math.PI,
  lat: ((2 * Math.atan(Math.exp(y / earthRadiusM)) - Math.PI / 2) * 180) / Math.PI,
})

interface Reading {
  readonly toEarth: ToEarth
  readonly isOurs: boolean
  readonly notes: ImportNotes
}

function baysOf(feature: Loose, where: string, reading: Reading): ImportedBay[] {
  const { notes } = reading
  const properties = isObject(feature['properties']) ? feature['properties'] : {}
  const read = propertiesOf(properties)
  const id = text(feature['id']) ?? text(read('id'))
  if (id === undefined) {
    notes.fault(where, 'it has no id: give it a member "id", or a property bay, id or ref')
    return []
  }
  const outlines = outlinesOf(feature['geometry'], where, id, reading)
  const fields = fieldsOf(read, where, notes)
  return outlines.map((outline, i) => ({
    ...{ where, ...fields, outline },
    // The parts of a MultiPolygon are bays of their own.
    id: outlines.length > 1 ? `${id}-${i + 1}` : id,
  }))
}

type Read = (name: Name) => unknown

function propertiesOf(properties: Loose): Read {
  const lower = new Map(Object.entries(properties).map(([name, value]) => [name.toLowerCase(), value]))
  return (name) =>
    names[name].map((each) => lower.get(each)).find((value) => value !== undefined && value !== null && value !== '')
}

const text = (value: unknown): string | undefined =>
  typeof value === 'number' || typeof value === 'string' ? String(value).trim() || undefined : undefined

const listOf = (value: unknown): readonly string[] | undefined => {
  if (Array.isArray(value)) return value.flatMap((each) => text(each) ?? [])
  return text(value)
    ?.split(/[|,;]/)
    .map((each) => each.trim())
    .filter((each) => each !== '')
}

function fieldsOf(read: Read, where: string, notes: ImportNotes) {
  const number = (name: Name) => {
    const value = Number(text(read(name))?.replace(',', '.') ?? Number.NaN)
    return Number.isFinite(value) ? { [name]: value } : {}
  }
  const flag = (name: Name) =>
    ['true', 'yes', '1', 'ja'].includes(String(read(name)).toLowerCase()) ? { [name]: true } : {}
  const types = typesOf(where, listOf(read('types')) ?? [], notes)
  const [label, zones, devices, level, site] = [
    text(read('label')),
    listOf(read('zones')),
    listOf(read('devices')),
    text(read('level')),
    text(read('site')),
  ]
  return {
    ...(types.length > 0 ? { types } : {}),
    ...(label === undefined ? {} : { label }),
    ...(zones === undefined ? {} : { zones }),
    ...(devices === undefined ? {} : { devices }),
    ...(level === undefined ? {} : { level }),
    ...(site === undefined ? {} : { site }),
    ...{ ...number('angle'), ...number('w'), ...number('h'), ...flag('closed'), ...flag('unmarked') },
  }
}

function outlinesOf(geometry: unknown, where: string, id: string, { toEarth, isOurs, notes }: Reading): Outline[] {
  const type = isObject(geometry) ? geometry['type'] : undefined
  const coordinates = isObject(geometry) ? geometry['coordinates'] : undefined
  const refuse = (message: string): Outline[] => {
    notes.fault(where, `bay ${id} ${message}`)
    return []
  }
  if (type === 'Point') {
    const centre = toEarth(coordinates as number[])
    return isOnEarth(centre) ? [{ in: 'earth', centre }] : refuse('has no [longitude, latitude] on the earth')
  }
  const polygons =
    type === 'Polygon' ? [coordinates] : type === 'MultiPolygon' && Array.isArray(coordinates) ? coordinates : undefined
  if (!polygons)
    return refuse(`has a geometry of type ${JSON.stringify(type ?? null)}: give a Polygon, MultiPolygon or Point`)
  return polygons.flatMap((rings) => {
    const [ring, ...holes] = Array.isArray(rings) ? rings : []
    if (!Array.isArray(ring) || ring.length < 4) return refuse('has an outline of fewer than 3 corners')
    if (holes.length > 0) notes.warn(where, `bay ${id} has a hole in its outline, which is left out`)
    const corners = ring.map((position) => toEarth(Array.isArray(position) ? position : []))
    if (!corners.every(isOnEarth))
      return refuse(
        'has corners that are not on the earth: coordinates are [longitude, latitude] in WGS 84 ("ogr2ogr -t_srs EPSG:4326 out.geojson in.geojson" converts others)',
      )
    const [first, last] = [corners[0] as LonLat, corners.at(-1) as LonLat]
    if (first.lon !== last.lon || first.lat !== last.lat)
      notes.warn(where, `the outline of bay ${id} is not closed: it was closed`)
    const open = first.lon === last.lon && first.lat === last.lat ? corners.slice(0, -1) : corners
    return [{ in: 'earth', corners: open, isOurs }]
  })
}
