/** Conditions of slots, as watchers report them: of most subjects none holds, and those have no slot. */
import type { AlertBook } from './alert-book.ts'
import type { RuleInUse } from './alert-engine.ts'
import type { AlertSteps } from './alert-steps.ts'
import type { Finding } from './declaration.ts'
import type { AlertRule, Standing } from './rule.ts'
import { isBlank, isRaised, type Slot, type SlotKey, seenIn, slotId } from './slot.ts'
import type { SlotAgenda } from './slot-agenda.ts'
import { isInScope, type Subject, subjectKey } from './subject.ts'

export interface SlotConditions {
  put(of: RuleInUse, key: SlotKey, finding: Finding, subject: () => Subject | undefined): void
  isOn(rule: AlertRule, key: SlotKey): boolean
  standing(rule: AlertRule, key: SlotKey): Standing
  subjectsOn(rule: AlertRule): Iterable<Subject>
}

interface ConditionDeps {
  readonly book: AlertBook
  readonly agenda: SlotAgenda
  readonly steps: AlertSteps
  clock(): number
  /** Takes all steps of the slot that are due by now. */
  settle(slot: Slot): void
}

export function createSlotConditions({ book, agenda, steps, clock, settle }: ConditionDeps): SlotConditions {
  const find = (rule: AlertRule, key: SlotKey) => book.find(rule.id, () => subjectKey(key))

  /** One that remembers nothing is gone with the next commit: where that comes must make no difference. */
  function findKept(rule: AlertRule, key: SlotKey) {
    const slot = find(rule, key)
    if (!slot || !isBlank(slot)) return slot
    book.discard(slot)
    return undefined
  }

  /** What fell due before its condition is another: the clock may not have come to that yet. */
  function catchUp(slot: Slot, at: number) {
    for (let due = agenda.dueOf(slot); due !== undefined && due.at < at; due = agenda.dueOf(slot))
      steps.take(slot, due.step, due.at)
  }

  function change(slot: Slot, finding: Finding, used: RuleInUse) {
    const { isOn, at, value, text } = finding
    const isOther = slot.isOn !== isOn
    const isSameText = !isOn || !slot.isResolvable || slot.text === text()
    if (!isOther && slot.value === value && isSameText && !finding.isAgain) return
    takeFigures(slot, finding, used)
    if (isOther) Object.assign(slot, { isOn, since: at })
    // A condition may be older than the rule that finds it: what follows from it happens now.
    if (isOther && finding.isLook) slot.floor = Math.max(slot.floor, clock())
    if (isOther && finding.notBefore !== undefined) slot.floor = Math.max(slot.floor, finding.notBefore)
    if (slot.alert && isRaised(slot)) Object.assign(slot.alert, seenIn(slot))
    book.mark(slot)
    if (isOther) settle(slot)
    else if (finding.isAgain) {
      steps.again(slot, Math.max(at, slot.floor))
      settle(slot)
    }
  }

  return {
    put(used, key, finding, subjectOf) {
      const slot = findKept(used.rule, key)
      if (slot) {
        if (slot.isOn !== finding.isOn) catchUp(slot, finding.at)
        return change(slot, finding, used)
      }
      if (!finding.isOn) return
      const subject = subjectOf()
      if (!subject || !isInScope(used.rule.scope, subject)) return
      const made = newSlot(used, key, subject, finding)
      book.add(made)
      change(made, finding, used)
    },
    isOn: (rule, key) => find(rule, key)?.isOn === true,
    standing(rule, key) {
      const slot = find(rule, key)
      return slot ? { isOn: slot.isOn, isRaised: isRaised(slot) } : nothingHolds
    },
    *subjectsOn(rule) {
      for (const slot of book.ofRule(rule.id)) if (slot.isOn) yield slot.subject
    },
  }
}

/** The text and the limit stay those of when the condition held. */
function takeFigures(slot: Slot, { isOn, value, limit, unit, text }: Finding, { rule, declared }: RuleInUse) {
  slot.value = value
  if (!isOn) return
  slot.text = text()
  slot.limit = limit === undefined ? rule.threshold : limit
  slot.unit = unit ?? declared.unit
}

const nothingHolds: Standing = { isOn: false, isRaised: false }

const newSlot = ({ rule, declared }: RuleInUse, key: SlotKey, subject: Subject, { at, own = null }: Finding): Slot => ({
  ...{
    id: slotId(rule.id, key),
    key: subjectKey(key),
    rule: rule.id,
    kind: rule.kind,
    subject,
    isResolvable: declared.isResolvable === true,
    own,
  },
  ...{ isOn: false, since: at, value: null, limit: null, unit: '', text: '', floor: 0, alert: null },
})
