/** The layout: read whole, replaced whole. Every write is a new version; the live plan follows at once. */
import { layoutSavedSchema, layoutSchema, storedLayoutSchema } from '@baykeeper/contract/layout.ts'
import type { Bay, Layout } from '../../domain/layout.ts'
import type { RouteContext } from '../context.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { ProblemError } from '../problem.ts'
import { iso } from '../wire.ts'

/** About 200,000 bays. */
const layoutBytesMax = 32 * 1_048_576

export function layoutRoutes({ store, live, clock, log, simulated }: RouteContext): Endpoint[] {
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
        'Bay ids are unique over all sites, and a device watches one bay. Devices heard before apply to their bays at once.',
      body: layoutSchema,
      bodyName: 'Layout',
      bodyBytesMax: layoutBytesMax,
      problems: [409, 503],
      answers: [{ status: 200, description: 'Written', schema: ['LayoutSaved', layoutSavedSchema] }],
      async handle({ body, principal }) {
        if (simulated())
          throw new ProblemError(
            409,
            'the city shown is simulated and leaves nothing behind: make a token (baykeeper token create --source NAME), which ends it, then write the layout again',
          )
        const version = await store.saveLayout(asLayout(body), principal?.name ?? 'unknown', clock.now())
        log.info('a new layout was written', { version, by: principal?.name })
        await live.refresh()
        return { version }
      },
    }),
  ]
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
