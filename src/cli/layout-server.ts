/** The layout of a server: read, and replaced. A site is taken away only where that was asked for. */
import { ApiError } from '@baykeeper/contract/client.ts'
import { routes } from '@baykeeper/contract/routes.ts'
import type { Layout } from '../domain/layout.ts'
import { layoutFromWire, layoutOnWire } from '../layout/layout-wire.ts'
import { type ApiTarget, failureOf } from './api-target.ts'
import { counted } from './counted.ts'
import { CommandFailed, exitCodes } from './output.ts'

export interface LiveLayout {
  readonly version: number
  readonly layout: Layout | undefined
}

/** The server's newest layout; version 0 where there is none. */
export async function liveLayout({ client, web }: ApiTarget): Promise<LiveLayout> {
  try {
    const { version, layout } = await client.call(routes.layout)
    return { version, layout: layoutFromWire(layout) }
  } catch (fault) {
    if (fault instanceof ApiError && fault.status === 404) return { version: 0, layout: undefined }
    throw failureOf(fault, web)
  }
}

/** What changes are made to: a simulated city leaves nothing behind, so beside it there is no layout. */
export async function layoutToChange(target: ApiTarget): Promise<LiveLayout> {
  try {
    if ((await target.client.call(routes.kpi)).simulated) return { version: 0, layout: undefined }
  } catch (fault) {
    throw failureOf(fault, target.web)
  }
  return liveLayout(target)
}

export interface PublishOptions {
  readonly comment?: string
  readonly removeSites?: boolean
}

/** `live`: what the layout replaces; another that was published meanwhile is not replaced. */
export async function publishTo(
  { client, web }: ApiTarget,
  layout: Layout,
  live: LiveLayout,
  { comment = '', removeSites = false }: PublishOptions,
): Promise<number | null> {
  if (!removeSites) refuseRemoval(live.layout, layout)
  try {
    const query = { base: live.version, comment }
    return (await client.call(routes.publishLayout, { query, body: layoutOnWire(layout) })).version
  } catch (fault) {
    throw failureOf(fault, web)
  }
}

function refuseRemoval(before: Layout | undefined, after: Layout): void {
  const kept = new Set(after.sites.map(({ id }) => id))
  const removed = (before?.sites ?? []).filter(({ id }) => !kept.has(id))
  if (removed.length === 0) return
  const named = removed.map(
    ({ id, levels }) =>
      `${id} (${counted(
        levels.reduce((sum, { bays }) => sum + bays.length, 0),
        'bay',
      )})`,
  )
  throw new CommandFailed(
    exitCodes.failed,
    `the layout lacks ${counted(removed.length, 'site')} of the server, which publishing would remove: ${named.join(', ')}. ` +
      'Nothing was changed. To keep them, bring the file with the bays into the live layout ("baykeeper layout import FILE --publish"); ' +
      'to remove them, add --remove-sites',
  )
}
