/** Operations of a served OpenAPI document, as the walk needs them. */

export type Schema = Readonly<Record<string, unknown>>

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly schema: Schema
}

interface Media {
  readonly schema: Schema
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>
}

export interface Operation {
  readonly method: string
  readonly path: string
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly parameters: readonly Parameter[]
  readonly body: (Media & { readonly type: string }) | undefined
  /** By status, the schema of each media type. */
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Media>> }>>
}

export interface ApiDocument {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, Omit<Operation, 'method' | 'path' | 'body'> & Written>>>
  >
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

interface Written {
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> }
}

export const operationsOf = ({ paths }: ApiDocument): readonly Operation[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { requestBody, parameters = [], ...operation }]) => {
      const [[type, media] = [undefined, undefined]] = Object.entries(requestBody?.content ?? {})
      const body = type === undefined || media === undefined ? undefined : { ...media, type }
      return { ...operation, parameters, method: method.toUpperCase(), path, body }
    }),
  )

/** The schema itself, where it is a reference. */
export function resolved({ components }: ApiDocument, schema: Schema): Schema {
  const name = /^#\/components\/schemas\/(\w+)$/.exec(String(schema['$ref'] ?? ''))?.[1]
  return name === undefined ? schema : (components.schemas[name] ?? {})
}

export const scopeOf = ({ security }: Operation): string | undefined => security[0]?.['key']?.[0]

/** Answers that do not end. */
export const isStream = ({ responses }: Operation): boolean =>
  responses['200']?.content?.['text/event-stream'] !== undefined
