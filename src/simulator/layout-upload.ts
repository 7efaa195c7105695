/** Adds a layout to that of a server, so that replayed bays are on its page. The existing layout is not changed. */
import { ApiError, createClient } from '@baykeeper/contract/client.ts'
import type { LayoutDocument } from '@baykeeper/contract/layout.ts'
import { routes } from '@baykeeper/contract/routes.ts'
import type { Layout, Site } from '../domain/layout.ts'
import { camelKeys, snakeKeys } from '../lib/key-case.ts'

export interface LayoutUpload {
  /** Base URL of web and API. */
  readonly web: string
  readonly apiKey: string
  readonly signal?: AbortSignal | undefined
}

/** `present`: the server knows all of these bays already, nothing was written. */
export async function uploadLayout(
  layout: Layout,
  { web, apiKey, signal }: LayoutUpload,
): Promise<'written' | 'present'> {
  const client = createClient({ base: web, key: apiKey })
  const stored = await client.call(routes.layout, {}, { signal }).catch((fault) => {
    if (fault instanceof ApiError && fault.status === 404) return undefined
    throw fault
  })
  const merged = stored ? beside(fromWire(stored.layout), layout) : layout
  if (!merged) return 'present'
  // A concurrent change of another client is not overwritten.
  const query = { base: stored?.version ?? 0 }
  await client.call(routes.publishLayout, { query, body: onWire(merged) }, { signal })
  return 'written'
}

const onWire = (layout: Layout) => snakeKeys(layout) as LayoutDocument

/** What the server answers is written in full. */
const fromWire = (document: LayoutDocument) => camelKeys(document) as Layout

/** Both layouts in one plan, the bays that are new below; `undefined` when none is. A bay that is known stays where it is. */
export function beside(before: Layout, added: Layout): Layout | undefined {
  if (before.sites.length === 0) return added
  const known = new Set(before.sites.flatMap((site) => site.levels.flatMap((level) => level.bays.map((bay) => bay.id))))
  const fresh = added.sites.flatMap((site) => withoutBays(site, known))
  if (fresh.length === 0) return undefined
  const bottoms = before.sites.flatMap((site) => site.levels.map((level) => level.y + level.h))
  const y = Math.max(0, ...bottoms) + 20
  const ids = new Set(before.sites.map((site) => site.id))
  return { ...before, sites: [...before.sites, ...fresh.map((site) => moved(site, y, freeId(site.id, ids)))] }
}

/** The site with its other bays; none when all are known. */
function withoutBays(site: Site, known: ReadonlySet<string>): Site[] {
  const levels = site.levels
    .map((level) => ({ ...level, bays: level.bays.filter(({ id }) => !known.has(id)) }))
    .filter(({ bays }) => bays.length > 0)
  return levels.length > 0 ? [{ ...site, levels }] : []
}

function freeId(id: string, taken: Set<string>): string {
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? id : `${id}-${n}`
    if (!taken.has(candidate)) return candidate
  }
}

const moved = (site: Site, y: number, id: string): Site => ({
  ...site,
  id,
  levels: site.levels.map((level) => ({
    ...level,
    y: level.y + y,
    bays: level.bays.map((bay) => ({ ...bay, y: bay.y + y })),
  })),
})
