/**
 * What is stored under sequence numbers that are not above a device's highest: in the rows of the batch in hand, or in the store, which is
 * asked once per device and epoch for all numbers a record wants. The rows are looked through when the first number is asked for: in most
 * batches none is.
 */
import { type ReadingRows, readingAt, readingWidth, type Store } from '../store/store.ts'

export interface StoredSeqs {
  /** Announces a number that `find` will ask for. */
  want(device: number, epoch: number, seq: number): void
  /** Payload hash stored under the number, undefined when there is none. */
  find(device: number, epoch: number, seq: number): Promise<number | undefined>
  /** The current epoch of a device ends inside the batch in hand: its span is known here, not yet stored. */
  closeEpoch(device: number, epoch: number, span: { min: number; max: number }): void
  /** A new number of an earlier epoch; answers with the span of the epoch before it, undefined for its first. */
  extend(device: number, epoch: number, seq: number): Promise<{ min: number; max: number } | undefined>
}

interface Slot {
  readonly known: Map<number, number | undefined>
  wanted: number[]
  span: { min: number; max: number } | null | undefined
}

export function createStoredSeqs(store: Pick<Store, 'findSeqs' | 'epochSpan'>, rows: ReadingRows): StoredSeqs {
  const slots = new Map<number, Map<number, Slot>>()
  let rowsSeen = 0
  const slotOf = (device: number, epoch: number): Slot =>
    slots
      .getOrInsertComputed(device, () => new Map())
      .getOrInsertComputed(epoch, () => ({ known: new Map(), wanted: [], span: undefined }))

  function lookThroughRows() {
    const { values, length } = rows
    for (; rowsSeen < length; rowsSeen++) {
      const at = rowsSeen * readingWidth
      const seq = values[at + readingAt.seq] as number
      if (Number.isNaN(seq)) continue
      const slot = slotOf(values[at + readingAt.device] as number, values[at + readingAt.epoch] as number)
      slot.known.set(seq, values[at + readingAt.hash])
    }
  }

  return {
    want(device, epoch, seq) {
      lookThroughRows()
      const slot = slotOf(device, epoch)
      if (!slot.known.has(seq)) slot.wanted.push(seq)
    },
    async find(device, epoch, seq) {
      lookThroughRows()
      const slot = slotOf(device, epoch)
      if (slot.known.has(seq)) return slot.known.get(seq)
      const asked = slot.wanted.includes(seq) ? slot.wanted : [...slot.wanted, seq]
      slot.wanted = []
      for (const number of asked) if (!slot.known.has(number)) slot.known.set(number, undefined)
      for (const row of await store.findSeqs(device, epoch, asked)) slot.known.set(row.seq, row.hash)
      return slot.known.get(seq)
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
