/**
 * Builds one commit out of decoded records: placement, fold, rows, dead letters and ledger. Works on the fleet in place; the only
 * thing it waits for is a look into the store for numbers that may be there already.
 */

import { applyLive, countSeq, openEpoch } from '../domain/fold.ts'
import type { Reading } from '../domain/reading.ts'
import type { Uplink } from '../domain/uplink.ts'
import type { Instant } from '../lib/brand.ts'
import { hash48 } from '../lib/hash.ts'
import { addSaturating } from '../lib/sum.ts'
import { type DayNumber, dayMs, dayNumber } from '../lib/utc-day.ts'
import {
  addReading as addReadingRow,
  type DeadLetterRow,
  type LossBatch,
  noReadings,
  type ReadingRows,
  type Store,
} from '../store/store.ts'
import {
  conflictOf,
  type DeadLetterHead,
  deadLetter,
  type Outcome,
  readingsPerFrame,
  type SensorFates,
  triedTooOften,
} from './dead-letter.ts'
import { bytesOf, type DecodedFrame, type DecodedRecord } from './decode-record.ts'
import { type Fleet, forgetSeqs, recentHash, rememberSeq, type Tracked } from './fleet.ts'
import { createGapBook } from './gap-book.ts'
import type { HistoryFold } from './history-fold.ts'
import { mayBeStored, payloadHash, place } from './identity.ts'
import { createLedgerBook, createSensorDayBook, type LedgerBook } from './ledger-book.ts'
import { effectiveTime } from './plausible-time.ts'
import { createStoredSeqs } from './stored-seqs.ts'

/** Quality marks of a reading row. */
export const quality = { timeDoubted: 1, late: 2 } as const
const latin = new TextDecoder('latin1')

export interface BatchRows {
  readonly readings: ReadingRows
  readonly deadLetters: DeadLetterRow[]
  readonly ledger: LedgerBook
  /** Frames that ended as each outcome. */
  readonly outcomes: { committed: number; duplicate: number; quarantined: number }
}

type MaybePromise<T> = T | Promise<T>

export interface BatchBuilder {
  readonly rows: BatchRows
  addRecord(record: DecodedRecord): Promise<void>
  /**
   * One frame again after a requeue; returns how it ended. Its ledger entry is the caller's business, and `before` is what its dead
   * letter says. Of a frame in conflict, what was stored stays as it is: only the sensors in conflict are looked at again.
   */
  addFrame(record: DecodedRecord, frame: DecodedFrame, before?: DeadLetterHead): MaybePromise<Outcome>
  /** Gaps and days of sensors. */
  losses(): Pick<LossBatch, 'sensorDays' | 'gaps' | 'gapsGone'>
}

export type BatchStore = Pick<Store, 'findSeqs' | 'epochSpan' | 'gapsFrom'>

/**
 * `revMin`: positions before it were seen by the feeds already; what changes now must come after. `readings`: where they go, empty rows.
 */
