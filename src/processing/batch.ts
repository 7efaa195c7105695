/**
 * Builds one commit out of decoded records: placement, fold, rows, dead letters and ledger. Works on the fleet in place; the only
 * thing it waits for is a look into the store for numbers that may be there already.
 */

import { applyLive, countSeq, openEpoch } from '../domain/fold.ts'
import type { Reading, Rejection } from '../domain/reading.ts'
import type { Uplink } from '../domain/uplink.ts'
import { type Instant, instant } from '../lib/brand.ts'
import { hash48 } from '../lib/hash.ts'
import { type DayNumber, dayMs, dayNumber } from '../lib/utc-day.ts'
import type { DeadLetterRow, LossBatch, ReadingRow, Store } from '../store/store.ts'
import type { DecodedFrame, DecodedRecord } from './decode-record.ts'
import type { Fleet, Tracked } from './fleet.ts'
import { createGapBook } from './gap-book.ts'
import { mayBeStored, payloadHash, place } from './identity.ts'
import { createLedgerBook, createSensorDayBook, type LedgerBook } from './ledger-book.ts'
import { effectiveTime } from './plausible-time.ts'
import { createStoredSeqs, type StoredSeqs } from './stored-seqs.ts'

/** Quality marks of a reading row. */
export const quality = { timeDoubted: 1, late: 2 } as const
/** Index of a reading row = frame index x this + reading index: a frame holds fewer readings (codecs/codec.ts). */
const readingsPerFrame = 1_024
const latin = new TextDecoder('latin1')

export interface BatchRows {
  readonly readings: ReadingRow[]
  readonly deadLetters: DeadLetterRow[]
  readonly ledger: LedgerBook
  /** Frames that ended as each outcome. */
  readonly outcomes: { committed: number; duplicate: number; quarantined: number }
}

export type Outcome = 'committed' | 'duplicate' | 'quarantined'

export interface BatchBuilder {
  readonly rows: BatchRows
  addRecord(record: DecodedRecord): Promise<void>
  /**
   * One frame again after a requeue; returns how it ended. Its ledger entry is the caller's business, and `counted` says for which
   * sensors it was counted when it came.
   */
  addFrame(record: DecodedRecord, frame: DecodedFrame, counted?: SensorFates): Promise<Outcome>
  /** Gaps and days of sensors. */
  losses(): Pick<LossBatch, 'sensorDays' | 'gaps' | 'gapsGone'>
}

/** How a frame ended for each sensor it speaks of, by external id. */
export type SensorFates = readonly (readonly [device: string, fate: Outcome])[]

export type BatchStore = Pick<Store, 'findSeqs' | 'epochSpan' | 'gapsFrom'>

