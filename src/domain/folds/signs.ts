/**
 * The fold of signs: what each shows, and its history. The rules: docs/specs/signs.md.
 *
 * - What is shown follows from the signs that people have set, the states of bays, the count zones, the layout and the clock of the journal: loaded
 *   again it goes on the same.
 * - It is judged by what is known at each moment of the journal. How old that is, is judged where it is shown (sign-shown.ts): a fold that is
 *   behind or stopped cannot do that.
 */
import { type Instant, instant } from '../../lib/brand.ts'
import type { DeskEntry, SignChange, SignModeChange } from '../desk-change.ts'
import { signsMax } from '../sign.ts'
import type { Watching } from '../watching.ts'
import { createDueQueue } from './due-queue.ts'
import type { EventOf, Fold, Weight } from './fold.ts'
import { createSignPlaces, type SignCounts, type SignPlaces } from './sign-places.ts'
import type { SignChangeRow, SignRow, SignRows } from './sign-rows.ts'
import {
  addTally,
  allowedAt,
  isRise,
  looksSame,
  newSignRow,
  newSignSlot,
  noPlaces,
  type SignSlot,
  type SignTally,
  type SignTarget,
  tallyOfBay,
  tallyOfCount,
  targetOf,
} from './sign-slot.ts'

const follows = ['bay', 'count', 'layout', 'set-back', 'desk'] as const
export type Signs = Fold<SignRows, (typeof follows)[number]>

export interface SignStart extends SignCounts {
  readonly watching: Watching
  /** Every sign there ever was. */
  readonly stored: readonly SignRow[]
  /** Where the clock of the folds stands; undefined in a database that no commit has reached. */
  readonly clock: Instant | undefined
}

export function signs(start: SignStart): Signs {
  const slots = new Map(start.stored.map((row) => [row.id, newSignSlot(row)]))
  const written = createWritten(start.stored)
  const settling = createSettling(written)
  let places = createSignPlaces(start.watching, start)
  let clock: number = start.clock ?? 0
  let isSetBack = false
  /** Count zones as they are counted now, by index: an event of one may follow another within a moment. */
  let known: SignTally[] = []

  const tallyOf = (zone: number, rest: Weight) => tallyOfCount(rest, start.isKnown(zone))

  function rebuildPlaces(watching: Watching, at: Instant) {
    places = createSignPlaces(watching, start)
    known = watching.counting.zones.map((_, zone) => tallyOf(zone, start.restOf(zone)))
    for (const slot of inOrder(slots)) {
      if (!slot.row.sign) continue
      places.add(slot, slot.row.sign)
      settling.settle(slot, at)
    }
  }

  function tick(time: Instant) {
    const isBack = isSetBack && time < clock
    if (isBack) turnBack(slots, settling, written, time)
    isSetBack = false
    clock = settleDue(settling, time, isBack ? time : clock)
  }

  /** The bay event that has brought it about follows at once: a place that moves from one to the other is never counted twice. */
  function followCount({ zone, after, byBay }: EventOf<'count'>) {
    const [was = noPlaces(), is] = [known[zone], tallyOf(zone, after)]
    known[zone] = is
    places.ofCount(zone, (slot) => {
      moveTally(slot, was, is)
      if (!byBay) settling.settle(slot, instant(clock))
    })
  }

  const apply = {
    bay({ bay, before, after, byLayout }: EventOf<'bay'>) {
      if (byLayout) return
      places.ofBay(bay, (slot) => {
        moveTally(slot, tallyOfBay[before], tallyOfBay[after])
        settling.settle(slot, instant(clock))
      })
    },
    count: followCount,
    layout: ({ watching, at }: EventOf<'layout'>) => rebuildPlaces(watching, instant(Math.max(clock, at))),
    'set-back': () => {
      isSetBack = true
    },
    desk: ({ entry }: EventOf<'desk'>) =>
      changeSign({ slots, places, settling }, entry, instant(Math.max(clock, entry.at))),
  }

  rebuildPlaces(start.watching, instant(clock))
  return { follows, tick, apply: (event) => apply[event.is](event as never), take: written.take }
}

