/**
 * A reading that is not plainly the next one of its device: retained, a repetition, held until it is known whether its connection repeats, or
 * placed by what is stored. What its number decides of the frames that wait is decided first.
 */
import type { DecodedFrame, DecodedRecord } from '../decode-record.ts'
import type { Tracked } from '../fleet.ts'
import { createLookups } from '../lookups.ts'
import { type Behind, type Facts, factsOf } from '../order/facts.ts'
import { type Lookup, type Placement, place } from '../order/place.ts'
import { type Decider, isOfOne } from '../order/undecided.ts'
import { resendStep } from '../resends.ts'
import type { PlacedReading, Undecided } from '../undecided-frames.ts'
import { duplicate } from './placed-reading.ts'
import type { Fate, PlacerDeps } from './placer-deps.ts'
import type { Settlement } from './settlement.ts'
import { type FrameOf, open, type UndecidedRuns } from './undecided-runs.ts'

/** Places a reading by what is stored. */
export type SlowPlacement = (
  taken: PlacedReading,
  record: DecodedRecord,
  frame: DecodedFrame,
  k: number,
) => Promise<Fate>

export function createSlowPlacement(
  deps: PlacerDeps,
  { settle, takeRetained }: Settlement,
  runs: UndecidedRuns,
): SlowPlacement {
  const lookups = createLookups(deps.fleet, deps.stored, deps.gaps)

  /** Its place. A number or a boot that decides the frames that wait decides them first, and may have another place then. */
  async function placeBehindRun(device: Tracked, facts: Facts, look: Lookup, isNumber: boolean): Promise<Placement> {
    const { state, order } = device
    const placed = await place(order, state, facts, look)
    const isDecided = placed.kind === 'next' || placed.kind === 'wrap' || placed.kind === 'boot'
    if (device.run.length === 0 || !isDecided) return placed
    await runs.decideRun(device, deciderOf(placed, isNumber ? facts.seq : undefined))
    return place(order, state, { ...facts, behind: undefined }, look)
  }

  /** It was no repetition: placed as if its connection were nothing new. */
  async function placeHeld(entry: Undecided, look: Lookup) {
    const { taken, ticket, k } = entry
    const { device, reading, uplink } = taken
    const connection = device.order.connection
    const facts = { ...factsOf(reading, uplink, taken, behindOf(device)), connection }
    const placed = await placeBehindRun(device, facts, look, facts.seq !== undefined)
    const fate = await settle(taken, placed, { ticket: () => ticket, k })
    if (fate === 'undecided') deps.refile(ticket)
    // A run that it completed has decided it already, and counted that: a frame ends once.
    else if (placed.kind !== 'undecided') deps.decided(entry, fate === 'duplicate' ? 'duplicate' : 'committed')
  }

  return async (taken, record, frame, k) => {
    const { device, reading, uplink } = taken
    const facts = factsOf(reading, uplink, taken, behindOf(device))
    const look = lookups.of(device, record, frame)
    if (uplink.meta?.['retain'] === '1') return takeRetained(taken, facts, look)
    if (await goesOnRepeating(device, facts, look)) return duplicate(device)
    const from: FrameOf = { ticket: () => deps.ticketOf(record, frame), k }
    const resent = await resendStep(device, facts, look)
    if (resent.kind === 'repetition') return repeated(deps, runs, taken, facts, resent.goesOn)
    if (resent.kind === 'held') return holdBack(runs, taken, facts, from)
    for (const entry of device.resends.splice(0)) await placeHeld(entry, look)
    const isNumber = facts.seq !== undefined && facts.clock === undefined && facts.name === undefined
    const placed = await placeBehindRun(device, facts, look, isNumber)
    const fate = await settle(taken, placed, from)
    noteConnection(device, facts)
    return fate
  }
}

/** How a number decides the frames that wait. */
function deciderOf(placed: Placement, seq: number | undefined): Decider {
  if (seq !== undefined && placed.kind === 'next') return { kind: 'next', seq }
  return seq !== undefined && placed.kind === 'wrap' ? { kind: 'wrap', seq, width: placed.width } : { kind: 'full' }
}

function behindOf({ order: { repeating, before }, run }: Tracked): Behind | undefined {
  if (repeating !== undefined) return { seq: repeating, mayBeOfBefore: true }
  const last = run.at(-1)
  return last && { seq: last.seq, mayBeOfBefore: isOfOne(run, before) }
}

function noteConnection({ order }: Tracked, { connection }: Facts) {
  if (connection === undefined || connection === order.connection) return
  order.connection = connection
  order.changed = true
}

/** O10: behind a repetition that was recognised, its next frames are repeated too. */
async function goesOnRepeating({ order, state }: Tracked, facts: Facts, look: Lookup): Promise<boolean> {
  const { repeating } = order
  if (repeating === undefined) return false
  const { seq, clock, name } = facts
  order.changed = true
  order.repeating = undefined
  const hasClock = clock !== undefined && order.clock !== null
  if (seq === undefined || hasClock || name !== undefined || seq <= repeating) return false
  const placed = seq > (state.maxSeq ?? 0) ? undefined : await place(order, state, facts, look)
  const isSame = placed?.kind === 'undecided' && placed.match === 'same'
  if (placed?.kind === 'duplicate' || isSame) order.repeating = seq
  return order.repeating !== undefined
}

/** It and what was held before it are repetitions. */
function repeated(
  deps: PlacerDeps,
  runs: UndecidedRuns,
  { device, time }: PlacedReading,
  facts: Facts,
  goesOn: boolean,
): Fate {
  for (const entry of device.resends.splice(0)) {
    duplicate(device)
    deps.decided(entry, 'duplicate')
  }
  noteConnection(device, facts)
  if (goesOn) device.order.repeating = facts.seq
  runs.reviewDoubt(device, time)
  return duplicate(device)
}

/** It waits for the end of what its connection repeats. */
function holdBack(runs: UndecidedRuns, taken: PlacedReading, facts: Facts, { ticket, k }: FrameOf): Fate {
  const { device, hash } = taken
  noteConnection(device, facts)
  const entry: Undecided = {
    ...{ taken, seq: facts.seq ?? Number.NaN, hash, match: 'resend', epoch: device.state.epoch, began: false, k },
    ticket: ticket(),
  }
  open(entry)
  device.resends.push(entry)
  runs.reviewDoubt(device, taken.time)
  return 'undecided'
}
