/**
 * The one writer of a journal directory: group commit by a wake-up loop. While one write and its sync run, the next appends gather
 * in the following group; an append is answered when its group is on the disk and so is the name of the file it lies in.
 *
 * - W1 One group is on its way at a time, so what is durable is always a prefix.
 * - W2 A full disk: the file is cut back to its last durable byte, that group is refused, the next append tries again.
 * - W3 A sync (or a write) that fails is never tried again on that file: what is not durable is written to a new segment from
 *   memory. If that fails too the group is refused, and no new try is made before `probeMs`.
 * - W4 Every opening begins a new segment: no byte is ever written behind a torn end.
 */
import assert from 'node:assert/strict'
import type { Clock } from '../lib/clock.ts'
import type { Files } from '../lib/files.ts'
import { type ActiveSegment, discard, isFull, makeSegment, seal, writeAll, writeHeader } from './active-segment.ts'
import { refuseNewer } from './directory.ts'
import { createFillAhead } from './fill-ahead.ts'
import { createGroupQueue, type Group, type Mark, type SegmentPlan } from './groups.ts'
import {
  JournalError,
  type JournalOptions,
  type JournalRecord,
  type JournalStats,
  type JournalTail,
  type JournalWriter,
} from './journal.ts'
import type { JournalLock } from './lock.ts'
import { recordBytesLimit, recordHeaderBytes } from './record.ts'
import { type RecordsEnd, type Recovered, recover } from './recovery.ts'
import { createRetention } from './retention.ts'
import { type CheckpointPlace, segmentSalt } from './segment.ts'
import { createSyncTimes } from './sync-times.ts'
import { keepDamagedBytes } from './testing/damaged-bytes.ts'
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

const rewriteBytes = 1024 * 1024

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

/**
 * The newest write of a journal that was not closed may be in the page cache alone, and a sync that failed in the process before is
 * unknown to this one, which reads bytes that no sync will ever write. So the same bytes are written to the same place again: that
 * harms nothing wherever the power goes, and needs no room.
 */
async function rewriteEnd(files: Files, { end }: Recovered) {
  if (!end || end.seal) return
  const file = await files.open(end.segment.path, 'write')
  try {
    const bytes = new Uint8Array(Math.min(rewriteBytes, end.offset - end.lastWrite))
    for (let at = end.lastWrite; at < end.offset; at += rewriteBytes) {
      const part = bytes.subarray(0, Math.min(rewriteBytes, end.offset - at))
      await writeAll(file, part.subarray(0, await file.read(part, at)), at)
    }
    await file.sync()
  } finally {
    await file.close()
  }
}

interface Opening {
  readonly dir: string
  readonly deps: JournalDeps
  readonly recovered: Recovered
  readonly lock: JournalLock
  readonly limits: Required<JournalOptions>
}

