/** Raises of alerts, from the events of the outbox: with those that a root holds back, and those that stand alone. */
import type { AlertEventKind } from '@baykeeper/contract/vocabulary.ts'

export interface EventSeen {
  readonly alert: string
  readonly event: AlertEventKind
  readonly at: number
  readonly rule: string
  readonly subject: string
}

export interface Raise {
  readonly alert: string
  readonly rule: string
  readonly subject: string
  readonly at: number
  /** A root explains it: channels are not notified. */
  readonly isHeldBack: boolean
}

/** In the order of their events. One that is held back later, and one that is released, is no further raise. */
export function raisesIn(events: readonly EventSeen[]): Raise[] {
  const active = new Set<string>()
  const raises: Raise[] = []
  for (const { alert, event, at, rule, subject } of events) {
    if (event === 'cleared' || event === 'resolved') active.delete(alert)
    if (event !== 'raised' && event !== 'reopened' && event !== 'suppressed') continue
    if (active.has(alert)) continue
    active.add(alert)
    raises.push({ alert, rule, subject, at, isHeldBack: event === 'suppressed' })
  }
  return raises
}