export function createBatch(
  fleet: Fleet,
  batchStore: BatchStore,
  revMin = 0,
  history?: HistoryFold,
  readings: ReadingRows = noReadings(),
): BatchBuilder {
  const rows: BatchRows = {
    readings,
    deadLetters: [],
    ledger: createLedgerBook(),
    outcomes: { committed: 0, duplicate: 0, quarantined: 0 },
  }
  const stored = createStoredSeqs(batchStore, rows.readings)
  const gaps = createGapBook(batchStore)
  const days = createSensorDayBook()
  /** The record in hand, until the numbers it asks for are named; and the frame of it that is next. */
  let unnamed: DecodedRecord | undefined
  let next = 0

  async function addRecord(record: DecodedRecord) {
    if (record.counted === 0) return
    const ended: Record<Outcome, number> = { committed: 0, duplicate: 0, quarantined: 0 }
    unnamed = record
    for (next = 0; next < record.length; ) {
      const outcome = addFrame(record, record.frame(next++))
      ended[typeof outcome === 'string' ? outcome : await outcome] += record.whole ? record.counted : 1
    }
    unnamed = undefined
    const { source, arrivedAt } = record.uplink
    for (const outcome of outcomeNames) {
      rows.outcomes[outcome] += ended[outcome]
      rows.ledger.add(source, arrivedAt, outcome, ended[outcome])
    }
  }

  /** Nearly every frame is one reading of one sensor and needs nobody else: no promise, no map. */
  function addFrame(record: DecodedRecord, frame: DecodedFrame, before?: DeadLetterHead): MaybePromise<Outcome> {
    const { result, idx } = frame
    if (!result.ok) {
      const head = record.whole ? { frames: record.counted } : {}
      rows.deadLetters.push(deadLetter(record, frame, result.error, head))
      return 'quarantined'
    }
    const [only] = result.value
    if (only === undefined || result.value.length > 1 || before)
      return addReadings(record, frame, result.value, before ?? {})
    const { source, arrivedAt } = record.uplink
    const device = fleet.meet(source, only.device, arrivedAt)
    const fate = addReading(device, only, record, frame, idx * readingsPerFrame)
    if (typeof fate !== 'string') return fate.then((waited) => endOnly(device, only, record, frame, waited))
    return endOnly(device, only, record, frame, fate)
  }

  function endOnly(device: Tracked, only: Reading, record: DecodedRecord, frame: DecodedFrame, fate: Outcome): Outcome {
    tally(device, record.uplink.arrivedAt, fate)
    if (fate === 'quarantined')
      rows.deadLetters.push(deadLetter(record, frame, conflictOf(only), { sensors: [[only.device, fate]], stored: 0 }))
    return fate
  }

  async function addReadings(
    record: DecodedRecord,
    frame: DecodedFrame,
    readings: readonly Reading[],
    { sensors: counted = [], stored: taken = 0 }: DeadLetterHead,
  ): Promise<Outcome> {
    const { uplink } = record
    const waiting = readings.filter((reading) => !isStored(reading, counted))
    if (taken + waiting.length > readingsPerFrame) {
      rows.deadLetters.push(deadLetter(record, frame, triedTooOften, { sensors: counted, stored: taken }))
      return 'quarantined'
    }
    const fates = new Map<Tracked, Outcome>()
    let conflict: Reading | undefined
    for (const [k, reading] of waiting.entries()) {
      const device = fleet.meet(uplink.source, reading.device, uplink.arrivedAt)
      const fate = await addReading(device, reading, record, frame, frame.idx * readingsPerFrame + taken + k)
      if (fate === 'quarantined') conflict = reading
      fates.set(device, worse(fates.get(device), fate))
    }
    countSensors(uplink, fates, counted)
    if (conflict) {
      const now = new Map([...counted, ...[...fates].map(([{ state }, fate]) => [state.external, fate] as const)])
      const head = { sensors: [...now], stored: taken + waiting.length }
      rows.deadLetters.push(deadLetter(record, frame, conflictOf(conflict), head))
      return 'quarantined'
    }
    return fates.size > 0 && [...fates.values()].every((fate) => fate === 'duplicate') ? 'duplicate' : 'committed'
  }

  /** A frame that comes again counts anew only for sensors for which it was quarantined, or not counted at all. */
  function countSensors({ source, arrivedAt }: Uplink, fates: ReadonlyMap<Tracked, Outcome>, counted: SensorFates) {
    const day = dayNumber(arrivedAt)
    for (const [external, fate] of counted) {
      const device = fleet.find(source, external)
      if (device && fate === 'quarantined') days.add(device.state.id, day, 'quarantined', -1)
    }
    for (const [device, fate] of fates) {
      const before = counted.find(([external]) => external === device.state.external)
      if (!before || before[1] === 'quarantined') tally(device, arrivedAt, fate)
    }
  }

  /** Counts with the device, and by day only when the day is another or the batch is whole. */
  function tally(device: Tracked, arrivedAt: Instant, what: Outcome | 'readings') {
    const day = dayNumber(arrivedAt)
    if (device.day !== day) {
      settleDay(device)
      device.day = day
    }
    device.counts[what]++
  }

  function settleDay({ state, day, counts }: Tracked) {
    for (const what of countNames) {
      if (counts[what] > 0) days.add(state.id, day, what, counts[what])
      counts[what] = 0
    }
  }

  function addReading(
    device: Tracked,
    reading: Reading,
    record: DecodedRecord,
    frame: DecodedFrame,
    idx: number,
  ): MaybePromise<Outcome> {
    const { state } = device
    const { uplink, pos } = record
    fleet.touch(device)
    const { time, doubted } = effectiveTime(reading.time, uplink.arrivedAt, uplink.time === 'trust')
    history?.heard(state, uplink.arrivedAt, time)
    if (uplink.arrivedAt > state.lastArrived) state.lastArrived = uplink.arrivedAt
    state.rev = Math.max(state.rev, pos, revMin)
    const taken: Taken = { device, reading, uplink, pos, idx, hash: payloadHash(reading), time, doubted }
    if (isNumbered(reading)) {
      const known = lookUp(device, reading)
      return known instanceof Promise ? settleWhenKnown(taken, reading, known) : settle(taken, reading, known)
    }
    if (isRedelivery(device, uplink, frame)) {
      state.duplicates++
      return 'duplicate'
    }
    if (reading.kind === 'restart') beginEpoch(device, state.epoch + 1)
    return store(taken, state.epoch, false)
  }

  async function settleWhenKnown(taken: Taken, reading: Numbered, known: Promise<number | undefined>) {
    return settle(taken, reading, await known)
  }

  /** Where a numbered reading goes, now that it is known what is stored under its number. */
  function settle(taken: Taken, reading: Numbered, known: number | undefined): MaybePromise<Outcome> {
    const { device, uplink, hash, time } = taken
    const { state } = device
    const placed = place(state, reading, known, hash, time)
    if (placed.kind === 'conflict') return 'quarantined'
    if (placed.kind === 'duplicate') {
      state.duplicates++
      return 'duplicate'
    }
    if (placed.kind === 'new-epoch') beginEpoch(device, placed.epoch)
    const { seq } = reading
    if (placed.kind === 'old-epoch') return storeOld(taken, seq, placed.epoch)
    const late = placed.kind === 'late'
    if (state.maxSeq === null || seq === state.maxSeq + 1) return count(taken, seq, late)
    const day = dayNumber(uplink.arrivedAt)
    const taking = { device: state.id, epoch: state.epoch, seq, span: spanOf(state), day }
    const filled = gaps.take(taking, (of, by) => miss(taken, of, by))
    return filled ? filled.then(() => count(taken, seq, late)) : count(taken, seq, late)
  }

  /** A number that was not stored in the current epoch. */
  function count(taken: Taken, seq: number, late: boolean): Outcome {
    const { state } = taken.device
    countSeq(state, seq)
    rememberSeq(taken.device, seq, taken.hash)
    return store(taken, state.epoch, late)
  }

  /** A number of an epoch before the current one. */
  async function storeOld(taken: Taken, seq: number, epoch: number): Promise<Outcome> {
    const { state } = taken.device
    const span = await stored.extend(state.id, epoch, seq)
    const day = dayNumber(taken.uplink.arrivedAt)
    await gaps.take({ device: state.id, epoch, seq, span, day }, (of, by) => {
      state.missingBefore = addSaturating(state.missingBefore, by)
      miss(taken, of, by)
    })
    return store(taken, epoch, true)
  }

  function store(taken: Taken, epoch: number, late: boolean): Outcome {
    const { device, reading, uplink, pos, idx, hash, time, doubted } = taken
    const { state } = device
    if (!late && history) {
      const { occupied, since, claimedBay, countIn, countOut } = state
      applyLive(state, reading, time)
      history.applied(state, { occupied, since, claimedBay, countIn, countOut }, reading, time)
    } else if (!late) applyLive(state, reading, time)
    state.readings++
    const marks = (doubted ? quality.timeDoubted : 0) | (late ? quality.late : 0)
    const seq = reading.seq ?? null
    const head = { pos, idx, device: state.id, epoch, seq, time, arrived: uplink.arrivedAt, quality: marks, hash }
    addReadingRow(rows.readings, head, reading.measures)
    tally(device, uplink.arrivedAt, 'readings')
    return 'committed'
  }

  function miss({ device, uplink }: Taken, of: DayNumber, by: number) {
    rows.ledger.add(uplink.source, of * dayMs, 'lost', by)
    days.add(device.state.id, of, 'lost', by)
  }

  function beginEpoch(device: Tracked, epoch: number) {
    const { state } = device
    const { minSeq: min, maxSeq: max } = state
    if (min !== null && max !== null) stored.closeEpoch(state.id, state.epoch, { min, max })
    openEpoch(state, epoch)
    forgetSeqs(device)
  }

  function lookUp(device: Tracked, reading: Numbered): MaybePromise<number | undefined> {
    const { state } = device
    if (!mayBeStored(state, reading)) return undefined
    const epoch = reading.epoch ?? state.epoch
    if (epoch === state.epoch) {
      const recent = recentHash(device, reading.seq)
      if (recent !== undefined) return recent
    }
    if (unnamed) nameWanted(unnamed, next)
    unnamed = undefined
    return stored.find(state.id, epoch, reading.seq)
  }

  /** Names the numbers the rest of a record will ask for, so that the store is asked once per device and not once per reading. */
  function nameWanted(record: DecodedRecord, from: number) {
    for (let i = from; i < record.length; i++) {
      const { result } = record.frame(i)
      if (!result.ok) continue
      for (const reading of result.value) {
        if (reading.seq === undefined) continue
        const device = fleet.find(record.uplink.source, reading.device)
        if (device && mayBeStored(device.state, reading) && recentHash(device, reading.seq) === undefined)
          stored.want(device.state.id, reading.epoch ?? device.state.epoch, reading.seq)
      }
    }
  }

  return {
    rows,
    addRecord,
    addFrame,
    losses() {
      for (const device of fleet.dirty()) settleDay(device)
      return { sensorDays: days.rows(), ...gaps.rows() }
    },
  }
}

