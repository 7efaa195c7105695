/** The formats that layouts are imported from, and which one a file is. Pure. */
import { layoutSchema } from '@baykeeper/contract/layout.ts'
import type { importFormats } from '@baykeeper/contract/layout-import.ts'
import type { Layout } from '../../domain/layout.ts'
import { layoutFromWire } from '../layout-wire.ts'
import { importCsv } from './csv.ts'
import { importGeoJson } from './geojson.ts'
import type { Imported } from './imported.ts'
import { importOsm } from './osm.ts'

export type ImportFormat = (typeof importFormats)[number]

export const importers: Readonly<Record<Exclude<ImportFormat, 'json'>, (bytes: Uint8Array) => Imported>> = {
  geojson: importGeoJson,
  csv: importCsv,
  osm: importOsm,
}

/** By its name, else by how it begins; undefined when neither shows it. */
export function formatOf(name: string, bytes: Uint8Array): ImportFormat | undefined {
  const ending = /\.(\w+)$/.exec(name.toLowerCase())?.[1]
  if (ending === 'geojson') return 'geojson'
  if (ending === 'csv' || ending === 'tsv' || ending === 'txt') return 'csv'
  if (ending === 'osm' || ending === 'xml') return 'osm'
  const text = Buffer.from(bytes.subarray(0, 4_096)).toString().trimStart()
  if (text.startsWith('<')) return 'osm'
  if (!text.startsWith('{')) return undefined
  if (/"elements"\s*:/.test(text)) return 'osm'
  if (/"type"\s*:\s*"Feature(Collection)?"/.test(text)) return 'geojson'
  return 'json'
}

/** What our own GeoJSON holds of sites beside their bays; undefined in others. */
export function frameOf(bytes: Uint8Array): Layout | undefined {
  try {
    const { baykeeper } = JSON.parse(Buffer.from(bytes).toString()) as { readonly baykeeper?: unknown }
    const { success, data } = layoutSchema.safeParse(baykeeper)
    return success ? layoutFromWire(data) : undefined
  } catch {
    // Not JSON: the import reports it.
    return undefined
  }
}
