/**
 * The bay fold: the state of every bay (bay-verdict.ts), its history, and a `bay` event for each change, for the folds behind it.
 *
 * - The state is a function of what is stored (devices, layout, overrides, patterns of changes) and of the clock: so a fold that is loaded again
 *   goes on the same.
 * - The clock is the newest arrival or heartbeat of the journal. What falls due (silence, the end of an override, a dispute) has the time at which
 *   it fell due, whenever that is noticed.
 * - Times of one bay never go back: a change that was measured before the newest one has the time of that.
 */
import type { BayState } from '@baykeeper/contract/vocabulary.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import type { DeviceRecord } from '../fold.ts'
import { createBayBook } from './bay-book.ts'
import type { BayRows, StoredBays } from './bay-rows.ts'
import type { BaySlot, Watch } from './bay-slot.ts'
import { createBayWatches, promiseMsOf } from './bay-watches.ts'
import { coverTime, learnChange, placeChange } from './change-pattern.ts'
import { createDueQueue } from './due-queue.ts'
import type { BayEvent, EventOf, FlagsEvent, Fold, FoldStart, GatewayEvent } from './fold.ts'
import type { Gateway } from './gateway-book.ts'
import { createGateways, type Gateways } from './gateways.ts'
import { createOverridesInForce, type OverrideRow, type StoredOverrides } from './overrides-in-force.ts'

const follows = ['liveness', 'applied', 'doubted', 'layout', 'set-back', 'desk'] as const

export interface BayStates extends Fold<BayRows, (typeof follows)[number]> {
  stateOf(bay: string): BayState
  bay(bay: string): BaySlot | undefined
  /** How long a device may be silent, milliseconds. */
  promiseMsOf(external: string): number
  readonly gateways: Pick<Gateways, 'carrierOf' | 'offline'>
  /** What a frame has put off until its outcome is known happens now. */
  settle(): void
}

export interface BayStart extends Pick<FoldStart<never>, 'watching' | 'devices' | 'promiseMs'> {
  readonly stored?: StoredBays | undefined
}

type Falling =
  | { readonly is: 'watch'; readonly watch: Watch }
  | { readonly is: 'slot'; readonly slot: BaySlot }
  | { readonly is: 'gateway'; readonly gateway: Gateway }
  | Turn<'override-begin'>
  | Turn<'override-end'>
interface Turn<Is extends string> {
  readonly is: Is
  readonly override: OverrideRow
}

/** Of one time: overrides end first, then planned ones begin, then gateways are judged, then devices fall silent, then bays are judged again. */
const slotOrder = 2 ** 40
const gatewayOrder = 2 ** 49
/** Above every position. */
const overrideOrder = 2 ** 52
const beginOrder = 2 ** 51
/** Intake writes a heartbeat a minute: it stood still when the journal has nothing for longer. Gateways are not blamed for that. */
const standstillMs = 150_000

