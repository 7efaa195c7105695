/**
 * What is known of the keys that are stored: those of the rows of the batch in hand, and what the store has answered. The rows are looked through
 * when the first key is asked for: in most batches none is.
 */
import { apartEpoch } from '../domain/reading.ts'
import type { Instant } from '../lib/brand.ts'
import { type ReadingRows, readingAt, readingWidth, type StoredKey } from '../store/store.ts'

/** The numbers of one epoch of a device. */
export interface Slot {
  readonly known: Map<number, StoredKey | undefined>
  wanted: number[]
  span: { min: number; max: number } | null | undefined
}

export interface OfDevice {
  readonly epochs: Map<number, Slot>
  /** Rows of the batch in hand, oldest first. */
  readonly rows: StoredKey[]
  /** The same rows by time; made when a time is asked for. */
  rowsByTime: Map<number, StoredKey[]> | undefined
  /** What is stored and in the batch, oldest first, for the times that were asked for. */
  readonly times: Map<number, StoredKey[]>
  timesWanted: number[]
  /** The newest that the store holds, as far as they were asked for. */
  newest: { readonly count: number; readonly rows: readonly StoredKey[] } | undefined
}

export interface KnownKeys {
  of(device: number): OfDevice
  slotOf(device: number, epoch: number): Slot
  /** Takes up the rows that were added since. */
  lookThroughRows(): void
}

export const oldestFirst = (a: StoredKey, b: StoredKey) => a.pos - b.pos || a.idx - b.idx
const isBefore = (a: StoredKey, b: StoredKey) => oldestFirst(a, b) < 0

export function createKnownKeys(rows: ReadingRows): KnownKeys {
  const devices = new Map<number, OfDevice>()
  let rowsSeen = 0
  const of = (device: number): OfDevice =>
    devices.getOrInsertComputed(device, () => ({
      epochs: new Map(),
      rows: [],
      rowsByTime: undefined,
      times: new Map(),
      timesWanted: [],
      newest: undefined,
    }))
  const slotOf = (device: number, epoch: number): Slot =>
    of(device).epochs.getOrInsertComputed(epoch, () => ({ known: new Map(), wanted: [], span: undefined }))

  /** A reading that waited for its decision is added behind newer ones. */
  function insert(keys: StoredKey[], key: StoredKey) {
    let at = keys.length
    while (at > 0 && isBefore(key, keys[at - 1] as StoredKey)) at--
    if (at === keys.length) keys.push(key)
    else keys.splice(at, 0, key)
  }

  function lookThroughRows() {
    const { values, length } = rows
    for (; rowsSeen < length; rowsSeen++) {
      const at = rowsSeen * readingWidth
      const value = (place: number) => values[at + place] as number
      const device = value(readingAt.device)
      const epoch = value(readingAt.epoch)
      const seq = value(readingAt.seq)
      const key = {
        ...{ pos: value(readingAt.pos), idx: value(readingAt.idx), time: value(readingAt.time) as Instant },
        ...{ hash: value(readingAt.hash), seq: Number.isNaN(seq) ? null : seq },
      }
      const known = of(device)
      insert(known.rows, key)
      known.rowsByTime?.getOrInsertComputed(key.time, () => []).push(key)
      const atTime = known.times.get(key.time)
      if (atTime) insert(atTime, key)
      if (key.seq !== null && epoch !== apartEpoch) slotOf(device, epoch).known.set(key.seq, key)
    }
  }

  return { of, slotOf, lookThroughRows }
}
