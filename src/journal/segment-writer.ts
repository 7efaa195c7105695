/** Writes groups into segments: the one that is active, and the next one when it is full, failed or left behind (writer.ts, W1 to W4). */
import type { Clock } from '../lib/clock.ts'
import type { Files } from '../lib/files.ts'
import { type ActiveSegment, discard, isFull, makeSegment, writeAll, writeHeader } from './active-segment.ts'
import type { CurrentSegment, Progress } from './current-segment.ts'
import type { GroupQueue, SegmentPlan } from './groups.ts'
import type { createSyncTimes } from './sync-times.ts'

export interface SegmentWriterDeps {
  readonly files: Files
  readonly clock: Clock
  readonly dir: string
  readonly segmentBytesMax: number
  readonly queue: GroupQueue
  readonly current: CurrentSegment
  readonly syncs: ReturnType<typeof createSyncTimes>
  readonly progress: Progress
}

export interface SegmentWriter {
  /** Makes the first group durable, in a new segment if need be. Without a group it makes the segment alone. */
  commit(): Promise<void>
  /** Zeros could not be written to it: the next group goes to another one. */
  leaveBehind(segment: ActiveSegment): void
}

export function createSegmentWriter(deps: SegmentWriterDeps): SegmentWriter {
  const { files, clock, dir, queue, current, syncs, progress } = deps
  const opened = { at: clock.now(), monotonic: clock.monotonic() }

  async function commit(): Promise<void> {
    current.hasTraces = false
    try {
      await writeFirst()
    } catch (error) {
      const { active } = current
      const written = active?.plan === queue.first()?.segment ? active : undefined
      if (isFull(error)) {
        if (written) await cutBack(written)
        throw error
      }
      if (written) current.abandon(written)
      queue.replan(progress.durable)
      await writeFirst()
    }
  }

  async function writeFirst() {
    const group = queue.first()
    if (group) group.closed = true
    const plan = group?.segment ?? queue.planned()
    const { active } = current
    const fresh = active?.plan !== plan
    const target = fresh || !active ? await begin(deps, opened, plan) : active
    const started = clock.monotonic()
    try {
      if (fresh) await writeHeader(target, deps.segmentBytesMax)
      if (group) await writeAll(target.file, group.memory.bytes.subarray(0, group.used), group.offset)
      if (fresh) await files.syncDirectory(dir)
    } catch (error) {
      // A new file that cannot be removed voids what the one before would get: only a newer segment is safe then. The fault itself is thrown.
      if (fresh) await discard(files, dir, target).catch(() => current.leaveTraces(target))
      throw error
    }
    syncs.add(clock.monotonic() - started)
    if (fresh) current.enter(target)
    if (group) target.offset = group.offset + group.used
  }

  /** After a short write: truncated before the caller gets the refusal, so that no crash can bring the refused records back. */
  async function cutBack(segment: ActiveSegment) {
    try {
      await segment.file.truncate(segment.offset)
      await segment.file.sync()
    } catch {
      // What lies behind the last record that was acknowledged is void by the header of the next segment.
      current.abandon(segment)
    }
  }

  return {
    commit,
    leaveBehind(segment) {
      current.abandon(segment)
      queue.replan(progress.durable)
    },
  }
}

function begin(
  { files, dir, clock, progress }: SegmentWriterDeps,
  opened: { readonly at: number; readonly monotonic: number },
  plan: SegmentPlan,
): Promise<ActiveSegment> {
  const { ordinal, number, prior, acceptedFrames, noiseFrames } = plan
  const header = { ordinal, first: number + 1, prior, acceptedFrames, noiseFrames }
  // A clock that is set back does not make what is written now look old.
  const madeAt = Math.max(clock.now(), opened.at + clock.monotonic() - opened.monotonic)
  const ours = { id: progress.id, fence: progress.fence, checkpoint: progress.checkpoint, madeAt }
  return makeSegment(files, dir, plan, { ...header, ...ours })
}
