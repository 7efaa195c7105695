/**
 * The one writer of a journal directory: group commit by a wake-up loop (appends.ts), into segments (segment-writer.ts). While one write and its sync run, the next appends gather
 * in the following group; an append is answered when its group is on the disk and so is the name of the file it lies in.
 *
 * - W1 One group is on its way at a time, so what is durable is always a prefix.
 * - W2 A full disk: the file is cut back to its last durable byte, that group is refused, the next append tries again.
 * - W3 A sync (or a write) that fails is never tried again on that file: what is not durable is written to a new segment from
 *   memory. If that fails too the group is refused, and no new try is made before `probeMs`.
 * - W4 Every opening begins a new segment: no byte is ever written behind a torn end.
 */
import type { Clock } from '../lib/clock.ts'
import type { Files } from '../lib/files.ts'
import { createAppends } from './appends.ts'
import { createCurrentSegment, type Progress } from './current-segment.ts'
import { keepDamagedBytes } from './damaged-bytes.ts'
import { refuseNewer } from './directory.ts'
import { createFillAhead } from './fill-ahead.ts'
import { createGroupQueue } from './groups.ts'
import { JournalError, type JournalOptions, type JournalTail, type JournalWriter } from './journal.ts'
import type { JournalLock } from './lock.ts'
import { rewriteEnd, sealRecovered } from './recovered-end.ts'
import { type Recovered, recover } from './recovery.ts'
import { createRetention } from './retention.ts'
import { createSegmentWriter } from './segment-writer.ts'
import { createSyncTimes } from './sync-times.ts'
import { createUpkeep } from './upkeep.ts'

export interface JournalDeps {
  readonly files: Files
  readonly clock: Clock
  /** That many random bytes. */
  readonly random: (bytes: number) => Uint8Array
  readonly lock: (dir: string) => JournalLock
}

export const journalDefaults = {
  segmentBytesMax: 64 * 1024 * 1024,
  recordBytesMax: 16 * 1024 * 1024,
  groupBytesMax: 1024 * 1024,
  pendingBytesMax: 64 * 1024 * 1024,
  retentionMs: 24 * 3_600_000,
  retentionBytes: Number.POSITIVE_INFINITY,
  diskWarnRatio: 0.8,
  diskRefuseRatio: 0.9,
  probeMs: 1_000,
} satisfies Required<JournalOptions>

export async function openWriter(dir: string, deps: JournalDeps, options: JournalOptions = {}): Promise<JournalWriter> {
  await deps.files.makeDirectory(dir)
  const lock = deps.lock(dir)
  try {
    // Names that a crash left unsynced become durable before anything is built on them.
    await deps.files.syncDirectory(dir)
    const recovered = await recover(deps.files, dir)
    refuseNewer(recovered.directory)
    const limits = { ...journalDefaults, ...options }
    await rewriteEnd(deps.files, recovered)
    return await startWriter({ dir, deps, recovered, lock, limits })
  } catch (error) {
    lock[Symbol.dispose]()
    if (error instanceof JournalError) throw error
    throw new JournalError('E_JOURNAL_FAILED', `the journal in ${dir} cannot be opened`, { cause: error })
  }
}

interface Opening {
  readonly dir: string
  readonly deps: JournalDeps
  readonly recovered: Recovered
  readonly lock: JournalLock
  readonly limits: Required<JournalOptions>
}

