/**
 * What becomes of conditions: delays, hours, one alert for one that flaps, and alerts that a root explains. Follows the clock of the journal alone.
 */
import type { AlertBook } from './alert-book.ts'
import { type AlertRoots, createRoots } from './alert-roots.ts'
import { type AlertSteps, announceNow, createAlertSteps } from './alert-steps.ts'
import type { Finding, RuleDeclaration } from './declaration.ts'
import { isActive, type LifecycleEvent } from './lifecycle.ts'
import type { AlertRule, Standing } from './rule.ts'
import { isRaised, type Slot, type SlotKey } from './slot.ts'
import { createSlotAgenda, type SlotAgenda } from './slot-agenda.ts'
import { createSlotConditions } from './slot-conditions.ts'
import type { Subject } from './subject.ts'
import type { World } from './world.ts'

export interface RuleInUse {
  readonly rule: AlertRule
  readonly declared: RuleDeclaration
}

export interface AlertEngine {
  readonly clock: number
  put(of: RuleInUse, key: SlotKey, finding: Finding, subject: () => Subject | undefined): void
  isOn(rule: AlertRule, key: SlotKey): boolean
  standing(rule: AlertRule, key: SlotKey): Standing
  subjectsOn(rule: AlertRule): Iterable<Subject>
  /** `holds`: false once it is not to be called any more. */
  wake(at: number, name: string, work: (at: number) => void, holds?: () => boolean): void
  /** Drops what does not hold any more. */
  sweep(): void
  tick(time: number): void
  /** The clock was set back. */
  turnBack(time: number): void
  /** What would be raised by `due` is raised at `until`, where it still holds then. */
  postpone(due: number, until: number): void
  /** An event of a person, or the end of a state; undefined: it has no effect. */
  move(slot: Slot, event: LifecycleEvent, at: number): boolean
  /** A person has uncovered it: channels are notified where it is active. True: they are not. */
  uncovered(slot: Slot, at: number): boolean
  /** The rule is gone, off, or not about it any more. */
  drop(slot: Slot, at: number, why: string): void
  schedule(slot: Slot): void
  /** Slots of stored alerts are awaited again. */
  load(): void
}

interface EngineDeps {
  readonly book: AlertBook
  readonly world: World
  readonly clock: number
  inUse(rule: string): RuleInUse | undefined
}

export function createAlertEngine({ book, world, clock: begin, inUse }: EngineDeps): AlertEngine {
  let clock = begin
  const agenda = createSlotAgenda({ world, inUse })
  const roots = createRoots({ book, world, inUse, schedule: agenda.schedule })
  const steps = createAlertSteps({ book, roots, inUse })
  const conditions = createSlotConditions({ book, agenda, steps, clock: () => clock, settle })

  /** All that is due of it by now. */
  function settle(slot: Slot) {
    for (let due = agenda.dueOf(slot); due !== undefined && due.at <= clock; due = agenda.dueOf(slot))
      steps.take(slot, due.step, due.at)
    agenda.schedule(slot)
  }

  return {
    ...conditions,
    get clock() {
      return clock
    },
    wake: agenda.wake,
    sweep: agenda.sweep,
    tick(time) {
      for (let due = agenda.takeDue(time); due !== undefined; due = agenda.takeDue(time)) {
        clock = Math.max(clock, due.at)
        if ('work' in due.what) {
          if (due.what.holds()) due.what.work(due.at)
        } else if (agenda.arrives(due.what.slot, due.at)) settle(due.what.slot)
      }
      clock = Math.max(clock, time)
    },
    turnBack(time) {
      clock = time
      turnBackAll(book, time, settle)
    },
    postpone: (by, until) => postponeAll(book, agenda, by, until),
    move: moveBy(steps, roots),
    uncovered,
    drop(slot, at, why) {
      Object.assign(slot, { isOn: false, since: at, text: why })
      if (isRaised(slot)) {
        slot.floor = Math.max(slot.floor, at)
        if (slot.alert) slot.alert.text = why
        steps.clear(slot, slot.floor, why)
      }
      book.mark(slot)
      settle(slot)
    },
    schedule: agenda.schedule,
    load() {
      roots.load()
      for (const slot of book.all()) agenda.schedule(slot)
    },
  }
}

function turnBackAll(book: AlertBook, time: number, settle: (slot: Slot) => void) {
  for (const slot of book.inOrder()) {
    if (slot.since <= time && slot.floor <= time) continue
    Object.assign(slot, { since: Math.min(slot.since, time), floor: Math.min(slot.floor, time) })
    book.mark(slot)
    settle(slot)
  }
}

function postponeAll(book: AlertBook, agenda: SlotAgenda, by: number, until: number) {
  for (const slot of book.inOrder()) {
    const due = agenda.dueOf(slot)
    if (due?.step !== 'raise' || due.at > by) continue
    slot.floor = until
    book.mark(slot)
    agenda.schedule(slot)
  }
}

const moveBy =
  (steps: AlertSteps, roots: AlertRoots): AlertEngine['move'] =>
  (slot, event, at) => {
    const isMoved = steps.move(slot, event, at)
    roots.left(slot)
    return isMoved
  }

function uncovered({ alert }: Slot, at: number): boolean {
  if (!alert || !isActive(alert.life)) return true
  announceNow(alert, at)
  return false
}
