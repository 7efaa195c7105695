/** A list of the API as CSV: a column for each field of an item, named by its path, in the order of the schema. */
import { type CsvCell, csvText } from '../lib/csv-text.ts'

export type JsonSchema = Readonly<Record<string, unknown>>
/** Path of a field in an item. */
export type CsvColumn = readonly string[]

/** Deeper fields are written as JSON in one cell. */
const depthMax = 4

export const csvColumns = (item: JsonSchema): readonly CsvColumn[] => unique(columnsOf(item, []))

export const csvOfItems = (columns: readonly CsvColumn[], items: readonly unknown[]): string =>
  csvText(
    columns.map((column) => column.join('.')),
    items.map((item) => columns.map((column) => cellOf(valueAt(item, column)))),
  )

function columnsOf(schema: JsonSchema, path: CsvColumn): readonly CsvColumn[] {
  const objects = path.length < depthMax ? objectsIn(schema) : []
  if (objects.length === 0) return [path]
  return objects.flatMap((properties) =>
    Object.entries(properties).flatMap(([name, field]) => columnsOf(field, [...path, name])),
  )
}

/** Properties of the schema, of each of its alternatives and of each of its parts. */
function objectsIn(schema: JsonSchema): readonly Readonly<Record<string, JsonSchema>>[] {
  const own = schema['properties'] as Record<string, JsonSchema> | undefined
  const parts = ['anyOf', 'oneOf', 'allOf'].flatMap((key) => (schema[key] ?? []) as readonly JsonSchema[])
  return [...(own ? [own] : []), ...parts.flatMap(objectsIn)]
}

function unique(columns: readonly CsvColumn[]): readonly CsvColumn[] {
  const byName = new Map(columns.map((column) => [column.join('.'), column]))
  const isParent = (name: string) => [...byName.keys()].some((other) => other.startsWith(`${name}.`))
  return [...byName].filter(([name]) => !isParent(name)).map(([, column]) => column)
}

const valueAt = (item: unknown, column: CsvColumn): unknown =>
  column.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, name)
        ? (value as Record<string, unknown>)[name]
        : undefined,
    item,
  )

function cellOf(value: unknown): CsvCell {
  if (value === undefined || value === null) return null
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  if (Array.isArray(value) && value.every((part) => typeof part !== 'object')) return value.join('; ')
  return JSON.stringify(value)
}
