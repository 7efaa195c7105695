/**
 * How much one commit takes, and how soon the next may follow. A backlog gets the largest batches that commit in good time; light traffic
 * is committed at once, but not more often than `lingerMs`, because a commit costs the same for one reading as for hundreds.
 */
export interface Pace {
  readonly framesMax: number
  readonly bytesMax: number
  /** Milliseconds to wait before the next batch is begun; 0 when there is more than one batch could take. */
  waitMs(nowMs: number): number
  begun(nowMs: number): void
  /** `isFull`: a limit ended the batch, not the end of the journal. `devices`: with a row in it. */
  committed(batch: { readonly tookMs: number; readonly isFull: boolean; readonly devices: number }): void
  /** A commit failed: one that takes too long for its database fails each time at the same size. */
  failed(): void
}

/**
 * A batch is at most this much: three of them fit easily in memory. A device costs the same rows in a batch of any size, so batches twice as
 * large took a quarter less time for each reading of 2,000 devices.
 */
export const batchBytesMax = 8 * 1024 * 1024
export const batchFramesMax = 50_000
/**
 * With 50,000 devices nearly every reading of such a batch brings rows of its device, which cost twice the reading: then a batch waits for
 * so many readings of each, up to this limit, with bytes in proportion.
 */
const readingsOfDevice = 3
export const batchFramesLargest = 150_000
const batchFramesFirst = 10_000
const batchFramesMin = 1_000
/** A commit that takes longer is too large a batch for this database: readers and a stop would wait for it. */
const commitMsMax = 3_000
const commitMsGood = 1_000
/** Readings are seen within 50 ms of their arrival, and 33 commits a second cost a fraction of a core. */
export const lingerMsUsual = 30

const halved = (frames: number) => Math.max(batchFramesMin, Math.floor(frames / 2))

export function createPace(lingerMs = lingerMsUsual): Pace {
  let framesMax = batchFramesFirst
  let lastBegun = Number.NEGATIVE_INFINITY
  let isBehind = true
  return {
    get framesMax() {
      return framesMax
    },
    get bytesMax() {
      return batchBytesMax * Math.max(1, framesMax / batchFramesMax)
    },
    waitMs: (nowMs) => (isBehind ? 0 : Math.max(0, lastBegun + lingerMs - nowMs)),
    begun(nowMs) {
      lastBegun = nowMs
    },
    failed() {
      framesMax = halved(framesMax)
    },
    committed({ tookMs, isFull, devices }) {
      isBehind = isFull
      if (tookMs > commitMsMax) framesMax = halved(framesMax)
      // Light traffic does not show how many devices a full batch has.
      if (!isFull || tookMs > commitMsMax) return
      const most = Math.min(batchFramesLargest, Math.max(batchFramesMax, devices * readingsOfDevice))
      // Where every other reading brings rows of its device, those take the time: twice the readings take hardly longer.
      const isOfDevices = devices * 2 > framesMax
      framesMax = Math.min(most, isOfDevices || tookMs < commitMsGood ? framesMax * 2 : framesMax)
    },
  }
}
