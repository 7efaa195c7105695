/**
 * An endpoint is a route of the contract and the function that does it. Registration, checks of the input, access and the reference are
 * made from the same route, so they cannot disagree.
 */
import type { Frozen, JsonOf, Parsed, Route } from '@baykeeper/contract/route.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type * as z from 'zod'
import type { Principal } from '../auth/keyring.ts'
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

/** What the route says it answers in JSON, or a reply that was sent by hand. */
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
): readonly Endpoint[] =>
  Object.entries<Route>(routes).map(([name, route]) => endpoint(route, handlers[name] as AnyHandler))

const endpoint = (route: Route, handle: AnyHandler): Endpoint => ({
  route,
  run(request, reply) {
    return handle({
      params: parse('path', route.params, request.params),
      query: parse('query', route.query, request.query),
      body: parse('body', route.body, request.body),
      principal: request.principal,
      request,
      reply,
    })
  },
})

function parse(where: 'path' | 'query' | 'body', schema: z.ZodType | undefined, input: unknown): unknown {
  if (!schema) return undefined
  const { success, data, error } = schema.safeParse(input)
  if (!success) throw invalid(where, error)
  return data
}

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | undefined
    /** The principal was proven by a cookie, so a foreign page may have sent the request. */
    byCookie: boolean
  }
}
