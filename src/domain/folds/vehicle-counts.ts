/**
 * The fold of count zones: how many vehicles are in each, how sure that is, and a `count` event where that changes occupancy, for the folds
 * behind it. The rules: docs/specs/counts.md.
 *
 * - A count is set by a recount or a reset, and moved by what gates count. Before it was set it is unknown.
 * - What is stored, the devices, the layout and the clock of the journal are all that it follows from: loaded again it goes on the same.
 */
import type { BayState } from '@baykeeper/contract/vocabulary.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import { addSaturating } from '../../lib/sum.ts'
import { noBays } from '../count-band.ts'
import { type CountZone, countKey } from '../counting.ts'
import { dailyTime } from '../daily-time.ts'
import type { DeskEntry } from '../desk-change.ts'
import type { DeviceRecord } from '../fold.ts'
import { normalHardwareId } from '../hardware-id.ts'
import type { Watching } from '../watching.ts'
import { type CountHistory, createCountHistory } from './count-history.ts'
import type { CountChangeRow, CountRows, CountStateRow, CountZoneRow } from './count-rows.ts'
import {
  awaitCounter,
  type CountSlot,
  changeDevices,
  forgetCount,
  type GateDevices,
  judgeCount,
  limit,
  newCountSlot,
  noWeight,
  passCount,
  setCount,
} from './count-slot.ts'
import type { CountEvent, EventOf, Fold, FoldStart, Weight, ZoneEvent } from './fold.ts'
import { createGateWatches, type GateWatch } from './gate-watches.ts'

const follows = ['liveness', 'counted', 'bay', 'layout', 'set-back', 'desk'] as const

export interface VehicleCounts extends Fold<CountRows, (typeof follows)[number]> {
  /** By its index in the layout. */
  restOf(zone: number): Weight
  /** As it is counted now, by its index in the layout. */
  zone(zone: number): CountZoneRow | undefined
  /** Its count is known: what is not known of its places is the width of its band. */
  isKnown(zone: number): boolean
}

export interface CountStart extends Pick<FoldStart<never>, 'watching' | 'devices' | 'promiseMs' | 'stateOf'> {
  readonly stored: readonly CountZoneRow[]
  /** The newest of each zone; absent: none. */
  readonly storedStates?: readonly CountStateRow[]
  /** Where the clock of the folds stands; undefined in a database that no commit of a release with one has reached. */
  readonly clock: Instant | undefined
}

export function vehicleCounts(start: CountStart, emit: (event: CountEvent | ZoneEvent) => void): VehicleCounts {
  const gates = createGateWatches(start.promiseMs)
  const book = createCountBook(start, emit)
  let clock: number = start.clock ?? start.devices.reduce((newest, { lastArrived }) => Math.max(newest, lastArrived), 0)
  let isSetBack = false

  function rebuildPlaces({ watching, devices }: Pick<EventOf<'layout'>, 'watching' | 'devices'>, at: Instant) {
    gates.rebuildPlaces(watching, devices, clock)
    const known = gateDevices(devices, gates.isHeard)
    book.rebuildPlaces(watching, { stateOf: start.stateOf, gates: known, clock, at })
  }

  function fallSilent({ id, passages, promiseMs }: GateWatch, at: number) {
    if (gates.isHeard(id)) return
    for (const { zone } of passages) book.awaitCounter(zone, id, { since: instant(at - promiseMs), at: instant(at) })
  }

  function tick(time: Instant) {
    if ((isSetBack && time < clock) || clock === 0) {
      clock = time
      gates.turnBack(clock)
      book.turnBack(clock)
    }
    isSetBack = false
    for (let due = gates.takeSilent(time); due; due = gates.takeSilent(time)) fallSilent(due.watch, due.at)
    book.reset(time)
    clock = Math.max(clock, time)
  }

  const apply = {
    liveness: ({ device, arrived }: EventOf<'liveness'>) => gates.touch(device, arrived, clock),
    counted(event: EventOf<'counted'>) {
      const watch = gates.of(event.device, clock)
      if (!watch) return
      const { id, passages } = watch
      const isAccepted = !event.step.isDoubtful && gates.isHeard(id)
      for (const { zone, isInto } of passages) book.pass(zone, { id, isInto, isAccepted }, event)
    },
    bay: (event: EventOf<'bay'>) => book.follow(event),
    layout: (event: EventOf<'layout'>) => rebuildPlaces(event, event.at),
    'set-back': () => {
      isSetBack = true
    },
    desk: ({ entry }: EventOf<'desk'>) => book.recount(entry),
  }

  rebuildPlaces(start, instant(clock))
  return {
    follows,
    tick,
    apply: (event) => apply[event.is](event as never),
    restOf: book.restOf,
    zone: book.zone,
    isKnown: book.isKnown,
    take: book.take,
  }
}

