/**
 * Builds one commit out of decoded records: placement, fold, rows, dead letters and ledger. Works on the fleet in place; the only
 * thing it waits for is a look into the store for numbers that may be there already.
 */

import { missing } from '../domain/device.ts'
import { applyLive, countSeq, openEpoch } from '../domain/fold.ts'
import type { Reading, Rejection } from '../domain/reading.ts'
import type { Uplink } from '../domain/uplink.ts'
import { type Instant, instant } from '../lib/brand.ts'
import { hash48 } from '../lib/hash.ts'
import type { DeadLetterRow, ReadingRow, Store } from '../store/store.ts'
import type { DecodedFrame, DecodedRecord } from './decode-record.ts'
import type { Fleet, Tracked } from './fleet.ts'
import { mayBeStored, payloadHash, place } from './identity.ts'
import { createLedgerBook, type LedgerBook } from './ledger-book.ts'
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
  /** One frame again after a requeue; returns how it ended. Its ledger entry is the caller's business. */
  addFrame(record: DecodedRecord, frame: DecodedFrame): Promise<Outcome>
}

/** `revMin`: positions before it were seen by the feeds already; what changes now must come after. */
export function createBatch(fleet: Fleet, store: Pick<Store, 'findSeqs' | 'epochSpan'>, revMin = 0): BatchBuilder {
  const rows: BatchRows = {
    readings: [],
    deadLetters: [],
    ledger: createLedgerBook(),
    outcomes: { committed: 0, duplicate: 0, quarantined: 0 },
  }
  const stored = createStoredSeqs(store)

  async function addRecord(record: DecodedRecord) {
    if (record.counted === 0) return
    prefetch(record, fleet, stored)
    const { source, arrivedAt } = record.uplink
    const whole = record.frames.length !== record.counted
    for (const frame of record.frames) {
      const outcome = await addFrame(record, frame)
      const count = whole ? record.counted : 1
      rows.outcomes[outcome] += count
      rows.ledger.add(source, arrivedAt, outcome, count)
    }
  }

  async function addFrame({ pos, uplink }: DecodedRecord, frame: DecodedFrame): Promise<Outcome> {
    if (!frame.result.ok) {
      rows.deadLetters.push(deadLetter(pos, uplink, frame, frame.result.error))
      return 'quarantined'
    }
    let duplicates = 0
    let conflict: Reading | undefined
    const readings = frame.result.value
    for (let k = 0; k < readings.length; k++) {
      const reading = readings[k] as Reading
      const fate = await addReading(uplink, reading, pos, frame.idx * readingsPerFrame + k, frame.bytes)
      if (fate === 'duplicate') duplicates++
      else if (fate === 'conflict') conflict = reading
    }
    if (conflict) {
      rows.deadLetters.push(deadLetter(pos, uplink, frame, conflictOf(conflict)))
      return 'quarantined'
    }
    return readings.length > 0 && duplicates === readings.length ? 'duplicate' : 'committed'
  }

  async function addReading(uplink: Uplink, reading: Reading, pos: number, idx: number, frame: Uint8Array) {
    const device = fleet.meet(uplink.source, reading.device, uplink.arrivedAt)
    const { state } = device
    fleet.touch(device)
    const { time, doubted } = effectiveTime(reading.time, uplink.arrivedAt, uplink.time === 'trust')
    const hash = payloadHash(reading)
    const before = missing(state)
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
      if (placed.kind === 'conflict') return 'conflict'
      if (placed.kind === 'duplicate') {
        state.duplicates++
        return 'duplicate'
      }
      if (placed.kind === 'new-epoch') beginEpoch(device, placed.epoch)
      if (placed.kind === 'old-epoch') {
        epoch = placed.epoch
        late = true
        state.missingBefore += await stored.gapChange(state.id, epoch, reading.seq)
        stored.remember(state.id, epoch, reading.seq, hash)
      } else {
        epoch = state.epoch
        late = placed.kind === 'late'
        countSeq(state, reading.seq)
        device.recent.set(reading.seq, hash)
      }
    }

    if (!late) applyLive(state, reading, time)
    state.readings++
    rows.readings.push(
      readingRow(reading, { pos, idx, device: state.id, epoch, time, arrived: uplink.arrivedAt, hash, doubted, late }),
    )
    rows.ledger.add(uplink.source, uplink.arrivedAt, 'lost', missing(state) - before)
    return 'new'
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

  return { rows, addRecord, addFrame }
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

function deadLetter(pos: number, uplink: Uplink, frame: DecodedFrame, rejection: Rejection): DeadLetterRow {
  const { source, codec, arrivedAt, meta, time, framing } = uplink
  return {
    pos,
    idx: frame.idx,
    source,
    codec,
    arrived: arrivedAt,
    code: rejection.code,
    detail: rejection.detail,
    head: JSON.stringify({ source, codec, framing, ...(meta ? { meta } : {}), ...(time ? { time } : {}) }),
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
