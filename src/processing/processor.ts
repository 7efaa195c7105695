/**
 * The processor: journal to decode to dedupe to fold to store, in batches. Its states are in processor-state.ts.
 *
 * - R1 A batch has three outcomes: stored, rejected (dead letters, with bytes), retry. Only the first two move the cursor. What is refused
 *   as data, or stays refused for a reason in no list, is halved down to one record, and that is set aside: no frame stops the others.
 * - R2 The cursor, the rows and the ledger move in one transaction; after any failed commit everything in memory is dropped and
 *   loaded from the store, whose cursor shows what really happened. So there is one way back from every fault.
 * - R3 Operating faults of the store are retried for ever, with growing waits; intake never waits for the processor.
 * - R4 At most three batches are in memory, bounded in bytes and frames: two are being committed, in order, and one is being built.
 */
import assert from 'node:assert/strict'
import type { JournalReader, StoredRecord } from '../journal/journal.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { commitsUnderWayMax, type Store } from '../store/store.ts'
import { isBatchFault, ofItsBatch } from './batch-faults.ts'
import type { CheckpointFacts } from './checkpoint-facts.ts'
import { type CommitsUnderWay, createCommitsUnderWay } from './commits-under-way.ts'
import type { CodecOf } from './decode-record.ts'
import type { PrepareScripts } from './decoder-book.ts'
import type { DeskRecords } from './desk-records.ts'
import { type Loaded, loadFolds } from './loaded.ts'
import { prepareAlone } from './lone-batch.ts'
import { createMeter, type Meter, type ProcessorStats } from './meter.ts'
import { type BatchSource, createBatchSource, type Prepared } from './next-batch.ts'
import { createOrders, type Orders } from './orders.ts'
import { createPace, type Pace } from './pace.ts'
import { firstState, nextState, type ProcessorEvent, type ProcessorState } from './processor-state.ts'
import { narrowed, nextLimit, type Suspicion, suspicionUntil, widened } from './suspicion.ts'
import { createTroubleBook, kindOf, type Trouble, type TroubleBook } from './trouble.ts'

export interface DurableSignal {
  /** Resolves with the newest durable record number once it is above `beyond`; rejects when aborted. */
  waitBeyond(beyond: number, signal: AbortSignal): Promise<number>
}

export interface ProcessorDeps {
  readonly store: Store
  readonly reader: JournalReader
  /** Fence of this processor's claim: the journal's own, so that a newer writer's processor wins. */
  readonly fence: number
  readonly durable: DurableSignal
  /** Changes made by people that the journal no longer holds. */
  readonly desk?: DeskRecords | undefined
  readonly codecOf: CodecOf
  /** Reads again which decoders operators have chosen. */
  refreshDecoders?(): Promise<void>
  /** As `RequeueDeps.devicesNow`. */
  devicesNow?(source: string): readonly string[] | null | undefined
  /** Absent: no frame is decoded by a script. */
  readonly prepareScripts?: PrepareScripts | undefined
  readonly clock: Clock
  readonly log: Log
  /** Least time between two commits while there is no backlog. */
  readonly lingerMs?: number | undefined
  /** The bay of a device that is silent for longer is unknown. Default 24 h. */
  readonly promiseMs?: number | undefined
  onCommitted?(position: number): void
  /** Counts and losses that intake wrote into a checkpoint. */
  checkpointFacts?(checkpoint: StoredRecord): CheckpointFacts
}

export interface Processor {
  run(signal: AbortSignal): Promise<void>
  stats(): ProcessorStats & { readonly trouble: Trouble | undefined }
}

/** What the states share. */
interface Parts {
  readonly deps: ProcessorDeps
  readonly meter: Meter
  readonly pace: Pace
  readonly source: BatchSource
  readonly troubles: TroubleBook
  readonly commit: (prepared: Prepared) => Promise<void>
  readonly underWay: CommitsUnderWay
  readonly orders: Orders
}

export function createProcessor(deps: ProcessorDeps): Processor {
  const { clock, log } = deps
  const meter = createMeter(clock)
  const pace = createPace(deps.lingerMs)
  const troubles = createTroubleBook({ clock, log })
  const source = createBatchSource(deps, pace)
  return {
    run(signal) {
      const underWay = createCommitsUnderWay()
      const shared = { deps, meter, pace, source, troubles, underWay, orders: createOrders(deps, underWay) }
      return run({ ...shared, commit: createCommit(shared) }, signal)
    },
    stats: () => ({ ...meter.stats(), trouble: troubles.current() }),
  }
}

async function run(parts: Parts, signal: AbortSignal) {
  let state = firstState
  const on = (event: ProcessorEvent) => {
    state = nextState(state, event)
  }
  while (!signal.aborted) {
    try {
      const event = await step(parts, state, signal)
      if (event) on(event)
    } catch (fault) {
      await parts.underWay.ended()
      on({ type: 'fault' })
      if (signal.aborted) break
      on({ type: 'retry', suspicion: await afterFault(parts, fault, suspicionIn(state), signal) })
    }
  }
  on({ type: 'stop' })
  await parts.underWay.ended()
}

const suspicionIn = (state: ProcessorState) => ('suspicion' in state ? state.suspicion : undefined)

async function step(parts: Parts, state: ProcessorState, signal: AbortSignal): Promise<ProcessorEvent | undefined> {
  switch (state.is) {
    case 'loading':
      return { type: 'loaded', loaded: await load(parts) }
    case 'advancing':
      return void (await advance(parts, state.loaded, signal))
    case 'searching':
      return (await search(parts, state.loaded, state.suspicion)) ? undefined : { type: 'cleared' }
    default:
      return assert.fail(`no step from ${state.is}`)
  }
}

