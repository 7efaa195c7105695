/** Requests that a walk sends to one operation: each with what it tries, and what its answer has to be where that is certain. */
import { type ApiDocument, type Operation, type Parameter, resolved, type Schema } from './operation.ts'
import { limitValues, type Seen, validValues, wrongJson, wrongValues } from './values.ts'

export interface WalkRequest {
  /** What is tried, in a few letters. */
  readonly tries: string
  readonly method: string
  /** As it is sent. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly key: 'all' | 'read' | 'none' | 'wrong'
}

type Random = () => number
type Values = Readonly<Record<string, unknown>>

export const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)] as T

/** As a path or query holds it; a lone surrogate has no UTF-8 and is sent as the bytes that some clients write. */
export function encoded(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.isWellFormed() ? encodeURIComponent(text) : '%ED%A0%80'
}

export interface RequestMaker {
  /** `isFirst`: with the first of the given bodies. */
  valid(isFirst?: boolean): WalkRequest
  /** Valid but for one place. */
  off(): WalkRequest
  /** What belongs to something else: ids, types, encodings, keys. */
  foreign(): WalkRequest
}

export interface Known {
  readonly seen: Seen
  /** Whole items of lists: fields of one belong together. */
  readonly items: readonly Values[]
  /** Values of path parameters that are there, by the path before them. */
  ids(path: string, name: string): readonly unknown[]
  /** That are taken as they are, beside the examples. */
  readonly bodies?: readonly unknown[]
}

export function requestsOf(
  document: ApiDocument,
  operation: Operation,
  random: Random,
  { seen, items, ids, bodies = [] }: Known,
): RequestMaker {
  const { method, path, parameters, body } = operation
  const schema = body && resolved(document, body.schema)
  const inQuery = parameters.filter((parameter) => parameter.in === 'query')
  const inPath = parameters.filter((parameter) => parameter.in === 'path')

  function validOf(parameter: Parameter): unknown {
    const there = parameter.in === 'path' ? ids(path, parameter.name) : []
    // Some of something that is not there yet.
    const values = there.length > 0 && random() < 0.7 ? there : validValues(parameter.name, parameter.schema, seen)
    return pick(random, values)
  }

  function targetOf(pathValues: Values, query: readonly (readonly [string, unknown])[]): string {
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encoded(pathValues[name]))
    const search = query
      .flatMap(([name, value]) => [value].flat().map((one) => `${encoded(name)}=${encoded(one)}`))
      .join('&')
    return search === '' ? filled : `${filled}?${search}`
  }

  function validBody(): unknown {
    const examples = Object.values(body?.examples ?? {}).map(({ value }) => value)
    if (bodies.length > 0 && random() < 0.7) return pick(random, bodies)
    const example = structuredClone(pick(random, examples.length > 0 ? examples : [{}]))
    if (random() < 0.5) return withItem(example)
    return random() < 0.9 ? withValues('', example, schema ?? {}) : example
  }

  /** With the fields of one thing that is there. */
  function withItem(example: unknown): unknown {
    if (typeof example !== 'object' || example === null || Array.isArray(example)) return example
    const common = (item: Values) =>
      Object.keys(item).filter((name) => name in example && typeof item[name] === 'string')
    const fitting = items.filter((item) => common(item).length > 1)
    if (fitting.length === 0) return withValues('', example, schema ?? {})
    const item = pick(random, fitting)
    return { ...example, ...Object.fromEntries(common(item).map((name) => [name, item[name]])) }
  }

  /** Many of its texts and numbers are such as the server knows, or as the schema allows. */
  function withValues(name: string, value: unknown, of: Schema): unknown {
    if (Array.isArray(value)) return value.map((one) => withValues(name, one, {}))
    if (typeof value === 'object' && value !== null) {
      const properties = (of['properties'] ?? {}) as Readonly<Record<string, Schema>>
      return Object.fromEntries(
        Object.entries(value).map(([key, one]) => [key, withValues(key, one, properties[key] ?? {})]),
      )
    }
    const known = validValues(name, { type: typeof value, ...of }, seen).filter((one) => typeof one === typeof value)
    return known.length > 0 && random() < 0.8 ? pick(random, known) : value
  }

  const base = (): { pathValues: Record<string, unknown>; query: [string, unknown][]; json: unknown } => ({
    pathValues: Object.fromEntries(inPath.map((parameter) => [parameter.name, validOf(parameter)])),
    query: inQuery
      .filter(({ required }) => required || random() < 0.5)
      .map((parameter) => [parameter.name, validOf(parameter)]),
    json: body ? validBody() : undefined,
  })

  function request(
    tries: string,
    { pathValues, query, json }: ReturnType<typeof base>,
    more: Partial<WalkRequest> = {},
  ) {
    const isForm = body?.type === 'application/x-www-form-urlencoded'
    const text = isForm ? new URLSearchParams(json as Record<string, string>).toString() : JSON.stringify(json)
    return {
      ...{ tries, method, target: targetOf(pathValues, query), key: 'all' as const },
      headers: body ? { 'content-type': body.type } : {},
      ...(body && text !== undefined ? { body: text } : {}),
      ...more,
    }
  }

