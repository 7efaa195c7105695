/**
 * Stays, by bay: each is written when it ends (bay-stay.ts holds what is known of it), its overstay when that begins (overstays.ts).
 *
 * - S1 A stay follows the state of its bay, not of a device: a sensor that is swapped, a second one, a layout that changes do not end it.
 * - S2 A bay that a person or the layout closes or reserves is no departure: meanwhile its stays follow what its sensors report.
 * - S3 A bay that was not heard is known again with the first presence that a device of it reports. Where that device counts its readings and
 *   none is missing, it was known all the time. That holds under an override and in a closed bay too: what a person sets is known at that moment,
 *   and while its sensors are silent not from then on.
 * - S4 Times are those of the devices. Only where no device caused a change it is the time of the event.
 * - S5 The stays of a device that watches no bay of the layout are its own, under the bay that it claims.
 *
 * What is remembered of a bay is stored only where it does not follow from its one device.
 */
import { bayFlagBits } from '@baykeeper/contract/vocabulary.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import { type BayStay, lose, occupy, restore, skip, vacate } from '../bay-stay.ts'
import type { DeviceRecord } from '../fold.ts'
import { createOverstays, type OverstayChanges, type OverstayRow, type Overstays } from '../overstays.ts'
import {
  type BayMemories,
  createBayMemories,
  lastHeard,
  moveDevice,
  type StandingRow,
  standingIn,
  watchersOf,
} from './bay-memories.ts'
import type { BayEvent, EventOf, Fold, FoldStart, OverstayEvent } from './fold.ts'
import { type LateRepair, lateRepair } from './late-repair.ts'
import { rowOf, type StayBook, type StayParts } from './stay-row.ts'

export interface StandingChanges {
  readonly put: readonly StandingRow[]
  readonly gone: readonly { readonly bay: string }[]
  readonly overstays: OverstayChanges
}

export interface StayStart extends Pick<FoldStart<never>, 'watching' | 'devices' | 'stateOf'> {
  /** Doubts about a bay (`bayFlagBits`), as the bay fold has them now. */
  readonly flagsOf: (bay: string) => number
  readonly standing: readonly StandingRow[]
  /** Overstays that go on. */
  readonly overstays: readonly OverstayRow[]
}

const follows = ['bay', 'flags', 'applied', 'skipped', 'doubted', 'layout'] as const
type Event = EventOf<(typeof follows)[number]>

export interface Stays<Rows> extends Fold<Rows, (typeof follows)[number]> {
  /** What is remembered of bays, and their overstays. */
  takeStanding(): StandingChanges
  readonly late: LateRepair
  currentOverstays(): Iterable<OverstayRow>
}

export function stays<Rows>(
  start: StayStart,
  book: StayBook<Rows>,
  emit: (event: OverstayEvent) => void = () => undefined,
): Stays<Rows> {
  const memories = createBayMemories(start)
  const overstays: Overstays = createOverstays(
    (bay) => parts.watching.limitOf(bay),
    ({ bay, arrival }) => {
      const memory = memories.of.get(bay)
      return memory?.arrival === arrival && memory.lostAt === null
    },
    start.overstays,
    ({ bay, maxStayMin, begun, ended }) => emit({ is: 'overstay', bay, maxStayMin, begun, ended }),
  )
  const { watching, stateOf, flagsOf } = start
  const parts: StayParts = { watching, memories, overstays, book, gap: undefined, stateOf, flagsOf }
  for (const stay of standingIn(memories)) overstays.watch(stay)
  return {
    ...{ follows, late: lateRepair(parts) },
    apply(event: Event) {
      switch (event.is) {
        case 'bay':
          return follow(parts, event)
        case 'flags':
          return fallSilent(parts, event)
        case 'applied':
          return applied(parts, event)
        case 'skipped':
          return skipped(parts, event)
        case 'doubted':
          return doubted(parts, event)
        case 'layout':
          return lay(parts, event)
      }
    },
    currentOverstays: overstays.current,
    tick: overstays.tick,
    take: book.take,
    takeStanding: () => ({ ...memories.take(), overstays: overstays.take() }),
  }
}

function report(parts: StayParts, bay: string, occupied: boolean, time: Instant, device: DeviceRecord | null) {
  const { memories, overstays, gap } = parts
  const memory = memories.edit(bay)
  const isGap = gap !== undefined && gap.device === device
  if (memories.unheard.delete(bay) && device?.maxSeq != null && !isGap) restore(memory)
  const after = isGap ? gap.after : null
  const { notBefore } = memory
  if (occupied) {
    occupy(memory, { time, after, device: device?.id ?? 0 })
    return overstays.watch({ bay, arrival: memory.arrival as Instant, notBefore: memory.notBefore })
  }
  const ended = vacate(memory, { time, after })
  if (ended) parts.book.add(rowOf(parts, { bay, ended, notBefore, isNumbered: device?.maxSeq != null }))
}

function follow(parts: StayParts, event: BayEvent) {
  const { memories } = parts
  const { bay, after, cause, device, time } = event
  if (after === 'closed' || after === 'reserved') {
    memories.covered.add(bay)
    memories.edit(bay)
    return
  }
  memories.covered.delete(bay)
  if (after === 'unknown') {
    // By a layout another sensor may watch it: what that reports first is no report of the time before.
    const isUnheard = cause === 'rule' && device === null && !event.byLayout
    const memory = memories.edit(bay)
    lose(memory, isUnheard ? lastHeard(memories, bay, time) : time, isUnheard)
    if (memory.isUnheard) memories.unheard.add(bay)
    else memories.unheard.delete(bay)
    return
  }
  // What its device reported before it was silent is no news: the reading that ends the silence follows.
  if (memories.unheard.has(bay) && cause !== 'override') return
  report(parts, bay, after === 'occupied', timeOf(memories.of.get(bay), event), device)
  if (cause === 'override' && (parts.flagsOf(bay) & silentBits) !== 0) loseUnheard(memories, bay, time)
}

