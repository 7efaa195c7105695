/** The reference as data: OpenAPI 3.1, made from the endpoints themselves. */

import { problemSchema } from '@baykeeper/contract/problem.ts'
import { scopes } from '@baykeeper/contract/vocabulary.ts'
import * as z from 'zod'
import type { Answer, Endpoint } from './endpoint.ts'
import { problemType } from './problem.ts'

type Json = Record<string, unknown>
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
  readonly responses: Record<
    string,
    { description: string; content?: Record<string, { schema: Json; example?: unknown }> }
  >
}

const problemWords: Readonly<Record<number, string>> = {
  400: 'The input is not valid; `errors` names the places',
  401: 'No valid key or session',
  403: 'The key or session lacks the scope, or a session was used from a foreign page',
  404: 'There is no such thing',
  413: 'The body is too large',
  415: 'The media type is not taken here',
  421: 'This host name is not served here',
  429: 'Too many failed sign-ins',
  500: 'The server failed; its log says why',
  503: 'Cannot be answered now: try again after Retry-After',
}

export function openApi(endpoints: readonly Endpoint[], version: string): OpenApi {
  const paths: Record<string, Record<string, Operation>> = {}
  for (const endpoint of endpoints) {
    const { path, method } = endpoint
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(endpoint) }
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
    tags: [...new Set(endpoints.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: schemas(endpoints),
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

function operation(endpoint: Endpoint): Operation {
  const { access, body, answers, tag, summary, description } = endpoint
  const parameters = [...fields('path', endpoint.params), ...fields('query', endpoint.query)]
  return {
    operationId: operationId(endpoint),
    tags: [tag],
    summary,
    ...(description ? { description } : {}),
    security: access === 'open' ? [] : [{ key: [access] }, { session: [access] }],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: { required: true, content: bodyContent(endpoint, body) } } : {}),
    responses: {
      ...Object.fromEntries(answers.map((answer) => [String(answer.status), response(answer)])),
      ...Object.fromEntries(problemsOf(endpoint).map((status) => [String(status), problemResponse(status)])),
    },
  }
}

/** `GET /api/v1/bays/{id}` is `getBaysId`. */
const operationId = ({ method, path }: Endpoint) =>
  method.toLowerCase() +
  (path
    .replace('/api/v1', '')
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('') || 'Root')

function problemsOf({ method, access, params, query, body, problems = [], answers }: Endpoint): number[] {
  // A body is read, and refused, where none is needed too.
  const readsBody = body !== undefined || method !== 'GET'
  const implied = [
    ...(params || query || readsBody ? [400] : []),
    ...(access === 'open' ? [] : [401, 403]),
    ...(readsBody ? [413, 415] : []),
    421,
    500,
  ]
  const answered = new Set(answers.map(({ status }) => status))
  return [...new Set([...implied, ...problems])].filter((status) => !answered.has(status)).sort((a, b) => a - b)
}

function response({ description, type = 'application/json', schema, example, headers, status }: Answer) {
  const hasContent = status !== 303 && status !== 304
  const [name] = schema ?? []
  return {
    description,
    ...(headers
      ? {
          headers: Object.fromEntries(
            Object.entries(headers).map(([header, words]) => [
              header,
              { description: words, schema: { type: 'string' } },
            ]),
          ),
        }
      : {}),
    ...(hasContent
      ? {
          content: {
            [type]: {
              schema: name ? reference(name) : { type: 'string' },
              ...(example === undefined ? {} : { example }),
            },
          },
        }
      : {}),
  }
}

const problemResponse = (status: number) => ({
  description: problemWords[status] ?? 'Refused',
  content: {
    [problemType]: {
      schema: reference('Problem'),
      example: { type: 'about:blank', title: problemWords[status]?.split(';')[0] ?? 'Refused', status },
    },
  },
})

const reference = (name: string): Json => ({ $ref: `#/components/schemas/${name}` })

function bodyContent({ bodyName, path }: Endpoint, body: z.ZodType) {
  const type = path === '/signin' ? 'application/x-www-form-urlencoded' : 'application/json'
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

function schemas(endpoints: readonly Endpoint[]): Record<string, Json> {
  const named = new Map<string, z.ZodType>([['Problem', problemSchema]])
  for (const { body, bodyName, answers } of endpoints) {
    if (body && bodyName) named.set(bodyName, body)
    for (const { schema } of answers) if (schema) named.set(schema[0], schema[1])
  }
  return Object.fromEntries([...named].map(([name, schema]) => [name, toJson(schema)]))
}
