/** The part of the store contract that remembers alerts, their events and their rules. Written in the commit of what they follow from. */
import type { AlertSeverity, AlertState } from '@baykeeper/contract/vocabulary.ts'
import type {
  AlertEventRow,
  AlertRequestRow,
  AlertRow,
  AlertRuleRow,
  StoredAlerts,
} from '../domain/alerts/alert-rows.ts'
import type { Wait } from '../domain/alerts/waits.ts'
import type { Instant } from '../lib/brand.ts'
import type { DayNumber } from '../lib/utc-day.ts'

export type {
  AlertEventRow,
  AlertRequestRow,
  AlertRow,
  AlertRuleRow,
  StoredAlerts,
} from '../domain/alerts/alert-rows.ts'

export type AlertSort = 'raised' | '-raised' | 'severity'

export interface AlertFilter {
  /** Absent: all. */
  readonly states?: readonly AlertState[]
  readonly severity?: AlertSeverity
  readonly rule?: string
  readonly site?: string
  readonly subject?: string
  readonly owner?: string
  readonly root?: string
  /** All of its words must be found in an alert, in any case. */
  readonly q?: string
  /** Raised at or after it. */
  readonly from?: Instant
  /** Raised before it. */
  readonly to?: Instant
  /** Raised at or before it, and not closed by then. */
  readonly openAt?: Instant
  /** `severity`: the most severe first, of those the newest. */
  readonly sort: AlertSort
  readonly cursor?: string
  readonly limit: number
}

/** An alert as the measures of load need it. */
export type AlertMark = Pick<
  AlertRow,
  'id' | 'rule' | 'subject' | 'title' | 'severity' | 'raised' | 'cleared' | 'root' | 'times'
>

export interface AlertCount {
  readonly state: AlertState
  readonly severity: AlertSeverity
  readonly isActive: boolean
  readonly alerts: number
}

export interface AlertStore {
  /** Where the fold resumes. */
  storedAlerts(): Promise<StoredAlerts>
  alertRules(): Promise<readonly AlertRuleRow[]>
  /** Waits for a bay that go on, oldest first. */
  waits(): Promise<readonly Wait[]>
  /** A wait that goes on, or has ended before its expiry; undefined: neither. */
  waitById(id: string): Promise<{ readonly wait: Wait; readonly isOver: boolean } | undefined>
  alertById(id: string): Promise<AlertRow | undefined>
  alertsById(ids: readonly string[]): Promise<readonly AlertRow[]>
  alerts(filter: AlertFilter): Promise<{ readonly items: readonly AlertRow[]; readonly next: string | null }>
  /** Rows above `rev`, in order of rev: all of them. */
  alertsSince(rev: number): Promise<readonly AlertRow[]>
  /** The highest rev; 0 when there is none. */
  alertRev(): Promise<number>
  /** By state, severity and whether the condition holds; of those that are not closed. */
  alertCounts(): Promise<readonly AlertCount[]>
  /** Not closed, by rule. */
  openByRule(): Promise<ReadonlyMap<string, number>>
  /** How many are not closed that were raised before this moment. */
  openRaisedBefore(before: Instant): Promise<number>
  /** Raised at or after `from`: the newest `limit` of them, oldest first. */
  alertMarks(from: Instant, limit: number): Promise<readonly AlertMark[]>
  /** Of one alert, newest first. */
  eventsOfAlert(id: string, limit: number): Promise<readonly AlertEventRow[]>
  /** Events behind this one, in the order of (rev, part). */
  alertEvents(after: Pick<AlertEventRow, 'rev' | 'part'>, limit: number): Promise<readonly AlertEventRow[]>
  /** The newest event; undefined when there is none. */
  newestAlertEvent(): Promise<Pick<AlertEventRow, 'rev' | 'part'> | undefined>
  alertRequest(id: string): Promise<AlertRequestRow | undefined>
  /** Forgets alerts that were closed before this day, with their events and old requests; returns how many rows are gone. */
  forgetAlerts(before: DayNumber): Promise<number>
}