function moveTally({ tally }: SignSlot, from: SignTally, to: SignTally) {
  addTally(tally, from, -1)
  addTally(tally, to)
}

interface Parts {
  readonly slots: Map<string, SignSlot>
  readonly places: SignPlaces
  readonly settling: Settling
}

/** `time`: from when on it counts. */
function changeSign(parts: Parts, entry: DeskEntry, time: Instant) {
  if (entry.change.is === 'sign') setSign(parts, entry.change, entry, time)
  else if (entry.change.is === 'sign-mode') setMode(parts, entry.change, entry, time)
}

function setSign({ slots, places, settling }: Parts, { id, sign }: SignChange, entry: DeskEntry, time: Instant) {
  const { at, author, reason: comment } = entry
  const before = slots.get(id)
  if (sign === null ? !before?.row.sign : !before?.row.sign && living(slots) >= signsMax) return
  const slot = before ?? newSignSlot(newSignRow(id, at))
  slots.set(id, slot)
  Object.assign(slot.row, { sign, author, setAt: at })
  if (sign) {
    places.add(slot, sign)
    return settling.settle(slot, time, { author, comment })
  }
  places.remove(slot)
  Object.assign(slot.row, asRemoved)
  Object.assign(slot, { tally: noPlaces(), dueAt: Number.POSITIVE_INFINITY })
  settling.show(slot, removed, time, { author, comment })
}

function setMode(
  { slots, settling }: Parts,
  { id, mode, until }: SignModeChange,
  { author, reason: comment }: DeskEntry,
  time: Instant,
) {
  const slot = slots.get(id)
  if (!slot?.row.sign || (until !== null && until <= time)) return
  const modeUntil = mode === 'auto' ? null : until
  Object.assign(slot.row, { mode, modeUntil, modeAuthor: author, modeReason: comment })
  settling.settle(slot, time, { author, comment })
}

const living = (slots: ReadonlyMap<string, SignSlot>) =>
  slots.values().reduce((sum, { row }) => sum + (row.sign ? 1 : 0), 0)

/** The same whether they were loaded or set: of one moment, signs change in the order of their ids. */
const inOrder = (slots: ReadonlyMap<string, SignSlot>) =>
  [...slots.values()].sort((a, b) => (a.row.id < b.row.id ? -1 : 1))

const removed: SignTarget = { show: 'blank', value: null, reason: 'no-sign', isFull: false }
const asRemoved = {
  ...{ mode: 'auto', modeUntil: null, modeAuthor: null, modeReason: '', isFull: false },
  ...{ capacity: 0, known: 0, free: 0, open: 0 },
} as const

interface By {
  readonly author: string
  readonly comment: string
}

type Settling = ReturnType<typeof createSettling>