/** Devices of a layout by their normal ids, looked through only when one is asked for. */
function gateDevices(devices: readonly DeviceRecord[], isHeard: (id: string) => boolean): GateDevices {
  let known: Map<string, DeviceRecord[]> | undefined
  function named(id: string): readonly DeviceRecord[] {
    known ??= Map.groupBy(devices, ({ external }) => normalHardwareId(external))
    return known.get(id) ?? []
  }
  return {
    isHeard,
    hasCounted: (id) => named(id).some(({ countIn, countOut }) => countIn !== null || countOut !== null),
    lastHeard: (id) =>
      named(id).reduce<Instant | undefined>(
        (last, { lastArrived }) => instant(Math.max(last ?? 0, lastArrived)),
        undefined,
      ),
  }
}

/** The slots of all count zones there ever were, and what of them is to be written. */
function createCountBook(
  { stored, storedStates = [] }: Pick<CountStart, 'stored' | 'storedStates'>,
  emit: (event: CountEvent | ZoneEvent) => void,
) {
  const written = createWritten(stored, createCountHistory(storedStates))
  const settling = createSettling(written, emit)
  const slots = createSlots(stored, written)
  return {
    awaitCounter: (zone: number, id: string, { since, at }: { readonly since: Instant; readonly at: Instant }) =>
      slots.with(zone, (slot) => {
        if (awaitCounter(slot, id, since)) settling.changed(slot, at, undefined)
      }),
    restOf: (zone: number) => slots.laid()[zone]?.weight ?? noWeight,
    zone: (zone: number) => slots.laid()[zone]?.row,
    isKnown: (zone: number) => slots.laid()[zone]?.row.state === 'known',
    /** What was set by a clock that was ahead was set now: gates go on counting from here. */
    turnBack(clock: number) {
      for (const slot of slots.laid()) {
        scheduleReset(slot, clock)
        if (turnBackRow(slot.row, instant(clock))) written.mark(slot)
        settling.settleSlot(slot, instant(clock))
      }
      slots.rescheduled()
    },
    rebuildPlaces: slots.rebuildPlaces,
    pass: (zone: number, passage: CountedPassage, event: EventOf<'counted'>) =>
      slots.with(zone, (slot) => passSlot(slot, passage, event, settling)),
    follow({ bay, time, before, after, byLayout }: EventOf<'bay'>) {
      if (byLayout) return
      for (const zone of slots.zonesOf(bay))
        slots.with(zone, (slot) => {
          slot.bays[before]--
          slot.bays[after]++
          settling.settleSlot(slot, time, true)
        })
    },
    reset(time: Instant) {
      if (slots.nextReset() > time) return
      for (const slot of slots.laid()) if (slot.resetDueAt <= time) resetSlot(slot, time, settling)
      slots.rescheduled()
    },
    recount(entry: DeskEntry) {
      const { change, at, author, reason } = entry
      if (change.is !== 'recount') return
      const { id, vehicles } = change
      // One request is one recount, whichever zone it names.
      if (slots.hasRecount(id)) return
      const slot = slots.find(countKey({ site: change.site, ...change.zone }))
      const made = slot && setCount(slot, { change: 'recount', id, vehicles, at, author, reason })
      if (slot && made) settling.changed(slot, at, made)
    },
    take: written.take,
  }
}

