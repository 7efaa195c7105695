/** A reading that is the newest of its device: its number, live state and the history. */
import { qualityBits } from '@baykeeper/contract/vocabulary.ts'
import { applyLive, countSeq } from '../../domain/fold.ts'
import type { Reading } from '../../domain/reading.ts'
import type { Instant } from '../../lib/brand.ts'
import { type DayNumber, dayNumber } from '../../lib/utc-day.ts'
import { beginBoot } from '../boots.ts'
import { stepCounters } from '../counters.ts'
import type { Outcome } from '../dead-letter.ts'
import { hold, release } from '../doubt.ts'
import { rememberSeq, type Tracked } from '../fleet.ts'
import type { HistoryFold } from '../folds.ts'
import type { Overtaken } from '../order/order-state.ts'
import type { Taken } from '../undecided-frames.ts'
import type { PlacedRows } from './placed-rows.ts'
import type { MaybePromise, PlacerDeps } from './placer-deps.ts'
import { clockOf, noteClock } from './taken.ts'

export interface LiveReadings {
  /** A number of the current boot above its highest, or its first. */
  takeNumber(taken: Taken, seq: number): MaybePromise<Outcome>
  /** The newest of its device. */
  goLive(taken: Taken, epoch: number): Outcome
}

export function createLiveReadings(deps: PlacerDeps, rows: PlacedRows): LiveReadings {
  const { gaps, history } = deps

  function takeNumber(taken: Taken, seq: number): MaybePromise<Outcome> {
    const { device, uplink } = taken
    const { state, order } = device
    const clock = clockOf(taken)
    if (state.maxSeq === null && clock !== undefined) {
      order.from = clock
      order.changed = true
    }
    const isFirst = state.maxSeq === null || state.minSeq === null
    if (!isFirst && seq !== (state.maxSeq as number) + 1) {
      const day = dayNumber(uplink.arrivedAt)
      const span = { min: state.minSeq as number, max: state.maxSeq as number }
      const taking = { device: state.id, epoch: state.epoch, seq, span, day }
      const filled = gaps.take(taking, (of, by) => deps.missed(taken, of, by))
      if (filled) return filled.then(() => countLive(taken, seq))
    }
    return countLive(taken, seq)
  }

  function countLive(taken: Taken, seq: number): Outcome {
    const { device, hash } = taken
    countSeq(device.state, seq)
    rememberSeq(device, seq, hash)
    return goLive(taken, device.state.epoch)
  }

  function goLive(taken: Taken, epoch: number): Outcome {
    const { device, reading, time } = taken
    const { state, order } = device
    if (order.held) {
      const clock = clockOf(taken)
      const isStill = clock !== undefined && order.clock !== null && clock <= order.clock
      if (order.held.until === 'later' && isStill) return rows.add(taken, epoch, qualityBits.late)
      release(device, time, history)
    }
    noteClock(taken)
    const { occupied, since, claimedBay, countIn, countOut, lastTime } = state
    applyLive(state, reading, time)
    let marks = 0
    if (reading.measures.countIn !== undefined || reading.measures.countOut !== undefined) {
      const step = stepCounters(device, { countIn, countOut, lastTime }, reading.measures, time)
      if (step.isDoubtful) marks = qualityBits['count-doubted']
      history?.counted(state, step, time)
    }
    history?.applied(state, { occupied, since, claimedBay }, reading, time)
    if (order.overtaken) doubtOvertaken(device, order.overtaken, reading, time, history)
    return rows.add(taken, epoch, marks)
  }

  return { takeNumber, goLive }
}

/** Until its number comes again, or one above it, what the overtaken frame said may be the newest. */
function doubtOvertaken(
  device: Tracked,
  { seq, occupied }: Overtaken,
  reading: Reading,
  time: Instant,
  history: HistoryFold | undefined,
) {
  const { state, order } = device
  order.changed = true
  // Under its own number it was of another boot: it is not above the frames of this one any more.
  if (reading.seq === undefined || reading.seq >= seq) order.overtaken = undefined
  else if (state.occupied !== occupied) hold(device, time, 'next', history)
}

/** O7: the numbers up to the end of the counter and from 0 on are missing. */
export async function wrapNumbers({ gaps, stored, missed: add }: PlacerDeps, taken: Taken, width: number) {
  const { device, reading, uplink } = taken
  const { state } = device
  const day = dayNumber(uplink.arrivedAt)
  const missed = (of: DayNumber, by: number) => add(taken, of, by)
  const span = { min: state.minSeq as number, max: state.maxSeq as number }
  await gaps.take({ device: state.id, epoch: state.epoch, seq: width, span, day }, missed)
  state.maxSeq = width - 1
  await beginBoot(device, stored, device.order.name)
  const seq = reading.seq as number
  if (seq === 0) return
  await gaps.take({ device: state.id, epoch: state.epoch, seq, span: { min: 0, max: -1 }, day }, missed)
  state.minSeq = 0
  state.maxSeq = seq - 1
}
