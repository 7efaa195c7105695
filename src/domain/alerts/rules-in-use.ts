/** Rules in use: the built-in ones, those that people have put in their place, and their own. */
import type { WatchedQuantity } from '@baykeeper/contract/vocabulary.ts'
import type { RuleInUse } from './alert-engine.ts'
import type { RuleDeclaration, WatcherOf } from './declaration.ts'
import type { AlertRule } from './rule.ts'
import { builtInRules } from './rules/list.ts'
import { own } from './rules/own.ts'
import { person } from './rules/person.ts'
import { bayMinutes } from './watchers/bay-minutes.ts'
import { measureValues } from './watchers/measure-values.ts'
import { placeShares } from './watchers/place-shares.ts'
import { silentMinutes } from './watchers/silence.ts'
import { zoneVehicles } from './watchers/zone-vehicles.ts'

const declared = new Map<string, RuleDeclaration>([...builtInRules, own, person].map((one) => [one.kind, one]))
export const declarationOf = (kind: string): RuleDeclaration | undefined => declared.get(kind)

export const defaultRule = ({ kind, defaults }: RuleDeclaration): AlertRule => ({ id: kind, kind, ...defaults })

/** `stored`: rules that people have written, by id. */
export function rulesOf(stored: ReadonlyMap<string, AlertRule>): ReadonlyMap<string, RuleInUse> {
  const rules = new Map<string, RuleInUse>()
  for (const one of [...builtInRules, person]) rules.set(one.kind, { rule: defaultRule(one), declared: one })
  for (const [id, rule] of [...stored].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const of = declared.get(rule.kind)
    // A rule of a later release: it is kept, and watches nothing.
    if (of) rules.set(id, { rule, declared: of })
  }
  return rules
}

const groupOf: { readonly [Q in WatchedQuantity]: WatcherOf } = {
  'occupied-share': placeShares,
  free: placeShares,
  'unknown-share': placeShares,
  'state-minutes': bayMinutes,
  measure: measureValues,
  'silent-minutes': silentMinutes,
  vehicles: zoneVehicles,
  'band-width': zoneVehicles,
}

/** What a rule watches: its own choice, or that of its kind. */
export const watchOf = ({ rule, declared: of }: RuleInUse) => (of.kind === own.kind ? rule.watch : (of.watch ?? null))

/** One watcher for all rules of a quantity: 500 rules of 50,000 bays are no loop. */
export function watcherGroups(rules: readonly RuleInUse[]): ReadonlyMap<WatcherOf, readonly AlertRule[]> {
  const groups = new Map<WatcherOf, AlertRule[]>()
  for (const used of rules) {
    const watch = watchOf(used)
    const create = watch ? groupOf[watch.quantity] : used.declared.watcher
    if (!create) continue
    const rule = watch && used.rule.watch === null ? { ...used.rule, watch } : used.rule
    groups.getOrInsertComputed(create, () => []).push(rule)
  }
  return groups
}