function createSlots(stored: readonly CountZoneRow[], written: Written) {
  const slots = new Map(stored.map((row) => [countKey(row), newCountSlot(row, row)]))
  let laid: readonly CountSlot[] = []
  let watching: Watching | undefined
  let nextReset = Number.POSITIVE_INFINITY

  function rescheduled() {
    nextReset = laid.reduce((next, { resetDueAt }) => Math.min(next, resetDueAt), Number.POSITIVE_INFINITY)
  }

  return {
    find: (key: string) => slots.get(key),
    hasRecount: (id: string) => slots.values().some(({ row }) => row.recounts.includes(id)),
    nextReset: () => nextReset,
    /** The reset of a slot falls due at another time. */
    rescheduled,
    laid: () => laid,
    zonesOf: (bay: string) => watching?.counting.zonesOf(bay) ?? [],
    with(zone: number, work: (slot: CountSlot) => void) {
      const slot = laid[zone]
      if (slot) work(slot)
    },
    /** What a layout changes it changes at one moment: occupancy follows it as a whole, without events. */
    rebuildPlaces(next: Watching, { stateOf, gates, clock, at }: Places) {
      const isLoading = watching === undefined
      watching = next
      const { zones } = next.counting
      const keys = new Set(zones.map(countKey))
      for (const [key, slot] of slots) if (!keys.has(key) && slot.zone !== undefined) removeSlot(slot, at, written)
      laid = zones.map((zone, index) => {
        const slot = slots.getOrInsertComputed(countKey(zone), () => newCountSlot(zone))
        // What is stored was written by this layout.
        const before = isLoading && slot.row.rev > 0 ? zone : slot.zone
        placeSlot(slot, zone, index, stateOf)
        const hasOthers = changeDevices(slot, before, at, gates)
        if (adopt(slot, at, written) || hasOthers) written.mark(slot)
        written.note(slot, at)
        scheduleReset(slot, clock)
        return slot
      })
      rescheduled()
    },
  }
}

/** What a layout is put on. */
interface Places {
  readonly stateOf: (bay: string) => BayState
  readonly gates: GateDevices
  readonly clock: number
  readonly at: Instant
}

function createSettling(written: Written, emit: (event: CountEvent | ZoneEvent) => void): Settling {
  /** Judges it again, and emits what that changes. */
  function settleSlot(slot: CountSlot, time: Instant, byBay = false) {
    const { weight: before, row } = slot
    const wasKnown = row.state === 'known'
    if (judgeCount(slot, time)) written.mark(slot)
    written.note(slot, time)
    const { weight: after, index: zone } = slot
    const isOther = !isSame(before, after) || wasKnown !== (row.state === 'known')
    if (zone >= 0 && isOther) emit({ is: 'count', zone, time, before, after, ...(byBay ? { byBay } : {}) })
    if (zone >= 0) emit({ is: 'zone', zone, time })
  }
  return {
    settleSlot,
    changed(slot, time, change) {
      if (change) written.add(change)
      written.mark(slot)
      settleSlot(slot, time)
    },
  }
}

interface Settling {
  /** `byBay`: a bay of its zone has changed. */
  settleSlot(slot: CountSlot, time: Instant, byBay?: boolean): void
  changed(slot: CountSlot, time: Instant, change: CountChangeRow | undefined): void
}

const isSame = (a: Weight, b: Weight) => a.occupied === b.occupied && a.known === b.known && a.capacity === b.capacity

interface CountedPassage {
  /** Normal id of the device. */
  readonly id: string
  readonly isInto: boolean
  /** The device is heard, and no value of it is in doubt. */
  readonly isAccepted: boolean
}

