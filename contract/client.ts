/**
 * The client of the API, for pages, tests, benchmarks and the simulator. A call is typed by its route: what it takes, and what it answers.
 * A route is given as a value of `routes.ts`, or as its address, `'GET /api/v1/devices'`: a page then loads none of the schemas, and
 * an address that no route has does not compile. Imports types alone.
 */
import { idInPath } from './path-id.ts'
import type { Problem } from './problem.ts'
import type { Given, JsonOf, Route } from './route.ts'
import type { Routes } from './routes.ts'

type AnyRoute = Routes[keyof Routes]
type ByAddress = { [R in AnyRoute as `${R['method']} ${R['path']}`]: R }
type Callable = keyof ByAddress | Route
type RouteOf<C extends Callable> = C extends keyof ByAddress ? ByAddress[C] : C extends Route ? C : never

type Optional<T> = { [K in keyof T as undefined extends T[K] ? K : never]?: T[K] | undefined }
type Needed<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] }
/** A field that may be undefined may also be left out. */
type Query<T> = Optional<T> & Needed<T>
// A route whose type has no such part takes none.
type Input<R extends Route> = (R extends { params: object } ? { readonly params: Given<R, 'params'> } : unknown) &
  (R extends { query: object } ? QueryInput<Query<Given<R, 'query'>>> : unknown) &
  (R extends { body: object } ? { readonly body: Given<R, 'body'> } : unknown)
type QueryInput<Q> = Record<never, never> extends Q ? { readonly query?: Q } : { readonly query: Q }
type Rest<R extends Route, More extends readonly unknown[] = []> =
  Record<never, never> extends Input<R> ? [input?: Input<R>, ...more: More] : [input: Input<R>, ...more: More]

declare const answered: unique symbol
/** A call that was not sent yet. Two with the same method, URL and body ask the same. */
export interface ApiRequest<Json> {
  readonly method: Route['method']
  /** Path and query. */
  readonly url: string
  readonly body?: string
  readonly [answered]?: Json
}

export function requestOf<C extends Callable>(route: C, ...[input]: Rest<RouteOf<C>>): ApiRequest<JsonOf<RouteOf<C>>> {
  const [method, path] = typeof route === 'string' ? route.split(' ') : [route.method, route.path]
  const { params = {}, query = {}, body } = (input ?? {}) as Loose
  const filled = (path as string).replaceAll(/\{(\w+)\}/g, (_, name) =>
    encodeURIComponent(idInPath(String(params[name]))),
  )
  const search = new URLSearchParams()
  for (const [name, given] of Object.entries(query))
    for (const value of [given].flat()) if (value !== undefined) search.append(name, String(value))
  return {
    method: method as Route['method'],
    url: search.size > 0 ? `${filled}?${search}` : filled,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }
}

interface Loose {
  readonly params?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
}

export interface ClientOptions {
  /** URL of the server; default: where the page is from. */
  readonly base?: string | undefined
  /** API key; default: the session of the page. */
  readonly key?: string
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>
}

export interface SendOptions {
  readonly signal?: AbortSignal | undefined
  readonly headers?: Readonly<Record<string, string>>
}

export interface Client {
  /** What the route answers in JSON. Throws `ApiError` when it answers a problem, and what `fetch` throws when nothing answers. */
  call<C extends Callable>(route: C, ...rest: Rest<RouteOf<C>, [options?: SendOptions]>): Promise<JsonOf<RouteOf<C>>>
  /** The answer as it is of any status: for states, streams, frames and tests. */
  answer<C extends Callable>(route: C, ...rest: Rest<RouteOf<C>, [options?: SendOptions]>): Promise<Response>
  /** As `call`, for a request that was made before. */
  send<Json>(request: ApiRequest<Json>, options?: SendOptions): Promise<Json>
}

export class ApiError extends Error {
  readonly status: number
  /** Empty when the answer held none, as that of a proxy. */
  readonly problem: Partial<Problem>
  constructor({ method, url }: ApiRequest<unknown>, status: number, problem: Partial<Problem>) {
    super(`${method} ${url} answers ${status}: ${problem.detail ?? problem.title ?? 'no problem document'}`)
    this.status = status
    this.problem = problem
  }
}

export function createClient({ base = '', key, fetch: send }: ClientOptions = {}): Client {
  const root = base.replace(/\/$/, '')
  const answer = ({ method, url, body }: ApiRequest<unknown>, { signal, headers }: SendOptions = {}) => {
    const init = {
      method,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
      ...(signal ? { signal } : {}),
    }
    // Not as a method of anything: a browser refuses that.
    return send ? send(root + url, init) : fetch(root + url, init)
  }
  const json = async <Json>(request: ApiRequest<Json>, options?: SendOptions): Promise<Json> => {
    const response = await answer(request, options)
    if (response.status === 204) return undefined as Json
    if (response.ok) return (await response.json()) as Json
    const problem = (await response.json().catch(() => ({}))) as Partial<Problem>
    throw new ApiError(request, response.status, problem)
  }
  return {
    call: (route, ...[input, options]) => json(requestOf(route, ...([input] as never)), options),
    answer: (route, ...[input, options]) => answer(requestOf(route, ...([input] as never)), options),
    send: json,
  }
}