const silentBits = bayFlagBits.stale | bayFlagBits['gateway-offline']

/** No sensor of the bay is heard, and its state is that of a person or of the layout: no `bay` event shows it. */
function fallSilent({ memories, stateOf }: StayParts, { bay, before, after, time }: EventOf<'flags'>) {
  const begins = (after & silentBits) !== 0 && (before & silentBits) === 0
  if (begins && stateOf(bay) !== 'unknown') loseUnheard(memories, bay, lastHeard(memories, bay, time))
}

function loseUnheard(memories: BayMemories, bay: string, known: Instant) {
  const memory = memories.edit(bay)
  lose(memory, known, true)
  if (memory.isUnheard) memories.unheard.add(bay)
}

/** By the clock of the device that has just changed the bay, or whose change was passed over for a while. */
function timeOf(memory: BayStay | undefined, { after, cause, device, time, certain }: BayEvent): Instant {
  if (cause !== 'device' || !device || device.since === null || device.occupied !== (after === 'occupied')) return time
  if (certain) return device.lastTime
  const isKnown = memory !== undefined && memory.lostAt === null
  return after === 'free' && isKnown && device.since > (memory.arrival ?? time) ? device.since : time
}

function applied(parts: StayParts, event: EventOf<'applied'>) {
  const { watching, memories } = parts
  const { device, before, time } = event
  if (device.occupied !== before.occupied || device.claimedBay !== before.claimedBay) {
    const bay = watching.bayOf(device)
    if (bay === undefined) endOfDevice(parts, event)
    const { external } = device
    moveDevice(memories, device, watching.bayOf({ external, claimedBay: before.claimedBay }), bay)
    // Under an override the bay does not follow its device, so what is remembered no longer follows from it.
    if (bay !== undefined) memories.mark(bay)
    if (bay !== undefined && memories.covered.has(bay) && !memories.unheard.has(bay)) sees(parts, bay, device, time)
    else if (bay !== undefined && device.occupied === true && before.occupied === false) passOver(parts, bay, time)
  }
  if (memories.unheard.size > 0) {
    const bay = watching.bayOf(device)
    if (bay !== undefined && memories.unheard.has(bay)) sees(parts, bay, device, time)
  }
  parts.gap = undefined
}

/** The bay of a sensor that flaps is held occupied: an arrival within its stay follows a departure that was passed over, so one more may hide in it (A4). */
function passOver({ memories, flagsOf }: StayParts, bay: string, time: Instant) {
  const memory = memories.of.get(bay)
  if (memory?.arrival == null || memory.arrival >= time || memory.hidden === null) return
  const isHeld = (flagsOf(bay) & bayFlagBits.flapping) !== 0
  if (isHeld || memories.watchers.get(bay)?.length === 1) memories.edit(bay).hidden = memory.hidden + 1
}

/** The device reports the presence, as the state of its bay does not show it. */
function sees(parts: StayParts, bay: string, device: DeviceRecord, time: Instant) {
  if (typeof device.occupied === 'boolean') report(parts, bay, device.occupied, time, device)
}

function endOfDevice({ watching, book }: StayParts, { device, before, time }: EventOf<'applied'>) {
  const { occupied, since, claimedBay } = before
  if (occupied !== true || device.occupied === true || since === null) return
  const { external } = device
  if (watching.bayOf({ external, claimedBay }) !== undefined) return
  const departure = instant(Math.max(time, since))
  const isKnown = device.occupied === false
  book.add({
    ...{ device: device.id, arrival: since, departure, dwellMs: departure - since },
    bay: watching.conflictOf({ external, claimedBay }) === undefined ? claimedBay : null,
    certain: isKnown && departure > since,
    ...{ corrections: 0, maxErrorMs: isKnown ? 0 : null, hiddenMax: null, overstayMin: null },
  })
}

function skipped(parts: StayParts, event: EventOf<'skipped'>) {
  const bay = parts.watching.bayOf(event.device)
  if (bay !== undefined) skip(parts.memories.edit(bay), event.numbers, event.device.occupied === false)
  parts.gap = event
}

/** Its frames decide what it was: as if it had not been heard. */
function doubted({ watching, memories }: StayParts, { device, time }: EventOf<'doubted'>) {
  const bay = watching.bayOf(device)
  const memory = bay === undefined ? undefined : memories.of.get(bay)
  if (bay === undefined || device.occupied !== null || memory?.lostAt !== time) return
  memory.isUnheard = true
  memories.unheard.add(bay)
}

function lay(parts: StayParts, { watching, devices, at }: EventOf<'layout'>) {
  const { memories, overstays } = parts
  overstays.tick(at)
  parts.watching = watching
  memories.watchers = watchersOf(watching, devices)
  for (const { bay, notBefore } of overstays.rule(watching.limitOf, at, standingIn(memories)))
    memories.edit(bay).notBefore = notBefore
  // What follows from one device may follow from another, or from none, by this layout.
  for (const bay of memories.of.keys()) memories.mark(bay)
}
