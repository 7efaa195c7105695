/**
 * State of one device as its readings leave it. The fold over readings lives in `processing/`; a bay's state is its device's
 * presence seen through the layout (`occupancy.ts`).
 */
import type { Instant } from '../lib/brand.ts'
import { addSaturating } from '../lib/sum.ts'
import type { MeasureValues } from './measures.ts'
import type { DeviceId } from './reading.ts'

export interface DeviceState extends MeasureValues {
  /** Number of the device in the store: dense, from 1, given by processing at the first reading. */
  readonly id: number
  readonly source: string
  readonly external: DeviceId
  /** Bay the sender itself named, if any. An assignment in the layout outranks it. */
  readonly claimedBay: string | null
  /** Current epoch and the sequence numbers seen in it; null before the first numbered reading. */
  readonly epoch: number
  readonly minSeq: number | null
  readonly maxSeq: number | null
  /** Distinct sequence numbers stored in the current epoch: `maxSeq - minSeq + 1 - distinct` are missing. */
  readonly distinct: number
  /** Missing in earlier epochs, summed. */
  readonly missingBefore: number
  /** Presence: true occupied, false vacant, null unknown, undefined never reported (a counter, a distance sensor). */
  readonly occupied: boolean | null | undefined
  /** When presence last changed, by device time. */
  readonly since: Instant | null
  /** Newest reading applied to live state, by device time. */
  readonly lastTime: Instant
  /** Newest arrival of anything from it. */
  readonly lastArrived: Instant
  readonly firstArrived: Instant
  readonly batteryLow: boolean | null
  readonly readings: number
  readonly duplicates: number
  /** Journal record of the newest reading: feeds follow it as a cursor. */
  readonly rev: number
}

/** Sequence numbers known to be missing in all epochs of a device. */
export const missing = (d: Pick<DeviceState, 'minSeq' | 'maxSeq' | 'distinct' | 'missingBefore'>): number =>
  addSaturating(d.missingBefore, d.maxSeq === null || d.minSeq === null ? 0 : d.maxSeq - d.minSeq + 1 - d.distinct)
