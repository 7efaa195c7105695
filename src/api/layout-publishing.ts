/** A layout on its way: journaled, then waited for, so that who has published it sees it. */

import type { Layout } from '../domain/layout.ts'
import { encodePublication, type LayoutBase } from '../domain/layout-publication.ts'
import type { Clock } from '../lib/clock.ts'
import { packJson } from '../lib/packed-json.ts'
import type { LayoutPosition, Store } from '../store/store.ts'
import { PublicationRefused, type Publisher } from './context.ts'
import { ProblemError } from './problem.ts'

/** Processing commits within milliseconds; behind a backlog or without a database it takes as long as that does. */
const commitMsMax = 5_000
const lookMs = 20
const retryAfterS = '5'

export async function publishLayout(
  { publisher, clock }: { readonly publisher: Publisher; readonly clock: Clock },
  layout: Layout,
  by: { readonly author: string; readonly comment: string; readonly base?: LayoutBase },
): Promise<LayoutPosition> {
  const packed = await packJson(layout)
  try {
    return await publisher.publish(encodePublication({ ...by, at: clock.now(), packed }))
  } catch (fault) {
    if (!(fault instanceof PublicationRefused)) throw fault
    const isUnknown = fault.reason === 'interrupted'
    throw new ProblemError(
      503,
      isUnknown
        ? `${fault.message}: whether the layout was published is not known. Read GET /api/v1/layout before you write it again.`
        : `${fault.message}: nothing was changed. Write the layout again in a few seconds.`,
      {
        code: isUnknown ? 'E_PUBLICATION_UNKNOWN' : 'E_PUBLICATION_REFUSED',
        headers: { 'retry-after': retryAfterS },
      },
    )
  }
}

/** Another layout took effect after the one that was changed. */
export const layoutChanged = (newest: number, base: number) =>
  new ProblemError(
    409,
    `the layout is at version ${newest}, and this one was made from version ${base}: nothing was changed. Read GET /api/v1/layout, make the change in that, and write it with its version as base.`,
    { code: 'E_LAYOUT_CHANGED' },
  )

/**
 * The version that the record has become; undefined when it is not committed in time. Throws when it is refused because another version than
 * `base` is the newest.
 */
export async function committedVersion(
  store: Pick<Store, 'layoutVersion' | 'layoutVersionAt'>,
  position: LayoutPosition,
  clock: Clock,
  base?: number,
): Promise<number | undefined> {
  const until = clock.monotonic() + commitMsMax
  const done = new AbortController()
  const late = clock.sleep(commitMsMax, done.signal).catch(() => undefined)
  try {
    while (clock.monotonic() < until) {
      // A store that is away may be back in time; one that hangs is not waited for.
      const before = base === undefined ? undefined : store.layoutVersion().catch(() => undefined)
      const newest = await Promise.race([before, late])
      const look = store.layoutVersionAt(position).catch(() => undefined)
      const version = await Promise.race([look, late])
      if (version !== undefined) return version
      // Versions only rise: with another above its base, and looked for before itself, it is refused or will be.
      if (base !== undefined && newest !== undefined && newest > base) throw layoutChanged(newest, base)
      await clock.sleep(lookMs)
    }
    return undefined
  } finally {
    done.abort()
  }
}
