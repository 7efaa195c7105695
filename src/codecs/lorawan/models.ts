/** Every model a device can be: one whose bytes we read, one whose decoded object has a table, or the generic rules by name. */
import { mappingTables } from './mapping/registry.ts'
import type { MappingTable } from './mapping/table.ts'
import type { PayloadDecoder } from './payloads/payload.ts'
import { payloadDecoders } from './payloads/registry.ts'

export interface Model {
  readonly name: string
  readonly vendors: readonly string[]
  readonly models: readonly string[]
  readonly decode?: PayloadDecoder['decode']
  readonly table?: MappingTable
  /** A vendor's script decodes its bytes. */
  readonly script?: ScriptReference
}

export interface ScriptReference {
  readonly hash: string
  readonly text: string
  /** Name, version and beginning of the hash, for sentences. */
  readonly label: string
}

/** A script that a person has published: for the model that it names, for a source, or for an application of the network server. */
export interface PublishedScript extends Model {
  readonly script: ScriptReference
  readonly source?: string
  readonly application?: string
}

/** The object of the network server by the generic rules; the bytes are not read. */
const decodedObject: Model = { name: 'decoded-object', vendors: [], models: [] }

/** For an uplink whose network server hands over its object and no bytes. */
const tableOf = ({ name, vendors, models: ids }: PayloadDecoder): Pick<Model, 'table'> => {
  const table = mappingTables.find(
    (each) =>
      each.name === name ||
      (each.vendors.some((vendor) => vendors.includes(vendor)) && each.models.some((id) => ids.includes(id))),
  )
  return table ? { table } : {}
}
const decoderNames = new Set(payloadDecoders.map(({ name }) => name))

export const models: readonly Model[] = [
  ...payloadDecoders.map((decoder) => ({ ...decoder, ...tableOf(decoder) })),
  ...mappingTables
    .filter(({ name }) => !decoderNames.has(name))
    .map((table) => ({ name: table.name, vendors: table.vendors, models: table.models, table })),
  decodedObject,
]
const byName = new Map(models.map((model) => [model.name, model]))

export const modelNames: readonly string[] = [...byName.keys()]
export const modelOf = (name: string | undefined): Model | undefined =>
  name === undefined ? undefined : byName.get(name)

/** Models whose decoder takes these bytes on this port. */
export const candidatesFor = (bytes: Uint8Array, fPort: number | undefined): readonly string[] =>
  models.flatMap(({ name, decode }) => (decode?.(bytes, fPort) ? [name] : []))
