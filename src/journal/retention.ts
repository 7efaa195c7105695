/** Which segments may go: the oldest ones whose every record is released, when they are old enough or too many. Never the last. */

export interface KeptSegment {
  readonly ordinal: number
  /** Undefined where nothing in it can be read: it ends no other segment. */
  readonly first: number | undefined
  readonly bytes: number
  readonly path: string
  /** When it was begun; undefined where its header is lost. */
  readonly madeAt: number | undefined
}

export interface RetentionLimits {
  /** Records up to and including this one are released. */
  readonly released: number
  readonly retentionMs: number
  readonly retentionBytes: number
  readonly now: number
  /** The segment with the newest checkpoint stays: the counters of its owner live in it. */
  readonly checkpointOrdinal: number | undefined
}

/** How many of `segments` (oldest first, the last one being written) can be removed from the front. */
export function removable(segments: readonly KeptSegment[], limits: RetentionLimits): number {
  let bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0)
  let count = 0
  for (; count < segments.length - 1; count++) {
    const segment = segments[count] as KeptSegment
    const later = segments.slice(count + 1)
    const last = Math.min(...later.map(({ first = Infinity }) => first)) - 1
    if (last > limits.released || segment.ordinal === limits.checkpointOrdinal) break
    // It was last written when the one after it was begun.
    const endedAt = later.find(({ madeAt }) => madeAt !== undefined)?.madeAt ?? limits.now
    if (limits.now - endedAt <= limits.retentionMs && bytes <= limits.retentionBytes) break
    bytes -= segment.bytes
  }
  return count
}
