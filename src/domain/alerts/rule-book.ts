/** Rules as people have written them, and which of them are in use. */
import type { RuleInUse } from './alert-engine.ts'
import { type AlertRuleRow, ruleFrom } from './alert-rows.ts'
import type { AlertRule } from './rule.ts'
import { rulesOf } from './rules-in-use.ts'

export interface RuleBook {
  /** Undefined: it is off, or there is none. */
  inUse(id: string): RuleInUse | undefined
  enabled(): readonly RuleInUse[]
  /** Null: it is removed; of a built-in rule its own settings hold again. */
  change(id: string, rule: AlertRule | null): void
}

export function createRuleBook(rows: readonly AlertRuleRow[]): RuleBook {
  const stored = new Map(
    rows.flatMap((row) => {
      const rule = ruleFrom(row)
      return rule ? [[rule.id, rule] as const] : []
    }),
  )
  let rules: ReadonlyMap<string, RuleInUse> = rulesOf(stored)
  return {
    inUse(id) {
      const used = rules.get(id)
      return used?.rule.enabled ? used : undefined
    },
    enabled: () => [...rules.values()].filter(({ rule }) => rule.enabled),
    change(id, rule) {
      if (rule === null) stored.delete(id)
      else stored.set(id, rule)
      rules = rulesOf(stored)
    },
  }
}
