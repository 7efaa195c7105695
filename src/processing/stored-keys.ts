/**
 * What is stored of a device, for the few readings that are not simply the next one: in the rows of the batch in hand, or in the store, which is
 * asked once per device and epoch for all numbers a record wants.
 */

import type { ReadingRows, Store, StoredKey } from '../store/store.ts'
import { createKnownKeys, type KnownKeys, oldestFirst, type Slot } from './known-keys.ts'

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

export function createStoredKeys(store: KeyStore, rows: ReadingRows): StoredKeys {
  const known = createKnownKeys(rows)
  const newestStored = createNewestStored(store, known)

  /** The lowest and highest number of an epoch that is stored; null when there is none. */
  async function spanOf(slot: Slot, device: number, epoch: number) {
    if (slot.span === undefined) slot.span = (await store.epochSpan(device, epoch)) ?? null
    return slot.span
  }

  return {
    want(device, epoch, seq) {
      known.lookThroughRows()
      const slot = known.slotOf(device, epoch)
      if (!slot.known.has(seq)) slot.wanted.push(seq)
    },
    wantTime(device, time) {
      const { times, timesWanted } = known.of(device)
      if (!times.has(time)) timesWanted.push(time)
    },
    async find(device, epoch, seq) {
      known.lookThroughRows()
      const slot = known.slotOf(device, epoch)
      if (slot.known.has(seq)) return slot.known.get(seq)
      const asked = slot.wanted.includes(seq) ? slot.wanted : [...slot.wanted, seq]
      slot.wanted = []
      const found = await store.findSeqs(device, epoch, asked)
      for (const number of asked) if (!slot.known.has(number)) slot.known.set(number, undefined)
      for (const row of found) slot.known.set(row.seq as number, row)
      return slot.known.get(seq)
    },
    async atTime(device, time) {
      known.lookThroughRows()
      const own = known.of(device)
      const before = own.times.get(time)
      if (before) return before
      const asked = new Set([...own.timesWanted, time])
      own.timesWanted = []
      const found = Map.groupBy(await store.findTimes(device, [...asked]), ({ time: of }): number => of)
      own.rowsByTime ??= Map.groupBy(own.rows, ({ time: of }): number => of)
      for (const one of asked)
        own.times.set(one, [...(found.get(one) ?? []), ...(own.rowsByTime.get(one) ?? [])].sort(oldestFirst))
      return own.times.get(time) ?? []
    },
    wantNewest: newestStored.want,
    async newest(device, count) {
      known.lookThroughRows()
      const inBatch = known.of(device).rows.slice(-count)
      const stored = await newestStored.find(device, count)
      return [...stored, ...inBatch].sort((a, b) => oldestFirst(b, a)).slice(0, count)
    },
    async knows(device, epoch) {
      known.lookThroughRows()
      const slot = known.slotOf(device, epoch)
      for (const row of slot.known.values()) if (row) return true
      return (await spanOf(slot, device, epoch)) !== null
    },
    closeEpoch(device, epoch, span) {
      known.slotOf(device, epoch).span = span
    },
    async extend(device, epoch, seq) {
      const slot = known.slotOf(device, epoch)
      const before = (await spanOf(slot, device, epoch)) ?? undefined
      slot.span = before ? { min: Math.min(before.min, seq), max: Math.max(before.max, seq) } : { min: seq, max: seq }
      return before
    },
  }
}

/** The newest readings that the store holds. They do not change while the batch in hand is built. */
function createNewestStored(store: KeyStore, known: KnownKeys) {
  let wanted: { readonly devices: ReadonlySet<number>; readonly count: number } | undefined
  return {
    want(devices: readonly number[], count: number) {
      wanted = { devices: new Set(devices), count }
    },
    async find(device: number, count: number): Promise<readonly StoredKey[]> {
      const { newest } = known.of(device)
      if (newest && newest.count >= count) return newest.rows.slice(0, count)
      const together = wanted?.count === count && wanted.devices.has(device) ? wanted.devices : [device]
      const devicesAsked = [...together]
      wanted = undefined
      const found = await store.newestOf(devicesAsked, count)
      for (const [i, one] of devicesAsked.entries()) known.of(one).newest = { count, rows: found[i] ?? [] }
      return known.of(device).newest?.rows ?? []
    },
  }
}