/** `revMin`: positions before it were seen by the feeds already; what changes now must come after. */
export function createBatch(fleet: Fleet, store: BatchStore, revMin = 0): BatchBuilder {
  const rows: BatchRows = {
    readings: [],
    deadLetters: [],
    ledger: createLedgerBook(),
    outcomes: { committed: 0, duplicate: 0, quarantined: 0 },
  }
  const stored = createStoredSeqs(store)
  const gaps = createGapBook(store)
  const days = createSensorDayBook()

  async function addRecord(record: DecodedRecord) {
    if (record.counted === 0) return
    prefetch(record, fleet, stored)
    const { source, arrivedAt } = record.uplink
    for (const frame of record.frames) {
      const outcome = await addFrame(record, frame)
      const count = record.whole ? record.counted : 1
      rows.outcomes[outcome] += count
      rows.ledger.add(source, arrivedAt, outcome, count)
    }
  }

  async function addFrame(record: DecodedRecord, frame: DecodedFrame, counted: SensorFates = []): Promise<Outcome> {
    const { pos, uplink } = record
    if (!frame.result.ok) {
      const head = record.whole ? { frames: record.counted } : {}
      rows.deadLetters.push(deadLetter(pos, uplink, frame, frame.result.error, head))
      return 'quarantined'
    }
    const readings = frame.result.value
    const fates = new Map<Tracked, Outcome>()
    let conflict: Reading | undefined
    for (let k = 0; k < readings.length; k++) {
      const reading = readings[k] as Reading
      const device = fleet.meet(uplink.source, reading.device, uplink.arrivedAt)
      const fate = await addReading(device, uplink, reading, pos, frame.idx * readingsPerFrame + k, frame.bytes)
      if (fate === 'quarantined') conflict = reading
      fates.set(device, worse(fates.get(device), fate))
    }
    countSensors(uplink, fates, counted)
    if (conflict) {
      const sensors: SensorFates = [...fates].map(([{ state }, fate]) => [state.external, fate])
      rows.deadLetters.push(deadLetter(pos, uplink, frame, conflictOf(conflict), { sensors }))
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
    for (const [{ state }, fate] of fates) {
      const before = counted.find(([external]) => external === state.external)
      if (!before || before[1] === 'quarantined') days.add(state.id, day, fate, 1)
    }
  }

  async function addReading(
    device: Tracked,
    uplink: Uplink,
    reading: Reading,
    pos: number,
    idx: number,
    frame: Uint8Array,
  ): Promise<Outcome> {
    const { state } = device
    fleet.touch(device)
    const { time, doubted } = effectiveTime(reading.time, uplink.arrivedAt, uplink.time === 'trust')
    const hash = payloadHash(reading)
    const day = dayNumber(uplink.arrivedAt)
    let epoch = state.epoch
    let late = false
    state.lastArrived = instant(Math.max(uplink.arrivedAt, state.lastArrived))
    state.rev = Math.max(state.rev, pos, revMin)

    if (reading.seq === undefined) {
      if (isRedelivery(device, uplink, frame)) {
        state.duplicates++
        return 'duplicate'
      }
      if (reading.kind === 'restart') beginEpoch(device, state.epoch + 1)
      epoch = state.epoch
    } else {
      const known = await lookUp(device, reading as Reading & { seq: number })
      const placed = place(state, reading as Reading & { seq: number }, known, hash, time)
      if (placed.kind === 'conflict') return 'quarantined'
      if (placed.kind === 'duplicate') {
        state.duplicates++
        return 'duplicate'
      }
      if (placed.kind === 'new-epoch') beginEpoch(device, placed.epoch)
      if (placed.kind === 'old-epoch') {
        epoch = placed.epoch
        late = true
        const span = await stored.extend(state.id, epoch, reading.seq)
        await gaps.take({ device: state.id, epoch, seq: reading.seq, span, day }, (of, by) => {
          state.missingBefore += by
          miss(of, by)
        })
        stored.remember(state.id, epoch, reading.seq, hash)
      } else {
        epoch = state.epoch
        late = placed.kind === 'late'
        await gaps.take({ device: state.id, epoch, seq: reading.seq, span: spanOf(state), day }, miss)
        countSeq(state, reading.seq)
        device.recent.set(reading.seq, hash)
      }
    }

    if (!late) applyLive(state, reading, time)
    state.readings++
    rows.readings.push(
      readingRow(reading, { pos, idx, device: state.id, epoch, time, arrived: uplink.arrivedAt, hash, doubted, late }),
    )
    days.add(state.id, day, 'readings', 1)
    return 'committed'

    function miss(of: DayNumber, by: number) {
      rows.ledger.add(uplink.source, of * dayMs, 'lost', by)
      days.add(state.id, of, 'lost', by)
    }
  }

  function beginEpoch({ state, recent }: Tracked, epoch: number) {
    const { minSeq: min, maxSeq: max } = state
    if (min !== null && max !== null) stored.closeEpoch(state.id, state.epoch, { min, max }, recent)
    openEpoch(state, epoch)
    recent.clear()
  }

  async function lookUp(device: Tracked, reading: Reading & { seq: number }): Promise<number | undefined> {
    const { state } = device
    const epoch = reading.epoch ?? state.epoch
    if (!mayBeStored(state, reading)) return undefined
    if (epoch === state.epoch) {
      const recent = device.recent.get(reading.seq)
      if (recent !== undefined) return recent
    }
    return stored.find(state.id, epoch, reading.seq)
  }

  return {
    rows,
    addRecord,
    addFrame,
    losses: () => ({ sensorDays: days.rows(), ...gaps.rows() }),
  }
}

/** Names the numbers this record will ask for, so that the store is asked once per device and not once per reading. */
function prefetch(record: DecodedRecord, fleet: Fleet, stored: StoredSeqs) {
  for (const frame of record.frames) {
    if (!frame.result.ok) continue
    for (const reading of frame.result.value) {
      if (reading.seq === undefined) continue
      const device = fleet.find(record.uplink.source, reading.device)
      if (device && mayBeStored(device.state, reading) && !device.recent.has(reading.seq))
        stored.want(device.state.id, reading.epoch ?? device.state.epoch, reading.seq)
    }
  }
}

/** Without a sequence in the protocol only a marked redelivery of the transport (MQTT DUP) counts as a repeat. */
function isRedelivery(device: Tracked, uplink: Uplink, frame: Uint8Array): boolean {
  const hash = hash48(latin.decode(frame))
  if (uplink.meta?.['dup'] === '1' && device.unnumbered.includes(hash)) return true
  device.unnumbered.push(hash)
  return false
}

const conflictOf = (reading: Reading): Rejection => ({
  code: 'sequence-conflict',
  detail: `device ${reading.device} sent another payload under sequence number ${reading.seq} before; the first is kept, this one waits here`,
})

const fateRank: Record<Outcome, number> = { duplicate: 0, committed: 1, quarantined: 2 }
/** Several readings of one sensor in a frame: a conflict outweighs a new one, a new one a duplicate. */
const worse = (a: Outcome | undefined, b: Outcome) => (a === undefined || fateRank[b] > fateRank[a] ? b : a)

const spanOf = ({ minSeq, maxSeq }: Tracked['state']) =>
  minSeq === null || maxSeq === null ? undefined : { min: minSeq, max: maxSeq }

/** What a dead letter's head says beside how its frame came. */
export interface DeadLetterHead {
  /** The letter stands for its whole record, which was counted as so many frames. */
  readonly frames?: number
  /** For which sensors its frame was counted. */
  readonly sensors?: SensorFates
}

function deadLetter(
  pos: number,
  uplink: Uplink,
  frame: DecodedFrame,
  rejection: Rejection,
  more: DeadLetterHead,
): DeadLetterRow {
  const { source, codec, arrivedAt, meta, time, framing } = uplink
  return {
    pos,
    idx: frame.idx,
    source,
    codec,
    arrived: arrivedAt,
    code: rejection.code,
    detail: rejection.detail,
    head: JSON.stringify({ source, codec, framing, ...(meta ? { meta } : {}), ...(time ? { time } : {}), ...more }),
    bytes: frame.bytes.slice(),
  }
}

interface RowPlace {
  readonly pos: number
  readonly idx: number
  readonly device: number
  readonly epoch: number
  readonly time: Instant
  readonly arrived: Instant
  readonly hash: number
  readonly doubted: boolean
  readonly late: boolean
}

function readingRow(reading: Reading, at: RowPlace): ReadingRow {
  const m = reading.measures
  return {
    pos: at.pos,
    idx: at.idx,
    device: at.device,
    epoch: at.epoch,
    seq: reading.seq ?? null,
    time: at.time,
    arrived: at.arrived,
    quality: (at.doubted ? quality.timeDoubted : 0) | (at.late ? quality.late : 0),
    hash: at.hash,
    occupied: m.occupied,
    distanceMm: m.distanceMm ?? null,
    countIn: m.countIn ?? null,
    countOut: m.countOut ?? null,
    batteryV: m.batteryV ?? null,
    batteryPct: m.batteryPct ?? null,
    temperatureC: m.temperatureC ?? null,
    rssiDbm: m.rssiDbm ?? null,
  }
}
