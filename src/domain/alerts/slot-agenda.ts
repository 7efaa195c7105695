/** When slots and watchers are looked at again, by the clock of the journal. */
import { hash48 } from '../../lib/hash.ts'
import { createDueQueue, type Due as Entry } from '../folds/due-queue.ts'
import type { RuleInUse } from './alert-engine.ts'
import { type Schedule, scheduleOf } from './schedule.ts'
import { type Due, nextStep, type Slot } from './slot.ts'
import type { World } from './world.ts'

export type Waiting = { readonly slot: Slot } | { readonly work: (at: number) => void; readonly holds: () => boolean }

export interface SlotAgenda {
  /** What happens next to the slot without anything else happening. */
  dueOf(slot: Slot): Due | undefined
  /** The slot is awaited at its next step. */
  schedule(slot: Slot): void
  /** `holds`: false once it is not to be called any more. */
  wake(at: number, name: string, work: (at: number) => void, holds?: () => boolean): void
  /** Drops entries that hold no more. */
  sweep(): void
  /** The earliest entry, when it is due by then: taken out. */
  takeDue(time: number): Entry<Waiting> | undefined
  /** False: the slot is awaited at another moment by now. True once. */
  arrives(slot: Slot, at: number): boolean
}

const always = () => true

interface AgendaDeps {
  readonly world: World
  inUse(rule: string): RuleInUse | undefined
}

export function createSlotAgenda({ world, inUse }: AgendaDeps): SlotAgenda {
  const queue = createDueQueue<Waiting>()
  const awaited = new Map<Slot, number>()

  const scheduleFor = (slot: Slot): Schedule =>
    scheduleOf(inUse(slot.rule)?.rule.schedule ?? [], world.hoursOf(slot.subject.site))
  const dueOf = (slot: Slot) => nextStep(slot, inUse(slot.rule)?.rule, scheduleFor(slot))

  return {
    dueOf,
    schedule(slot) {
      const due = dueOf(slot)
      if (due === undefined) awaited.delete(slot)
      if (due === undefined || awaited.get(slot) === due.at) return
      awaited.set(slot, due.at)
      queue.add(due.at, hash48(slot.id), { slot })
    },
    wake: (at, name, work, holds = always) => queue.add(at, hash48(name), { work, holds }),
    sweep: () => queue.retain((what) => !('work' in what) || what.holds()),
    takeDue: (time) => queue.takeDue(time),
    arrives: (slot, at) => awaited.get(slot) === at && awaited.delete(slot),
  }
}