function passSlot(
  slot: CountSlot,
  { id: device, isInto, isAccepted }: CountedPassage,
  { step, time }: EventOf<'counted'>,
  { changed }: Settling,
) {
  const { entries, exits, resets, isFirst } = step
  const isBack = isAccepted && slot.row.awaited.includes(device)
  if (entries === 0 && exits === 0 && resets === 0 && !isFirst && !isBack) return
  const [ins, outs] = isInto ? [entries, exits] : [exits, entries]
  changed(slot, time, passCount(slot, { ins, outs, step, time, device, isBack }))
}

/** No time of a row is ahead of a clock that was set back. True when one was. */
function turnBackRow(row: CountSlot['row'], clock: Instant): boolean {
  const times = ['setAt', 'since', 'counted', 'mismatchSince', 'uncounted'] as const
  const ahead = times.filter((field) => (row[field] ?? 0) > clock)
  for (const field of ahead) row[field] = clock
  return ahead.length > 0
}

function scheduleReset(slot: CountSlot, clock: number) {
  slot.resetDueAt = slot.daily && clock > 0 ? slot.daily.next(clock) : Number.POSITIVE_INFINITY
}

/** Of several that were missed while no heartbeat came the newest counts: nothing was counted between them. */
function resetSlot(slot: CountSlot, now: number, { changed }: Settling) {
  const { daily, zone } = slot
  if (!daily || !zone?.reset) return
  const at = instant(daily.last(now))
  slot.resetDueAt = daily.next(now)
  // A recount that came while no heartbeat did is newer.
  if (slot.row.setAt !== null && slot.row.setAt >= at) return
  const { vehicles } = zone.reset
  changed(slot, at, setCount(slot, { change: 'reset', id: '', vehicles, at, author: null, reason: '' }))
}

function placeSlot(slot: CountSlot, zone: CountZone, index: number, stateOf: (bay: string) => BayState) {
  const { reset, timeZone } = zone
  Object.assign(slot, { zone, index, bays: noBays(), daily: reset && dailyTime(reset.at, timeZone) })
  for (const bay of zone.bays) slot.bays[stateOf(bay)]++
}

/** True when its row is another by the layout. */
function adopt(slot: CountSlot, at: Instant, written: Written): boolean {
  const { row, zone } = slot
  if (!zone) return false
  const isOther = row.rev === 0 || row.capacity !== zone.capacity || row.offset !== zone.offset
  Object.assign(row, { capacity: zone.capacity, offset: zone.offset })
  const cut = row.vehicles === null ? undefined : limit(slot, row.vehicles, at)
  if (cut) written.add(cut)
  return judgeCount(slot, at) || isOther
}

function removeSlot(slot: CountSlot, at: Instant, written: Written) {
  forgetCount(slot)
  judgeCount(slot, at)
  written.mark(slot)
  written.note(slot, at)
}

type Written = ReturnType<typeof createWritten>

/** What a batch has changed. */
function createWritten(stored: readonly CountZoneRow[], history: CountHistory) {
  let rev = stored.reduce((newest, row) => Math.max(newest, row.rev), 0)
  let dirty: CountSlot[] = []
  let changes = new Map<string, CountChangeRow>()
  return {
    mark(slot: CountSlot) {
      if (slot.isDirty) return
      slot.isDirty = true
      dirty.push(slot)
    },
    /** It may be another than before. */
    note: ({ row }: CountSlot, time: Instant) => history.note(row, time),
    /** What the limits of a zone cut off within a quarter is one entry. */
    add(change: CountChangeRow) {
      const key = `${countKey(change)} ${change.time} ${change.change} ${change.id}`
      const before = changes.get(key)
      changes.set(key, before ? { ...before, cut: addSaturating(before.cut, change.cut) } : change)
    },
    take(): CountRows {
      const states = history.take()
      if (dirty.length === 0 && changes.size === 0 && states.length === 0) return nothing
      rev++
      for (const slot of dirty) {
        slot.isDirty = false
        slot.row.rev = rev
      }
      const taken = { zones: dirty.map(({ row }) => ({ ...row })), states, changes: [...changes.values()] }
      dirty = []
      changes = new Map()
      return taken
    },
  }
}

const nothing: CountRows = { zones: [], states: [], changes: [] }
