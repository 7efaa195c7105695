/** A reading that is not the newest of its device: it repairs numbers and history, and never turns live state back. */
import { qualityBits } from '@baykeeper/contract/vocabulary.ts'
import { countSeq } from '../../domain/fold.ts'
import { apartEpoch } from '../../domain/reading.ts'
import { addSaturating } from '../../lib/sum.ts'
import { dayNumber } from '../../lib/utc-day.ts'
import { freshEpoch } from '../boots.ts'
import type { Outcome } from '../dead-letter.ts'
import type { Tracked } from '../fleet.ts'
import { nameOf } from '../order/facts.ts'
import { bootsMax } from '../order/order-state.ts'
import { risenTo, sessionCopyMs } from '../order/place.ts'
import type { PlacedReading } from '../undecided-frames.ts'
import { clockOf } from './placed-reading.ts'
import type { PlacedRows } from './placed-rows.ts'
import type { PlacerDeps } from './placer-deps.ts'

export interface LateReadings {
  /** Of a boot before the current one. `named`: its epoch, where it is known. */
  takeOlderBoot(taken: PlacedReading, seq: number, named: number | undefined): Promise<Outcome>
  takeLate(taken: PlacedReading, seq: number | undefined, epoch: number): Promise<Outcome>
  /** Its boot, or whether it is a repetition, cannot be known: kept apart, neither lost nor duplicate. */
  takeApart(taken: PlacedReading): Outcome
}

export function createLateReadings(deps: PlacerDeps, rows: PlacedRows): LateReadings {
  return {
    async takeOlderBoot(taken, seq, named) {
      return rows.addLate(taken, await addOlderBoot(deps, taken, seq, named))
    },
    async takeLate(taken, seq, epoch) {
      const { minSeq, maxSeq, epoch: current } = taken.device.state
      if (seq !== undefined) {
        if (epoch === current && minSeq !== null && maxSeq !== null)
          await countInCurrent(deps, taken, seq, { min: minSeq, max: maxSeq })
        else await countInOlder(deps, taken, seq, epoch)
      }
      return rows.addLate(taken, epoch)
    },
    takeApart(taken) {
      const { order } = taken.device
      order.repeats++
      order.changed = true
      return rows.add(taken, apartEpoch, qualityBits.late | qualityBits['possible-repeat'])
    },
  }
}

/** The boot of a reading that fits into no boot that is known; its epoch. */
async function addOlderBoot({ stored }: PlacerDeps, taken: PlacedReading, seq: number, named: number | undefined) {
  const { device, reading } = taken
  const { order } = device
  const epoch = named ?? (await freshEpoch(device, stored, nameOf(reading)))
  const name = nameOf(reading)
  const clock = clockOf(taken) ?? null
  // The oldest knowledge is the first to go: where there is no room, this boot is only in the store.
  if (order.boots.length < bootsMax)
    order.boots.unshift({
      epoch,
      ...(name === undefined ? {} : { name }),
      min: seq,
      max: seq,
      from: clock,
      to: clock,
    })
  order.changed = true
  stored.closeEpoch(device.state.id, epoch, { min: seq, max: seq })
  return epoch
}

async function countInCurrent(
  { gaps, missed }: PlacerDeps,
  taken: PlacedReading,
  seq: number,
  span: { readonly min: number; readonly max: number },
) {
  const { state, order } = taken.device
  const day = dayNumber(taken.uplink.arrivedAt)
  const clock = clockOf(taken)
  await gaps.take({ device: state.id, epoch: state.epoch, seq, span, day }, (of, by) => missed(taken, of, by))
  countSeq(state, seq)
  if (clock !== undefined && order.from !== null && clock < order.from) {
    order.from = clock
    order.changed = true
  }
}

async function countInOlder({ gaps, stored, missed }: PlacerDeps, taken: PlacedReading, seq: number, epoch: number) {
  const { state, order } = taken.device
  const day = dayNumber(taken.uplink.arrivedAt)
  const clock = clockOf(taken)
  const boot = order.boots.find((span) => span.epoch === epoch)
  const span = boot ? { min: boot.min, max: boot.max } : await stored.extend(state.id, epoch, seq)
  await gaps.take({ device: state.id, epoch, seq, span, day }, (of, by) => {
    state.missingBefore = addSaturating(state.missingBefore, by)
    missed(taken, of, by)
  })
  if (!boot) return
  boot.min = Math.min(boot.min, seq)
  boot.max = Math.max(boot.max, seq)
  if (clock !== undefined) {
    boot.from = Math.min(boot.from ?? clock, clock)
    boot.to = Math.max(boot.to ?? clock, clock)
  }
  order.changed = true
}

/** O2: a lower counter of its session that is stamped later may have begun again; further ones that rise decide. */
export function noteRising(taken: PlacedReading) {
  const { order, state } = taken.device
  const clock = clockOf(taken)
  const { seq } = taken.reading
  if (seq === undefined || clock === undefined || state.maxSeq === null) return
  if (order.clock === null || clock <= order.clock + sessionCopyMs) return
  order.rising = { seq, clock, count: risenTo(order, state.maxSeq, seq, clock), below: state.maxSeq }
  order.changed = true
}

/** O3: what was taken for one boot was two. */
export function noteJoined({ order }: Tracked) {
  if (order.isJoined) return
  order.isJoined = true
  order.changed = true
}
