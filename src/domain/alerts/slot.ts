/**
 * A slot: one rule and one subject, with the condition as it is now and the alert that it has raised. What falls due next follows from the slot
 * alone, so that one that is loaded again goes on the same.
 */
import type { AlertSeverity, AlertState } from '@baykeeper/contract/vocabulary.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import { hash48 } from '../../lib/hash.ts'
import type { AlertRow } from './alert-rows.ts'
import { isActive, type Lifecycle } from './lifecycle.ts'
import type { AlertRule } from './rule.ts'
import type { Schedule } from './schedule.ts'
import { type Subject, subjectKey } from './subject.ts'

/** A condition that comes back this soon after it was raised is the same alert: bounds how many a flapping input makes. */
export const reopenMs = 600_000
/** Alerts that a root explains stay held back for this long after it has cleared. */
export const holdBackMs = 600_000

/** An alert as the fold has it; closed ones are kept until a condition that comes back would make another. */
export interface SlotAlert {
  readonly id: string
  readonly raised: number
  /** When it was raised last: it may have been several times. */
  raisedLast: number
  /** When channels were notified of a raise last; null: never, it was held back. */
  notified: number | null
  /** The last that channels were notified of is that it is active. */
  isAnnounced: boolean
  /** It was raised again shortly after a notification: channels are notified where it still holds later. */
  isOwed: boolean
  life: Lifecycle
  cleared: number | null
  acknowledged: number | null
  acknowledgedBy: string | null
  owner: string | null
  closed: number | null
  /** Of the alert that explains it. */
  root: string | null
  /** When it is held back no longer; null: its root is active, or it has none. */
  releaseAt: number | null
  children: number
  times: number
  readonly severity: AlertSeverity
  readonly title: string
  text: string
  /** As it was watched last while the alert was active. */
  value: number | null
  limit: number | null
  unit: string
  readonly next: string
  readonly channels: string
}

export interface OwnText {
  readonly title: string
  readonly severity: AlertSeverity
}

export interface Slot {
  readonly id: string
  /** Of its subject within its rule. */
  readonly key: string
  readonly rule: string
  readonly kind: string
  readonly subject: Subject
  readonly isResolvable: boolean
  /** In place of those of its rule: a person has raised it. */
  readonly own: OwnText | null
  /** The condition, and since when it is so. */
  isOn: boolean
  since: number
  value: number | null
  limit: number | null
  unit: string
  text: string
  /** Nothing of it happens before it: the moment of what happened last. */
  floor: number
  alert: SlotAlert | null
}

export type SlotKey = Pick<Subject, 'kind' | 'id'>

const hex = (text: string) => hash48(text).toString(16).padStart(12, '0')
/** 24 hex digits. */
export const hashOf = (...parts: readonly (string | number)[]): string => {
  const text = JSON.stringify(parts)
  return hex(text) + hex(`${text} again`)
}
export const slotId = (rule: string, key: SlotKey): string => hashOf(rule, subjectKey(key))
export const alertId = ({ id }: Pick<Slot, 'id'>, raised: number): string => hashOf(id, raised)

export const isRaised = ({ alert }: Slot): boolean => alert !== null && isActive(alert.life)
const isClosed = ({ life }: SlotAlert) => life.is === 'normal'

/** What happens next to a slot without anything else happening. */
export type SlotStep = 'raise' | 'clear' | 'expire' | 'release' | 'announce' | 'forget'

export interface Due {
  readonly at: number
  readonly step: SlotStep
}

/** Undefined: nothing. A rule that is gone raises nothing. */
export function nextStep(slot: Slot, rule: AlertRule | undefined, schedule: Schedule): Due | undefined {
  let due: Due | undefined
  const consider = (step: SlotStep, at: number | null) => {
    if (at !== null && (due === undefined || at < due.at)) due = { at: Math.max(at, slot.floor), step }
  }
  const { alert } = slot
  const raised = isRaised(slot)
  if (raised && !slot.isOn && !slot.isResolvable) consider('clear', slot.since + 1_000 * (rule?.offDelayS ?? 0))
  if (raised && slot.isOn && alert) consider('clear', endOfHours(Math.max(alert.raisedLast, slot.floor), schedule))
  if (alert?.life.is === 'shelved') consider('expire', alert.life.until)
  if (alert?.life.is === 'suppressed') consider('release', alert.releaseAt)
  if (alert?.life.is === 'unacknowledged' && alert.isOwed) consider('announce', (alert.notified ?? 0) + reopenMs)
  if (rule && !raised && slot.isOn) consider('raise', raiseAt(slot, 1_000 * rule.onDelayS, schedule))
  if (!slot.isOn && alert && isClosed(alert))
    consider('forget', Math.max(alert.raisedLast + reopenMs, (alert.cleared ?? 0) + holdBackMs))
  return due
}

/** The hours of a rule that was edited may not include the moment: they have ended. */
const endOfHours = (at: number, schedule: Schedule) => (schedule.includes(at) ? schedule.endOf(at) : at)

/** The on-delay counts from here: the end of hours has cleared an alert whose condition goes on. */
const delayFrom = ({ alert, since }: Slot) => Math.max(since, alert?.cleared ?? since)

/** Within the hours of the rule, and not before what happened last. */
function raiseAt(slot: Slot, delayMs: number, schedule: Schedule): number | null {
  const at = schedule.after(delayFrom(slot), delayMs)
  return at !== null && at < slot.floor ? schedule.after(slot.floor, 0) : at
}

/** What its alert shows of the condition. */
export const seenIn = ({ text, value, limit, unit }: Slot) => ({ text, value, limit, unit })

/** It remembers nothing that is not so without it. */
export const isBlank = ({ isOn, alert }: Slot): boolean => !isOn && alert === null

export const slotBody = (slot: Slot): string => JSON.stringify(slot)
export const slotFrom = (body: string): Slot => JSON.parse(body) as Slot

/** By a state in which channels are not notified. */
export const isCovered = ({ life }: SlotAlert): boolean =>
  life.is === 'shelved' || life.is === 'suppressed' || life.is === 'out-of-service'

const stateOf = ({ life }: SlotAlert): AlertState => life.is
const orNull = (at: number | null): Instant | null => (at === null ? null : instant(at))

export function alertRow(slot: Slot, alert: SlotAlert, rev: number): AlertRow {
  const { subject } = slot
  return {
    ...{ id: alert.id, rule: slot.rule, kind: slot.kind, severity: alert.severity, title: alert.title },
    ...{ text: alert.text, subjectKind: subject.kind, subject: subject.id, site: subject.site, level: subject.level },
    ...{ zone: subject.zones[0] ?? '', state: stateOf(alert), raised: instant(alert.raised) },
    ...{ cleared: orNull(alert.cleared), acknowledged: orNull(alert.acknowledged) },
    ...{ acknowledgedBy: alert.acknowledgedBy, owner: alert.owner },
    shelvedUntil: alert.life.is === 'shelved' ? instant(alert.life.until) : null,
    ...{ root: alert.root, children: alert.children, value: alert.value, limit: alert.limit, unit: alert.unit },
    ...{ times: alert.times, isResolvable: slot.isResolvable, next: alert.next, closed: orNull(alert.closed), rev },
  }
}
