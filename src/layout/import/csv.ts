/** Bays from a CSV: one a line, columns by their names, in English or German. Pure. */
import type { BayType } from '@baykeeper/contract/vocabulary.ts'
import type { Point } from '../../domain/layout.ts'
import { bayTypeNamed } from './bay-type-names.ts'
import { csvTable, numberOf } from './csv-text.ts'
import { type Imported, type ImportedBay, type ImportNotes, importNotes, type Outline } from './imported.ts'
import { isOnEarth } from './projection.ts'

/** Names of columns, lower case, without accents, blanks, dots and units. */
const columns = {
  id: [
    'id',
    'bay',
    'bayid',
    'bayno',
    'baynumber',
    'space',
    'spaceid',
    'stellplatz',
    'stellplatzid',
    'stellplatznr',
    'stellplatznummer',
    'platz',
    'platznr',
    'parkplatz',
    'nr',
    'nummer',
    'number',
    'no',
  ],
  label: ['label', 'beschriftung', 'bezeichnung', 'schild', 'displayname'],
  x: ['x', 'xm', 'left', 'links'],
  y: ['y', 'ym', 'top', 'oben'],
  lat: ['lat', 'latitude', 'breitengrad', 'geobreite', 'wgs84lat'],
  lon: ['lon', 'lng', 'long', 'longitude', 'langengrad', 'laengengrad', 'geolange', 'wgs84lon'],
  w: ['w', 'width', 'breite', 'baywidth'],
  h: ['h', 'length', 'lange', 'laenge', 'tiefe', 'depth', 'baylength'],
  angle: ['angle', 'rotation', 'winkel', 'drehung', 'heading', 'angledegrees'],
  polygon: ['polygon', 'wkt', 'geometry', 'geom', 'umriss', 'outline'],
  types: ['type', 'types', 'baytype', 'typ', 'typen', 'art', 'kategorie', 'category', 'nutzung'],
  zones: ['zone', 'zones', 'zonen', 'bereich', 'bereiche', 'area'],
  devices: [
    'device',
    'devices',
    'deviceid',
    'sensor',
    'sensors',
    'sensorid',
    'sensoren',
    'gerat',
    'geraet',
    'gerate',
    'geraete',
    'deveui',
    'eui',
    'kamera',
    'camera',
  ],
  level: ['level', 'floor', 'ebene', 'etage', 'geschoss', 'stockwerk', 'deck', 'parkdeck'],
  site: [
    'site',
    'siteid',
    'lot',
    'carpark',
    'garage',
    'standort',
    'parkhaus',
    'objekt',
    'facility',
    'strasse',
    'street',
  ],
  closed: ['closed', 'gesperrt', 'outofservice', 'ausserbetrieb'],
  unmarked: ['unmarked', 'unmarkiert'],
} as const satisfies Readonly<Record<string, readonly string[]>>
type Column = keyof typeof columns

export function importCsv(bytes: Uint8Array): Imported {
  const notes = importNotes()
  const { header, rows, isGuessed, openQuote } = csvTable(bytes)
  const empty = () => ({ bays: [], sites: [], findings: notes.list() })
  if (header.length === 0) {
    notes.fault('line 1', 'the file is empty: the first line names the columns, such as id;x;y;type;device')
    return empty()
  }
  if (openQuote !== undefined) notes.fault(`line ${openQuote}`, 'a quote is opened and never closed: close it with "')
  if (isGuessed)
    notes.warn(
      'the file',
      'it is no UTF-8 text and was read as Windows-1252: check names with accents, or save it as UTF-8',
    )
  const places = columnsOf(header, notes)
  if (!places.has('id')) {
    notes.fault(
      'line 1',
      `no column holds the ids of bays (found: ${header.slice(0, 12).join(', ')}): name one id, bay or Stellplatz`,
    )
    return empty()
  }
  const bays = rows.flatMap(({ line, cells }) => bayOf(`line ${line}`, cells, places, header.length, notes) ?? [])
  return { bays, sites: [], findings: notes.list() }
}

function columnsOf(header: readonly string[], notes: ImportNotes): ReadonlyMap<Column, number> {
  const found = new Map<Column, number>()
  const unknown: string[] = []
  for (const [i, name] of header.entries()) {
    const plain = plainName(name)
    const column = (Object.keys(columns) as Column[]).find((each) =>
      (columns[each] as readonly string[]).includes(plain),
    )
    if (column === undefined) {
      if (name !== '') unknown.push(name)
    } else if (found.has(column))
      notes.fault(
        'line 1',
        `the columns "${header[found.get(column) as number]}" and "${name}" both hold ${column}: take one of them away`,
      )
    else found.set(column, i)
  }
  if (unknown.length > 0) notes.warn('line 1', `columns that are not used: ${unknown.slice(0, 12).join(', ')}`)
  return found
}

