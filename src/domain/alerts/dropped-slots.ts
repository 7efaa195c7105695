/** Conditions that no rule watches any more, or whose subject is gone: what follows from them ends. */
import { countKey } from '../counting.ts'
import type { AlertBook } from './alert-book.ts'
import type { AlertEngine, RuleInUse } from './alert-engine.ts'
import { declarationOf, watchOf } from './rules-in-use.ts'
import type { Slot } from './slot.ts'
import { isInScope } from './subject.ts'
import type { World } from './world.ts'

interface RuleChange {
  readonly book: AlertBook
  readonly engine: AlertEngine
  readonly id: string
  /** Undefined: it was off, or there was none. */
  readonly was: RuleInUse | undefined
  readonly is: RuleInUse | undefined
}

export function applyChange({ book, engine, id, was, is }: RuleChange, at: number) {
  for (const slot of [...book.ofRule(id)].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const why = whyDropped(slot, was, is)
    if (why !== undefined) engine.drop(slot, at, why)
    else {
      // What follows from other delays and hours happens now, not before.
      slot.floor = Math.max(slot.floor, at)
      book.mark(slot)
    }
    engine.schedule(slot)
  }
}

function whyDropped(slot: Slot, was: RuleInUse | undefined, is: RuleInUse | undefined): string | undefined {
  if (!is) return declarationOf(slot.kind)?.isResolvable === true ? undefined : 'The rule was switched off or removed.'
  if (was && !areSameWatches(was, is)) return 'The rule watches something else now.'
  return isInScope(is.rule.scope, slot.subject) ? undefined : 'The rule is not about it any more.'
}

function areSameWatches(was: RuleInUse, is: RuleInUse): boolean {
  const [a, b] = [watchOf(was), watchOf(is)]
  const fields = ['quantity', 'is', 'places', 'state', 'measure'] as const
  return was.rule.kind === is.rule.kind && fields.every((field) => a?.[field] === b?.[field])
}

export const areSameLimits = ({ rule: a }: RuleInUse, { rule: b }: RuleInUse): boolean =>
  a.threshold === b.threshold && a.clearAt === b.clearAt

/** The layout is another. */
export function dropGone(book: AlertBook, engine: AlertEngine, world: World) {
  const zones = new Set(world.watching.counting.zones.map(countKey))
  for (const slot of book.inOrder())
    if (!slot.isResolvable && isGone(slot, world, zones))
      engine.drop(slot, engine.clock, `The layout does not have it any more.`)
}

function isGone({ subject: { kind, id, site } }: Slot, world: World, zones: ReadonlySet<string>): boolean {
  if (kind === 'bay') return !world.watching.closed.has(id)
  if (kind === 'count-zone') return !zones.has(id)
  if (site === '') return false
  if (kind === 'place') return !world.watching.siteHours.has(site)
  if (kind !== 'device') return false
  // One that has never had a place still sends.
  const device = world.deviceNamed(id)
  return device === undefined || !world.isPlaced(device)
}
