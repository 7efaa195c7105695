/** The layout: read whole, replaced whole. Every write is a new version; the live plan follows at once. */
import {
  layoutAcceptedSchema,
  layoutSavedSchema,
  layoutSchema,
  pathText,
  storedLayoutSchema,
} from '@baykeeper/contract/layout.ts'
import * as z from 'zod'
import type { Layout } from '../../domain/layout.ts'
import { layoutFaults } from '../../domain/layout-faults.ts'
import { commentCharsMax } from '../../domain/layout-publication.ts'
import type { RouteContext } from '../context.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { committedVersion, publishLayout } from '../layout-publishing.ts'
import { layoutFromWire, layoutOnWire } from '../layout-wire.ts'
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
        return { ...stored, created: iso(stored.created), layout: layoutOnWire(stored.layout) }
      },
    }),
    endpoint({
      method: 'PUT',
      path: '/api/v1/layout',
      access: 'admin',
      tag: 'Layout',
      summary: 'Write a new version of the layout',
      description:
        'Bay ids are unique over all sites, a bay lies within its level, and a device watches one bay. The layout is a record of the journal: it is in effect for every reading that is accepted after the answer, and for none before. Where processing has not committed it within 5 s the answer is 202: the layout is safe and takes effect at its place.',
      query: z.strictObject({
        comment: z.string().max(commentCharsMax).optional().describe('why: kept with the version'),
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
      async handle({ body, query: { comment = '' }, principal, reply }) {
        if (simulated())
          throw new ProblemError(
            409,
            'the city shown is simulated and leaves nothing behind: make a token (baykeeper token create --source NAME), which ends it, then write the layout again',
          )
        const layout = layoutFromWire(body)
        refuseFaults(layout)
        const author = principal?.name ?? 'unknown'
        const position = await publishLayout(context, layout, { author, comment })
        const version = await committedVersion(store, position, clock)
        log.info('a layout was published', { version, ...position, by: author })
        if (version === undefined) return reply.code(202).send({ version: null, record: position.record })
        await live.refresh()
        return { version }
      },
    }),
  ]
}

function refuseFaults(layout: Layout): void {
  const faults = layoutFaults(layout)
  const [first] = faults
  if (!first) return
  const errors = faults.slice(0, issuesShownMax).map(({ path, message }) => ({ path: pathText(path), message }))
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''
  throw new ProblemError(400, `body ${pathText(first.path)}: ${first.message}${more}`, { code: 'E_INVALID', errors })
}
