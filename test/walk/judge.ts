/** Whether an answer is one that the OpenAPI document promises: its status, its media type and its schema. */
import type { IncomingHttpHeaders } from 'node:http'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { type ApiDocument, type Operation, scopeOf } from './operation.ts'
import type { WalkRequest } from './requests.ts'

export interface WalkAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Parts of the server that a test runs without. */
const absent = new Set(['E_NO_FORECASTS', 'E_NO_AUDITOR', 'E_NO_NOTIFIER'])

export interface Judge {
  /** What is wrong with the answer; undefined: nothing. */
  fault(operation: Operation, request: WalkRequest, answer: WalkAnswer): string | undefined
}

export function createJudge(document: ApiDocument): Judge {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false })
  ajv.addSchema(closed({ $id: 'api', components: document.components }) as object)
  const validators = new Map<unknown, ValidateFunction>()

  function bodyFault(schema: Readonly<Record<string, unknown>>, text: string): string | undefined {
    const validate = validators.getOrInsertComputed(schema, () =>
      ajv.compile(JSON.parse(JSON.stringify(closed(schema)).replaceAll('"#/components', '"api#/components')) as object),
    )
    let json: unknown
    try {
      json = JSON.parse(text)
    } catch {
      return 'the body is not JSON'
    }
    if (validate(json)) return undefined
    return `the body does not fit its schema: ${ajv.errorsText(validate.errors)} ${JSON.stringify(validate.errors?.[0]?.params)}`
  }

  return {
    fault(operation, request, { status, headers, body }) {
      const text = body.toString()
      if (status >= 500 && !isAbsent(status, text)) return `status ${status}: ${text.slice(0, 300)}`
      const response = operation.responses[status]
      if (!response) return `status ${status} is not documented: ${text.slice(0, 300)}`
      const certain = certainFault(operation, request, status)
      if (certain !== undefined) return certain
      if (/\bat (?:file:|\/|async )|node:internal|node_modules/.test(text) && status >= 400) return 'a stack is shown'
      if (status === 304 || request.method === 'HEAD') return body.length > 0 ? 'a body where none may be' : undefined
      const type = (headers['content-type'] ?? '').split(';')[0] ?? ''
      const media = response.content?.[type]
      if (!media) return response.content ? `media type "${type}" is not documented for ${status}` : undefined
      if (type === 'text/csv' && !text.startsWith('\uFEFF')) return 'CSV without a byte order mark'
      if (!/\bjson$/.test(type)) return undefined
      return bodyFault(media.schema, text) ?? (status >= 400 ? problemFault(status, text) : undefined)
    },
  }
}

const isAbsent = (status: number, text: string) =>
  status === 503 && absent.has((JSON.parse(text) as { code?: string }).code ?? '')

const problemFault = (status: number, text: string) => {
  const problem = JSON.parse(text) as { status: number; detail?: string }
  if (problem.status !== status) return `the problem has status ${problem.status}`
  return problem.detail ? undefined : 'the problem has no detail'
}

/** Of a request without the right key the answer is certain. */
function certainFault(operation: Operation, { key, target }: WalkRequest, status: number): string | undefined {
  const scope = scopeOf(operation)
  // A path that is no address is refused before anything is asked of it.
  if (scope === undefined || key === 'all' || status === 400 || target.length > 2_000) return undefined
  if (key === 'read')
    return scope === 'read' || status === 403 ? undefined : `status ${status} with a key that only reads`
  return status === 401 ? undefined : `status ${status} without a key`
}

/** With every object closed: a field that is not documented is a fault. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const entries = Object.entries(schema).map(([key, value]) => [
    key,
    key === 'examples' || key === 'example' ? [] : closed(value),
  ])
  const copy = Object.fromEntries(entries) as Record<string, unknown>
  const isOpen = 'properties' in copy && !('additionalProperties' in copy) && typeof copy['type'] === 'string'
  return isOpen ? { ...copy, additionalProperties: false } : copy
}
