/** The live view: what the desk shows, and what a stranger may see of it under `/public`. */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Plan } from '@baykeeper/contract/live.ts'
import type { liveRoutes } from '@baykeeper/contract/routes/live.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { siteSummaries } from '../live/summaries.ts'
import type { Audience } from '../live/viewer.ts'
import { sendStates } from './states.ts'
import { openStream } from './stream.ts'

export function liveHandlers(context: RouteContext): Handlers<typeof liveRoutes> {
  const desk = viewHandlers(context, 'desk')
  const everybody = viewHandlers(context, 'public')
  return {
    ...desk,
    ...{ publicPlan: everybody.plan, publicSnapshot: everybody.snapshot },
    ...{ publicSites: everybody.sites, publicStream: everybody.stream },
  }
}

type View = Pick<typeof liveRoutes, 'plan' | 'snapshot' | 'sites' | 'stream'>

/** The same view twice: for the desk, and for everybody. */
function viewHandlers(context: RouteContext, audience: Audience): Handlers<View> {
  const { live } = context
  const planOf = planAnswers(audience === 'public' ? 'public, no-cache' : 'private, no-cache')
  return {
    async plan({ request, reply }) {
      await live.current()
      return planOf(live.floor.plan, request, reply)
    },
    async snapshot({ reply }) {
      await live.current()
      return sendStates(context, reply, live.presence.shown)
    },
    async sites() {
      await live.current()
      return { items: siteSummaries(live.presence), next: null }
    },
    // The alerts and figures of the desk are about all sites.
    stream: ({ query, principal, request, reply }) =>
      openStream(context, principal?.sites ? 'public' : audience, query, request, reply),
  }
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
