/**
 * The last minute of deltas, so that a client that was away resumes where it stopped. Sequence numbers are dense; they begin at a
 * number taken from the clock, so that a number of an earlier server is never taken for a current one.
 */
import type { Instant } from '../../lib/brand.ts'

/** One delta: bay indexes and states as they alternate on the wire, and the event's bytes, made once for all clients. */
export interface Frame {
  readonly q: number
  readonly at: Instant
  readonly changes: readonly number[]
  readonly bytes: Buffer
}

const keptMs = 60_000
const framesMax = 600
const bytesMax = 16 * 1_048_576
/** More than the deltas of the same time, so that a later start always begins above an earlier one. */
const numbersPerSecond = 1_024

export interface DeltaRing {
  /** Sequence of the newest delta. */
  readonly q: number
  push(changes: readonly number[], at: Instant): Frame
  /** Deltas after `q`, none when it is the newest; undefined when some of them are gone or it is not from here. */
  since(q: number): readonly Frame[] | undefined
  /** Nothing before now can be resumed: the indexes have changed. */
  reset(): void
}

export const deltaEvent = (q: number, at: Instant, changes: readonly number[], first = q): Buffer =>
  Buffer.from(
    `id: ${q}\nevent: d\ndata: ${JSON.stringify({ t: at, q, ...(first === q ? {} : { f: first }), d: changes })}\n\n`,
  )

export function createDeltaRing(now: Instant): DeltaRing {
  let q = Math.floor(now / 1_000) * numbersPerSecond
  let frames: Frame[] = []
  let bytes = 0
  return {
    get q() {
      return q
    },
    push(changes, at) {
      q++
      const frame = { q, at, changes, bytes: deltaEvent(q, at, changes) }
      frames.push(frame)
      bytes += frame.bytes.length
      let gone = 0
      while (
        gone < frames.length - 1 &&
        (frames.length - gone > framesMax || bytes > bytesMax || at - (frames[gone] as Frame).at > keptMs)
      )
        bytes -= (frames[gone++] as Frame).bytes.length
      if (gone > 0) frames = frames.slice(gone)
      return frame
    },
    since(from) {
      if (from === q) return []
      const first = frames[0]
      if (!first || from > q || from < first.q - 1) return undefined
      return frames.slice(from - first.q + 1)
    },
    reset() {
      q++
      frames = []
      bytes = 0
    },
  }
}
