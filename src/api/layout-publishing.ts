/** A layout on its way: journaled, then waited for, so that who has published it sees it. */

import type { Layout } from '../domain/layout.ts'
import { encodePublication } from '../domain/layout-publication.ts'
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
  by: { readonly author: string; readonly comment: string },
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

/** The version that the record has become; undefined when it is not committed in time. */
export async function committedVersion(
  store: Pick<Store, 'layoutVersionAt'>,
  position: LayoutPosition,
  clock: Clock,
): Promise<number | undefined> {
  const until = clock.monotonic() + commitMsMax
  const done = new AbortController()
  const late = clock.sleep(commitMsMax, done.signal).catch(() => undefined)
  try {
    while (clock.monotonic() < until) {
      // A store that is away may be back in time; one that hangs is not waited for.
      const look = store.layoutVersionAt(position).catch(() => undefined)
      const version = await Promise.race([look, late])
      if (version !== undefined) return version
      await clock.sleep(lookMs)
    }
    return undefined
  } finally {
    done.abort()
  }
}
