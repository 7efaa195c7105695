/** Adds a layout to that of a server, so that replayed bays are on its page. The existing layout is not changed. */
import type { Layout, Site } from '../domain/layout.ts'

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
  const url = new URL('/api/v1/layout', web)
  const headers = { authorization: `Bearer ${apiKey}` }
  const answer = await fetch(url, { headers, signal: signal ?? null })
  if (!answer.ok && answer.status !== 404)
    throw new Error(`GET ${url} answers ${answer.status}: ${(await answer.text()).slice(0, 200)}`)
  const stored = answer.status === 404 ? undefined : ((await answer.json()) as { version: number; layout: Layout })
  const merged = stored ? beside(stored.layout, layout) : layout
  if (!merged) return 'present'
  // A concurrent change of another client is not overwritten.
  url.searchParams.set('base', String(stored?.version ?? 0))
  const put = await fetch(url, {
    method: 'PUT',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(merged),
    signal: signal ?? null,
  })
  if (!put.ok) throw new Error(`PUT ${url} answers ${put.status}: ${(await put.text()).slice(0, 500)}`)
  return 'written'
}

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
