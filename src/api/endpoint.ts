/**
 * An endpoint is a route of the contract and the function that does it. Registration, checks of the input, access and the reference are
 * made from the same route, so they cannot disagree.
 */
import { idFromPath } from '@baykeeper/contract/path-id.ts'
import type { Frozen, JsonOf, Parsed, Route } from '@baykeeper/contract/route.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type * as z from 'zod'
import type { Principal } from '../auth/principal.ts'
import type { Session } from '../auth/sessions.ts'
import { withOwnCursor } from './cursors.ts'
import { invalid } from './problem.ts'

interface Call<Params, Query, Body> {
  readonly params: Params
  readonly query: Query
  readonly body: Body
  /** Who calls; undefined on an open endpoint without credentials. */
  readonly principal: Principal | undefined
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** What the route declares as its answer in JSON, or a reply that was sent by hand. */
type Result<R extends Route> = Frozen<JsonOf<R>> | FastifyReply
type Handler<R extends Route> = (
  call: Call<Parsed<R, 'params'>, Parsed<R, 'query'>, Parsed<R, 'body'>>,
) => Result<R> | Promise<Result<R>>
type AnyHandler = (call: Call<unknown, unknown, unknown>) => unknown
export type Handlers<Rs extends Readonly<Record<string, Route>>> = { readonly [Name in keyof Rs]: Handler<Rs[Name]> }

export interface Endpoint {
  readonly route: Route
  run(request: FastifyRequest, reply: FastifyReply): unknown
}

/** One for each route: without a handler for each, and for nothing else, this does not compile. */
export const endpointsOf = <Rs extends Readonly<Record<string, Route>>>(
  routes: Rs,
  handlers: Handlers<Rs>,
  checkSites: SiteCheck,
): readonly Endpoint[] =>
  Object.entries<Route>(routes).map(([name, route]) => endpoint(route, handlers[name] as AnyHandler, checkSites))

/** Throws where the call is about a site that the caller is not for. */
export type SiteCheck = (route: Route, call: Input) => Promise<void>
export interface Input {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
  readonly principal: Principal | undefined
}

const endpoint = (route: Route, handle: AnyHandler, checkSites: SiteCheck): Endpoint => ({
  route,
  async run(request, reply) {
    const call = {
      params: parse('path', route.params, idsOf(request.params)),
      query: withOwnCursor(route, parse('query', route.query, request.query)),
      body: route.bodyIs === 'bytes' ? request.body : parse('body', route.body, request.body),
      principal: request.principal,
      request,
      reply,
    }
    if (request.principal?.sites) await checkSites(route, call)
    return handle(call)
  },
})

const idsOf = (params: unknown) =>
  Object.fromEntries(Object.entries(params as Record<string, string>).map(([name, text]) => [name, idFromPath(text)]))

function parse(where: 'path' | 'query' | 'body', schema: z.ZodType | undefined, input: unknown): unknown {
  if (!schema) return undefined
  const { success, data, error } = schema.safeParse(input)
  if (!success) throw invalid(where, error)
  return data
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body is handed on as it came. */
    takesBytes?: boolean
  }
  interface FastifyRequest {
    principal: Principal | undefined
    /** The principal was proven by a cookie, so a foreign page may have sent the request. */
    byCookie: boolean
    session: Session | undefined
    /** It came by TLS, here or to a trusted proxy. */
    overTls: boolean
  }
}
