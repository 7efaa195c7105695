/** The layout: read whole, replaced whole. Every write is a new version; the live plan follows at once. */
import {
  layoutAcceptedSchema,
  layoutSavedSchema,
  layoutSchema,
  pathText,
  storedLayoutSchema,
} from '@baykeeper/contract/layout.ts'
import * as z from 'zod'
import type { Bay, Layout } from '../../domain/layout.ts'
import { layoutFaults } from '../../domain/layout-faults.ts'
import { commentCharsMax, type LayoutBase } from '../../domain/layout-publication.ts'
import type { Store } from '../../store/store.ts'
import type { RouteContext } from '../context.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { committedVersion, layoutChanged, publishLayout } from '../layout-publishing.ts'
import { issuesShownMax, ProblemError } from '../problem.ts'
import { iso } from '../wire.ts'

/** About 200,000 bays. */
const layoutBytesMax = 32 * 1_048_576

export function layoutRoutes(context: RouteContext): Endpoint[] {
  const { store, live, clock, log, simulated } = context
  return [
    endpoint({
      method: 'GET',
      path: '/api/v1/layout',
      access: 'read',
      tag: 'Layout',
      summary: 'The newest layout',
      problems: [404, 503],
      answers: [
        { status: 200, description: 'The layout and its version', schema: ['StoredLayout', storedLayoutSchema] },
      ],
      async handle() {
        const stored = await store.layout()
        if (!stored) throw new ProblemError(404, 'there is no layout yet: write one with PUT /api/v1/layout')
        return { ...stored, created: iso(stored.created) }
      },
    }),
    endpoint({
      method: 'PUT',
      path: '/api/v1/layout',
      access: 'admin',
      tag: 'Layout',
      summary: 'Write a new version of the layout',
      description:
        'Bay ids are unique over all sites, a bay lies within its level, and a device watches one bay. The layout is a record of the journal: it is in effect for every reading that is accepted after the answer, and for none before. Where processing has not committed it within 5 s the answer is 202: the layout is safe and takes effect at its place, or is refused there when `base` is outdated by then.',
      query: z.strictObject({
        comment: z.string().max(commentCharsMax).optional().describe('why: kept with the version'),
        base: z.coerce
          .number()
          .int()
          .min(0)
          .optional()
          .describe(
            'version that this layout was made from, 0 when there was none: refused with 409 when another is the newest by then. Without it the layout replaces whatever is there',
          ),
      }),
      body: layoutSchema,
      bodyName: 'Layout',
      bodyBytesMax: layoutBytesMax,
      problems: [409, 503],
      answers: [
        { status: 200, description: 'Published and live', schema: ['LayoutSaved', layoutSavedSchema] },
        {
          status: 202,
          description: 'Published and safe in the journal, not live yet',
          schema: ['LayoutAccepted', layoutAcceptedSchema],
        },
      ],
      async handle({ body, query: { comment = '', base }, principal, reply }) {
        if (simulated())
          throw new ProblemError(
            409,
            'the city shown is simulated and leaves nothing behind: make a token (baykeeper token create --source NAME), which ends it, then write the layout again',
          )
        const layout = asLayout(body)
        refuseFaults(layout)
        const author = principal?.name ?? 'unknown'
        const from = base === undefined ? undefined : await publishedFrom(store, base)
        const position = await publishLayout(context, layout, { author, comment, ...(from ? { base: from } : {}) })
        const version = await committedVersion(store, position, clock, base)
        log.info('a layout was published', { version, ...position, by: author })
        if (version === undefined) return reply.code(202).send({ version: null, record: position.record })
        await live.refresh()
        return { version }
      },
    }),
  ]
}

/** Where the version was published; throws when it is not the newest. Processing looks again, at the record's place. */
async function publishedFrom(store: Pick<Store, 'layout'>, base: number): Promise<LayoutBase> {
  const stored = await store.layout()
  const newest = stored?.version ?? 0
  if (newest !== base) throw layoutChanged(newest, base)
  return stored?.published ?? { journal: '', record: 0 }
}

function refuseFaults(layout: Layout): void {
  const faults = layoutFaults(layout)
  const [first] = faults
  if (!first) return
  const errors = faults.slice(0, issuesShownMax).map(({ path, message }) => ({ path: pathText(path), message }))
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''
  throw new ProblemError(400, `body ${pathText(first.path)}: ${first.message}${more}`, { code: 'E_INVALID', errors })
}

/** The schema's optional fields may be present and undefined; the domain's are absent. */
function asLayout(body: ReturnType<typeof layoutSchema.parse>): Layout {
  return {
    ...body,
    sites: body.sites.map((site) => ({
      ...site,
      levels: site.levels.map((level) => ({
        ...level,
        bays: level.bays.map(
          ({ zone, device, closed, ...bay }): Bay => ({
            ...bay,
            ...(zone === undefined ? {} : { zone }),
            ...(device === undefined ? {} : { device }),
            ...(closed === undefined ? {} : { closed }),
          }),
        ),
      })),
    })),
  }
}
