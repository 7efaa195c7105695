/** Nodes, ways and relations of an OpenStreetMap extract, in XML (osm, JOSM) or the JSON of Overpass. Pure. */
import type { ImportNotes, LonLat } from './imported.ts'
import { XmlFault, xmlTags } from './xml.ts'

export interface OsmElement {
  readonly type: 'node' | 'way' | 'relation'
  readonly id: string
  readonly tags: Readonly<Record<string, string>>
  /** Of a node. */
  readonly at?: LonLat
  /** Of a way: its nodes. */
  readonly nodes?: readonly string[]
  /** Of a way: where its nodes are, when the extract holds it. */
  readonly line?: readonly LonLat[]
  /** Of a relation: its outer ways. */
  readonly outer?: readonly string[]
}

export function osmElements(bytes: Uint8Array, notes: ImportNotes): readonly OsmElement[] {
  const text = new TextDecoder('utf-8').decode(bytes)
  try {
    return /^\s*</.test(text) ? ofXml(text, notes) : ofJson(text, notes)
  } catch (fault) {
    if (fault instanceof XmlFault) notes.fault(`line ${fault.line}`, fault.message)
    else notes.fault('the file', `it is neither XML nor JSON: ${(fault as Error).message}`)
    return []
  }
}

interface Draft {
  type: OsmElement['type']
  id: string
  tags: Record<string, string>
  at?: LonLat
  nodes: string[]
  outer: string[]
}

const isType = (name: string): name is OsmElement['type'] => name === 'node' || name === 'way' || name === 'relation'

function ofXml(text: string, notes: ImportNotes): readonly OsmElement[] {
  const elements: OsmElement[] = []
  let draft: Draft | undefined
  let isOsm = false
  for (const { name, attributes, kind } of xmlTags(text)) {
    isOsm ||= name === 'osm'
    if (isType(name)) {
      if (kind !== 'close') draft = draftOf(name, attributes)
      if (kind !== 'open' && draft) {
        // JOSM keeps what was deleted with this mark until it is uploaded.
        if (draft.id !== '') elements.push(draft)
        draft = undefined
      }
    } else if (draft && name === 'tag' && kind !== 'close') draft.tags[attributes['k'] ?? ''] = attributes['v'] ?? ''
    else if (draft && name === 'nd' && kind !== 'close') draft.nodes.push(attributes['ref'] ?? '')
    else if (
      draft &&
      name === 'member' &&
      kind !== 'close' &&
      attributes['type'] === 'way' &&
      attributes['role'] !== 'inner'
    )
      draft.outer.push(attributes['ref'] ?? '')
  }
  if (!isOsm) notes.fault('the file', 'it has no <osm> element: give an extract of OpenStreetMap in XML')
  return elements
}

function draftOf(type: OsmElement['type'], attributes: Readonly<Record<string, string>>): Draft {
  const at =
    attributes['lat'] === undefined ? {} : { at: { lat: Number(attributes['lat']), lon: Number(attributes['lon']) } }
  const id = attributes['action'] === 'delete' || attributes['visible'] === 'false' ? '' : (attributes['id'] ?? '')
  return { type, id, tags: {}, nodes: [], outer: [], ...at }
}

interface OverpassElement {
  readonly type?: unknown
  readonly id?: unknown
  readonly lat?: number
  readonly lon?: number
  readonly center?: LonLat
  readonly nodes?: readonly unknown[]
  readonly geometry?: readonly (LonLat | null)[]
  readonly members?: readonly { readonly type?: string; readonly ref?: unknown; readonly role?: string }[]
  readonly tags?: Readonly<Record<string, unknown>>
}

function ofJson(text: string, notes: ImportNotes): readonly OsmElement[] {
  const json = JSON.parse(text) as { readonly elements?: readonly OverpassElement[]; readonly remark?: unknown }
  if (!Array.isArray(json?.elements)) {
    notes.fault('the file', 'it has no list "elements": give an answer of Overpass with [out:json]')
    return []
  }
  // Overpass answers 200 with what it has when it runs out of time.
  if (json.remark !== undefined)
    notes.fault(
      'the file',
      `Overpass reports "${String(json.remark)}": the extract is not whole, so run the query again`,
    )
  return (json.elements as readonly OverpassElement[]).flatMap((element): OsmElement[] => {
    const { type, id, lat, lon, center, nodes, geometry, members, tags = {} } = element
    if (typeof type !== 'string' || !isType(type)) return []
    const at = lat !== undefined && lon !== undefined ? { lat, lon } : center
    return [
      {
        ...{
          type,
          id: String(id),
          tags: Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, String(value)])),
        },
        ...(at ? { at: { lat: at.lat, lon: at.lon } } : {}),
        ...(nodes ? { nodes: nodes.map(String) } : {}),
        ...(geometry ? { line: lineOf(geometry) } : {}),
        ...(members
          ? {
              outer: members
                .filter((each) => each.type === 'way' && each.role !== 'inner')
                .map(({ ref }) => String(ref)),
            }
          : {}),
      },
    ]
  })
}

/** Overpass writes null for what lies outside its box: without these corners it would be another shape. */
const lineOf = (geometry: readonly (LonLat | null)[]): readonly LonLat[] => {
  const whole = geometry.flatMap((each) => (each ? [{ lat: each.lat, lon: each.lon }] : []))
  return whole.length === geometry.length ? whole : []
}
