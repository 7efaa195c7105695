/**
 * What is stored of a device, for the few readings that are not simply the next one: in the rows of the batch in hand, or in the store, which is
 * asked once per device and epoch for all numbers a record wants. The rows are looked through when the first key is asked for: in most batches
 * none is.
 */

import { apartEpoch } from '../domain/reading.ts'
import type { Instant } from '../lib/brand.ts'
import { type ReadingRows, readingAt, readingWidth, type Store, type StoredKey } from '../store/store.ts'

export type KeyStore = Pick<Store, 'findSeqs' | 'findTimes' | 'newestOf' | 'epochSpan'>

export interface StoredKeys {
  /** Announces a number that `find` will ask for. */
  want(device: number, epoch: number, seq: number): void
  wantTime(device: number, time: number): void
  /** What is stored under the number, undefined when there is nothing. */
  find(device: number, epoch: number, seq: number): Promise<StoredKey | undefined>
  /** Everything of the device with this time, oldest first. */
  atTime(device: number, time: number): Promise<readonly StoredKey[]>
  /** Announces devices whose newest readings will be asked for. */
  wantNewest(devices: readonly number[], count: number): void
  /** The newest readings by position, newest first. */
  newest(device: number, count: number): Promise<readonly StoredKey[]>
  knows(device: number, epoch: number): Promise<boolean>
  /** The current epoch of a device ends inside the batch in hand: its span is known here, not yet stored. */
  closeEpoch(device: number, epoch: number, span: { min: number; max: number }): void
  /** A new number of an earlier epoch; answers with the span of the epoch before it, undefined for its first. */
  extend(device: number, epoch: number, seq: number): Promise<{ min: number; max: number } | undefined>
}

interface Slot {
  readonly known: Map<number, StoredKey | undefined>
  wanted: number[]
  span: { min: number; max: number } | null | undefined
}

interface OfDevice {
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

const oldestFirst = (a: StoredKey, b: StoredKey) => a.pos - b.pos || a.idx - b.idx
const isBefore = (a: StoredKey, b: StoredKey) => oldestFirst(a, b) < 0

export function createStoredKeys(store: KeyStore, rows: ReadingRows): StoredKeys {
  const devices = new Map<number, OfDevice>()
  let rowsSeen = 0
  let newestWanted: { readonly devices: ReadonlySet<number>; readonly count: number } | undefined
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

  /** What the store holds does not change while the batch in hand is built. */
  async function storedNewest(device: number, count: number): Promise<readonly StoredKey[]> {
    const known = of(device).newest
    if (known && known.count >= count) return known.rows.slice(0, count)
    const together = newestWanted?.count === count && newestWanted.devices.has(device) ? newestWanted.devices : [device]
    const devicesAsked = [...together]
    newestWanted = undefined
    const found = await store.newestOf(devicesAsked, count)
    for (const [i, one] of devicesAsked.entries()) of(one).newest = { count, rows: found[i] ?? [] }
    return of(device).newest?.rows ?? []
  }

  return {
    wantNewest(wanted, count) {
      newestWanted = { devices: new Set(wanted), count }
    },
    want(device, epoch, seq) {
      lookThroughRows()
      const slot = slotOf(device, epoch)
      if (!slot.known.has(seq)) slot.wanted.push(seq)
    },
    wantTime(device, time) {
      const known = of(device)
      if (!known.times.has(time)) known.timesWanted.push(time)
    },
    async find(device, epoch, seq) {
      lookThroughRows()
      const slot = slotOf(device, epoch)
      if (slot.known.has(seq)) return slot.known.get(seq)
      const asked = slot.wanted.includes(seq) ? slot.wanted : [...slot.wanted, seq]
      slot.wanted = []
      const found = await store.findSeqs(device, epoch, asked)
      for (const number of asked) if (!slot.known.has(number)) slot.known.set(number, undefined)
      for (const row of found) slot.known.set(row.seq as number, row)
      return slot.known.get(seq)
    },
    async atTime(device, time) {
      lookThroughRows()
      const known = of(device)
      const before = known.times.get(time)
      if (before) return before
      const asked = new Set([...known.timesWanted, time])
      known.timesWanted = []
      const found = Map.groupBy(await store.findTimes(device, [...asked]), ({ time: of }): number => of)
      known.rowsByTime ??= Map.groupBy(known.rows, ({ time: of }): number => of)
      for (const one of asked)
        known.times.set(one, [...(found.get(one) ?? []), ...(known.rowsByTime.get(one) ?? [])].sort(oldestFirst))
      return known.times.get(time) ?? []
    },
    async newest(device, count) {
      lookThroughRows()
      const inBatch = of(device).rows.slice(-count)
      const stored = await storedNewest(device, count)
      return [...stored, ...inBatch].sort((a, b) => oldestFirst(b, a)).slice(0, count)
    },
    async knows(device, epoch) {
      lookThroughRows()
      const slot = slotOf(device, epoch)
      for (const row of slot.known.values()) if (row) return true
      if (slot.span === undefined) slot.span = (await store.epochSpan(device, epoch)) ?? null
      return slot.span !== null
    },
    closeEpoch(device, epoch, span) {
      slotOf(device, epoch).span = span
    },
    async extend(device, epoch, seq) {
      const slot = slotOf(device, epoch)
      if (slot.span === undefined) slot.span = (await store.epochSpan(device, epoch)) ?? null
      const before = slot.span ?? undefined
      slot.span = before ? { min: Math.min(before.min, seq), max: Math.max(before.max, seq) } : { min: seq, max: seq }
      return before
    },
  }
}
