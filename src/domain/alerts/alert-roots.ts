/** Alerts that explain others, and hold them back. */
import type { AlertBook } from './alert-book.ts'
import type { RuleInUse } from './alert-engine.ts'
import { isActive } from './lifecycle.ts'
import { holdBackMs, isRaised, type Slot } from './slot.ts'
import { subjectKey } from './subject.ts'
import type { World } from './world.ts'

interface RootDeps {
  readonly book: AlertBook
  readonly world: World
  inUse(rule: string): RuleInUse | undefined
  schedule(slot: Slot): void
}

export interface AlertRoots {
  /** Of stored alerts. */
  load(): void
  /** By a root that is active, or has cleared a short while ago. */
  isHeldBack(child: Slot, at: number): boolean
  /** What it explains and has been raised before it is held back from now on. */
  raised(root: Slot, used: RuleInUse, at: number): void
  cleared(root: Slot, at: number): void
  /** It may be held back no longer. */
  left(child: Slot): void
}

export function createRoots({ book, world, inUse, schedule }: RootDeps): AlertRoots {
  /** Slots of rules that hold others back, whose alert is active or has cleared a short while ago. */
  const holding = new Set<Slot>()
  const children = createChildren({ book, schedule })

  const holds = (slot: Slot, at: number) =>
    slot.alert !== null && (isRaised(slot) || (slot.alert.cleared ?? 0) + holdBackMs > at)
  const isExplainedBy = (root: Slot, { declared }: RuleInUse, child: Slot) =>
    declared.holdsBack?.includes(child.kind) === true &&
    declared.explains?.(root.subject, child.subject, world) === true &&
    subjectKey(root.subject) !== subjectKey(child.subject)

  return {
    load() {
      for (const slot of book.all()) {
        if (slot.alert && inUse(slot.rule)?.declared.holdsBack) holding.add(slot)
        children.load(slot)
      }
    },
    isHeldBack(child, at) {
      const candidates = [...holding].filter((root) => holds(root, at)).sort((a, b) => (a.id < b.id ? -1 : 1))
      const root = candidates.find((one) => {
        const of = inUse(one.rule)
        return of !== undefined && isExplainedBy(one, of, child)
      })
      if (root) children.hold(root, child)
      return root !== undefined
    },
    raised(root, used, at) {
      if (!used.declared.holdsBack) return
      holding.add(root)
      children.releaseAt(root, null)
      const explained = used.declared.holdsBack
        .flatMap((kind) => [...book.ofKind(kind)])
        .filter((child) => child.alert?.life.is === 'unacknowledged' && isExplainedBy(root, used, child))
      for (const child of explained.sort((a, b) => (a.id < b.id ? -1 : 1))) {
        children.hold(root, child)
        book.event(child, 'suppressed', { at })
      }
    },
    left: children.left,
    cleared(root, at) {
      if (!holding.has(root)) return
      children.releaseAt(root, at + holdBackMs)
      for (const slot of holding) if (!holds(slot, at)) holding.delete(slot)
    },
  }
}

/** Alerts that are held back, by the alert that explains them. */
function createChildren({ book, schedule }: Pick<RootDeps, 'book' | 'schedule'>) {
  const byRoot = new Map<string, Set<Slot>>()
  const add = (root: string, child: Slot) => byRoot.getOrInsertComputed(root, () => new Set()).add(child)
  return {
    load(slot: Slot) {
      const { alert } = slot
      if (alert?.life.is === 'suppressed') add(alert.life.root, slot)
    },
    hold(root: Slot, child: Slot) {
      const { alert } = child
      if (!alert || !root.alert) return
      const to = root.alert
      alert.life = { is: 'suppressed', root: to.id, isActive: isActive(alert.life) }
      Object.assign(alert, {
        root: to.id,
        releaseAt: isRaised(root) ? null : (to.cleared ?? 0) + holdBackMs,
        isOwed: false,
      })
      to.children++
      add(to.id, child)
      book.mark(child)
      book.mark(root)
      schedule(child)
    },
    left(child: Slot) {
      const { alert } = child
      if (!alert || alert.root === null || alert.life.is === 'suppressed') return
      const of = byRoot.get(alert.root)
      of?.delete(child)
      if (of?.size === 0) byRoot.delete(alert.root)
      alert.releaseAt = null
      // Of one that has ended it shows what explained it.
      if (alert.life.is !== 'normal') alert.root = null
    },
    /** Null: as long as the root is active. */
    releaseAt(root: Slot, at: number | null) {
      for (const child of byRoot.get(root.alert?.id ?? '') ?? []) {
        if (child.alert?.life.is !== 'suppressed' || child.alert.root !== root.alert?.id) continue
        child.alert.releaseAt = at
        book.mark(child)
        schedule(child)
      }
    },
  }
}