type Numbered = Reading & { readonly seq: number }
const isNumbered = (reading: Reading): reading is Numbered => reading.seq !== undefined

/** A reading on its way into the batch. */
interface Taken {
  readonly device: Tracked
  readonly reading: Reading
  readonly uplink: Uplink
  readonly pos: number
  readonly idx: number
  readonly hash: number
  /** Its own time, or that of its arrival when that is not believed. */
  readonly time: Instant
  readonly doubted: boolean
}

const outcomeNames = ['committed', 'duplicate', 'quarantined'] as const
const countNames = [...outcomeNames, 'readings'] as const

/** Without a sequence in the protocol only a marked redelivery of the transport (MQTT DUP) counts as a repeat. */
function isRedelivery(device: Tracked, uplink: Uplink, frame: DecodedFrame): boolean {
  const hash = hash48(latin.decode(bytesOf(frame)))
  if (uplink.meta?.['dup'] === '1' && device.unnumbered.includes(hash)) return true
  device.unnumbered.push(hash)
  return false
}

/** Stored when the frame came first: all of a sensor that was in no conflict, and what has no number, which is never in one. */
function isStored({ device, seq }: Reading, counted: SensorFates): boolean {
  const before = counted.find(([external]) => external === device)
  return before !== undefined && (seq === undefined || before[1] !== 'quarantined')
}

const fateRank: Record<Outcome, number> = { duplicate: 0, committed: 1, quarantined: 2 }
/** Several readings of one sensor in a frame: a conflict outweighs a new one, a new one a duplicate. */
const worse = (a: Outcome | undefined, b: Outcome) => (a === undefined || fateRank[b] > fateRank[a] ? b : a)

const spanOf = ({ minSeq, maxSeq }: Tracked['state']) =>
  minSeq === null || maxSeq === null ? undefined : { min: minSeq, max: maxSeq }
