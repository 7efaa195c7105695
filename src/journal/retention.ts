/**
 * Which segments may go: the oldest ones whose every record is released, when they are old enough or too many. Never the last one,
 * never the one with the newest checkpoint, and never one behind another that stays.
 *
 * No step of the wall clock makes a segment old. Its age is counted by the monotonic clock from when it ended; that of a segment
 * which lay there at opening begins with what the wall clock said then, so the wall clock must still say so now (unless it stands
 * before the segment's own end), and such a segment stays for the first minutes: a machine that started with a wrong clock has
 * been told the time by then.
 */
import type { Clock } from '../lib/clock.ts'
import type { Files } from '../lib/files.ts'
import type { Segment } from './directory.ts'

const openingGraceMsMax = 10 * 60_000

interface KeptSegment {
  readonly ordinal: number
  /** Undefined where nothing in it can be read: it ends no other segment. */
  readonly first: number | undefined
  readonly path: string
  readonly madeAt: number | undefined
  readonly bytes: number
  /** Wall clock and monotonic clock when the next one was begun. */
  readonly ended?: { readonly at: number; readonly monotonic: number; readonly beforeOpening: boolean }
}

export interface Retention {
  /** A segment is begun: the one before it has ended. */
  begin(segment: Omit<KeptSegment, 'bytes' | 'ended'>): void
  /** What a segment amounts to, once nothing more is written to it. */
  sized(ordinal: number, bytes: number): void
  /** Removes what is released up to and including that record, and old or too much. */
  removeReleased(released: number, checkpointOrdinal: number | undefined): Promise<void>
  figures(): { readonly segments: number; readonly bytes: number }
}

export async function createRetention(options: {
  readonly files: Files
  readonly dir: string
  readonly clock: Clock
  readonly retentionMs: number
  readonly retentionBytes: number
  readonly found: readonly Segment[]
}): Promise<Retention> {
  const { files, dir, clock, retentionMs, retentionBytes, found } = options
  const opened = { at: clock.now(), monotonic: clock.monotonic() }
  const graceMs = Math.min(openingGraceMsMax, retentionMs)
  let kept: readonly KeptSegment[] = await Promise.all(
    found
      .toSorted((a, b) => a.ordinal - b.ordinal)
      .map(async ({ ordinal, first, path, header, ruined }, i, all) => {
        const bytes = await files.bytes(path).catch(() => 0)
        const at = all.slice(i + 1).find((later) => later.header)?.header?.madeAt ?? opened.at
        const monotonic = opened.monotonic - Math.max(0, opened.at - at)
        const ended = { at, monotonic, beforeOpening: true }
        return { ordinal, first: ruined ? undefined : first, path, bytes, madeAt: header?.madeAt, ended }
      }),
  )

  function isOld({ ended }: KeptSegment): boolean {
    if (!ended) return false
    const now = clock.now()
    const monotonic = clock.monotonic()
    if (ended.beforeOpening && monotonic - opened.monotonic < graceMs) return false
    return monotonic - ended.monotonic > retentionMs && (now - ended.at > retentionMs || now < ended.at)
  }

  /** How many can be removed from the front. */
  function removable(released: number, checkpointOrdinal: number | undefined): number {
    let bytes = kept.reduce((sum, segment) => sum + segment.bytes, 0)
    let count = 0
    for (; count < kept.length - 1; count++) {
      const segment = kept[count] as KeptSegment
      const last = Math.min(...kept.slice(count + 1).map(({ first = Number.POSITIVE_INFINITY }) => first)) - 1
      if (last > released || segment.ordinal === checkpointOrdinal) break
      if (!isOld(segment) && bytes <= retentionBytes) break
      bytes -= segment.bytes
    }
    return count
  }

  return {
    begin(segment) {
      const ended = { at: clock.now(), monotonic: clock.monotonic(), beforeOpening: false }
      kept = [...kept.slice(0, -1), ...kept.slice(-1).map((last) => ({ ...last, ended })), { ...segment, bytes: 0 }]
    },
    sized(ordinal, bytes) {
      kept = kept.map((segment) => (segment.ordinal === ordinal ? { ...segment, bytes } : segment))
    },
    async removeReleased(released, checkpointOrdinal) {
      for (const segment of kept.slice(0, removable(released, checkpointOrdinal))) {
        await files.remove(segment.path).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== 'ENOENT') throw error
        })
        // One by one: after a crash an older segment beside a gap would look like damage.
        await files.syncDirectory(dir)
        kept = kept.filter(({ ordinal }) => ordinal !== segment.ordinal)
      }
    },
    figures: () => ({ segments: kept.length, bytes: kept.reduce((sum, { bytes }) => sum + bytes, 0) }),
  }
}