  /** One place of the input that does not fit. */
  function off(): WalkRequest {
    const whole = base()
    const places = [...inPath, ...inQuery]
    if (body && (places.length === 0 || random() < 0.6)) return offBody(whole)
    if (places.length === 0) return request('query: unknown', { ...whole, query: [['no_such_parameter', '1']] })
    const place = pick(random, places)
    const value = pick(random, [...limitValues(place.schema), ...wrongValues])
    if (place.in === 'path') whole.pathValues[place.name] = value
    else whole.query = [...whole.query.filter(([name]) => name !== place.name), [place.name, value]]
    if (place.in === 'query' && random() < 0.1) whole.query.push([place.name, value])
    return request(`${place.in} ${place.name}: ${JSON.stringify(value).slice(0, 40)}`, whole)
  }

  function offBody(whole: ReturnType<typeof base>): WalkRequest {
    const json = whole.json as Record<string, unknown>
    const fields = Object.keys({ ...(schema?.['properties'] as object), ...json })
    const field = pick(random, [...fields, 'no_such_field', '__proto__'])
    const own = ((schema?.['properties'] ?? {}) as Readonly<Record<string, Schema>>)[field] ?? {}
    const value = pick(random, [undefined, ...limitValues(own), ...wrongJson])
    // Defined and not set: `__proto__` is to be a field of the text.
    const changed = Object.defineProperty({ ...json }, field, { value, enumerable: true, configurable: true })
    return request(`body ${field}: ${JSON.stringify(value)?.slice(0, 40)}`, { ...whole, json: changed })
  }

  function foreign(): WalkRequest {
    const whole = base()
    const kind = pick(random, body ? [...anywhere, ...ofBodies] : anywhere)
    if (kind in odd) return request(kind, whole, odd[kind as keyof typeof odd]?.(random))
    if (kind === 'id of something else') {
      const others = [...seen.values()].flat()
      for (const { name } of inPath) whole.pathValues[name] = pick(random, others)
      return request(kind, whole)
    }
    if (kind === 'many parameters')
      return request(kind, {
        ...whole,
        query: Array.from({ length: 300 }, (_, i) => [`p${i % 150}`, i] as [string, unknown]),
      })
    if (kind === 'cursor of another list')
      return request(kind, { ...whole, query: [...whole.query, ['cursor', pick(random, seen.get('next') ?? ['x'])]] })
    const raw = pick(random, ['%', '%ff', '%c3%28', '%00', '..%2f..', '%2e%2e', 'a%2Fb', '\u00e4', '%ED%A0%80'])
    const target = path.replaceAll(/\{\w+\}/g, raw)
    return request(kind, whole, { target: target === path ? `${path}?${raw}=${raw}` : target })
  }

  function valid(isFirst = false): WalkRequest {
    const whole = base()
    return request('valid', isFirst && bodies.length > 0 ? { ...whole, json: bodies[0] } : whole)
  }

  return { valid, off, foreign }
}

const anywhere = [
  ...['id of something else', 'cursor of another list', 'raw bytes'],
  ...['no key', 'wrong key', 'read key', 'accepts', 'validator', 'many parameters'],
] as const
const ofBodies = ['no body', 'other type', 'broken JSON', 'deep JSON', 'not UTF-8', 'long body', 'prototypes'] as const

const json = { 'content-type': 'application/json' }
/** What differs from a valid request. */
const odd: Readonly<Record<string, (random: Random) => Partial<WalkRequest>>> = {
  'no key': () => ({ key: 'none' }),
  'wrong key': () => ({ key: 'wrong' }),
  'read key': () => ({ key: 'read' }),
  accepts: (random) => ({
    headers: {
      ...json,
      accept: pick(random, ['text/csv', 'text/html', '*/*;q=0', 'application/*', 'x', 'image/png, */*;q=0.1']),
    },
  }),
  validator: (random) => ({ headers: { ...json, 'if-none-match': pick(random, ['*', '"x"', 'W/"', '", "']) } }),
  'no body': () => ({ body: '' }),
  'other type': (random) => ({
    headers: {
      'content-type': pick(random, ['text/plain', 'application/xml', 'x', 'application/json; charset=utf-7']),
    },
  }),
  'broken JSON': (random) => ({
    headers: json,
    body: pick(random, ['{', '[', '"', 'nul', '{"a":1,}', '{"a":NaN}', '\u0000', '1e999']),
  }),
  'deep JSON': () => ({ headers: json, body: `${'['.repeat(20_000)}${']'.repeat(20_000)}` }),
  'not UTF-8': () => ({ headers: json, body: Uint8Array.from([0x7b, 0x22, 0xff, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]) }),
  'long body': () => ({ headers: json, body: JSON.stringify({ a: 'x'.repeat(1_100_000) }) }),
  prototypes: () => ({ headers: json, body: '{"__proto__":{"admin":true},"constructor":{"prototype":{"x":1}}}' }),
}
