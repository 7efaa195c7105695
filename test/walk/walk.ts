/** Walks every operation of a running server: reads its OpenAPI document, looks at what there is, and sends requests of one seed. */
import { Agent, request } from 'node:http'
import { createRandom } from '../faults/random.ts'
import { createJudge, type WalkAnswer } from './judge.ts'
import { type ApiDocument, isStream, type Operation, operationsOf } from './operation.ts'
import { encoded, requestsOf, type WalkRequest } from './requests.ts'
import { type Seen, validValues } from './values.ts'

export interface WalkOptions {
  readonly base: string
  readonly seed: number
  /** Requests of each operation. */
  readonly requests: number
  readonly keys: { readonly all: string; readonly read: string }
  /** Cookie of a person's session, which the walk may have ended: what is of an account is asked with it, as keys have none. */
  session?(): string
  /** Items of lists that have this value are not named by any request: the walk itself needs them. */
  readonly kept: string
  /** Operations that take long or change everything: requests of them. */
  readonly fewOf: Readonly<Record<string, number>>
  /** Valid bodies beside the examples, by operation. */
  readonly bodies: Readonly<Record<string, readonly unknown[]>>
  /** Called before each operation that may change something. */
  restore(): Promise<void>
}

export interface WalkReport {
  readonly operations: number
  readonly requests: number
  readonly statuses: Readonly<Record<string, number>>
  /** Operations that never answered 2xx or 3xx. */
  readonly neverGood: readonly string[]
  readonly faults: readonly string[]
}

const faultsShownMax = 40
const answerMsMax = 30_000

export async function walk({
  base,
  seed,
  requests,
  keys,
  session,
  kept,
  fewOf,
  bodies,
  restore,
}: WalkOptions): Promise<WalkReport> {
  const random = createRandom(seed)
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  const tokens = { ...keys, wrong: 'x'.repeat(32), none: undefined }
  const send = (asked: WalkRequest, stream = false) => answerOf({ base, agent, ...callerOf(asked) }, asked, stream)
  const callerOf = ({ key, target }: WalkRequest) =>
    session && key === 'all' && target.startsWith('/api/v1/account')
      ? { token: undefined, cookie: session() }
      : { token: tokens[key], cookie: undefined }
  const read = async (target: string) =>
    (await send({ tries: 'look', method: 'GET', target, headers: {}, key: 'all' })).body
  const document = JSON.parse((await read('/openapi.json')).toString()) as ApiDocument
  const operations = operationsOf(document)
  const judge = createJudge(document)
  const known = await lookAround(operations, kept, read)
  const report = { statuses: {} as Record<string, number>, faults: [] as string[], good: new Set<string>(), sent: 0 }

  async function tryOne(operation: Operation, asked: WalkRequest) {
    const name = `${operation.method} ${operation.path}`
    const answer = await send(asked, isStream(operation)).catch((fault: Error) => fault)
    report.sent++
    if (answer instanceof Error) {
      // A server may close the connection of a body that it refuses before it was sent whole.
      if (asked.tries !== 'long body' && report.faults.length < faultsShownMax)
        report.faults.push(`${name} (${asked.tries}): ${answer.message}`)
      return
    }
    report.statuses[answer.status] = (report.statuses[answer.status] ?? 0) + 1
    if (answer.status < 400) report.good.add(name)
    const fault = judge.fault(operation, asked, answer)
    if (fault !== undefined && report.faults.length < faultsShownMax)
      report.faults.push(
        `${name} (${asked.tries}) ${asked.target.slice(0, 200)} ${String(asked.body ?? '').slice(0, 200)}: ${fault}`,
      )
  }

  for (const operation of operations) {
    const name = `${operation.method} ${operation.path}`
    if (operation.method !== 'GET') await restore()
    const make = requestsOf(document, operation, random, { ...known, bodies: bodies[name] ?? [] })
    for (let i = 0; i < (fewOf[name] ?? requests); i++)
      await tryOne(operation, i % 3 === 0 ? make.valid(i === 0) : i % 3 === 1 ? make.off() : make.foreign())
  }
  agent.destroy()
  const names = operations.map(({ method, path }) => `${method} ${path}`)
  return {
    ...{ operations: operations.length, requests: report.sent, statuses: report.statuses, faults: report.faults },
    neverGood: names.filter((name) => !report.good.has(name)),
  }
}

