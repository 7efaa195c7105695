/** Opens a stream; `live/stream-hub.ts` does the work. */
import type { StreamTopic } from '@baykeeper/contract/vocabulary.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { identify } from '../access.ts'
import type { RouteContext } from '../context.ts'
import type { Audience } from '../live/stream-hub.ts'
import { ProblemError } from '../problem.ts'

export function openStream(
  { hub, keyring }: RouteContext,
  audience: Audience,
  query: { topics: readonly StreamTopic[]; last?: number | undefined },
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (hub.full(audience))
    throw new ProblemError(503, 'as many viewers as the stream serves are connected', {
      code: 'E_STREAM_FULL',
      headers: { 'retry-after': '30' },
    })
  reply.hijack()
  hub.add({
    response: reply.raw,
    headers: reply.getHeaders(),
    audience,
    topics: new Set(query.topics),
    lastId: lastSequence(request.headers['last-event-id']) ?? query.last,
    allowed: () => audience === 'public' || identify(keyring, request).principal !== undefined,
  })
  return reply
}

/** What is no number of ours cannot be resumed, and is answered like one that is too old. */
function lastSequence(header: string | string[] | undefined): number | undefined {
  if (header === undefined) return undefined
  const q = Number(header)
  return Number.isSafeInteger(q) && q >= 0 ? q : -1
}
