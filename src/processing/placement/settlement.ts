/** A reading whose place is known, to its outcome: live, late, a separate boot, a duplicate, in conflict, or waiting. */
import assert from 'node:assert/strict'
import { countSeq } from '../../domain/fold.ts'
import { instant, unreachable } from '../../lib/brand.ts'
import { beginBoot } from '../boots.ts'
import { hold } from '../doubt.ts'
import { type Facts, nameOf } from '../order/facts.ts'
import { type Lookup, type Placement, place, redeliveryMax } from '../order/place.ts'
import type { PlacedReading, Ticket } from '../undecided-frames.ts'
import { noteJoined, noteRising } from './late-readings.ts'
import { wrapNumbers } from './live-readings.ts'
import { contradicts, duplicate, noteClock } from './placed-reading.ts'
import type { PlacedRows } from './placed-rows.ts'
import type { Fate, PlacerDeps } from './placer-deps.ts'
import type { FrameOf, Settled, UndecidedRuns } from './undecided-runs.ts'

type Settle = (taken: PlacedReading, placed: Placement, from: FrameOf) => Promise<Fate>

export interface Settlement {
  readonly settle: Settle
  /** A retained message, which never waits. */
  takeRetained(taken: PlacedReading, facts: Facts, look: Lookup): Promise<Fate>
}

export interface SettlementParts extends Settled {
  readonly rows: PlacedRows
  readonly runs: UndecidedRuns
}

export function createSettlement(deps: PlacerDeps, parts: SettlementParts): Settlement {
  const { live, late, rows, runs } = parts
  const { stored, history } = deps

  async function settle(taken: PlacedReading, placed: Placement, from: FrameOf): Promise<Fate> {
    const { device, reading } = taken
    const { state } = device
    const { seq } = reading
    switch (placed.kind) {
      case 'next':
        return seq === undefined ? live.goLive(taken, state.epoch) : live.takeNumber(taken, seq)
      case 'wrap':
        return live.takeNumber(taken, seq as number, await wrapNumbers(deps, taken, placed.width))
      case 'boot':
        await beginBoot(device, stored, seq === undefined ? undefined : nameOf(reading))
        return seq === undefined ? live.goLive(taken, state.epoch) : live.takeNumber(taken, seq)
      case 'part':
        await beginBoot(device, stored, nameOf(reading))
        countSeq(state, seq as number)
        hold(device, taken.time, 'second', history)
        noteClock(taken)
        return rows.add(taken, state.epoch, 0)
      case 'older-boot':
        if (placed.cuts) noteJoined(device)
        return late.takeOlderBoot(taken, seq as number, placed.epoch)
      case 'late':
        if (placed.cuts) noteJoined(device)
        if (placed.mayBeNew) noteRising(taken)
        if (placed.mayBeNew && contradicts(taken, history)) hold(device, taken.time, 'later', history)
        return late.takeLate(taken, seq, placed.epoch)
      case 'duplicate':
        if (placed.isReturn) noteRising(taken)
        if (placed.isReturn && contradicts(taken, history)) hold(device, taken.time, 'later', history)
        return duplicate(device)
      case 'conflict':
        return 'quarantined'
      case 'undecided':
        return runs.wait(taken, placed, from)
      default:
        return unreachable(placed)
    }
  }

  return {
    settle,
    takeRetained: (taken, facts, look) => takeRetained(parts, settle, taken, { facts, look, history }),
  }
}

/** B5: a retained message has the state at the time it was sent, which is only known when the message has a time. */
async function takeRetained(
  { live, late, rows }: SettlementParts,
  settle: Settle,
  taken: PlacedReading,
  { facts, look, history }: Pick<PlacerDeps, 'history'> & { readonly facts: Facts; readonly look: Lookup },
): Promise<Fate> {
  const { device, reading } = taken
  const { state, order } = device
  const { seq } = reading
  const isFirst = state.readings === 0
  if (isFirst) state.lastArrived = instant(facts.clock ?? 0)
  if (isFirst || facts.clock !== undefined) {
    const placed = await place(order, state, facts, look)
    if (placed.kind !== 'undecided') return settle(taken, placed, neverWaits)
    return late.takeApart(taken)
  }
  const newest = await look.newest(redeliveryMax)
  if (newest.some((one) => one.hash === taken.hash && one.seq === (seq ?? null))) return duplicate(device)
  if (seq === undefined && contradicts(taken, history)) return rows.addLate(taken, state.epoch)
  if (seq === undefined) return live.goLive(taken, state.epoch)
  const same = state.maxSeq !== null && seq <= state.maxSeq ? await look.inEpoch(state.epoch, seq) : undefined
  if (same?.hash === taken.hash) return duplicate(device)
  return late.takeApart(taken)
}

const neverWaits: FrameOf = { ticket: (): Ticket => assert.fail('a retained message never waits'), k: 0 }
