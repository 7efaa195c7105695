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
}

/** The object of the network server by the generic rules; the bytes are not read. */
const decodedObject: Model = { name: 'decoded-object', vendors: [], models: [] }

export const models: readonly Model[] = [
  ...payloadDecoders,
  ...mappingTables.map((table) => ({ name: table.name, vendors: table.vendors, models: table.models, table })),
  decodedObject,
]
const byName = new Map(models.map((model) => [model.name, model]))

export const modelNames: readonly string[] = [...byName.keys()]
export const modelOf = (name: string | undefined): Model | undefined =>
  name === undefined ? undefined : byName.get(name)

/** Models whose decoder takes these bytes on this port. */
export const candidatesFor = (bytes: Uint8Array, fPort: number | undefined): readonly string[] =>
  models.flatMap(({ name, decode }) => (decode?.(bytes, fPort) ? [name] : []))
