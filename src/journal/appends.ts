/**
 * The appends of a journal, by a wake-up loop: while one group is written, the next appends gather in the following one; each is answered when its
 * group is durable or refused. Its states are in writer-state.ts.
 */
import assert from 'node:assert/strict'
import type { Clock } from '../lib/clock.ts'
import { isFull } from './active-segment.ts'
import type { CurrentSegment, Progress } from './current-segment.ts'
import type { FillAhead } from './fill-ahead.ts'
import type { Group, GroupQueue } from './groups.ts'
import { JournalError, type JournalOptions, type JournalRecord } from './journal.ts'
import { recordBytesLimit, recordHeaderBytes } from './record.ts'
import type { SegmentWriter } from './segment-writer.ts'
import type { Upkeep } from './upkeep.ts'
import { faultIn, nextState, type WriterEvent, type WriterFault, type WriterState } from './writer-state.ts'

export interface AppendsDeps {
  readonly clock: Clock
  readonly limits: Required<JournalOptions>
  readonly queue: GroupQueue
  readonly segments: SegmentWriter
  readonly current: CurrentSegment
  readonly filler: FillAhead
  readonly upkeep: Upkeep
  readonly progress: Progress
  onDurable(): void
}

export interface Appends {
  readonly pendingBytes: number
  readonly fault: WriterFault | undefined
  append(records: readonly JournalRecord[]): Promise<number>
  /** Makes the first segment. */
  open(): Promise<void>
  /** Takes no more, and resolves when everything is answered. */
  close(): Promise<void>
}

export function createAppends(deps: AppendsDeps): Appends {
  const { clock, limits, queue, segments, current, filler, upkeep, progress } = deps
  let state: WriterState = { is: 'opening' }
  const on = (event: WriterEvent) => {
    state = nextState(state, event)
  }
  let pendingBytes = 0
  let running: Promise<void> | undefined

  function append(records: readonly JournalRecord[]): Promise<number> {
    let bytes = 0
    let largest = 0
    for (const { frames, bytes: content } of records) {
      // Without a call for each record: small ones come by the thousand.
      if (!(frames >= 0 && frames <= 0xffff_ffff && Number.isInteger(frames))) assert.fail(`${frames} frames`)
      bytes += recordHeaderBytes + content.byteLength
      largest = Math.max(largest, content.byteLength)
    }
    const refusal = refusalOf(state, { bytes, largest, pendingBytes }, limits, clock.monotonic())
    if (refusal) return Promise.reject(refusal)
    if (records.length === 0) return Promise.resolve(progress.durable.number)
    pendingBytes += bytes
    return new Promise((resolve, reject) => {
      queue.add({ records, bytes, resolve, reject })
      ring()
    })
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
      const failure = await segments.commit().then(
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
    progress.durable = group.end
    progress.checkpoint = group.checkpoint ?? progress.checkpoint
    on({ type: 'durable' })
    group.appends.forEach(({ resolve, bytes }, i) => {
      pendingBytes -= bytes
      resolve(group.lastRecords[i] as number)
    })
    deps.onDurable()
  }

  function refuseGroup(group: Group, error: Error) {
    queue.shift()
    const { active, hasTraces } = current
    const fault = faultOf(error, hasTraces, clock.monotonic() + limits.probeMs)
    on({ type: 'refused', fault })
    if (active) queue.replan(progress.durable, { segment: active.plan, offset: active.offset })
    else queue.replan(progress.durable)
    for (const { reject, bytes } of group.appends) {
      pendingBytes -= bytes
      reject(fault.error)
    }
  }

  return {
    get pendingBytes() {
      return pendingBytes
    },
    get fault() {
      return faultIn(state)
    },
    append,
    open: () =>
      segments.commit().then(
        () => on({ type: 'opened' }),
        (error: Error) =>
          on({ type: 'refused', fault: faultOf(error, current.hasTraces, clock.monotonic() + limits.probeMs) }),
      ),
    async close() {
      on({ type: 'close' })
      while (running) await running
    },
  }
}

/** Why an append of so many bytes is not taken. */
function refusalOf(
  state: WriterState,
  { bytes, largest, pendingBytes }: { readonly bytes: number; readonly largest: number; readonly pendingBytes: number },
  limits: Required<JournalOptions>,
  now: number,
): JournalError | undefined {
  if (state.is === 'closing') return new JournalError('E_JOURNAL_CLOSED', 'the journal is closed')
  if (largest > Math.min(limits.recordBytesMax, recordBytesLimit))
    return new JournalError('E_JOURNAL_TOO_LARGE', `a record of ${largest} bytes is too large`)
  if (pendingBytes + bytes > limits.pendingBytesMax)
    return new JournalError('E_JOURNAL_OVERLOAD', `${pendingBytes} bytes are waiting for the disk already`)
  if (state.is === 'refusing' && now < state.fault.until) return state.fault.error
  return undefined
}

/** `probeAt`: when a disk that fails is tried again. */
function faultOf(error: Error, traces: boolean, probeAt: number): WriterFault {
  // Refused as full means refused for good. After a failing disk and a crash, refused records may be there.
  const full = isFull(error) && !traces
  const message = full ? 'the disk is full' : `the disk refuses to write: ${error.message}`
  const refusal = new JournalError(full ? 'E_JOURNAL_FULL' : 'E_JOURNAL_FAILED', message, { cause: error })
  return { error: refusal, until: full ? 0 : probeAt }
}
