/** A layout on its way: journaled, then waited for, so that who has published it sees it. */

import { encodePublication, type LayoutBase } from '../domain/layout-publication.ts'
import type { Clock } from '../lib/clock.ts'
import type { LayoutHead, LayoutPosition, Store } from '../store/store.ts'
import type { Publisher } from './context.ts'
import { committed, publishRecord } from './desk-publishing.ts'
import { ProblemError } from './problem.ts'

/** `packed`: the layout's JSON (lib/packed-json.ts). */
export async function publishLayout(
  { publisher, clock }: { readonly publisher: Publisher; readonly clock: Clock },
  packed: Uint8Array,
  by: { readonly author: string; readonly comment: string; readonly base?: LayoutBase },
): Promise<LayoutPosition> {
  return publishRecord(publisher, encodePublication({ ...by, at: clock.now(), packed }), {
    what: 'the layout',
    where: 'GET /api/v1/layout',
  })
}

/** What a layout that was made from this version names as its base. */
export const baseOf = (head: Pick<LayoutHead, 'published'> | undefined): LayoutBase =>
  head?.published ?? { journal: '', record: 0 }

/** Another layout took effect after the one that was changed. */
export class LayoutChanged extends ProblemError {
  constructor(newest: number, base: number) {
    super(
      409,
      `the layout is at version ${newest}, and this one was made from version ${base}: nothing was changed. Read GET /api/v1/layout, make the change in that, and write it with its version as base.`,
      { code: 'E_LAYOUT_CHANGED' },
    )
  }
}

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
  // A look that fails finds nothing out, and is repeated.
  const found = await committed(async () => {
    // Versions only rise: with another above its base, and looked for before itself, it is refused or will be.
    const newest = base === undefined ? undefined : await store.layoutVersion()
    const version = await store.layoutVersionAt(position)
    if (version !== undefined) return { version }
    return base !== undefined && newest !== undefined && newest > base ? { refusedBy: newest } : undefined
  }, clock)
  if (found?.refusedBy !== undefined && base !== undefined) throw new LayoutChanged(found.refusedBy, base)
  return found?.version
}
