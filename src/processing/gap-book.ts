/**
 * The missing numbers of each device and epoch, as ranges, while a batch is built.
 *
 * - G1 The numbers in the gaps of an epoch are those between its lowest and highest that were never stored (domain/fold.ts, F3).
 * - G2 A gap belongs to the day on which it was noticed; a late frame takes a number away from that day.
 * - G3 The store is asked only for a late number that no gap of this batch holds, and answers with the next few gaps too: the fill of
 *   a long outage asks once per `gapsAskedMax` gaps. What is kept grows with the late frames of the batch, never with the history.
 */
import type { DayNumber } from '../lib/utc-day.ts'
import type { Gap, GapKey, LossStore } from '../store/store.ts'

/** Gaps read at once. */
const gapsAskedMax = 16

export interface GapBook {
  /**
   * A number was stored that was not there before. `span` is the lowest and highest of its epoch before it, undefined for the first.
   * `changed` gets the day and by how much its missing numbers change.
   */
  take(place: NumberTaken, changed: (day: DayNumber, by: number) => void): Promise<void> | undefined
  /** The ends of the gap that a missing number lies in; undefined when no gap is known. */
  holding(
    device: number,
    epoch: number,
    seq: number,
  ): Promise<{ readonly from: number; readonly to: number } | undefined>
  /** What the store has to do; nothing for gaps that came and went within the batch. */
  rows(): { readonly gaps: readonly Gap[]; readonly gapsGone: readonly GapKey[] }
}

export interface NumberTaken {
  readonly device: number
  readonly epoch: number
  readonly seq: number
  readonly span: { readonly min: number; readonly max: number } | undefined
  readonly day: DayNumber
}

interface Range {
  from: number
  readonly to: number
  readonly day: DayNumber
  /** Where it began when it was read from the store; undefined for one that the store does not know. */
  readonly storedFrom: number | undefined
}

interface Epoch {
  readonly device: number
  readonly epoch: number
  /** By number, ascending, never overlapping. */
  readonly ranges: Range[]
  /** Ends of gaps that the store holds and that are no more. */
  readonly gone: Set<number>
}

export function createGapBook(store: Pick<LossStore, 'gapsFrom'>): GapBook {
  const devices = new Map<number, Map<number, Epoch>>()

  const epochOf = (device: number, epoch: number): Epoch =>
    devices
      .getOrInsertComputed(device, () => new Map())
      .getOrInsertComputed(epoch, () => ({ device, epoch, ranges: [], gone: new Set() }))

  function open({ device, epoch, day }: NumberTaken, from: number, to: number) {
    const { ranges } = epochOf(device, epoch)
    ranges.splice(indexFrom(ranges, to), 0, { from, to, day, storedFrom: undefined })
  }

  async function close(taken: NumberTaken, changed: (day: DayNumber, by: number) => void) {
    const { device, epoch, seq } = taken
    const known = epochOf(device, epoch)
    if (!holder(known.ranges, seq)) await load(known, seq)
    const at = indexFrom(known.ranges, seq)
    const range = known.ranges[at]
    if (!range || range.from > seq) {
      // A gap of a history older than the gaps: only the count is known.
      changed(taken.day, -1)
      return
    }
    changed(range.day, -1)
    const left = { from: range.from, to: seq - 1, day: range.day, storedFrom: undefined }
    if (range.to === seq) {
      known.ranges.splice(at, 1)
      if (range.storedFrom !== undefined) known.gone.add(seq)
    } else range.from = seq + 1
    if (left.from <= left.to) known.ranges.splice(at, 0, left)
  }

  async function load({ device, epoch, ranges, gone }: Epoch, seq: number) {
    for (const gap of await store.gapsFrom(device, epoch, seq, gapsAskedMax)) {
      const at = indexFrom(ranges, gap.to)
      if (ranges[at]?.to === gap.to || gone.has(gap.to)) continue
      ranges.splice(at, 0, { from: gap.from, to: gap.to, day: gap.day, storedFrom: gap.from })
    }
  }

  return {
    take(taken, changed) {
      const { seq, span } = taken
      if (span === undefined || seq === span.max + 1 || seq === span.min - 1) return undefined
      if (seq > span.max) {
        open(taken, span.max + 1, seq - 1)
        changed(taken.day, seq - span.max - 1)
        return undefined
      }
      if (seq < span.min) {
        open(taken, seq + 1, span.min - 1)
        changed(taken.day, span.min - seq - 1)
        return undefined
      }
      return close(taken, changed)
    },
    async holding(device, epoch, seq) {
      const known = epochOf(device, epoch)
      if (!holder(known.ranges, seq)) await load(known, seq)
      return holder(known.ranges, seq)
    },
    rows() {
      const gaps: Gap[] = []
      const gapsGone: GapKey[] = []
      for (const epochs of devices.values())
        for (const { device, epoch, ranges, gone } of epochs.values()) {
          for (const to of gone) gapsGone.push({ device, epoch, to })
          for (const { from, to, day, storedFrom } of ranges)
            if (from !== storedFrom) gaps.push({ device, epoch, from, to, day })
        }
      return { gaps, gapsGone }
    },
  }
}

/** Index of the first range that ends at `seq` or above it. */
function indexFrom(ranges: readonly Range[], seq: number): number {
  let low = 0
  let high = ranges.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ranges[middle] as Range).to < seq) low = middle + 1
    else high = middle
  }
  return low
}

function holder(ranges: readonly Range[], seq: number): Range | undefined {
  const range = ranges[indexFrom(ranges, seq)]
  return range && range.from <= seq ? range : undefined
}
