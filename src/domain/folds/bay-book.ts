/** The states of all bays: judged again when something about one may have changed, with the rows and the event of each change. */
import type { BayState } from '@baykeeper/contract/vocabulary.ts'
import { instant } from '../../lib/brand.ts'
import type { DeviceRecord } from '../fold.ts'
import type { BayChangeRow, BayStateRow } from './bay-rows.ts'
import { type BaySlot, changeRowOf, judge, newSlot, stateRowOf } from './bay-slot.ts'
import { newVerdict } from './bay-verdict.ts'
import type { BayEvent, FlagsEvent } from './fold.ts'
import type { OverridesInForce } from './overrides-in-force.ts'

export interface BayBook {
  /** Made where there is none. */
  slotOf(bay: string): BaySlot
  find(bay: string): BaySlot | undefined
  all(): Iterable<BaySlot>
  stateOf(bay: string): BayState
  /** `now`: by the clock. `time`: of the change. `measured`: by a sensor, at that time. */
  settle(slot: BaySlot, now: number, time: number, measured?: boolean): void
  /** What is settled meanwhile began at the time that its device reports; not where that is not known. */
  backdated(by: (device: DeviceRecord | null) => number | undefined, work: () => void): void
  /** Its row is to be written, although its state is as it was. */
  mark(slot: BaySlot): void
  take(): { readonly states: readonly BayStateRow[]; readonly changes: readonly BayChangeRow[] }
}

interface BookDeps {
  readonly overrides: OverridesInForce
  emit(event: BayEvent | FlagsEvent): void
  /** Time alone may change the bay then. */
  due(slot: BaySlot, at: number): void
}

export function createBayBook(stored: readonly BayStateRow[], { overrides, emit, due }: BookDeps): BayBook {
  const slots = new Map<string, BaySlot>()
  for (const row of stored) slots.set(row.bay, newSlot(row.bay, row))
  let rev = stored.reduce((newest, row) => Math.max(newest, row.rev), 0)
  let dirty: BaySlot[] = []
  let changes: BayChangeRow[] = []
  const verdict = newVerdict()
  let sinceOf: ((device: DeviceRecord | null) => number | undefined) | undefined

  function mark(slot: BaySlot) {
    if (slot.isDirty) return
    slot.isDirty = true
    dirty.push(slot)
  }

  function settle(slot: BaySlot, now: number, time: number, measured = false) {
    const override = overrides.of(slot.bay)
    judge(slot, override, now, verdict)
    if (verdict.nextAt < slot.dueAt) {
      slot.dueAt = verdict.nextAt
      due(slot, verdict.nextAt)
    }
    const { state, cause, flags, device } = verdict
    const overrideId = cause === 'override' ? (override?.id ?? null) : null
    const isOther = state !== slot.state || cause !== slot.cause || overrideId !== slot.override
    const deviceId = device?.id ?? null
    if (!isOther && flags === slot.flags && deviceId === slot.device) return
    const [before, flagsBefore] = [slot.state, slot.flags]
    Object.assign(slot, { state, cause, flags, device: deviceId, override: overrideId })
    mark(slot)
    if (flags !== flagsBefore)
      emit({ is: 'flags', bay: slot.bay, before: flagsBefore, after: flags, time: instant(time) })
    if (!isOther) return
    const row = changeRowOf(slot, sinceOf?.(device) ?? time)
    changes.push(row)
    if (state === before) return
    slot.since = row.time
    emitChange(slot, before, device, measured)
  }

  function emitChange(slot: BaySlot, before: BayState, device: DeviceRecord | null, measured: boolean) {
    const { bay, state: after, cause, since } = slot
    if (since === null) return
    const certain = measured && cause === 'device' && after !== 'unknown'
    emit({ is: 'bay', bay, time: since, before, after, cause, device, certain })
  }

  return {
    slotOf: (bay) => slots.getOrInsertComputed(bay, () => newSlot(bay)),
    find: (bay) => slots.get(bay),
    all: () => slots.values(),
    stateOf: (bay) => slots.get(bay)?.state ?? 'unknown',
    settle,
    mark,
    backdated(by, work) {
      sinceOf = by
      work()
      sinceOf = undefined
    },
    take() {
      if (dirty.length === 0) return nothing
      rev++
      const taken = { states: dirty.map((slot) => stateRowOf(slot, rev)), changes }
      for (const slot of dirty) slot.isDirty = false
      dirty = []
      changes = []
      return taken
    },
  }
}

const nothing = { states: [], changes: [] }
