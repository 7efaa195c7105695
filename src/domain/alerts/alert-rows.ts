/** What the fold of alerts stores, and resumes from. */
import type {
  AlertEventKind,
  AlertRefusal,
  AlertSeverity,
  AlertState,
  AlertSubjectKind,
} from '@baykeeper/contract/vocabulary.ts'
import type { Instant } from '../../lib/brand.ts'
import type { AlertRule } from './rule.ts'

/** One alert, from its raise until it is closed and after. */
export interface AlertRow {
  /** 24 hex digits, from its rule, its subject and the moment it was raised. */
  readonly id: string
  readonly rule: string
  readonly kind: string
  readonly severity: AlertSeverity
  readonly title: string
  /** One sentence: what was seen. */
  readonly text: string
  readonly subjectKind: AlertSubjectKind
  readonly subject: string
  /** Empty: it has none, as the city, a system. */
  readonly site: string
  readonly level: string
  readonly zone: string
  readonly state: AlertState
  readonly raised: Instant
  /** Null: its condition holds. */
  readonly cleared: Instant | null
  readonly acknowledged: Instant | null
  readonly acknowledgedBy: string | null
  readonly owner: string | null
  readonly shelvedUntil: Instant | null
  /** Id of the alert that explains it. */
  readonly root: string | null
  /** Alerts that it explains, or has explained. */
  readonly children: number
  readonly value: number | null
  readonly limit: number | null
  readonly unit: string
  /** How often it was raised: within ten minutes it is the same alert. */
  readonly times: number
  /** It has no clearing condition. */
  readonly isResolvable: boolean
  readonly next: string
  readonly closed: Instant | null
  /** Grows by 1 with each commit that changes an alert: feeds follow it as a cursor. */
  readonly rev: number
}

/** What happened to an alert: the outbox that notifications follow, in the order of (rev, part). */
export interface AlertEventRow {
  /** Position of the record of the journal that caused it. */
  readonly rev: number
  /** Counts the events of one record. */
  readonly part: number
  readonly alert: string
  readonly event: AlertEventKind
  readonly at: Instant
  readonly author: string | null
  /** Reason or comment of a person; of the fold: what was seen. */
  readonly text: string
  readonly severity: AlertSeverity
  readonly rule: string
  readonly title: string
  readonly site: string
  readonly subjectKind: AlertSubjectKind
  readonly subject: string
  /**
   * Names joined by a comma, beside the channels that ask for such events. `-`: none is notified, because the event is held back by design.
   */
  readonly channels: string
}

export interface AlertRuleRow {
  readonly id: string
  /** JSON of the rule; null: it was removed. */
  readonly body: string | null
  readonly author: string
  readonly reason: string
  readonly at: Instant
}

/** What the fold resumes from: JSON of a slot (slot.ts), or of what a rule remembers. */
export interface AlertMemoryRow {
  readonly id: string
  readonly body: string
}

/** A request of a person, with what became of it. */
export interface AlertRequestRow {
  readonly id: string
  readonly at: Instant
  readonly author: string
  /** JSON of `AlertOutcome[]`. */
  readonly results: string
}
export interface AlertOutcome {
  readonly alert: string
  /** Null: it has taken effect. */
  readonly code: AlertRefusal | null
  readonly state: AlertState | null
}

export interface AlertRows {
  readonly alerts: readonly AlertRow[]
  readonly events: readonly AlertEventRow[]
  readonly rules: readonly AlertRuleRow[]
  readonly memory: readonly AlertMemoryRow[]
  readonly memoryGone: readonly Pick<AlertMemoryRow, 'id'>[]
  readonly requests: readonly AlertRequestRow[]
}

/** All as it is stored. */
export interface StoredAlerts {
  readonly rules: readonly AlertRuleRow[]
  readonly memory: readonly AlertMemoryRow[]
  /** The highest revs; 0: there is none. */
  readonly rev: number
  readonly eventRev: number
  readonly eventPart: number
}

export const noStoredAlerts: StoredAlerts = { rules: [], memory: [], rev: 0, eventRev: 0, eventPart: -1 }

/** A rule as it is stored; undefined: it was removed, or is of a later release. */
export function ruleFrom({ body }: AlertRuleRow): AlertRule | undefined {
  if (body === null) return undefined
  return JSON.parse(body) as AlertRule
}

/** In place of channels: no name of one. */
export const noChannel = '-'