/** What every list answers: values by the name of their field, and the ids of each list by its path. */
async function lookAround(operations: readonly Operation[], kept: string, read: (target: string) => Promise<Buffer>) {
  const seen = new Map<string, (string | number)[]>()
  const byPath = new Map<string, unknown[]>()
  const items: Readonly<Record<string, unknown>>[] = []
  const lists = operations.filter(
    (operation) =>
      operation.method === 'GET' &&
      /^.(?:api|public)/.test(operation.path) &&
      !isStream(operation) &&
      !operation.path.includes('{'),
  )
  const ids = (path: string, name: string): readonly unknown[] => {
    const list = path.slice(0, path.indexOf('/{'))
    const word = list.split('/').at(-1) ?? ''
    // The pages of lots have no list of their own.
    const pages = lotPages.has(word) ? byPath.get(`/public/sites ${name}`) : undefined
    return (
      pages ??
      byPath.get(`${list} ${name}`) ??
      seen.get(word) ??
      seen.get(word.replace(/s$/, '')) ??
      seen.get(name) ??
      []
    )
  }
  for (const { path, parameters } of lists.toSorted((a, b) => required(a).length - required(b).length)) {
    const known = required({ parameters }).map(({ name }) => `${name}=${encoded(validOf(name, seen))}`)
    const short = parameters.some(({ name }) => name === 'limit') ? ['limit=2'] : []
    remember(path, await read(`${path}?${[...known, ...short].join('&')}`))
  }
  for (const operation of operations)
    if (operation.method === 'GET' && operation.path.includes('{') && !isStream(operation))
      for (const id of ids(operation.path, 'id').slice(0, 3))
        remember(operation.path, await read(operation.path.replaceAll(/\{\w+\}/g, encodeURIComponent(String(id)))))

  function remember(path: string, body: Buffer) {
    let json: { items?: readonly Record<string, unknown>[] } | undefined
    try {
      json = JSON.parse(body.toString()) as typeof json
    } catch {
      // Not every answer is JSON.
      return
    }
    if (Array.isArray(json?.items)) {
      json = { ...json, items: json.items.filter((item) => !Object.values(item).includes(kept)) }
      items.push(...(json.items ?? []).slice(0, 5))
    }
    for (const item of Array.isArray(json?.items) ? json.items : [])
      for (const [name, value] of Object.entries(item))
        if (typeof value === 'string' || typeof value === 'number') add(byPath, `${path} ${name}`, value)
    harvest(json, '')
  }

  function harvest(value: unknown, name: string) {
    if (typeof value === 'string' || typeof value === 'number') add(seen, name, value)
    else if (Array.isArray(value)) for (const one of value.slice(0, 20)) harvest(one, name)
    else if (typeof value === 'object' && value !== null)
      for (const [key, one] of Object.entries(value)) {
        harvest(one, key)
        const id = (one as { id?: unknown } | null)?.id
        if (typeof id === 'string') add(seen, key, id)
      }
  }
  return { seen, items, ids }
}

const lotPages = new Set(['lot', 'lots', 'board', 'kiosk', 'embed'])
const required = ({ parameters }: Pick<Operation, 'parameters'>) => parameters.filter((one) => one.required)
const validOf = (name: string, seen: Seen) => validValues(name, { type: 'string' }, seen)[0]

const valuesMax = 40
function add<T>(map: Map<string, T[]>, key: string, value: T) {
  const values = map.getOrInsertComputed(key, () => [])
  if (values.length < valuesMax && !values.includes(value)) values.push(value)
}

interface Line {
  readonly base: string
  readonly agent: Agent
  readonly token: string | undefined
  readonly cookie: string | undefined
}

function answerOf(
  { base, agent, token, cookie }: Line,
  { method, target, headers, body }: WalkRequest,
  isEndless: boolean,
) {
  const { promise, resolve, reject } = Promise.withResolvers<WalkAnswer>()
  const { hostname, port } = new URL(base)
  const authorization = token === undefined ? (cookie ? { cookie } : {}) : { authorization: `Bearer ${token}` }
  const sent = request({
    hostname,
    port,
    path: target,
    method,
    agent,
    // Forms are taken from our own pages only.
    headers: { origin: base, ...authorization, ...headers },
    timeout: answerMsMax,
  })
  sent.on('timeout', () => sent.destroy(new Error(`no answer within ${answerMsMax / 1_000} s`)))
  sent.on('error', reject)
  sent.on('response', (response) => {
    const pieces: Buffer[] = []
    const finish = () =>
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) })
    response.on('error', reject)
    response.on('end', finish)
    response.on('data', (piece: Buffer) => {
      pieces.push(piece)
      if (!isEndless || response.statusCode !== 200) return
      finish()
      response.destroy()
    })
  })
  sent.end(body)
  return promise
}
