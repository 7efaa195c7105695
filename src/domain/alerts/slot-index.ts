/** Slots by what they are looked for: their rule and subject, or their alert. */
import type { Slot } from './slot.ts'

export interface SlotIndex {
  /** By `Slot.key`; the function is called only where the rule has slots. */
  find(rule: string, key: () => string): Slot | undefined
  ofRule(rule: string): Iterable<Slot>
  ofKind(kind: string): Iterable<Slot>
  add(slot: Slot): void
  remove(slot: Slot): void
  all(): Iterable<Slot>
  /** The same after a restart. */
  inOrder(): readonly Slot[]
}

export function createSlotIndex(): SlotIndex {
  const slots = new Map<string, Slot>()
  const byRule = new Map<string, Map<string, Slot>>()
  const byKind = new Map<string, Set<Slot>>()
  return {
    find: (rule, key) => byRule.get(rule)?.get(key()),
    ofRule: (rule) => byRule.get(rule)?.values() ?? [],
    ofKind: (kind) => byKind.get(kind) ?? [],
    add(slot) {
      slots.set(slot.id, slot)
      byRule.getOrInsertComputed(slot.rule, () => new Map()).set(slot.key, slot)
      byKind.getOrInsertComputed(slot.kind, () => new Set()).add(slot)
    },
    remove(slot) {
      const { id, rule, key, kind } = slot
      slots.delete(id)
      byKind.get(kind)?.delete(slot)
      const of = byRule.get(rule)
      of?.delete(key)
      if (of?.size === 0) byRule.delete(rule)
    },
    all: () => slots.values(),
    inOrder: () => [...slots.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
  }
}