async function startWriter({ dir, deps, recovered, lock, limits }: Opening): Promise<JournalWriter> {
  const { files, clock } = deps
  const id = recovered.directory.id ?? deps.random(8).toHex()
  const fence = recovered.fence + 1
  const syncs = createSyncTimes(clock)
  const opened = { at: clock.now(), monotonic: clock.monotonic() }
  let durable: Mark = { ...recovered.totals, number: recovered.lastRecord }
  let checkpoint: CheckpointPlace | undefined = recovered.checkpoint
  let active: ActiveSegment | undefined
  const { segments, unreadableSegments } = recovered.directory
  const retention = await createRetention({
    ...{ files, dir, clock },
    ...limits,
    found: [...segments, ...unreadableSegments],
  })
  const queue = createGroupQueue({
    ...{ id, mark: durable, usedNumber: recovered.usedNumber },
    segmentBytesMax: limits.segmentBytesMax,
    groupBytesMax: limits.groupBytesMax,
    ordinal: recovered.directory.ordinalMax + 1,
  })
  const filler = createFillAhead({
    ...{ clock, segmentBytesMax: limits.segmentBytesMax },
    active: () => active,
    onFault: (segment) => segment === active && leaveBehind(segment),
  })
  const upkeep = createUpkeep({
    ...{ files, dir, clock },
    removeReleased: () => retention.removeReleased(removable, checkpoint?.ordinal),
  })
  let listener: ((tail: JournalTail) => void) | undefined
  let pendingBytes = 0
  let released = 0
  /** Released by every consumer. */
  let removable = 0
  let running: Promise<void> | undefined
  let retiring: Promise<void> = Promise.resolve()
  let closing: Promise<void> | undefined
  /** The write under way may have left records on the disk that are going to be refused. */
  let traces = false
  let fault: { readonly error: JournalError; readonly until: number } | undefined

  const tail = (): JournalTail => {
    const { number, acceptedFrames, noiseFrames } = durable
    return { id, fence, lastRecord: number, acceptedFrames, noiseFrames }
  }

  async function settleRecovered() {
    const { end, damage } = recovered
    const copied = await keepDamagedBytes(files, dir, damage)
    await commit().catch((error: Error) => {
      fault = faultOf(error)
    })
    // Only now: cut earlier, a crash would leave no sign that numbers behind the torn end may have been used.
    if (active && copied && end && (!end.seal || end.seal === 'closed')) await sealRecovered(end).catch(() => {})
  }

  /** Cuts off a torn end and seals what is before it: should the segments behind be lost, it shows. */
  async function sealRecovered({ segment, seal: sealed, sealEnd: offset, mark: end }: RecordsEnd) {
    const file = await files.open(segment.path, 'write')
    try {
      if (!sealed) await file.truncate(offset)
      await seal(file, 'recovered', { salt: segmentSalt(segment), offset, end })
    } finally {
      await file.close()
    }
  }

  function append(records: readonly JournalRecord[]): Promise<number> {
    let bytes = 0
    let largest = 0
    for (const { frames, bytes: content } of records) {
      // Without a call for each record: small ones come by the thousand.
      if (!(frames >= 0 && frames <= 0xffff_ffff && Number.isInteger(frames))) assert.fail(`${frames} frames`)
      bytes += recordHeaderBytes + content.byteLength
      largest = Math.max(largest, content.byteLength)
    }
    const refusal = refuse(bytes, largest)
    if (refusal) return Promise.reject(refusal)
    if (records.length === 0) return Promise.resolve(durable.number)
    pendingBytes += bytes
    return new Promise((resolve, reject) => {
      queue.add({ records, bytes, resolve, reject })
      ring()
    })
  }

  function refuse(bytes: number, largest: number): JournalError | undefined {
    if (closing) return new JournalError('E_JOURNAL_CLOSED', 'the journal is closed')
    if (largest > Math.min(limits.recordBytesMax, recordBytesLimit))
      return new JournalError('E_JOURNAL_TOO_LARGE', `a record of ${largest} bytes is too large`)
    if (pendingBytes + bytes > limits.pendingBytesMax)
      return new JournalError('E_JOURNAL_OVERLOAD', `${pendingBytes} bytes are waiting for the disk already`)
    if (fault && clock.monotonic() < fault.until) return fault.error
    return undefined
  }

  /** Starts the loop if it stands; appends of the same turn gather first. */
  function ring() {
    running ??= new Promise<void>((done) => setImmediate(done)).then(drain).finally(() => {
      running = undefined
      if (queue.first()) ring()
    })
  }

  async function drain() {
    await filler.pause()
    while (queue.first()) {
      const failure = await commit().then(
        () => undefined,
        (error: Error) => error,
      )
      const group = queue.first() as Group
      if (failure) refuseGroup(group, failure)
      else settle(group)
      upkeep.look()
    }
    filler.idle()
  }

  function settle(group: Group) {
    queue.shift()
    durable = group.end
    checkpoint = group.checkpoint ?? checkpoint
    fault = undefined
    group.appends.forEach(({ resolve, bytes }, i) => {
      pendingBytes -= bytes
      resolve(group.lastRecords[i] as number)
    })
    listener?.(tail())
  }

  function refuseGroup(group: Group, error: Error) {
    queue.shift()
    fault = faultOf(error)
    if (active) queue.replan(durable, { segment: active.plan, offset: active.offset })
    else queue.replan(durable)
    for (const { reject, bytes } of group.appends) {
      pendingBytes -= bytes
      reject(fault.error)
    }
  }

  function faultOf(error: Error): { readonly error: JournalError; readonly until: number } {
    // Refused as full means refused for good. After a failing disk and a crash, refused records may be there.
    const full = isFull(error) && !traces
    const message = full ? 'the disk is full' : `the disk refuses to write: ${error.message}`
    const refusal = new JournalError(full ? 'E_JOURNAL_FULL' : 'E_JOURNAL_FAILED', message, { cause: error })
    return { error: refusal, until: full ? 0 : clock.monotonic() + limits.probeMs }
  }

  /** Makes the first group durable, in a new segment if need be. Without a group it makes the segment alone. */
  async function commit(): Promise<void> {
    traces = false
    try {
      await writeFirst()
    } catch (error) {
      const written = active?.plan === queue.first()?.segment ? active : undefined
      if (isFull(error)) {
        if (written) await cutBack(written)
        throw error
      }
      if (written) abandon(written)
      queue.replan(durable)
      await writeFirst()
    }
  }

  async function writeFirst() {
    const group = queue.first()
    if (group) group.closed = true
    const plan = group?.segment ?? queue.planned()
    const fresh = active?.plan !== plan
    const target = fresh || !active ? await begin(plan) : active
    const started = clock.monotonic()
    try {
      if (fresh) await writeHeader(target, limits.segmentBytesMax)
      if (group) await writeAll(target.file, group.memory.bytes.subarray(0, group.used), group.offset)
      if (fresh) await files.syncDirectory(dir)
    } catch (error) {
      if (fresh) await discard(files, dir, target).catch(() => leaveTraces(target))
      throw error
    }
    syncs.add(clock.monotonic() - started)
    if (fresh) enter(target)
    if (group) target.offset = group.offset + group.used
  }

  /** A segment that could not be taken back voids what would be written to the one before it: only a newer one is safe now. */
  function leaveTraces({ header: { ordinal, madeAt }, path }: ActiveSegment) {
    traces = true
    retention.begin({ ordinal, first: undefined, path, madeAt })
    if (active) abandon(active)
  }

  function begin(plan: SegmentPlan): Promise<ActiveSegment> {
    const { ordinal, number, prior, acceptedFrames, noiseFrames } = plan
    const header = { ordinal, first: number + 1, prior, acceptedFrames, noiseFrames }
    // A clock that is set back does not make what is written now look old.
    const madeAt = Math.max(clock.now(), opened.at + clock.monotonic() - opened.monotonic)
    const ours = { id, fence, checkpoint, madeAt }
    return makeSegment(files, dir, plan, { ...header, ...ours })
  }

  function enter(target: ActiveSegment) {
    const { header, path } = target
    const before = active
    if (before) retiring = Promise.all([retiring, retire(before, durable)]).then(() => {})
    retention.begin({ ...header, path })
    active = target
  }

  /** The previous segment is closed later: the header of the next one holds its end. */
  async function retire(segment: ActiveSegment, end: Mark) {
    retention.sized(segment.plan.ordinal, segment.offset)
    // The header of the next segment holds its end.
    await sealActive(segment, 'continued', end).catch(() => {})
    // All of it is synced.
    await segment.file.close().catch(() => {})
  }

  async function sealActive({ file, plan, offset }: ActiveSegment, how: 'closed' | 'continued', end: Mark) {
    await file.truncate(offset)
    const mark = { ...end, number: Math.max(end.number, plan.number) }
    await seal(file, how, { salt: plan.salt, offset, end: mark })
  }

  /** A file whose sync failed is not touched again: what lies behind its durable end is void by the next segment's header. */
  function abandon(segment: ActiveSegment) {
    retention.sized(segment.plan.ordinal, segment.offset)
    active = undefined
    traces = true
    // Its durable end is known; the file is not touched again.
    retiring = Promise.all([retiring, segment.file.close().catch(() => {})]).then(() => {})
  }

  /** Zeros could not be written to it: the next group goes to another one. */
  function leaveBehind(segment: ActiveSegment) {
    abandon(segment)
    queue.replan(durable)
  }

  /** After a short write: truncated before the caller gets the refusal, so that no crash can bring the refused records back. */
  async function cutBack(segment: ActiveSegment) {
    try {
      await segment.file.truncate(segment.offset)
      await segment.file.sync()
    } catch {
      abandon(segment)
    }
  }

  function release(upTo: number, held = upTo) {
    released = Math.max(released, upTo)
    removable = Math.max(removable, Math.min(upTo, held))
    // The consumer is ahead: the end of the journal was lost. Its numbers must not be given to other records.
    queue.skipTo(released)
    upkeep.look()
  }

  function stats(): JournalStats {
    upkeep.look()
    const nearlyFull = upkeep.fullerThan(limits.diskRefuseRatio)
    return {
      segments: retention.figures().segments,
      bytes: retention.figures().bytes + (active?.offset ?? 0),
      freeBytes: upkeep.freeBytes(),
      pendingBytes,
      ...syncs.figures(),
      refusing: fault?.error.message ?? nearlyFull,
      refusal: fault ? refusalOf(fault.error) : nearlyFull === undefined ? undefined : 'nearly-full',
      warning: upkeep.fullerThan(limits.diskWarnRatio),
    }
  }

  async function close() {
    while (running) await running
    await filler.stop()
    // After a failed disk an empty segment, if one can be made, voids what the refused left behind.
    if (!active) await commit().catch(() => {})
    if (active) {
      const { file } = active
      // Records are synced already; recovery finds their end without a seal.
      await sealActive(active, 'closed', durable)
        .then(() => file.sync())
        .catch(() => {})
      // Records are synced already; recovery finds their end without a seal.
      await file.close().catch(() => {})
    }
    await Promise.all([retiring, upkeep.settled()])
    lock[Symbol.dispose]()
  }

  await settleRecovered()
  filler.idle()
  upkeep.look()
  return {
    id,
    fence,
    damage: recovered.damage,
    lastCheckpoint: recovered.lastCheckpoint,
    append,
    tail,
    onDurable(given) {
      listener = given
    },
    release,
    stats,
    [Symbol.asyncDispose]: () => (closing ??= close()),
  }
}

const refusalOf = ({ code }: JournalError) => (code === 'E_JOURNAL_FULL' ? 'full' : 'failed')
