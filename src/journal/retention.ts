/**
 * Which segments may go: the oldest ones whose every record is released, when they are old enough or too many. Never the last one,
 * never the one with the newest checkpoint, and never one behind another that stays.
 *
 * No step of the wall clock makes a segment old. Its age is the minimum of both clocks: the monotonic clock counts from when
 * it ended, the wall clock may only make it younger. A segment found at opening starts with its age by the wall clock, and stays for
 * the first minutes: a machine that started with a wrong clock is synchronized by then.
 */
import type { Clock } from '../lib/clock.ts'
import type { Files } from '../lib/files.ts'
import type { Segment } from './directory.ts'

const openingGraceMsMax = 10 * 60_000
/** Clocks drift apart by less between two looks. */
const driftMs = 1_000

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
  /** A completed segment. */
  sized(ordinal: number, bytes: number): void
  /** To be called often: the wall clock may be right for a moment only. Costs nothing unless it was stepped. */
  observe(): void
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
      .map(async ({ ordinal, first, path, header, isUnreadable }, i, all) => {
        // A segment that cannot be looked at counts as empty: it is only kept longer by that.
        const bytes = await files.bytes(path).catch(() => 0)
        const at = endOf(all, i, opened.at)
        const monotonic = opened.monotonic - Math.max(0, opened.at - at)
        const ended = { at, monotonic, beforeOpening: true }
        return { ordinal, first: isUnreadable ? undefined : first, path, bytes, madeAt: header?.madeAt, ended }
      }),
  )

  /** The wall clock may show that segments are younger than assumed. A wall clock before their end was wrong at opening. */
  function rejuvenate() {
    const now = clock.now()
    const monotonic = clock.monotonic()
    kept = kept.map((segment) => {
      const { ended } = segment
      if (!ended) return segment
      const since = now >= ended.at ? monotonic - (now - ended.at) : opened.monotonic
      return since > ended.monotonic ? { ...segment, ended: { ...ended, monotonic: since } } : segment
    })
  }

  let apartMs = opened.at - opened.monotonic
  function observe() {
    const nowMs = clock.now() - clock.monotonic()
    if (Math.abs(nowMs - apartMs) <= driftMs) return
    apartMs = nowMs
    rejuvenate()
  }

  function isOld({ ended }: KeptSegment): boolean {
    if (!ended) return false
    const now = clock.monotonic()
    return now - ended.monotonic > retentionMs && !(ended.beforeOpening && now - opened.monotonic < graceMs)
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

  /**
   * Segments to remove, in order. No record of an unreadable segment was acknowledged while an earlier segment holds its numbers. Without the earlier one
   * an unreadable segment would look like lost records. So unreadable segments are removed with it, and first.
   */
  function leaving(count: number): readonly KeptSegment[] {
    let end = count
    while (end > 0 && end < kept.length - 1 && kept[end]?.first === undefined) end++
    const going = kept.slice(0, end)
    return [...going.filter(({ first }) => first === undefined), ...going.filter(({ first }) => first !== undefined)]
  }

  return {
    observe,
    begin(segment) {
      const ended = { at: clock.now(), monotonic: clock.monotonic(), beforeOpening: false }
      kept = [...kept.slice(0, -1), ...kept.slice(-1).map((last) => ({ ...last, ended })), { ...segment, bytes: 0 }]
    },
    sized(ordinal, bytes) {
      kept = kept.map((segment) => (segment.ordinal === ordinal ? { ...segment, bytes } : segment))
    },
    async removeReleased(released, checkpointOrdinal) {
      rejuvenate()
      for (const segment of leaving(removable(released, checkpointOrdinal))) {
        await files.remove(segment.path).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== 'ENOENT') throw error
        })
        // One by one: after a crash an older segment next to a gap would look like damage.
        await files.syncDirectory(dir)
        kept = kept.filter(({ ordinal }) => ordinal !== segment.ordinal)
      }
    },
    figures: () => ({ segments: kept.length, bytes: kept.reduce((sum, { bytes }) => sum + bytes, 0) }),
  }
}

/**
 * When a segment ended, by the wall clock: when the next one was made, passing over headers that a clock which was behind wrote. Where
 * one is of the future a clock is or was wrong by any amount, and nothing is known.
 */
function endOf(found: readonly Segment[], i: number, now: number): number {
  let newest = 0
  let end: number | undefined
  for (const [k, { header }] of found.entries()) {
    if (!header || header.madeAt < newest) continue
    newest = header.madeAt
    if (k > i) end ??= newest
  }
  return newest > now ? now : (end ?? now)
}
