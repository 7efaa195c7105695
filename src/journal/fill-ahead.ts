/**
 * Allocates the blocks of a segment before they are needed, by writing zeros behind its end while no append waits: a write into blocks that
 * exist is synced up to twice as fast as one that has to find them (measured on ext4), and it cannot find the disk full.
 * Records are never among what is overwritten: no group is written while a chunk of zeros is under way.
 */
import type { Clock } from '../lib/clock.ts'
import { type ActiveSegment, isFull, writeAll } from './active-segment.ts'

const chunkBytes = 256 * 1024
/** Under way without a rest, there is at least this much room ahead: one longer write now and then, instead of many short waits. */
const aheadBytes = 1024 * 1024
/** Without a write for this long, the journal counts as idle. */
const idleMs = 50
/** Chunks begin on their own page, so that they share none with the last record. */
const pageBytes = 4_096
const zeros = new Uint8Array(aheadBytes)

export interface FillAhead {
  /** The loop of groups has nothing to do. */
  idle(): void
  /** Resolves when no zeros are under way; none are begun before the next `idle`. */
  pause(): Promise<void>
  stop(): Promise<void>
}

export interface FillAheadOptions {
  readonly clock: Clock
  readonly segmentBytesMax: number
  readonly active: () => ActiveSegment | undefined
  /** A write of zeros failed, and not for want of room. */
  readonly onFault: (segment: ActiveSegment) => void
}

export function createFillAhead({ clock, segmentBytesMax, active, onFault }: FillAheadOptions): FillAhead {
  const stopped = new AbortController()
  let wanted = false
  let busyAt = 0
  let loop: Promise<void> | undefined
  let segment: ActiveSegment | undefined
  let filled = 0
  let writing: Promise<void> | undefined

  async function fill() {
    while (!stopped.signal.aborted) {
      // An aborted sleep ends early: the loop looks at the signal.
      await clock.sleep(idleMs, stopped.signal).catch(() => {})
      for (let more = true; more; ) {
        const target = active()
        if (target !== segment) filled = 0
        segment = target
        if (!wanted || !target || stopped.signal.aborted) return
        const at = Math.max(filled, Math.ceil(target.offset / pageBytes) * pageBytes)
        more = clock.monotonic() - busyAt >= idleMs
        if (!more && at - target.offset >= aheadBytes / 2) break
        const bytes = Math.min(more ? chunkBytes : aheadBytes, segmentBytesMax - at)
        if (bytes <= 0) return
        writing = write(target, at, bytes)
        await writing
      }
    }
  }

  async function write(target: ActiveSegment, at: number, bytes: number) {
    try {
      await writeAll(target.file, zeros.subarray(0, bytes), at)
      filled = at + bytes
    } catch (error) {
      filled = segmentBytesMax
      if (!isFull(error)) onFault(target)
    }
  }

  return {
    idle() {
      wanted = true
      const target = active()
      if (loop || (target === segment && filled >= segmentBytesMax)) return
      loop = fill().finally(() => {
        loop = undefined
      })
    },
    async pause() {
      wanted = false
      busyAt = clock.monotonic()
      await writing
    },
    async stop() {
      stopped.abort('stopped')
      await loop
    },
  }
}
