/** The reference as data: OpenAPI 3.1, made from the routes of the contract. */
import { problemSchema } from '@baykeeper/contract/problem.ts'
import type { Route } from '@baykeeper/contract/route.ts'
import { scopes } from '@baykeeper/contract/vocabulary.ts'
import * as z from 'zod'
import { type Response, reference, responsesOf } from './openapi-responses.ts'
import { revalidates, takesIdempotencyKey } from './route-facts.ts'

type Json = Record<string, unknown>

const headerCharsMax = 255
export interface OpenApi extends Json {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string; readonly description: string } & Json
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { readonly schemas: Record<string, Json> } & Json
}
export interface Operation extends Json {
  readonly tags: readonly string[]
  readonly summary: string
  readonly description?: string
  readonly security: readonly Record<string, readonly string[]>[]
  readonly parameters?: readonly { name: string; in: string; required: boolean; description?: string; schema: Json }[]
  readonly requestBody?: {
    readonly required: boolean
    readonly content: Record<string, { schema: Json; examples?: Json }>
  }
  readonly responses: Record<string, Response>
}

export function openApi(routes: readonly Route[], version: string): OpenApi {
  const paths: Record<string, Record<string, Operation>> = {}
  for (const route of routes) {
    const { path, method } = route
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Baykeeper',
      version,
      description:
        'Occupancy, devices, readings and the ledger of a Baykeeper server. Lists answer `{"items":[...],"next":CURSOR|null}`; errors are problem details (RFC 9457). Readings are sent to the ingest listener, which has its own address.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: schemas(routes),
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: `API key; scopes: ${scopes.join(', ')}` },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'baykeeper_session',
          description: 'Set by the setup link or the sign-in form',
        },
      },
    },
  }
}

function operation(route: Route): Operation {
  const { access, body, tag, summary, description } = route
  const parameters = [...fields('path', route.params), ...fields('query', route.query), ...headersOf(route)]
  return {
    operationId: operationId(route),
    tags: [tag],
    summary,
    ...(description ? { description } : {}),
    security: access === 'open' ? [] : [{ key: [access] }, { session: [access] }],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: { required: true, content: bodyContent(route, body) } } : {}),
    responses: responsesOf(route),
  }
}

/** `GET /api/v1/bays/{id}` is `getBaysId`. */
const operationId = ({ method, path }: Route) =>
  method.toLowerCase() +
  (path
    .replace('/api/v1', '')
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('') || 'Root')

function bodyContent({ bodyName, path }: Route, body: z.ZodType) {
  const type = path.startsWith('/api/') ? 'application/json' : 'application/x-www-form-urlencoded'
  const examples = (z.globalRegistry.get(body)?.['examples'] ?? []) as unknown[]
  return {
    [type]: {
      schema: reference(bodyName ?? 'Body'),
      ...(examples.length > 0
        ? { examples: Object.fromEntries(examples.map((value, i) => [`example-${i + 1}`, { value }])) }
        : {}),
    },
  }
}

const header = (name: string, description: string) => ({
  ...{ name, in: 'header', required: false, description },
  schema: { type: 'string', maxLength: headerCharsMax },
})

const headersOf = (route: Route) => [
  ...(revalidates(route)
    ? [header('If-None-Match', 'ETag of an answer that the client has: 304 while it is the same')]
    : []),
  ...(route.problems?.includes(412)
    ? [header('If-Match', 'ETag of what the change was made from: 412 when it is another by then')]
    : []),
  ...(takesIdempotencyKey(route)
    ? [
        header(
          'Idempotency-Key',
          route.journals === false
            ? 'chosen by the caller, such as a UUID: a retry with the same key and content gets the same answer. It is remembered for 24 h at most, and not after a restart: this request is not journaled'
            : 'chosen by the caller, such as a UUID: for 24 h a retry with the same key and content has no second effect and gets the same answer',
        ),
      ]
    : []),
]

function fields(where: 'path' | 'query', schema: z.ZodType | undefined) {
  if (!schema) return []
  const { properties = {}, required = [] } = toJson(schema) as {
    properties?: Record<string, Json & { description?: string }>
    required?: string[]
  }
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    ...(description ? { description } : {}),
    schema: rest,
  }))
}

/** What a client may send, before defaults and transformations. */
const toJson = (schema: z.ZodType): Json => {
  const { $schema: _draft, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json
  return rest
}

function schemas(routes: readonly Route[]): Record<string, Json> {
  const named = new Map<string, z.ZodType>([['Problem', problemSchema]])
  for (const { body, bodyName, answers } of routes) {
    if (body && bodyName) named.set(bodyName, body)
    for (const { schema } of answers) if (schema) named.set(schema[0], schema[1])
  }
  return Object.fromEntries([...named].map(([name, schema]) => [name, toJson(schema)]))
}
