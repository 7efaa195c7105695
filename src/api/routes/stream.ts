/** The stream as an endpoint; `live/stream-hub.ts` does the work. */

import { type StreamTopic, streamTopics } from '@baykeeper/contract/vocabulary.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { identify } from '../access.ts'
import type { RouteContext } from '../context.ts'
import { type Access, type Endpoint, endpoint } from '../endpoint.ts'
import type { Audience } from '../live/stream-hub.ts'
import { ProblemError } from '../problem.ts'

const streamExample = `retry: 2000

id: 1824719872001
event: d
data: {"t":1795420799410,"q":1824719872001,"d":[17,1,301,0]}

event: kpi
data: {"time":"2026-11-23T07:59:59.500Z","occupancy":{"capacity":2,"free":1,"occupied":1,"reserved":0,"unknown":0,"closed":0},"devices":{"seen":2,"reporting":2,"unassigned":0},"pipeline":"ok","simulated":false}
`

const streamQuery = z.strictObject({
  topics: z
    .string()
    .max(64)
    .default(streamTopics.join(','))
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(streamTopics)))
    .describe('comma separated: bays, kpi, sites, forecast; default all'),
  last: z.coerce
    .number()
    .int()
    .nonnegative()
    .optional()
    .describe('like Last-Event-ID, for clients that cannot set headers'),
})

export function streamRoute(context: RouteContext, path: string, access: Access, audience: Audience): Endpoint {
  return endpoint({
    method: 'GET',
    path,
    access,
    tag: audience === 'public' ? 'Public page' : 'Live',
    summary: 'The live stream (server-sent events)',
    description:
      'Events: `d` changes of bays (resume with Last-Event-ID, up to 60 s back), `kpi` about once a second, `sites` when changed, `forecast` when there is a new one, `reset`: fetch plan and snapshot again. A comment every 15 s. A client that reads too slowly gets merged changes.',
    query: streamQuery,
    head: false,
    problems: [503],
    answers: [
      {
        status: 200,
        type: 'text/event-stream',
        description: 'Events until either side closes',
        example: streamExample,
      },
    ],
    handle: ({ query, request, reply }) => openStream(context, audience, query, request, reply),
  })
}

function openStream(
  { hub, keyring }: RouteContext,
  audience: Audience,
  query: { topics: StreamTopic[]; last?: number | undefined },
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
