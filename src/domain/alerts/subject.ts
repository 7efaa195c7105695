/** What an alert is about, and where that is. */
import type { AlertSubjectKind, BayType } from '@baykeeper/contract/vocabulary.ts'
import type { RuleScope } from './rule.ts'

export interface Subject {
  readonly kind: AlertSubjectKind
  /** Unique within its kind. */
  readonly id: string
  /** Empty: it has none. */
  readonly site: string
  readonly level: string
  readonly zones: readonly string[]
  readonly types: readonly BayType[]
  /** Hardware id; empty: it is no device. */
  readonly device: string
  /** Empty: it has none, as a bay. */
  readonly source: string
}

export const subjectKey = ({ kind, id }: Pick<Subject, 'kind' | 'id'>): string => `${kind} ${id}`

const nowhere = { site: '', level: '', zones: [], types: [], device: '', source: '' } as const

export const subject = (kind: AlertSubjectKind, id: string, more: Partial<Subject> = {}): Subject => ({
  ...{ kind, id, ...nowhere },
  ...more,
})

const allows = <T>(list: readonly T[], has: (item: T) => boolean) => list.length === 0 || list.some(has)

/** Whether a rule of this scope is about it. */
export function isInScope(scope: RuleScope, { site, level, zones, types, device, source }: Subject): boolean {
  return (
    allows(scope.sites, (one) => one === site) &&
    allows(scope.levels, (one) => one === level) &&
    allows(scope.zones, (one) => zones.includes(one)) &&
    allows(scope.types, (one) => types.includes(one)) &&
    allows(scope.devices, (one) => one === device) &&
    allows(scope.sources, (one) => one === source)
  )
}
