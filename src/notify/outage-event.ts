/**
 * The event that an outage of the database will be stored as, known before it is stored: the alert fold makes the same one from the journal when the
 * database is back (domain/alerts/rules/database-outage.ts). Its id follows from the moment at which the outage began. Pure.
 */

import type { AlertRule } from '../domain/alerts/rule.ts'
import { databaseOutage } from '../domain/alerts/rules/database-outage.ts'
import { alertId, reopenMs, slotId } from '../domain/alerts/slot.ts'
import type { AlertEvent } from './alert-event.ts'

export const outageRule = databaseOutage.kind
export type OutageRule = Pick<AlertRule, 'enabled' | 'severity' | 'title' | 'channels' | 'onDelayS' | 'schedule'>

/** The newest alert about the database, as its events have made it. */
export interface OutageAlert {
  readonly id: string
  readonly isActive: boolean
  readonly isAcknowledged: boolean
  /** Shelved or out of service: no channel is notified. */
  readonly isCovered: boolean
  readonly raisedLast: number
  /** When channels were notified of a raise last; null: never. */
  readonly notified: number | null
}

export function afterEvent(before: OutageAlert | undefined, event: AlertEvent): OutageAlert | undefined {
  const { alert: id, event: kind, at, isQuiet } = event
  const fresh = { id, isActive: true, isAcknowledged: false, isCovered: false, raisedLast: at, notified: null }
  const known = before?.id === id ? before : fresh
  const notified = isQuiet ? known.notified : at
  switch (kind) {
    case 'raised':
      return { ...fresh, notified }
    case 'reopened': {
      // Of one that is active channels are notified now: it was raised again before.
      const isOwed = known.isActive && !known.isAcknowledged
      const raisedLast = isOwed ? known.raisedLast : at
      return { ...known, isActive: true, isAcknowledged: false, raisedLast, notified }
    }
    case 'cleared':
      return { ...known, isActive: false }
    case 'acknowledged':
    case 'resolved':
      return { ...known, isAcknowledged: true }
    case 'unacknowledged':
      return { ...known, isAcknowledged: false }
    case 'shelved':
    case 'out-of-service':
      return { ...known, isCovered: true }
    case 'unshelved':
    case 'in-service':
      return { ...known, isCovered: false, isAcknowledged: !known.isActive, notified }
    default:
      return before
  }
}

export interface Outage {
  readonly since: number
  readonly detail: string
}

/** Not to be sent before its `at`. Undefined: channels are not notified of it, or have the alert as active. */
export function outageEvent(
  { since, detail }: Outage,
  rule: OutageRule,
  alert: OutageAlert | undefined,
): AlertEvent | undefined {
  // Hours are counted by the site of an alert; what they do to this one is seen when it is stored.
  if (!rule.enabled || rule.schedule.length > 0 || alert?.isActive === true || alert?.isCovered === true)
    return undefined
  const at = since + 1_000 * rule.onDelayS
  const about = {
    ...{ rev: 0, part: 0, author: '', comment: '', severity: rule.severity, rule: outageRule, site: '' },
    ...{ title: rule.title, text: detail || 'The database is away.', isQuiet: false, channels: rule.channels },
  }
  // As in domain/alerts/alert-steps.ts: it is the same alert while that waits for a person, and for ten minutes.
  if (alert && (!alert.isAcknowledged || at - alert.raisedLast < reopenMs)) {
    const isOwed = alert.notified !== null && at - alert.notified < reopenMs
    return { ...about, alert: alert.id, event: 'reopened', at: isOwed ? (alert.notified ?? 0) + reopenMs : at }
  }
  return { ...about, alert: alertId({ id: slotId(outageRule, databaseKey) }, at), event: 'raised', at }
}

const databaseKey = { kind: 'system', id: 'database' } as const
