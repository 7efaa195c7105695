/** The live view: what the desk shows, and what a stranger may see of it under `/public`. */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Plan } from '@baykeeper/contract/live.ts'
import type { liveRoutes } from '@baykeeper/contract/routes/live.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Principal } from '../../auth/principal.ts'
import type { RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { narrowPlan } from '../live/site-view.ts'
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
  const { live, figures, siteViews } = context
  const planOf = planAnswers(audience === 'public' ? 'public, no-cache' : 'private, no-cache')
  const own = (principal: Principal | undefined) => narrowPlan(live.floor.plan, siteViews.of(audience, principal))
  return {
    async plan({ principal, request, reply }) {
      await live.current()
      return planOf(own(principal).plan, request, reply)
    },
    async snapshot({ principal, reply }) {
      await live.current()
      const { plan, states } = own(principal)
      return sendStates(context, reply, states(live.presence.shown), plan)
    },
    async sites({ principal }) {
      await live.current()
      return { items: [...figures.sites(siteViews.of(audience, principal))], next: null }
    },
    stream: ({ query, principal, request, reply }) =>
      openStream(context, { audience, query }, request, reply, principal),
  }
}

const compress = promisify(gzip)

/** The plan is large and rarely changes: written and compressed once per version. */
function planAnswers(cacheControl: string) {
  const written = new WeakMap<Plan, { json: Buffer; zipped: Promise<Buffer> }>()
  const writing = (plan: Plan) => {
    const json = Buffer.from(JSON.stringify(plan))
    return { json, zipped: compress(json) }
  }
  return async (plan: Plan, { headers }: FastifyRequest, reply: FastifyReply) => {
    const last = written.getOrInsertComputed(plan, writing)
    reply.headers({ etag: `W/"${plan.version}"`, 'cache-control': cacheControl, vary: 'accept-encoding' })
    if (headers['if-none-match']?.includes(`"${plan.version}"`)) return reply.code(304).send()
    reply.type('application/json')
    if (!/\bgzip\b/.test(String(headers['accept-encoding'] ?? ''))) return reply.send(last.json)
    return reply.header('content-encoding', 'gzip').send(await last.zipped)
  }
}
