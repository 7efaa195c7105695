/** What a step does to the alert of a slot: it is raised, opened again, cleared, or covered no longer. */
import { instant } from '../../lib/brand.ts'
import type { AlertBook } from './alert-book.ts'
import type { RuleInUse } from './alert-engine.ts'
import type { AlertRoots } from './alert-roots.ts'
import { isActive, type LifecycleEvent, transition } from './lifecycle.ts'
import { alertId, isCovered, reopenMs, type Slot, type SlotAlert, type SlotStep, seenIn } from './slot.ts'

export interface AlertSteps {
  take(slot: Slot, step: SlotStep, at: number): void
  /** `why`: the condition has not ended, the rule is not about it any more. */
  clear(slot: Slot, at: number, why?: string): void
  /** What has no clearing condition has happened once more. */
  again(slot: Slot, at: number): void
  /** False: the event has no effect. */
  move(slot: Slot, event: LifecycleEvent, at: number): boolean
}

interface StepDeps {
  readonly book: AlertBook
  readonly roots: AlertRoots
  inUse(rule: string): RuleInUse | undefined
}

export function createAlertSteps({ book, roots, inUse }: StepDeps): AlertSteps {
  const move = (slot: Slot, event: LifecycleEvent, at: number) => moveAlert(book, slot, event, at)

  function take(slot: Slot, step: SlotStep, at: number) {
    slot.floor = at
    book.mark(slot)
    if (step === 'raise') return raise(slot, at)
    if (step === 'clear') return clear(slot, at)
    if (step === 'forget') return book.end(slot)
    if (step === 'announce') return book.event(slot, 'reopened', { at, isQuiet: announce(slot, at) })
    if (step === 'expire') return end(slot, { is: 'expire' }, 'unshelved', at)
    return end(slot, { is: 'release' }, 'released', at)
  }

  function end(slot: Slot, event: LifecycleEvent, kind: 'unshelved' | 'released', at: number) {
    const { alert } = slot
    if (!alert || !move(slot, event, at)) return
    roots.left(slot)
    if (isActive(alert.life)) announceNow(alert, at)
    book.event(slot, kind, { at, isQuiet: !isActive(alert.life) })
  }

  function raise(slot: Slot, at: number) {
    const used = inUse(slot.rule)
    if (!used) return
    const { alert } = slot
    const isSame = alert !== null && (alert.life.is !== 'normal' || at - alert.raisedLast < reopenMs)
    if (isSame && alert) {
      Object.assign(alert, { raisedLast: at, cleared: null, times: alert.times + 1, ...seenIn(slot) })
      move(slot, { is: 'raise' }, at)
      if (!isCovered(alert) && roots.isHeldBack(slot, at)) book.event(slot, 'suppressed', { at })
      else book.event(slot, 'reopened', { at, isQuiet: announce(slot, at) })
    } else {
      const begun = newAlert(slot, used, at)
      book.begin(slot, begun)
      if (roots.isHeldBack(slot, at)) book.event(slot, 'suppressed', { at })
      else {
        announceNow(begun, at)
        book.event(slot, 'raised', { at })
      }
    }
    roots.raised(slot, used, at)
  }

  function clear(slot: Slot, at: number, why?: string) {
    const { alert } = slot
    if (!alert) return
    alert.cleared = at
    move(slot, { is: 'clear' }, at)
    roots.left(slot)
    // Channels are notified of the end of what they have as active, also where a state covers it by now.
    book.event(slot, 'cleared', { at, text: why ?? endedText(alert, slot.isOn), isQuiet: !alert.isAnnounced })
    Object.assign(alert, { isAnnounced: false, isOwed: false })
    roots.cleared(slot, at)
  }

  return { take, clear, again: (slot, at) => reopen(book, slot, at), move }
}

function reopen(book: AlertBook, slot: Slot, at: number) {
  const { alert } = slot
  if (alert?.life.is !== 'acknowledged') return
  moveAlert(book, slot, { is: 'undo-acknowledge' }, at)
  Object.assign(alert, { raisedLast: at, times: alert.times + 1 })
  slot.floor = Math.max(slot.floor, at)
  book.event(slot, 'reopened', { at, isQuiet: announce(slot, at) })
}

const endedText = ({ text }: SlotAlert, isOn: boolean) =>
  text === '' ? '' : `${isOn ? 'The hours of the rule have ended' : 'This has ended'}: ${text}`

/** Channels have it as active from now on. */
export function announceNow(alert: SlotAlert, at: number) {
  Object.assign(alert, { notified: at, isAnnounced: true, isOwed: false })
}

/** Of one that is raised again. True: channels are not notified, now. */
function announce({ alert }: Slot, at: number): boolean {
  if (!alert || isCovered(alert)) return true
  alert.isOwed = alert.notified !== null && at - alert.notified < reopenMs
  if (!alert.isOwed) announceNow(alert, at)
  return alert.isOwed
}

function moveAlert(book: AlertBook, slot: Slot, event: LifecycleEvent, at: number): boolean {
  const { alert } = slot
  const next = alert ? transition(alert.life, event) : undefined
  if (!alert || next === undefined || typeof next === 'string') return false
  alert.life = next
  if (next.is === 'unacknowledged') Object.assign(alert, { acknowledged: null, acknowledgedBy: null })
  alert.closed = next.is === 'normal' ? at : null
  book.mark(slot)
  return true
}

const newAlert = (slot: Slot, { rule }: RuleInUse, at: number): SlotAlert => ({
  ...{ id: alertId(slot, at), raised: instant(at), raisedLast: at, life: { is: 'unacknowledged' } },
  ...{ notified: null, isAnnounced: false, isOwed: false },
  ...{ cleared: null, acknowledged: null, acknowledgedBy: null, owner: null, closed: null, root: null },
  ...{ releaseAt: null, children: 0, times: 1, severity: slot.own?.severity ?? rule.severity },
  ...{ title: slot.own?.title ?? rule.title, text: slot.text, value: slot.value, limit: slot.limit, unit: slot.unit },
  ...{ next: rule.next, channels: rule.channels.join(',') },
})