async function load({ deps, meter }: Parts): Promise<Loaded> {
  const { store, reader } = deps
  await store.takeFence(reader.id, deps.fence)
  await deps.refreshDecoders?.()
  const cursor = await store.cursor(reader.id)
  const folds = await loadFolds(deps)
  const counts = await reader.countsAt(cursor.position)
  meter.placed(cursor.position, counts?.acceptedFrames ?? 0, folds.fleet.size)
  // Also the commit whose answer was lost: its followers should not wait for the next one.
  deps.onCommitted?.(cursor.position)
  return { ...folds, position: cursor.position, base: cursor.base ?? 0 }
}

/** Builds the next batch while those before it are being committed. */
async function advance(parts: Parts, loaded: Loaded, signal: AbortSignal) {
  const { deps, pace, source, underWay, orders } = parts
  const { clock } = deps
  await orders.lookAndDo(loaded)
  const waitMs = pace.waitMs(clock.monotonic())
  if (waitMs > 0) await clock.sleep(waitMs, signal)
  const limit = await orFailed(newest(deps.durable, loaded.position, orders.inMs(), signal), underWay)
  if (limit === undefined) {
    if (underWay.count === 0) advanced(parts)
    return
  }
  const prepared = await source.prepare(loaded, limit, underWay)
  await underWay.fewerThan(commitsUnderWayMax)
  if (prepared) underWay.add(parts.commit(prepared))
}

/**
 * The beginning of the part under suspicion, as much of it as is tried at once. Nothing else is being committed meanwhile. False when the whole
 * part is committed.
 */
async function search({ deps, source, orders, commit }: Parts, loaded: Loaded, suspicion: Suspicion): Promise<boolean> {
  await orders.lookAndDo(loaded)
  const limit = nextLimit(suspicion, loaded.position)
  const prepared = suspicion.isAlone
    ? await prepareAlone(deps, loaded, await source.read(loaded, limit), suspicion.reason)
    : await source.prepare(loaded, limit)
  if (!prepared) throw new Error(`the journal gives nothing behind record ${loaded.position}`)
  await commit(prepared)
  return widened(suspicion, loaded.position)
}

/**
 * Waits, or narrows down what is to blame. Data is at once: the next try may pass. A fault in no list is when it has been reported;
 * everything else is the database's, and is waited for.
 */
async function afterFault(
  { deps, source, troubles, meter, pace }: Parts,
  fault: unknown,
  suspicion: Suspicion | undefined,
  signal: AbortSignal,
): Promise<Suspicion | undefined> {
  const { clock, log, store } = deps
  const kind = kindOf(fault)
  const isSuspect = suspicion !== undefined || troubles.current()?.isReported === true
  const blamesRows = kind === 'data' || (kind === 'unknown' && isSuspect)
  if (blamesRows && isBatchFault(fault) && suspicion?.isAlone !== true) {
    const reason = fault instanceof Error ? fault.message : String(fault)
    if (suspicion) narrowed(suspicion, reason)
    else log.warn('a batch is refused: looking for the messages that cause it', { reason: String(fault) })
    return suspicion ?? suspicionUntil(source.reached, reason)
  }
  pace.failed()
  await troubles.add(fault, async () => (await store.describe()).version)
  meter.state(kind === 'fenced' || blamesRows || kind === 'unknown' ? 'behind' : 'database-down')
  // An aborted sleep ends early: the loop looks at the signal.
  await clock.sleep(troubles.delayMs(), signal).catch(() => {})
  return suspicion
}

function advanced({ troubles, meter }: Pick<Parts, 'troubles' | 'meter'>) {
  troubles.over()
  meter.state('ok')
}

function createCommit(parts: Omit<Parts, 'commit'>): Parts['commit'] {
  const { deps, pace, meter } = parts
  const { store, clock } = deps
  let committedAtMs = Number.NEGATIVE_INFINITY
  return async ({ commit, begunMs, isFull, oldest, outcomes, acceptedFrames, devices }) => {
    const startedMs = clock.monotonic()
    await ofItsBatch(store.commit(commit))
    advanced(parts)
    // Not the wait for the one before it.
    const tookMs = clock.monotonic() - Math.max(startedMs, committedAtMs)
    committedAtMs = clock.monotonic()
    pace.committed({ tookMs, isFull, devices: commit.devices.length })
    meter.committed({
      ...{ position: commit.to, acceptedFrames, ...outcomes, devices },
      tookMs: clock.monotonic() - begunMs,
      ageMs: oldest === undefined ? 0 : clock.now() - oldest,
    })
    deps.onCommitted?.(commit.to)
  }
}

/** The newest durable record, or undefined when it is time to look for orders. */
async function newest(
  durable: DurableSignal,
  position: number,
  forMs: number,
  signal: AbortSignal,
): Promise<number | undefined> {
  // Who only listens for the end never hears one that has come.
  signal.throwIfAborted()
  const timer = AbortSignal.timeout(Math.max(1, Math.ceil(forMs)))
  try {
    return await durable.waitBeyond(position, AbortSignal.any([signal, timer]))
  } catch (reason) {
    if (timer.aborted && !signal.aborted) return undefined
    throw reason
  }
}

/** What is waited for, unless a commit under way fails first. */
async function orFailed<T>(waited: Promise<T>, underWay: CommitsUnderWay): Promise<T> {
  // It is raced, or awaited later: a rejection before that must not end the process.
  waited.catch(() => {})
  return Promise.race([waited, underWay.fewerThan(1).then(() => waited)])
}
