/** Opens a stream; `live/stream-hub.ts` does the work. */
import type { StreamTopic } from '@baykeeper/contract/vocabulary.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Principal } from '../../auth/principal.ts'
import { addressBlock } from '../../lib/client-address.ts'
import { identify, isUnchanged } from '../access.ts'
import { callerAddress } from '../caller-address.ts'
import type { RouteContext } from '../context.ts'
import type { Audience } from '../live/viewer.ts'
import { ProblemError } from '../problem.ts'

export function openStream(
  { hub, siteViews, ...gate }: RouteContext,
  { audience: asked, query }: Asked,
  request: FastifyRequest,
  reply: FastifyReply,
  reader: Principal | undefined,
): FastifyReply {
  // The alerts and figures of the desk are about all sites.
  const audience = reader?.sites ? 'public' : asked
  const client = addressBlock(callerAddress(gate.trustedProxies)(request))
  if (hub.full(audience, client))
    throw new ProblemError(503, 'as many viewers as the stream serves are connected', {
      code: 'E_STREAM_FULL',
      headers: { 'retry-after': '30' },
    })
  const { principal } = request
  reply.hijack()
  hub.add({
    response: reply.raw,
    headers: reply.getHeaders(),
    audience,
    client,
    topics: new Set(query.topics),
    view: () => siteViews.of(asked, reader),
    showsForecast: (site) =>
      asked === 'desk' && (!reader?.sites || reader.sites.includes(site)) ? true : siteViews.isForecastPublic(site),
    lastId: lastSequence(request.headers['last-event-id']) ?? query.last,
    planVersion: query.plan,
    allowed: () => principal === undefined || isUnchanged(principal, identify(gate, request).principal),
  })
  return reply
}

interface Asked {
  readonly audience: Audience
  readonly query: {
    readonly topics: readonly StreamTopic[]
    readonly last?: number | undefined
    readonly plan?: string | undefined
  }
}

/** An invalid Last-Event-ID is treated as expired. */
function lastSequence(header: string | string[] | undefined): number | undefined {
  if (header === undefined) return undefined
  const q = Number(header)
  return Number.isSafeInteger(q) && q >= 0 ? q : -1
}
