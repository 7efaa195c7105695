/** Watches what intake reports of the system with a heartbeat. A part that is missing is not known: its condition stays as it is. */
import type { AlertSubjectKind } from '@baykeeper/contract/vocabulary.ts'
import type { SystemHealth } from '../../folds/fold.ts'
import type { RuleDeclaration } from '../declaration.ts'
import type { AlertRule, Standing } from '../rule.ts'
import { subject } from '../subject.ts'

export interface HealthFinding {
  readonly id: string
  readonly isOn: boolean
  readonly value: number | null
  readonly text: string
  /** Since when, milliseconds since 1970; absent: since the heartbeat. */
  readonly since?: number | null
  readonly source?: string
  readonly site?: string
}

export const healthRule =
  (
    kind: AlertSubjectKind,
    find: (health: SystemHealth, rule: AlertRule, standingOf: (id: string) => Standing) => Iterable<HealthFinding>,
    /** What it does not find is gone. */
    isComplete: (health: SystemHealth) => boolean = () => false,
  ): NonNullable<RuleDeclaration['watcher']> =>
  (rules, { put, standing, subjectsOn }) => {
    const rule = rules[0] as AlertRule
    return {
      follows: {
        facts({ health, at }) {
          if (!health) return
          const gone = new Set(isComplete(health) ? [...subjectsOn(rule)].map(({ id }) => id) : [])
          for (const { id, text, since, source = '', site = '', ...found } of find(health, rule, (one) =>
            standing(rule, { kind, id: one }),
          )) {
            gone.delete(id)
            put(rule, { kind, id }, { ...found, at: since ?? at, text: () => text }, () =>
              subject(kind, id, { source, site }),
            )
          }
          for (const id of [...gone].sort())
            put(rule, { kind, id }, { isOn: false, at, value: null, text: () => '' }, () => undefined)
        },
      },
      // The next heartbeat shows it.
      look: () => undefined,
    }
  }
