/**
 * What the order of a device asks about its stored readings, a record at a time: the first question of a record names all numbers and times
 * that its other frames may ask for, so that the store is asked once per device and not once per reading.
 */
import type { Reading } from '../domain/reading.ts'
import { readingsPerFrame } from './dead-letter.ts'
import type { DecodedFrame, DecodedRecord } from './decode-record.ts'
import { type Fleet, recentHash, type Tracked } from './fleet.ts'
import { payloadHash } from './order/facts.ts'
import type { Lookup } from './order/place.ts'
import { changesIn, proofChanges } from './order/undecided.ts'
import type { StoredKeys } from './stored-keys.ts'

export interface Lookups {
  of(device: Tracked, record: DecodedRecord, frame: DecodedFrame): Lookup
}

export function createLookups(fleet: Fleet, stored: StoredKeys): Lookups {
  let announced: DecodedRecord | undefined
  let repeats = new Map<Tracked, Promise<boolean>>()
  let repeatsOf: DecodedRecord | undefined

  function announce(record: DecodedRecord, from: number) {
    if (announced === record) return
    announced = record
    for (let i = from; i < record.length; i++) {
      const { result } = record.frame(i)
      if (!result.ok) continue
      for (const reading of result.value) {
        const device = fleet.find(record.uplink.source, reading.device)
        if (device) want(device, reading)
      }
    }
  }

  function want(device: Tracked, { seq, time }: Reading) {
    const { state, order } = device
    if (seq === undefined) {
      if (time !== undefined && order.clock !== null && time <= order.clock) stored.wantTime(state.id, time)
      return
    }
    const isWithin = state.minSeq !== null && state.maxSeq !== null && seq >= state.minSeq && seq <= state.maxSeq
    if (isWithin && recentHash(device, seq) === undefined) stored.want(state.id, state.epoch, seq)
    for (const { epoch, min, max } of order.boots) if (seq >= min && seq <= max) stored.want(state.id, epoch, seq)
  }

  /** O1: all that the record says of the device is stored of one record before it, frame for frame. */
  async function repeatsRecord(device: Tracked, record: DecodedRecord): Promise<boolean> {
    const { state, order } = device
    const said: { hash: number }[] = []
    let pos: number | undefined
    let lastSeq = Number.NaN
    for (let i = 0; i < record.length; i++) {
      const { result, idx } = record.frame(i)
      if (!result.ok) return false
      for (const [k, reading] of result.value.entries()) {
        if (reading.device !== state.external) continue
        const { seq } = reading
        if (seq === undefined) return false
        const hash = payloadHash(reading)
        let row = await stored.find(state.id, state.epoch, seq)
        if (row?.hash !== hash && order.before !== null) row = await stored.find(state.id, order.before, seq)
        if (row === undefined || row.hash !== hash || row.idx !== idx * readingsPerFrame + k) return false
        pos ??= row.pos
        if (row.pos !== pos) return false
        said.push({ hash })
        lastSeq = seq
      }
    }
    return lastSeq === state.maxSeq || changesIn(said) >= proofChanges
  }

  return {
    of: (device, record, frame) => ({
      async inEpoch(epoch, seq) {
        announce(record, frame.idx)
        return stored.find(device.state.id, epoch, seq)
      },
      async atTime(time) {
        announce(record, frame.idx)
        return stored.atTime(device.state.id, time)
      },
      newest: (count) => stored.newest(device.state.id, count),
      isKnownEpoch: (epoch) => stored.knows(device.state.id, epoch),
      repeatsBody() {
        if (repeatsOf !== record) {
          repeatsOf = record
          repeats = new Map()
        }
        announce(record, frame.idx)
        return repeats.getOrInsertComputed(device, () => repeatsRecord(device, record))
      },
    }),
  }
}