const plainName = (name: string) =>
  name
    .toLowerCase()
    .replace('ß', 'ss')
    .normalize('NFD')
    .replaceAll(/\([^)]*\)|\[[^\]]*\]/g, '')
    .replaceAll(/[^a-z0-9]/g, '')

function bayOf(
  where: string,
  cells: readonly string[],
  places: ReadonlyMap<Column, number>,
  width: number,
  notes: ImportNotes,
): ImportedBay | undefined {
  if (cells.length > width) {
    notes.fault(where, `it has ${cells.length} cells and the header ${width}: quote cells that hold the separator`)
    return undefined
  }
  // An apostrophe keeps a spreadsheet from reading the cell as a formula.
  const cell = (column: Column) => (cells[places.get(column) ?? -1] ?? '').trim().replace(/^'(?=[=+\-@])/, '')
  const id = cell('id')
  if (id === '') {
    notes.fault(where, 'the bay has no id: give it one, or remove the line')
    return undefined
  }
  const number = (column: Column): number | undefined => {
    const text = cell(column)
    if (text === '') return undefined
    const value = numberOf(text)
    if (value === undefined) notes.fault(where, `${column} "${text}" of bay ${id} is no number`)
    return value
  }
  const outline = outlineOf(where, id, cell('polygon'), number, notes)
  const types = typesOf(where, listOf(cell('types')), notes)
  const [w, h, angle] = [number('w'), number('h'), number('angle')]
  return {
    ...{ where, id },
    ...(outline ? { outline } : {}),
    ...(cell('label') === '' ? {} : { label: cell('label') }),
    ...(w === undefined ? {} : { w }),
    ...(h === undefined ? {} : { h }),
    ...(angle === undefined ? {} : { angle }),
    ...(types.length > 0 ? { types } : {}),
    ...(cell('zones') === '' ? {} : { zones: listOf(cell('zones')) }),
    ...(cell('devices') === '' ? {} : { devices: listOf(cell('devices')) }),
    ...(cell('level') === '' ? {} : { level: cell('level') }),
    ...(cell('site') === '' ? {} : { site: cell('site') }),
    ...flag('closed'),
    ...flag('unmarked'),
  }

  function flag(column: 'closed' | 'unmarked') {
    const text = cell(column).toLowerCase()
    if (text === '') return {}
    const isYes = ['1', 'true', 'yes', 'y', 'ja', 'j', 'wahr', 'x'].includes(text)
    if (!isYes && !['0', 'false', 'no', 'n', 'nein', 'falsch'].includes(text))
      notes.fault(where, `${column} "${text}" of bay ${id} is neither yes nor no`)
    return isYes ? { [column]: true } : {}
  }
}

/** Several in one cell: separated by bars, else by commas or semicolons. */
const listOf = (text: string): readonly string[] =>
  text
    .split(text.includes('|') ? '|' : /[,;]/)
    .map((each) => each.trim())
    .filter((each) => each !== '')

export function typesOf(where: string, names: readonly string[], notes: ImportNotes): readonly BayType[] {
  const found = names.flatMap((name) => {
    const type = bayTypeNamed(name)
    if (type === undefined) notes.warn(where, `the bay type "${name}" is not known and is read as standard`)
    return type ?? 'standard'
  })
  return [...new Set(found)]
}

function outlineOf(
  where: string,
  id: string,
  polygon: string,
  number: (column: Column) => number | undefined,
  notes: ImportNotes,
): Outline | undefined {
  const [x, y, lat, lon] = [number('x'), number('y'), number('lat'), number('lon')]
  if (polygon !== '') return wktOutline(where, id, polygon, notes)
  if (x !== undefined && y !== undefined) return { in: 'plan', corner: { x, y } }
  if (lat !== undefined && lon !== undefined) {
    const centre = { lat, lon }
    if (isOnEarth(centre)) return { in: 'earth', centre }
    notes.fault(where, `bay ${id} lies at lat ${lat}, lon ${lon}, which is not on the earth: give degrees in WGS 84`)
    return undefined
  }
  for (const [one, other, has] of [
    ['x', 'y', x ?? y],
    ['lat', 'lon', lat ?? lon],
  ] as const)
    if (has !== undefined) notes.fault(where, `bay ${id} has only one of ${one} and ${other}: give both`)
  return undefined
}

/** `POLYGON ((x y, x y, ...))`, metres of the plan. */
function wktOutline(where: string, id: string, text: string, notes: ImportNotes): Outline | undefined {
  const ring = /^POLYGON\s*\(\(([^()]*)\)/i.exec(text)?.[1]
  const corners = ring?.split(',').map((pair): Point => {
    const [x, y] = pair.trim().split(/\s+/).map(Number)
    return { x: x ?? Number.NaN, y: y ?? Number.NaN }
  })
  if (corners?.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))) return { in: 'plan', corners }
  notes.fault(where, `the polygon of bay ${id} is not written as POLYGON ((x y, x y, x y)) in metres of the plan`)
  return undefined
}
