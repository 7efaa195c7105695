/** A reading that is the newest of its device: its number, live state and the history. */
import { qualityBits } from '@baykeeper/contract/vocabulary.ts'
import { applyLive, countSeq } from '../../domain/fold.ts'
import type { Reading } from '../../domain/reading.ts'
import type { Instant } from '../../lib/brand.ts'
import { type DayNumber, dayNumber } from '../../lib/utc-day.ts'
import { beginBoot } from '../boots.ts'
import { keepCounters, stepCounters } from '../counters.ts'
import type { Outcome } from '../dead-letter.ts'
import { hold, release } from '../doubt.ts'
import { rememberSeq, type Tracked } from '../fleet.ts'
import type { HistoryFold } from '../folds.ts'
import { seqStepMax } from '../order/by-number.ts'
import type { Overtaken } from '../order/order-state.ts'
import type { PlacedReading } from '../undecided-frames.ts'
import { clockOf, noteClock } from './placed-reading.ts'
import type { PlacedRows } from './placed-rows.ts'
import type { MaybePromise, PlacerDeps } from './placer-deps.ts'

export interface LiveReadings {
  /** A number of the current boot above its highest, or its first. */
  /** `wrapped`: numbers that are missing across the end of its counter, when it has just begun again. */
  takeNumber(taken: PlacedReading, seq: number, wrapped?: number): MaybePromise<Outcome>
  /** The newest of its device. `skipped`: numbers that are missing before it; null: it is not known how many. */
  goLive(taken: PlacedReading, epoch: number, skipped?: number | null): MaybePromise<Outcome>
}

export function createLiveReadings(deps: PlacerDeps, rows: PlacedRows): LiveReadings {
  const { gaps, history } = deps

  function takeNumber(taken: PlacedReading, seq: number, wrapped?: number): MaybePromise<Outcome> {
    const { device, uplink } = taken
    const { state, order } = device
    const clock = clockOf(taken)
    if (state.maxSeq === null && clock !== undefined) {
      order.from = clock
      order.changed = true
    }
    const isFirst = state.maxSeq === null || state.minSeq === null
    const skipped = wrapped ?? (isFirst ? (state.readings === 0 ? 0 : null) : seq - (state.maxSeq as number) - 1)
    if (!isFirst && seq !== (state.maxSeq as number) + 1) {
      const day = dayNumber(uplink.arrivedAt)
      const span = { min: state.minSeq as number, max: state.maxSeq as number }
      const taking = { device: state.id, epoch: state.epoch, seq, span, day }
      const filled = gaps.take(taking, (of, by) => deps.missed(taken, of, by))
      if (filled) return filled.then(() => countLive(taken, seq, skipped))
    }
    return countLive(taken, seq, skipped)
  }

  function countLive(taken: PlacedReading, seq: number, skipped: number | null): MaybePromise<Outcome> {
    const { device, hash } = taken
    countSeq(device.state, seq)
    rememberSeq(device, seq, hash)
    return goLive(taken, device.state.epoch, skipped)
  }

  function goLive(taken: PlacedReading, epoch: number, skipped: number | null = 0): MaybePromise<Outcome> {
    const seen = history ? history.seen(taken.device.state, taken.reading) : taken.reading
    if (!history || !isOfFormerBay(history, taken, seen)) return apply(taken, seen, { epoch, skipped, marks: 0 })
    const here = withoutPresence(seen)
    const outcome = apply(taken, here, { epoch, skipped: 0, marks: qualityBits.late })
    return deps.lateStays.repair(taken.device, taken.time).then(() => outcome)
  }

  /** `reading`: what it reports of the bay that its device watches now. */
  function apply(taken: PlacedReading, reading: Reading, { epoch, skipped, marks }: Applied): Outcome {
    const { device, time } = taken
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
    if (skipped !== 0) history?.skipped(state, skipped, lastTime)
    const isDoubtful = count(taken, reading, { countIn, countOut, lastTime }, history)
    history?.applied(state, { occupied, since, claimedBay }, reading, time, taken.uplink.time === 'trust')
    if (order.overtaken) doubtOvertaken(device, order.overtaken, reading, time, history)
    return rows.add(taken, epoch, isDoubtful ? marks | qualityBits['count-doubted'] : marks)
  }

  return { takeNumber, goLive }
}

function withoutPresence(reading: Reading): Reading {
  const { occupied: _ofFormerBay, ...measures } = reading.measures
  return { ...reading, measures }
}

/** Its counters go on. True: a value of them is in doubt. */
function count(
  { device, time, uplink }: PlacedReading,
  { measures }: Reading,
  before: Pick<Tracked['state'], 'countIn' | 'countOut' | 'lastTime'>,
  history: HistoryFold | undefined,
): boolean {
  if (measures.countIn === undefined && measures.countOut === undefined) {
    keepCounters(device, before)
    return false
  }
  const step = stepCounters(device, before, measures, time)
  history?.counted(device.state, step, time, uplink.arrivedAt)
  return step.isDoubtful
}

interface Applied {
  readonly epoch: number
  readonly skipped: number | null
  readonly marks: number
}

/**
 * It was measured before its device was moved: its presence does not count for the bay of now, and the stays of the bay of then are repaired. A device
 * that watched no bay then was put up where it is now: what it has sent already counts.
 */
function isOfFormerBay(history: HistoryFold, taken: PlacedReading, reading: Reading): boolean {
  const { device, time } = taken
  if (time >= history.movedAt || reading.measures.occupied === undefined || clockOf(taken) === undefined) return false
  const place = history.placeAt(device.state, time)
  return place.is === 'then' && place.bay !== undefined
}

/** Until its number comes again, or one above it, the presence of the overtaken frame may be the newest. */
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

/** O7: the numbers up to the end of the counter and from 0 on are missing; how many. */
export async function wrapNumbers(
  { gaps, stored, missed: add }: PlacerDeps,
  taken: PlacedReading,
  width: number,
): Promise<number> {
  const { device, reading, uplink } = taken
  const { state } = device
  const day = dayNumber(uplink.arrivedAt)
  const missed = (of: DayNumber, by: number) => add(taken, of, by)
  const span = { min: state.minSeq as number, max: state.maxSeq as number }
  await gaps.take({ device: state.id, epoch: state.epoch, seq: width, span, day }, missed)
  const missing = width - 1 - span.max
  state.maxSeq = width - 1
  const { overtaken } = device.order
  await beginBoot(device, stored, device.order.name)
  // A frame that waited may be of the lap that begins, and newer than its first.
  if (overtaken && overtaken.seq < seqStepMax) device.order.overtaken = overtaken
  const seq = reading.seq as number
  if (seq === 0) return missing
  await gaps.take({ device: state.id, epoch: state.epoch, seq, span: { min: 0, max: -1 }, day }, missed)
  state.minSeq = 0
  state.maxSeq = seq - 1
  return missing + seq
}
