/**
 * How much one commit takes, and how soon the next may follow. A backlog gets the largest batches that commit in good time; light traffic
 * is committed at once, but not more often than `lingerMs`, because a commit costs the same for one reading as for hundreds.
 */
export interface Pace {
  readonly framesMax: number
  /** Milliseconds to wait before the next batch is begun; 0 when there is more than one batch could take. */
  waitMs(nowMs: number): number
  begun(nowMs: number): void
  /** `isFull`: a limit ended the batch, not the end of the journal. */
  committed(batch: { readonly tookMs: number; readonly isFull: boolean }): void
}

/**
 * A batch is at most this much: two of them fit easily in memory. A device costs the same row in a batch of any size, so batches twice as
 * large took a quarter less time for each reading of 2,000 devices.
 */
export const batchBytesMax = 8 * 1024 * 1024
export const batchFramesMax = 50_000
const batchFramesFirst = 10_000
const batchFramesMin = 1_000
/** A commit that takes longer is too large a batch for this database: readers and a stop would wait for it. */
const commitMsMax = 3_000
const commitMsGood = 1_000
/** Readings are seen within 50 ms of their arrival, and 33 commits a second cost a fraction of a core. */
export const lingerMsUsual = 30

export function createPace(lingerMs = lingerMsUsual): Pace {
  let framesMax = batchFramesFirst
  let lastBegun = Number.NEGATIVE_INFINITY
  let isBehind = true
  return {
    get framesMax() {
      return framesMax
    },
    waitMs: (nowMs) => (isBehind ? 0 : Math.max(0, lastBegun + lingerMs - nowMs)),
    begun(nowMs) {
      lastBegun = nowMs
    },
    committed({ tookMs, isFull }) {
      isBehind = isFull
      if (tookMs > commitMsMax) framesMax = Math.max(batchFramesMin, Math.floor(framesMax / 2))
      else if (isFull && tookMs < commitMsGood) framesMax = Math.min(batchFramesMax, framesMax * 2)
    },
  }
}
