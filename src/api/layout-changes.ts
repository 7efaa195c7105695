/**
 * Small changes of the layout, each a new version made from the newest one. Those of this server wait for each other, so that each is made
 * from the one before; where somebody else publishes a layout in between, the change is made again from that one.
 */
import type { LayoutFindingOnWire } from '@baykeeper/contract/stored-layout.ts'
import { emptyLayout } from '../domain/layout.ts'
import type { LayoutEdit } from '../domain/layout-edit.ts'
import type { Refusal } from '../layout/layout-work.ts'
import { packJson } from '../lib/packed-json.ts'
import type { LayoutPosition } from '../store/store.ts'
import type { RouteContext } from './context.ts'
import { baseOf, committedVersion, LayoutChanged, publishLayout } from './layout-publishing.ts'
import { ProblemError } from './problem.ts'

/** Others that publish all the time. */
const attemptsMax = 8
/** Requests that wait for their turn. */
const waitingMax = 500
const retryAfterS = '5'

export interface ChangeOutcome {
  /** Undefined while processing has not committed it. */
  readonly version: number | undefined
  readonly position: LayoutPosition | undefined
  readonly warnings: readonly LayoutFindingOnWire[]
}

export interface LayoutChanger {
  change(
    edits: readonly LayoutEdit[],
    by: { readonly author: string; readonly comment: string },
  ): Promise<ChangeOutcome>
}

type Deps = Pick<RouteContext, 'store' | 'publisher' | 'clock' | 'layoutWorker'>

export function createLayoutChanger({ store, publisher, clock, layoutWorker }: Deps): LayoutChanger {
  let turn: Promise<unknown> = Promise.resolve()
  let waiting = 0
  /** Journaled and not committed in time: a change made before that is known would be refused, or undo it. */
  let uncommitted: { readonly position: LayoutPosition; readonly base: number } | undefined

  async function attempt(
    edits: readonly LayoutEdit[],
    by: { author: string; comment: string },
  ): Promise<ChangeOutcome> {
    const before = await store.packedLayout()
    const packed = before?.packed ?? (await packJson(emptyLayout))
    const edited = await layoutWorker.edit({ packed, edits })
    if (!edited.ok) throw refused(edited.error)
    const base = before?.version ?? 0
    if (edited.value === undefined) return { version: base, position: undefined, warnings: [] }
    const { warnings } = edited.value
    const position = await publishLayout({ publisher, clock }, edited.value.packed, { ...by, base: baseOf(before) })
    const version = await committedVersion(store, position, clock, base)
    if (version === undefined) uncommitted = { position, base }
    return { version, position, warnings }
  }

  async function settled(): Promise<void> {
    if (!uncommitted) return
    const { position, base } = uncommitted
    // Refused is settled too: the change after it is made from the layout that came in between.
    const version = await committedVersion(store, position, clock, base).catch((fault) => {
      if (fault instanceof LayoutChanged) return base
      throw fault
    })
    if (version === undefined) throw pending()
    uncommitted = undefined
  }

  async function inTurn(edits: readonly LayoutEdit[], by: { author: string; comment: string }): Promise<ChangeOutcome> {
    await settled()
    for (let tries = 1; ; tries++)
      try {
        return await attempt(edits, by)
      } catch (fault) {
        if (!(fault instanceof LayoutChanged) || tries >= attemptsMax) throw fault
      }
  }

  return {
    change(edits, by) {
      if (waiting >= waitingMax) throw busy()
      waiting++
      const outcome = turn.then(() => inTurn(edits, by)).finally(() => waiting--)
      // Its own caller gets its fault.
      turn = outcome.catch(() => {})
      return outcome
    },
  }
}

const later = { 'retry-after': retryAfterS }
const pending = () =>
  new ProblemError(
    503,
    'a change of the layout is journaled and not committed yet, and the next one has to follow it: nothing was changed. Try again in a few seconds.',
    { code: 'E_LAYOUT_PENDING', headers: later },
  )
const busy = () =>
  new ProblemError(
    503,
    `${waitingMax} changes of the layout wait already: nothing was changed. Try again in a few seconds, or send many changes in one request (POST /api/v1/layout/changes).`,
    { code: 'E_LAYOUT_BUSY', headers: later },
  )

const statusOf = { invalid: 400, missing: 404, conflict: 409 } as const
const codeOf = { invalid: 'E_INVALID', missing: 'E_NOT_FOUND', conflict: 'E_CONFLICT' } as const

export const refused = ({ is, detail, errors }: Refusal): ProblemError =>
  new ProblemError(statusOf[is], detail, { code: codeOf[is], ...(errors.length > 0 ? { errors } : {}) })