async function startWriter(opening: Opening): Promise<JournalWriter> {
  const { dir, deps, recovered, lock, limits } = opening
  const { files, clock } = deps
  const { end, damage } = recovered
  const parts = await createParts(opening)
  const { progress, retention, syncs, queue, segments, current, filler, upkeep, consumers, tail } = parts
  let listener: ((tail: JournalTail) => void) | undefined
  const onDurable = () => listener?.(tail())
  const appends = createAppends({ ...{ clock, limits, queue, segments, current, filler, upkeep, progress }, onDurable })

  async function close() {
    await appends.close()
    await filler.stop()
    // After a failed disk an empty segment, if one can be made, voids what the refused left behind.
    if (!current.active) await segments.commit().catch(() => {})
    await Promise.all([current.close(), upkeep.settled()])
    lock[Symbol.dispose]()
  }
  let closing: Promise<void> | undefined

  const copied = await keepDamagedBytes(files, dir, damage)
  await appends.open()
  // Only now: cut earlier, a crash would leave no sign that numbers behind the torn end may have been used.
  if (current.active && copied && end && (!end.seal || end.seal === 'closed')) {
    // The new segment shows where the records before it end, with a seal or without.
    await sealRecovered(files, end).catch(() => {})
  }
  filler.idle()
  upkeep.look()
  return {
    ...{ id: progress.id, fence: progress.fence, damage, lastCheckpoint: recovered.lastCheckpoint },
    append: appends.append,
    tail,
    onDurable(given) {
      listener = given
    },
    release: consumers.release,
    stats() {
      upkeep.look()
      const { segments: count, bytes } = retention.figures()
      const nearlyFull = upkeep.fullerThan(limits.diskRefuseRatio)
      const { fault } = appends
      return {
        segments: count,
        bytes: bytes + (current.active?.offset ?? 0),
        freeBytes: upkeep.freeBytes(),
        pendingBytes: appends.pendingBytes,
        ...syncs.figures(),
        refusing: fault?.error.message ?? nearlyFull,
        refusal: fault ? refusalOf(fault.error) : nearlyFull === undefined ? undefined : 'nearly-full',
        warning: upkeep.fullerThan(limits.diskWarnRatio),
      }
    },
    [Symbol.asyncDispose]: () => (closing ??= close()),
  }
}

async function createParts({ dir, deps, recovered, limits }: Opening) {
  const { files, clock } = deps
  const progress: Progress = {
    ...{ id: recovered.directory.id ?? deps.random(8).toHex(), fence: recovered.fence + 1 },
    durable: { ...recovered.totals, number: recovered.lastRecord },
    checkpoint: recovered.checkpoint,
  }
  const { segmentBytesMax, groupBytesMax } = limits
  const { segments: found, unreadableSegments } = recovered.directory
  const syncs = createSyncTimes(clock)
  const retention = await createRetention({
    ...{ files, dir, clock },
    ...limits,
    found: [...found, ...unreadableSegments],
  })
  const queue = createGroupQueue({
    ...{ id: progress.id, mark: progress.durable, usedNumber: recovered.usedNumber, segmentBytesMax, groupBytesMax },
    ordinal: recovered.directory.ordinalMax + 1,
  })
  const current = createCurrentSegment(retention, progress)
  const segments = createSegmentWriter({
    ...{ files, clock, dir, segmentBytesMax, queue, current, syncs, progress },
  })
  const filler = createFillAhead({
    ...{ clock, segmentBytesMax },
    active: () => current.active,
    onFault: (segment) => segment === current.active && segments.leaveBehind(segment),
  })
  let released = 0
  /** Released by every consumer. */
  let removable = 0
  const upkeep = createUpkeep({
    ...{ files, dir, clock },
    removeReleased: () => retention.removeReleased(removable, progress.checkpoint?.ordinal),
  })
  const consumers = {
    release(upTo: number, held = upTo) {
      released = Math.max(released, upTo)
      removable = Math.max(removable, Math.min(upTo, held))
      // The consumer is ahead: the end of the journal was lost. Its numbers must not be given to other records.
      queue.skipTo(released)
      retention.observe()
      upkeep.look()
    },
  }
  const tail = (): JournalTail => {
    const { id, fence, durable } = progress
    const { number, acceptedFrames, noiseFrames } = durable
    return { id, fence, lastRecord: number, acceptedFrames, noiseFrames }
  }
  return { progress, retention, syncs, queue, segments, current, filler, upkeep, consumers, tail }
}

const refusalOf = ({ code }: JournalError) => (code === 'E_JOURNAL_FULL' ? 'full' : 'failed')
