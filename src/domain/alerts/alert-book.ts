/** Slots with their alerts, what of them is to be written, and the events that notifications follow. */
import type { AlertEventKind } from '@baykeeper/contract/vocabulary.ts'
import { type AlertMemory, createMemory, isNamed } from './alert-memory.ts'
import { createOutbox, type EventDetail } from './alert-outbox.ts'
import { createRequests } from './alert-requests.ts'
import type { AlertEventRow, AlertRequestRow, AlertRow, AlertRows, AlertRuleRow, StoredAlerts } from './alert-rows.ts'
import { alertRow, isBlank, type Slot, type SlotAlert, slotBody, slotFrom } from './slot.ts'
import { createSlotIndex, type SlotIndex } from './slot-index.ts'

export interface AlertBook extends AlertMemory, Omit<SlotIndex, 'remove'> {
  /** Of an alert that is open, or was closed a short while ago. */
  slotOfAlert(alert: string): Slot | undefined
  /** The alert of the slot is remembered no longer; its row stays. */
  end(slot: Slot): void
  /** The alert of the slot is another: of the one before it the row stays as it is. */
  begin(slot: Slot, alert: SlotAlert): void
  mark(slot: Slot): void
  /** It remembers nothing: the next condition of its subject makes another. */
  discard(slot: Slot): void
  event(slot: Slot, kind: AlertEventKind, detail: EventDetail): void
  /** An event that belongs to no alert. */
  note(event: Omit<AlertEventRow, 'rev' | 'part'>): void
  rule(row: AlertRuleRow): void
  request(row: AlertRequestRow): void
  isRequestKnown(id: string): boolean
  /** Records from here on have this position. */
  position(pos: number): void
  take(): AlertRows
}

export function createAlertBook(stored: StoredAlerts): AlertBook {
  const { remove: removeSlot, ...index } = createSlotIndex()
  const { rows, ...memory } = createMemory(stored.memory)
  const slots = createChangedSlots(stored.rev)
  for (const row of stored.memory) {
    if (isNamed(row)) continue
    const slot = slotFrom(row.body)
    index.add(slot)
    slots.load(slot)
  }
  const outbox = createOutbox(stored)
  const requests = createRequests(memory)
  let rules = new Map<string, AlertRuleRow>()

  function discard(slot: Slot) {
    removeSlot(slot)
    slots.discard(slot)
    rows.remove(slot.id)
  }

  return {
    ...index,
    ...memory,
    slotOfAlert: slots.ofAlert,
    end: slots.end,
    begin: slots.begin,
    mark: slots.mark,
    discard,
    event: outbox.add,
    note: outbox.note,
    rule: (row) => rules.set(row.id, row),
    request: requests.add,
    isRequestKnown: requests.isKnown,
    position: outbox.position,
    take() {
      const events = outbox.take()
      if (!slots.isChanged && !rows.isChanged && rules.size === 0 && !requests.isChanged) return { ...nothing, events }
      const { alerts, changed } = slots.take()
      for (const slot of changed) {
        if (isBlank(slot)) discard(slot)
        else rows.write(slot.id, slotBody(slot))
      }
      const taken = { alerts, events, rules: [...rules.values()], ...rows.take(), requests: requests.take() }
      rules = new Map()
      return taken
    },
  }
}

const nothing: AlertRows = { alerts: [], events: [], rules: [], memory: [], memoryGone: [], requests: [] }

/** Slots that are to be written, and the rows of their alerts. */
function createChangedSlots(newestRev: number) {
  const byAlert = new Map<string, Slot>()
  let rev = newestRev
  let dirty = new Set<Slot>()
  /** Rows of alerts whose slot has another by now. */
  let ended: AlertRow[] = []

  function load(slot: Slot) {
    if (slot.alert) byAlert.set(slot.alert.id, slot)
  }
  function end(slot: Slot) {
    if (!slot.alert) return
    if (dirty.has(slot)) ended.push(alertRow(slot, slot.alert, rev + 1))
    byAlert.delete(slot.alert.id)
    slot.alert = null
    dirty.add(slot)
  }
  return {
    load,
    end,
    ofAlert: (alert: string) => byAlert.get(alert),
    begin(slot: Slot, alert: SlotAlert) {
      end(slot)
      slot.alert = alert
      load(slot)
      dirty.add(slot)
    },
    mark: (slot: Slot) => void dirty.add(slot),
    discard: (slot: Slot) => void dirty.delete(slot),
    get isChanged() {
      return dirty.size > 0
    },
    take() {
      rev++
      const alerts = [...ended]
      for (const slot of dirty) if (slot.alert) alerts.push(alertRow(slot, slot.alert, rev))
      const taken = { alerts, changed: dirty }
      ;[dirty, ended] = [new Set(), []]
      return taken
    },
  }
}
