/**
 * A codec turns one frame into readings. It is pure: same frame, same answer; it does no I/O and never throws on any bytes.
 * A frame it cannot use is a `Rejection` value; the frame itself is kept by processing.
 * New codec = a folder with `decode.ts` and `cases/*.json` + one line in `registry.ts`.
 */

import type { Reading, Rejection } from '../domain/reading.ts'
import type { Instant } from '../lib/brand.ts'
import type { Result } from '../lib/result.ts'

export interface FrameContext {
  readonly arrivedAt: Instant
  /** What the transport knew: `topic`, `columns` (comma separated), `query`, `peer`. */
  readonly meta: Readonly<Record<string, string>>
}

export interface Codec {
  readonly name: string
  /** An empty list is a valid answer: a frame that was decoded and has no occupancy (join, status). */
  decode(frame: Uint8Array, context: FrameContext): Result<readonly Reading[], Rejection>
  /**
   * The one reading of a frame in its plainest form, read from its bytes `[from, to)` at a fraction of the cost, exactly as `decode`
   * would answer. Undefined: ask `decode`.
   */
  quick?(bytes: Uint8Array, from: number, to: number, context: FrameContext): Reading | undefined
}

/** More readings than this in one frame is not a frame any sensor sends. */
export const frameReadingsMax = 1_000