export function bayStates(start: BayStart, emit: (event: BayEvent | FlagsEvent | GatewayEvent) => void): BayStates {
  const { stored, promiseMs } = start
  const storedStates = stored?.states ?? []
  let clock = stored?.clock ?? start.devices.reduce((newest, { lastArrived }) => Math.max(newest, lastArrived), 0)
  const overrides = createOverridesInForce(stored && overridesIn(stored, clock))
  const queue = createDueQueue<Falling>()
  /** Not while it is loaded: the folds behind it ask for the states then. */
  let emits = false
  let isLaying = false
  const book = createBayBook(storedStates, {
    overrides,
    emit(event) {
      if (!emits) return
      emit(isLaying && event.is === 'bay' ? { ...event, byLayout: true } : event)
    },
    due: (slot, at) => queue.add(at, slotOrder + slot.order, { is: 'slot', slot }),
  })
  const silentAt = ({ device, promiseMs }: Watch) => device.lastArrived + promiseMs
  let watching = start.watching
  let clockStored = stored?.clock
  const gateways = createGateways({
    devices: start.devices,
    stored: stored?.gateways,
    clock,
    heartbeatMsOf: (external) => watching.heartbeatMsOf(external),
    due: (gateway, at) => queue.add(at, gateway.order - gatewayOrder, { is: 'gateway', gateway }),
    changed({ source, id, offlineSince }, at) {
      const since = offlineSince === null ? null : instant(offlineSince)
      if (emits) emit({ is: 'gateway', source, gateway: id, offlineSince: since, time: instant(at) })
    },
  })
  const watches = createBayWatches(book, storedStates, {
    usualMs: promiseMs,
    isCutOff: gateways.isCutOff,
    added(watch) {
      if (!watch.isSilent) awaitSilence(watch, silentAt(watch))
    },
  })
  let isSetBack = false
  /** It was met, or its silence ended, with a frame whose outcome is not known yet: a presence that it brings comes first. */
  let revived: { readonly watch: Watch; readonly at: number } | undefined

  const awaitSilence = (watch: Watch, at: number) => {
    if (at >= watch.dueAt) return
    watch.dueAt = at
    queue.add(at, watch.device.id, { is: 'watch', watch })
  }
  const awaitTurns = (override: OverrideRow) => {
    const { from, until, pos } = override
    if (from > clock) queue.add(from, pos - beginOrder, { is: 'override-begin', override })
    if (until !== null) queue.add(until, pos - overrideOrder, { is: 'override-end', override })
  }

  function settleRevived() {
    if (revived === undefined) return
    const { watch, at } = revived
    revived = undefined
    book.settle(watch.slot, clock, at)
  }

  function settleAll(bays: Iterable<string>, time: number) {
    for (const bay of bays) {
      const slot = book.find(bay)
      if (slot) book.settle(slot, clock, time)
    }
  }

  function fall(falling: Falling, at: number) {
    if (falling.is === 'override-end') {
      const { override } = falling
      if (overrides.end(override.id, instant(at), null)) settleAll(override.bays, at)
    } else if (falling.is === 'override-begin') {
      if (overrides.begin(falling.override.id)) settleAll(falling.override.bays, at)
    } else if (falling.is === 'slot') {
      const { slot } = falling
      if (slot.dueAt !== at) return
      slot.dueAt = Number.POSITIVE_INFINITY
      book.settle(slot, at, at)
    } else if (falling.is === 'gateway') {
      if (gateways.judge(falling.gateway, at)) cutOff(falling.gateway, at)
    } else {
      const { watch } = falling
      if (watches.of(watch.device) !== watch || watch.dueAt !== at) return
      watch.dueAt = Number.POSITIVE_INFINITY
      if (watch.isSilent) return
      const silent = silentAt(watch)
      if (silent > at) return awaitSilence(watch, silent)
      watch.isSilent = true
      book.settle(watch.slot, at, at)
    }
  }

  /** All bays that depend on the gateway. */
  function cutOff({ devices }: Gateway, time: number) {
    for (const device of [...devices].sort((a, b) => a.id - b.id)) {
      const watch = watches.of(device)
      if (!watch) continue
      watch.isCutOff = true
      book.settle(watch.slot, clock, time)
    }
  }

  function tick(time: Instant) {
    settleRevived()
    if (isSetBack && time < clock) turnBack(time)
    isSetBack = false
    if (time - clock > standstillMs) gateways.resume(time)
    for (let due = queue.takeDue(time); due !== undefined; due = queue.takeDue(time)) {
      clock = Math.max(clock, due.at)
      fall(due.what, due.at)
    }
    if (time > clock) clock = time
  }

  /** What had fallen due by the clock that was wrong has not. Overrides that have begun or ended stay so. */
  function turnBack(time: Instant) {
    clock = time
    overrides.turnBack(time)
    gateways.turnBack(time)
    for (const watch of watches.all()) {
      watch.isCutOff = gateways.isCutOff(watch.device)
      const wasSilent = watch.isSilent
      watch.isSilent = silentAt(watch) <= clock
      if (wasSilent && !watch.isSilent) awaitSilence(watch, silentAt(watch))
    }
    for (const slot of [...book.all()].sort((a, b) => a.order - b.order)) {
      slot.dueAt = Number.POSITIVE_INFINITY
      book.settle(slot, clock, clock)
    }
  }

  function heard({ device, arrived, time, path }: EventOf<'liveness'>) {
    gateways.heard(device, arrived, path)
    const watch = watches.of(device)
    if (watch === undefined) {
      const met = watches.rewatch(device, clock).watch
      if (met) revived = { watch: met, at: time }
    }
    if (!watch) return
    if (watch.isCutOff && !gateways.isCutOff(device)) {
      watch.isCutOff = false
      revived = { watch, at: time }
    }
    const endsAt = arrived + watch.promiseMs
    if (!watch.isSilent) {
      // By a clock that was set back it falls silent earlier than was awaited.
      if (arrived < device.lastArrived) awaitSilence(watch, endsAt)
      return
    }
    // A frame of long ago that is decoded again is no sign of life.
    if (endsAt <= clock) return
    revived = { watch, at: Math.max(time, silentAt(watch)) }
    watch.isSilent = false
    awaitSilence(watch, endsAt)
  }

  function rewatch(device: DeviceRecord, time: Instant) {
    const { left, watch } = watches.rewatch(device, clock)
    if (left) book.settle(left, clock, time)
    return watch
  }

  function applied({ device, before, time }: EventOf<'applied'>) {
    // The first of a device without a sign of life is a retained message.
    let watch = watches.of(device)
    const isMet = watch === undefined
    if (isMet || device.claimedBay !== before.claimedBay) watch = rewatch(device, time)
    if (!watch) return
    const { occupied } = device
    const isLow = device.batteryLow === true
    const isSame = occupied === before.occupied && device.claimedBay === before.claimedBay && isLow === watch.isLow
    const isCovered = !coverTime(watch.pattern, { time, before: watch.readAt, clock, promiseMs: watch.promiseMs })
    watch.readAt = time
    if (!isCovered) book.mark(watch.slot)
    if (isSame && !isMet && isCovered) return
    watch.isLow = isLow
    if (typeof occupied === 'boolean' && occupied !== before.occupied) {
      if (typeof before.occupied === 'boolean') learnChange(watch.pattern, time)
      else placeChange(watch.pattern, time)
      book.mark(watch.slot)
    }
    if (revived?.watch.slot === watch.slot) revived = undefined
    book.settle(watch.slot, clock, time, typeof occupied === 'boolean')
  }

  function doubted({ device, time }: EventOf<'doubted'>) {
    const watch = watches.of(device)
    if (watch) book.settle(watch.slot, clock, time)
  }

  function desk({ entry, pos }: EventOf<'desk'>) {
    const { change, at, author } = entry
    if (change.is === 'override') {
      const override = overrides.add(entry, change, pos, clock)
      if (!override) return
      awaitTurns(override)
      settleAll(override.bays, at)
    } else if (change.is === 'override-end') {
      const override = overrides.end(change.id, at, author)
      if (override) settleAll(override.bays, at)
    }
  }

  function relay({ watching: next, devices, at }: Omit<EventOf<'layout'>, 'is'>) {
    watching = next
    watches.lay(watching, devices, clock)
    gateways.reconsider(clock)
    isLaying = true
    for (const slot of book.all()) book.settle(slot, clock, at)
    isLaying = false
  }

  for (const override of overrides.all()) awaitTurns(override)
  const load = () => relay({ watching: start.watching, devices: start.devices, at: instant(clock) })
  // A database of a release without states of bays: they began when the devices say.
  if (stored?.clock === undefined) book.backdated((device) => device?.since ?? undefined, load)
  else load()
  emits = true
  return {
    follows,
    stateOf: book.stateOf,
    bay: book.find,
    promiseMsOf: (external) => promiseMsOf(watching, external, promiseMs),
    gateways,
    tick,
    apply(event) {
      if (event.is !== 'applied') settleRevived()
      switch (event.is) {
        case 'liveness':
          return heard(event)
        case 'applied':
          return applied(event)
        case 'doubted':
          return doubted(event)
        case 'desk':
          return desk(event)
        case 'layout':
          return relay(event)
        case 'set-back':
          isSetBack = true
      }
    },
    settle: settleRevived,
    take() {
      settleRevived()
      const moved = clock === clockStored || clock === 0 ? undefined : instant(clock)
      clockStored = moved ?? clockStored
      return { ...book.take(), overrides: overrides.take(), gateways: gateways.take(), clock: moved }
    },
  }
}

const overridesIn = ({ overrides, endedOverrides, newestOverride }: StoredBays, clock: number): StoredOverrides => ({
  ...{ rows: overrides, ended: endedOverrides, newestPos: newestOverride, clock },
})
