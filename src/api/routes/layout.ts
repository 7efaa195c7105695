/** The layout: read whole, replaced whole. Every write is a new version; the live plan follows at once. */
import { pathText } from '@baykeeper/contract/layout.ts'
import type { layoutRoutes } from '@baykeeper/contract/routes/layout.ts'
import type { Layout } from '../../domain/layout.ts'
import { layoutFaults } from '../../domain/layout-faults.ts'
import type { LayoutBase } from '../../domain/layout-publication.ts'
import type { Store } from '../../store/store.ts'
import type { RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { committedVersion, layoutChanged, publishLayout } from '../layout-publishing.ts'
import { layoutFromWire, layoutOnWire } from '../layout-wire.ts'
import { issuesShownMax, ProblemError } from '../problem.ts'
import { iso } from '../wire.ts'

export function layoutHandlers(context: RouteContext): Handlers<typeof layoutRoutes> {
  const { store, live, clock, log, simulated } = context
  return {
    async layout() {
      const stored = await store.layout()
      if (!stored) throw new ProblemError(404, 'there is no layout yet: write one with PUT /api/v1/layout')
      return { ...stored, created: iso(stored.created), layout: layoutOnWire(stored.layout) }
    },
    async publishLayout({ body, query: { comment = '', base }, principal, reply }) {
      if (simulated())
        throw new ProblemError(
          409,
          'the city shown is simulated and leaves nothing behind: make a token (baykeeper token create --source NAME), which ends it, then write the layout again',
        )
      const layout = layoutFromWire(body)
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
  }
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
