/** The layout: read whole, replaced whole, checked. Every write is a new version; the live plan follows at once. */
import type { layoutRoutes } from '@baykeeper/contract/routes/layout.ts'
import type { LayoutFindingOnWire } from '@baykeeper/contract/stored-layout.ts'
import type { FastifyReply } from 'fastify'
import type { LayoutHead, LayoutPosition } from '../../store/store.ts'
import type { RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { matchesEtag } from '../etag.ts'
import { refused } from '../layout-changes.ts'
import { baseOf, committedVersion, LayoutChanged, publishLayout } from '../layout-publishing.ts'
import { ProblemError } from '../problem.ts'
import { iso } from '../wire.ts'

type LayoutRoutes = Pick<typeof layoutRoutes, 'layout' | 'layoutVersions' | 'checkLayout' | 'publishLayout'>

export function layoutHandlers(context: RouteContext): Handlers<LayoutRoutes> {
  const { store, clock, log, layoutWorker } = context
  return {
    async layout({ query: { version }, request, reply }) {
      const stored = await store.packedLayout(version)
      if (!stored)
        throw new ProblemError(
          404,
          version === undefined
            ? 'there is no layout yet: write one with PUT /api/v1/layout'
            : `there is no version ${version} of the layout: GET /api/v1/layout/versions lists them`,
        )
      const { packed, ...head } = stored
      const etag = versionTag(head.version)
      reply.header('etag', etag)
      // Before it is unpacked, which is what costs.
      if (matchesEtag(request.headers['if-none-match'], etag)) return reply.code(304).send()
      const answer = await layoutWorker.answer({ packed, head: headOnWire(head) })
      if (!answer.ok) throw refused(answer.error)
      return reply.type('application/json').send(Buffer.from(answer.value))
    },
    async layoutVersions({ query: { cursor, limit } }) {
      const { items, next } = await store.layoutVersions({ limit, ...(cursor === undefined ? {} : { cursor }) })
      return { items: items.map(headOnWire), next }
    },
    async checkLayout({ body }) {
      const findings = await layoutWorker.check({ body })
      if (!findings.ok) throw refused(findings.error)
      return findings.value
    },
    async publishLayout({ body, query: { comment = '', ...query }, principal, request, reply }) {
      refuseSimulated(context)
      const before = await publishedBefore(context)
      if (before) return sendPublished(context, reply, before)
      const base = query.base ?? (await namedBase(context, request.headers['if-match']))
      const publishable = await layoutWorker.publish({ body })
      if (!publishable.ok) throw refused(publishable.error)
      const { packed, warnings } = publishable.value
      const author = principal?.name ?? 'unknown'
      const from = base === undefined ? undefined : await newestFrom(context, base)
      const position = await publishLayout(context, packed, { author, comment, ...(from ? { base: from } : {}) })
      const version = await committedVersion(store, position, clock, base)
      log.info('a layout was published', { version, ...position, by: author })
      return sendPublished(context, reply, { version, position, warnings })
    },
  }
}

export function refuseSimulated({ simulated }: Pick<RouteContext, 'simulated'>): void {
  if (simulated())
    throw new ProblemError(
      409,
      'this server shows its simulated city, whose layout cannot be changed; nothing was changed. To leave the demo, make a token for your first sensor (baykeeper token create --source NAME): the simulated city ends within seconds, and the layout can be written. Or start the server with --no-demo.',
      { code: 'E_SIMULATED' },
    )
}

/** What became of a request that was journaled before; undefined where it was not, or was refused. */
export async function publishedBefore({ store, requests }: Pick<RouteContext, 'store' | 'requests'>) {
  for (const position of requests.journaled()) {
    const version = await store.layoutVersionAt(position)
    if (version !== undefined) return { version, position, warnings: [] }
  }
  return undefined
}

/** A version that is undefined is not committed yet. */
export async function sendPublished(
  { live }: Pick<RouteContext, 'live'>,
  reply: FastifyReply,
  published: {
    readonly version: number | undefined
    readonly position: LayoutPosition | undefined
    readonly warnings: readonly LayoutFindingOnWire[]
  },
) {
  const { version, position, warnings } = published
  if (version === undefined) return reply.code(202).send({ version: null, record: position?.record })
  await live.refresh()
  return { version, ...(warnings.length > 0 ? { warnings: [...warnings] } : {}) }
}

const versionTag = (version: number) => `"${version}"`

/** The version that If-Match names, as `base` does; undefined without it. Throws where it is not the newest. */
async function namedBase({ store }: Pick<RouteContext, 'store'>, header: string | undefined) {
  if (header === undefined) return undefined
  const newest = (await store.layoutVersion()) ?? 0
  if (header.trim() === '*' ? newest > 0 : header.split(',').some((tag) => tag.trim() === versionTag(newest)))
    return newest
  throw new ProblemError(
    412,
    `header If-Match: the layout is at version ${newest}, which ${header.slice(0, 40)} does not name: nothing was changed. Read GET /api/v1/layout, make the change in that, and write it with its ETag.`,
    { code: 'E_LAYOUT_CHANGED' },
  )
}

const headOnWire = ({ version, created, author, comment, published }: LayoutHead) => ({
  ...{ version, created: iso(created), author, comment, published },
})

/** Where the version was published; throws when it is not the newest. Processing looks again, at the record's place. */
async function newestFrom({ store }: Pick<RouteContext, 'store'>, base: number) {
  const [head] = (await store.layoutVersions({ limit: 1 })).items
  const newest = head?.version ?? 0
  if (newest !== base) throw new LayoutChanged(newest, base)
  return baseOf(head)
}
