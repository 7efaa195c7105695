/**
 * How an answer of a route goes out: as the media type that the request accepts, with a validator, and a list with the address of its next
 * page. What a handler sends by hand goes out as it is.
 */
import type { Route } from '@baykeeper/contract/route.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Negotiator from 'negotiator'
import * as z from 'zod'
import { csvColumns, csvOfItems } from './csv-list.ts'
import { namedCursor } from './cursors.ts'
import { etagOf, etagOfParts, matchesEtag } from './etag.ts'
import { ProblemError } from './problem.ts'
import { csvType, jsonType, listItem, mediaTypes, negotiates, revalidates } from './route-facts.ts'

type Send = (answer: unknown, request: FastifyRequest, reply: FastifyReply) => unknown

export interface Answering {
  /** Throws where the request accepts nothing that the route can answer. */
  check(request: FastifyRequest): void
  readonly send: Send
}

export function answeringOf(route: Route): Answering {
  const types = mediaTypes(route)
  const item = listItem(route)
  const columns = once(() => csvColumns(z.toJSONSchema(item as z.ZodType, { unrepresentable: 'any' })))
  const chosen = (request: FastifyRequest) => new Negotiator(request.raw).mediaType([...types])

  function sendJson(answer: unknown, request: FastifyRequest, reply: FastifyReply) {
    const text = JSON.stringify(answer)
    reply.type(jsonType)
    return revalidates(route) ? validated(text, request, reply) : reply.send(text)
  }

  return {
    check(request) {
      if (!negotiates(route) || chosen(request) !== undefined) return
      throw new ProblemError(
        406,
        `this is answered as ${types.join(' or ')}, and the request accepts neither: change its Accept header`,
        { code: 'E_NOT_ACCEPTABLE' },
      )
    },
    send(answer, request, reply) {
      if (answer === reply || reply.sent || answer === undefined) return answer
      if (!negotiates(route)) return answer
      if (types.length > 1) reply.header('vary', 'accept')
      if (!item || reply.statusCode !== 200) return sendJson(answer, request, reply)
      const page = namedPage(route, answer as Page, request, reply)
      if (chosen(request) !== csvType) return sendJson(page, request, reply)
      reply.type(`${csvType}; charset=utf-8; header=present`)
      return validated(csvOfItems(columns(), page.items), request, reply)
    },
  }
}

function validated(text: string, { headers }: FastifyRequest, reply: FastifyReply) {
  const written = reply.getHeader('etag')
  const etag = typeof written === 'string' ? etagOfParts(written, text) : etagOf(text)
  reply.header('etag', etag)
  if (reply.statusCode === 200 && matchesEtag(headers['if-none-match'], etag)) return reply.code(304).send()
  return reply.send(text)
}

interface Page {
  readonly items: readonly unknown[]
  readonly next?: string | null
}

/** The page whose cursor names its list, and a header with the address of the next one. */
function namedPage(route: Route, page: Page, request: FastifyRequest, reply: FastifyReply): Page {
  if (typeof page.next !== 'string') return page
  // With its defaults, as the next request is read: an order that was left out is the same as the one written out.
  const query = (route.query?.safeParse(request.query).data ?? {}) as { readonly sort?: string }
  const next = namedCursor(route, query, page.next)
  const address = new URL(request.url, 'http://localhost')
  address.searchParams.set('cursor', next)
  reply.header('link', `<${address.pathname}${address.search}>; rel="next"`)
  return { ...page, next }
}

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}
