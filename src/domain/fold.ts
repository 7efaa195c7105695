/**
 * The fold of readings into the state of a device. Pure: replay and live run the same functions.
 *
 * - F1 Live state moves in the order of (epoch, seq), then of acceptance; a late reading repairs the count of missing numbers
 *   and never turns live state back.
 * - F2 `since` is the device's time of the newest change of presence.
 * - F3 `missing()` equals the sequence numbers between the lowest and highest seen of each epoch that were never stored.
 */
import type { Instant } from '../lib/brand.ts'
import { addSaturating } from '../lib/sum.ts'
import type { DeviceState } from './device.ts'
import { copyMeasures } from './measure-code.ts'
import { noMeasures } from './measures.ts'
import type { DeviceId, Measures, Reading } from './reading.ts'

type Writable<T> = { -readonly [K in keyof T]: T[K] }
/** The processor's own copy, changed in place and thrown away when a commit fails. */
export type DeviceRecord = Writable<DeviceState>

export function newDevice(id: number, source: string, external: DeviceId, arrived: Instant): DeviceRecord {
  return {
    id,
    source,
    external,
    claimedBay: null,
    epoch: 0,
    minSeq: null,
    maxSeq: null,
    distinct: 0,
    missingBefore: 0,
    occupied: undefined,
    since: null,
    lastTime: 0 as Instant,
    lastArrived: arrived,
    firstArrived: arrived,
    batteryLow: null,
    readings: 0,
    duplicates: 0,
    rev: 0,
    ...noMeasures,
  }
}

/** Closes the current epoch: its gaps stay counted, the next reading opens the numbers of `epoch`. */
export function openEpoch(device: DeviceRecord, epoch: number): void {
  if (device.minSeq !== null && device.maxSeq !== null)
    device.missingBefore = addSaturating(device.missingBefore, device.maxSeq - device.minSeq + 1 - device.distinct)
  device.epoch = epoch
  device.minSeq = null
  device.maxSeq = null
  device.distinct = 0
}

/** Counts a new sequence number of the current epoch, in order or late. */
export function countSeq(device: DeviceRecord, seq: number): void {
  device.minSeq = device.minSeq === null ? seq : Math.min(device.minSeq, seq)
  device.maxSeq = device.maxSeq === null ? seq : Math.max(device.maxSeq, seq)
  device.distinct++
}

/** Folds what a reading measured into live state (F1: the caller has decided that it is the newest). */
export function applyLive(device: DeviceRecord, reading: Reading, time: Instant): void {
  const m: Measures = reading.measures
  if (m.occupied !== undefined) {
    if (device.occupied !== m.occupied || device.since === null) device.since = time
    device.occupied = m.occupied
  }
  device.lastTime = time
  if (reading.bay !== undefined) device.claimedBay = reading.bay
  if (m.batteryLow !== undefined) device.batteryLow = m.batteryLow
  copyMeasures(m, device)
}
