/**
 * What the store already holds under sequence numbers that are not above a device's highest: asked once per device and epoch for
 * all numbers a record wants, remembered for the batch in hand.
 */
import type { Store } from '../store/store.ts'

export interface StoredSeqs {
  /** Announces a number that `find` will ask for. */
  want(device: number, epoch: number, seq: number): void
  /** Payload hash stored under the number, undefined when there is none. */
  find(device: number, epoch: number, seq: number): Promise<number | undefined>
  /** A number the batch in hand has taken, not yet in the store (epochs before the current one). */
  remember(device: number, epoch: number, seq: number, hash: number): void
  /** The current epoch of a device ends inside the batch in hand: its span and newest numbers are known here, not yet stored. */
  closeEpoch(
    device: number,
    epoch: number,
    span: { min: number; max: number },
    recent: ReadonlyMap<number, number>,
  ): void
  /** A new number of an earlier epoch; answers with the span of the epoch before it, undefined for its first. */
  extend(device: number, epoch: number, seq: number): Promise<{ min: number; max: number } | undefined>
}

interface Slot {
  readonly known: Map<number, number | undefined>
  wanted: number[]
  span: { min: number; max: number } | null | undefined
}

export function createStoredSeqs(store: Pick<Store, 'findSeqs' | 'epochSpan'>): StoredSeqs {
  const slots = new Map<string, Slot>()
  const slotOf = (device: number, epoch: number): Slot =>
    slots.getOrInsertComputed(`${device}:${epoch}`, () => ({ known: new Map(), wanted: [], span: undefined }))
  return {
    want(device, epoch, seq) {
      const slot = slotOf(device, epoch)
      if (!slot.known.has(seq)) slot.wanted.push(seq)
    },
    async find(device, epoch, seq) {
      const slot = slotOf(device, epoch)
      if (slot.known.has(seq)) return slot.known.get(seq)
      const asked = slot.wanted.includes(seq) ? slot.wanted : [...slot.wanted, seq]
      slot.wanted = []
      for (const number of asked) if (!slot.known.has(number)) slot.known.set(number, undefined)
      for (const row of await store.findSeqs(device, epoch, asked)) slot.known.set(row.seq, row.hash)
      return slot.known.get(seq)
    },
    remember(device, epoch, seq, hash) {
      slotOf(device, epoch).known.set(seq, hash)
    },
    closeEpoch(device, epoch, span, recent) {
      const slot = slotOf(device, epoch)
      slot.span = span
      for (const [seq, hash] of recent) slot.known.set(seq, hash)
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
