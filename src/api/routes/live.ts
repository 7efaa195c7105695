/** The live view: what the desk shows, and what a stranger may see of it under `/public`. */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { type Plan, planSchema, siteSummarySchema } from '@baykeeper/contract/live.ts'
import { pageOf } from '@baykeeper/contract/page.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { RouteContext } from '../context.ts'
import { type Access, type Endpoint, endpoint } from '../endpoint.ts'
import type { Audience } from '../live/stream-hub.ts'
import { siteSummaries } from '../live/summaries.ts'
import { sendStates, statesAnswer } from './states.ts'
import { streamRoute } from './stream.ts'

const sitePage = pageOf(siteSummarySchema)
export function liveRoutes(context: RouteContext): Endpoint[] {
  return [...viewRoutes(context, '/api/v1', 'read', 'desk'), ...viewRoutes(context, '/public', 'open', 'public')]
}

/** The same view twice: for the desk, and for everybody. */
function viewRoutes(context: RouteContext, base: string, access: Access, audience: Audience): Endpoint[] {
  const { live } = context
  const planOf = planAnswers(audience === 'public' ? 'public, no-cache' : 'private, no-cache')
  const tag = audience === 'public' ? 'Public page' : 'Live'
  return [
    endpoint({
      method: 'GET',
      path: `${base}/plan`,
      access,
      tag,
      summary: 'The plan',
      description: 'Bays in columns: index i is bay i in the snapshot and in the stream. Ask with If-None-Match.',
      answers: [
        {
          status: 200,
          description: 'The plan',
          schema: ['Plan', planSchema],
          headers: { etag: 'version' },
        },
        { status: 304, description: 'Not changed since the version in If-None-Match' },
      ],
      async handle({ request, reply }) {
        await live.current()
        return planOf(live.floor.plan, request, reply)
      },
    }),
    endpoint({
      method: 'GET',
      path: audience === 'public' ? '/public/snapshot' : `${base}/plan/snapshot`,
      access,
      tag,
      summary: 'State of every bay',
      answers: [statesAnswer],
      async handle({ reply }) {
        await live.current()
        return sendStates(context, reply, live.presence.shown)
      },
    }),
    endpoint({
      method: 'GET',
      path: `${base}/sites`,
      access,
      tag,
      summary: 'Sites and their occupancy',
      answers: [
        {
          status: 200,
          description: 'All sites',
          schema: ['SitePage', sitePage],
        },
      ],
      async handle() {
        await live.current()
        return { items: siteSummaries(live.presence), next: null }
      },
    }),
    streamRoute(context, `${base}/stream`, access, audience),
  ]
}

const compress = promisify(gzip)

/** The plan is large and rarely changes: written and compressed once per version. */
function planAnswers(cacheControl: string) {
  let last: { plan: Plan; json: Buffer; zipped: Promise<Buffer> } | undefined
  return async (plan: Plan, { headers }: FastifyRequest, reply: FastifyReply) => {
    if (last?.plan !== plan) {
      const json = Buffer.from(JSON.stringify(plan))
      last = { plan, json, zipped: compress(json) }
    }
    reply.headers({ etag: `W/"${plan.version}"`, 'cache-control': cacheControl, vary: 'accept-encoding' })
    if (headers['if-none-match']?.includes(`"${plan.version}"`)) return reply.code(304).send()
    reply.type('application/json')
    if (!/\bgzip\b/.test(String(headers['accept-encoding'] ?? ''))) return reply.send(last.json)
    return reply.header('content-encoding', 'gzip').send(await last.zipped)
  }
}
