/**
 * An endpoint is one value that says everything: how it is called, who may call it, what it answers, and the function that does it.
 * Registration, checks of the input, access and the reference are made from the same value, so they cannot disagree.
 */
import type { Scope } from '@baykeeper/contract/vocabulary.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import type { Principal } from '../auth/keyring.ts'
import { invalid } from './problem.ts'

/** `open`: anybody. A scope: a key or a session that has it. */
export type Access = 'open' | Scope

export interface Answer {
  readonly status: number
  readonly description: string
  /** Media type; default application/json. */
  readonly type?: string
  /** Name of the schema in the reference, and the schema. */
  readonly schema?: readonly [name: string, schema: z.ZodType]
  readonly example?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

interface Call<P, Q, B> {
  readonly params: P
  readonly query: Q
  readonly body: B
  /** Who calls; undefined on an open endpoint without credentials. */
  readonly principal: Principal | undefined
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

type Output<T> = T extends z.ZodType ? z.output<T> : undefined

export interface EndpointOptions<P, Q, B> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** As in OpenAPI: `/api/v1/bays/{id}`. */
  readonly path: string
  readonly access: Access
  readonly tag: string
  readonly summary: string
  readonly description?: string
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  readonly bodyName?: string
  readonly bodyBytesMax?: number
  readonly answers: readonly Answer[]
  /** Statuses of problems beside those that follow from access and input. */
  readonly problems?: readonly number[]
  /** Every path below belongs to it too: the pages of the desk find their way by themselves. */
  readonly below?: boolean
  /** A HEAD request is answered too; not for a stream. */
  readonly head?: boolean
  handle(call: Call<Output<P>, Output<Q>, Output<B>>): unknown
}

export interface Endpoint extends Omit<EndpointOptions<z.ZodType, z.ZodType, z.ZodType>, 'handle'> {
  run(request: FastifyRequest, reply: FastifyReply): unknown
}

export function endpoint<
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(options: EndpointOptions<P, Q, B>): Endpoint {
  const { handle, params, query, body, ...rest } = options
  return {
    ...rest,
    ...(params ? { params } : {}),
    ...(query ? { query } : {}),
    ...(body ? { body } : {}),
    run(request, reply) {
      return handle({
        params: parse('path', params, request.params) as Output<P>,
        query: parse('query', query, request.query) as Output<Q>,
        body: parse('body', body, request.body) as Output<B>,
        principal: request.principal,
        request,
        reply,
      })
    },
  }
}

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

// Pieces that many endpoints share.

/** Id of a bay, site or device as it comes in a path. */
export const idParams = z.strictObject({ id: z.string().min(1).max(128) })
const cursorCharsMax = 2_048
export const cursorField = z.string().min(1).max(cursorCharsMax).optional().describe('`next` of the page before')
export const limitField = (most: number, usual: number) =>
  z.coerce.number().int().min(1).max(most).default(usual).describe(`items on a page, 1 to ${most}`)
export const nameField = z.string().min(1).max(128).optional()