function createSettling(written: Written) {
  const queue = createDueQueue<SignSlot>()
  const numbers = new Map<string, number>()
  /** Entries of one time come in the order in which signs were first queued. */
  const orderOf = ({ row }: SignSlot) => numbers.getOrInsertComputed(row.id, () => numbers.size)

  function show(slot: SignSlot, target: SignTarget, now: Instant, by?: By) {
    const { row } = slot
    // A change by a person may be ahead of the newest arrival.
    const time = instant(Math.max(now, row.since))
    const { show, value, reason } = target
    const risenAt = isRise(slot, target) ? time : row.risenAt
    Object.assign(row, { show, value, reason, since: time, risenAt, changes: row.changes + 1 })
    written.add({
      ...{ sign: row.id, number: row.changes, time, show, value, mode: row.mode, reason },
      ...{ author: by?.author ?? null, comment: by?.comment ?? '' },
    })
    written.mark(slot)
  }

  function awaitDue(slot: SignSlot, at: number) {
    slot.dueAt = at
    if (at >= slot.queuedAt) return
    slot.queuedAt = at
    queue.add(at, orderOf(slot), slot)
  }

  /** `by`: a person changed it, which does not wait and is part of its history however it looks. */
  function settle(slot: SignSlot, time: Instant, by?: By) {
    const { row } = slot
    const { sign } = row
    if (!sign) return
    const hasEnded = row.modeUntil !== null && row.modeUntil <= time
    if (hasEnded) {
      Object.assign(row, { mode: 'auto', modeUntil: null, modeAuthor: null, modeReason: '' })
      written.mark(slot)
    }
    const target = targetOf(slot, sign)
    if (keepCounted(slot, target)) written.mark(slot)
    const allowed = allowedAt(slot, sign, target)
    const isOther = !looksSame(slot, target)
    const isPending = isOther && allowed > time && !by && !hasEnded
    if ((isOther && !isPending) || by || hasEnded) show(slot, target, time, by)
    else if (!isOther && row.reason !== target.reason) {
      row.reason = target.reason
      written.mark(slot)
    }
    awaitDue(slot, Math.min(isPending ? allowed : Number.POSITIVE_INFINITY, row.modeUntil ?? Number.POSITIVE_INFINITY))
  }

  return {
    settle,
    show,
    queue,
    awaitDue,
  }
}

/** Everything that is due by then. Returns where the clock stands. */
function settleDue({ queue, settle, awaitDue }: Settling, time: Instant, from: number): number {
  let clock = from
  for (let due = queue.takeDue(time); due !== undefined; due = queue.takeDue(time)) {
    const slot = due.what
    clock = Math.max(clock, due.at)
    // Of several entries of one time the first one counts.
    if (slot.queuedAt !== due.at) continue
    slot.queuedAt = Number.POSITIVE_INFINITY
    if (slot.dueAt <= due.at) settle(slot, instant(due.at))
    else if (Number.isFinite(slot.dueAt)) awaitDue(slot, slot.dueAt)
  }
  return Math.max(clock, time)
}

/** True when its row is another. */
function keepCounted({ row, tally }: SignSlot, { isFull }: SignTarget): boolean {
  const { capacity, known, free, open } = tally
  const isSame = row.isFull === isFull && row.capacity === capacity && row.known === known && row.free === free
  if (isSame && row.open === open) return false
  Object.assign(row, { isFull, capacity, known, free, open })
  return true
}

/** What was shown by a clock that was ahead is shown since now. */
function turnBack(slots: ReadonlyMap<string, SignSlot>, settling: Settling, written: Written, time: Instant) {
  for (const slot of inOrder(slots)) {
    if (turnBackRow(slot.row, time)) written.mark(slot)
    settling.settle(slot, time)
  }
}

/** No time of a row is ahead of a clock that was set back. True when one was. */
function turnBackRow(row: SignSlot['row'], clock: Instant): boolean {
  const ahead = (['since', 'risenAt', 'setAt'] as const).filter((field) => row[field] > clock)
  for (const field of ahead) row[field] = clock
  return ahead.length > 0
}

type Written = ReturnType<typeof createWritten>

/** What a batch has changed. */
function createWritten(stored: readonly SignRow[]) {
  let rev = stored.reduce((newest, row) => Math.max(newest, row.rev), 0)
  let dirty: SignSlot[] = []
  let changes: SignChangeRow[] = []
  return {
    mark(slot: SignSlot) {
      if (slot.isDirty) return
      slot.isDirty = true
      dirty.push(slot)
    },
    add: (change: SignChangeRow) => void changes.push(change),
    take(): SignRows {
      if (dirty.length === 0 && changes.length === 0) return nothing
      rev++
      for (const slot of dirty) {
        slot.isDirty = false
        slot.row.rev = rev
      }
      const taken = { signs: dirty.map(({ row }) => ({ ...row })), changes }
      dirty = []
      changes = []
      return taken
    },
  }
}

const nothing: SignRows = { signs: [], changes: [] }
