/**
 * The processor: journal to decode to dedupe to fold to store, in batches.
 *
 * - R1 A batch has three outcomes: stored, rejected (dead letters, with bytes), retry. Only the first two move the cursor.
 * - R2 The cursor, the rows and the ledger move in one transaction; after any failed commit everything in memory is dropped and
 *   loaded from the store, whose cursor says what really happened. So there is one way back from every fault.
 * - R3 Operating faults of the store are retried for ever; intake never waits for the processor.
 * - R4 At most three batches are in memory, bounded in bytes and frames: two are being committed, in order, and one is being built.
 */

import { setImmediate } from 'node:timers/promises'
import { emptyLayout } from '../domain/layout.ts'
import { watchingOf } from '../domain/watching.ts'
import { type JournalReader, recordKinds, type StoredRecord } from '../journal/journal.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { fail } from '../lib/result.ts'
import { type RetrySchedule, retryDelayMs } from '../lib/retry.ts'
import {
  type CommitBatch,
  commitsUnderWayMax,
  emptied,
  type LossBatch,
  type ReadingRows,
  type Store,
  StoreError,
  sharedReadings,
} from '../store/store.ts'
import { type BatchBuilder, type BatchRows, type BatchStore, createBatch } from './batch.ts'
import { type CommitsUnderWay, createCommitsUnderWay } from './commits-under-way.ts'
import { type CodecOf, type DecodedRecord, decodeRecord } from './decode-record.ts'
import { createFleet, type Fleet } from './fleet.ts'
import { createHistoryFold, type HistoryFold } from './history-fold.ts'
import { damageLosses, type IntakeSaid, inOne } from './intake-said.ts'
import { createMeter, type ProcessorStats } from './meter.ts'
import { batchBytesMax, createPace } from './pace.ts'
import { refusedFrames } from './refused-frames.ts'
import { requeueOnce } from './requeue.ts'
import { restoreRuns } from './restore-runs.ts'

/** How often it is looked for orders: dead letters marked for another try, a layout that was saved. */
const lookEveryMs = 1_000
/** The commit under way has its turn this often while the next batch is built: it has many statements to send. */
const turnMsMax = 4

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
  readonly codecOf: CodecOf
  readonly clock: Clock
  readonly log: Log
  /** Least time between two commits while there is no backlog. */
  readonly lingerMs?: number | undefined
  /** A device silent for longer says nothing of its bay any more. Default 24 h. */
  readonly promiseMs?: number | undefined
  onCommitted?(position: number): void
  /** What intake says in a checkpoint about its counts and losses. */
  intakeSaid?(checkpoint: StoredRecord): IntakeSaid
}

export interface Processor {
  run(signal: AbortSignal): Promise<void>
  stats(): ProcessorStats
}

interface Place {
  readonly fleet: Fleet
  readonly history: HistoryFold
  layoutVersion: number | undefined
  /** Everything up to here is committed, or in the batch that is being committed. */
  position: number
  /** Raises record numbers to positions that stay unique when a database outlives a journal. */
  readonly base: number
}

/** A batch ready to be committed. */
interface Prepared {
  readonly commit: CommitBatch
  /** Kept only when they are to be searched: they are as large as the rows. */
  readonly decoded: readonly DecodedRecord[]
  readonly outcomes: BatchRows['outcomes']
  readonly acceptedFrames: number | undefined
  readonly oldest: number | undefined
  readonly isFull: boolean
  readonly begunMs: number
  readonly devices: number
}

/** A try costs a database next to nothing, and a backlog of seconds is worth more: it goes on at most this long after its return. */
const databaseRetry: RetrySchedule = { firstMs: 100, capMs: 2_000 }
const triesPerWarning = 20

export function createProcessor(deps: ProcessorDeps): Processor {
  const { store, reader, durable, clock, log } = deps
  const meter = createMeter(clock)
  const pace = createPace(deps.lingerMs)
  /** Two are being committed, one is being built (R4). */
  const memory = Array.from({ length: commitsUnderWayMax + 1 }, sharedReadings)
  let committedAtMs = Number.NEGATIVE_INFINITY

  async function load(): Promise<Place> {
    await store.takeFence(reader.id, deps.fence)
    const cursor = await store.cursor(reader.id)
    const folds = await loadFolds()
    const { fleet } = folds
    const counts = await reader.countsAt(cursor.position)
    meter.placed(cursor.position, counts?.acceptedFrames ?? 0, fleet.size)
    // Also the commit whose answer was lost: whoever follows it should not wait for the next one.
    deps.onCommitted?.(cursor.position)
    return { ...folds, position: cursor.position, base: cursor.base ?? 0 }
  }

  async function loadFolds() {
    const fleet = createFleet(await store.devices(), await store.deviceOrders())
    restoreRuns(fleet, await store.undecidedFrames(), deps.codecOf)
    const stored = await store.layout()
    const watching = watchingOf(stored?.layout ?? emptyLayout)
    const history = createHistoryFold(watching, fleet, await store.newestOccupancy(), deps.promiseMs)
    return { fleet, history, layoutVersion: stored?.version }
  }

  async function hasOrders({ layoutVersion }: Place): Promise<boolean> {
    return (await store.requeuedDeadLetters(1)).length > 0 || (await store.layoutVersion()) !== layoutVersion
  }

  /** A layout that was saved meanwhile counts from the next batch on. */
  async function lookAtLayout(place: Place) {
    const version = await store.layoutVersion()
    if (version === place.layoutVersion) return
    const stored = await store.layout()
    place.history.relayout(watchingOf(stored?.layout ?? emptyLayout), place.fleet)
    place.layoutVersion = stored?.version
  }

  async function run(signal: AbortSignal) {
    let place: Place | undefined
    const underWay = createCommitsUnderWay()
    let attempt = 0
    let lookAt = 0
    let isOrdered = false
    /** A row was refused: batches are committed one by one, and searched, until one passes. */
    let isSearching = false
    while (!signal.aborted) {
      try {
        place ??= await load()
        attempt = 0
        meter.state('ok')
        if (clock.monotonic() >= lookAt) {
          const looking = hasOrders(place)
          // Behind a commit under way the answer takes as long as that: the next batch is built meanwhile.
          if (underWay.count > 0)
            looking.then(
              (is) => {
                isOrdered ||= is
              },
              () => {},
            )
          else isOrdered = await looking
          lookAt = clock.monotonic() + lookEveryMs
        }
        if (isOrdered) {
          await underWay.fewerThan(1)
          await requeueOnce(deps, place)
          await lookAtLayout(place)
          isOrdered = false
        }
        const waitMs = pace.waitMs(clock.monotonic())
        if (waitMs > 0) await clock.sleep(waitMs, signal)
        const limit = await orFailed(newest(place.position, lookAt - clock.monotonic(), signal), underWay)
        if (limit === undefined) continue
        const prepared = await prepare(place, limit, { underWay, keepsFrames: isSearching })
        await underWay.fewerThan(isSearching ? 1 : commitsUnderWayMax)
        if (!prepared) continue
        if (isSearching) {
          await commit(await withoutRefused(place, prepared))
          isSearching = false
        } else underWay.add(commit(prepared))
      } catch (fault) {
        await underWay.ended()
        place = undefined
        if (signal.aborted) return
        isSearching = !isSearching && fault instanceof StoreError && fault.fault === 'data'
        if (isSearching) log.warn('a row was refused by the store: looking for it', { reason: String(fault) })
        else await settleFault(fault, attempt++, signal)
      }
    }
    await underWay.ended()
  }

  /** The newest durable record, or undefined when it is time to look for orders. */
  async function newest(position: number, forMs: number, signal: AbortSignal): Promise<number | undefined> {
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

  /** Reads, decodes and places what comes next, while the batch before it is being committed. */
  async function prepare(
    place: Place,
    durableNumber: number,
    { underWay, keepsFrames }: { underWay: CommitsUnderWay; keepsFrames: boolean },
  ): Promise<Prepared | undefined> {
    const { fleet, history, position: from, base } = place
    const { framesMax } = pace
    const { records, damage } = await reader.read(from, { durable: durableNumber, bytesMax: batchBytesMax, framesMax })
    const last = records.at(-1)
    const to = Math.max(from, last?.number ?? 0, ...damage.map((range) => range.toRecord))
    if (to === from) return undefined
    const begunMs = clock.monotonic()
    pace.begun(begunMs)
    const readings = emptied(memory[0] as ReadingRows)
    const batch = createBatch(fleet, underWay.count > 0 ? lookingBehind(store, underWay) : store, 0, history, readings)
    const decoded: DecodedRecord[] = []
    let oldest: number | undefined
    const said: IntakeSaid[] = []
    let turnAt = begunMs + turnMsMax
    for (const record of records) {
      if (underWay.count > 0 && clock.monotonic() >= turnAt) {
        await setImmediate()
        turnAt = clock.monotonic() + turnMsMax
      }
      if (record.kind === recordKinds.checkpoint && deps.intakeSaid) said.push(deps.intakeSaid(record))
      if (record.kind !== recordKinds.data) continue
      const one = decodeRecord(record, deps.codecOf, base)
      oldest ??= one.uplink.arrivedAt
      if (keepsFrames) decoded.push(one)
      await batch.addRecord(one)
    }
    for (const range of damage) {
      if (range.torn) log.warn('the torn end of the journal is passed over', { ...range })
      else log.error('journal records could not be read back', { ...range })
      batch.rows.ledger.add('journal', clock.now(), 'damaged', range.frames)
      said.push({ losses: damageLosses(range, clock.now()), intakeDays: [] })
    }
    const key = { journal: reader.id, from, to, fence: deps.fence }
    const commit = await commitOf(batch, key, fleet, inOne(said))
    fleet.settle()
    memory.push(memory.shift() as ReadingRows)
    place.position = to
    return {
      ...{ commit, decoded, begunMs, devices: fleet.size, outcomes: batch.rows.outcomes },
      acceptedFrames: last?.acceptedFrames,
      oldest,
      isFull: to < durableNumber,
    }
  }

  async function commit({ commit, begunMs, isFull, oldest, outcomes, acceptedFrames, devices }: Prepared) {
    const startedMs = clock.monotonic()
    await store.commit(commit)
    // Not the wait for the one before it.
    const tookMs = clock.monotonic() - Math.max(startedMs, committedAtMs)
    committedAtMs = clock.monotonic()
    pace.committed({ tookMs, isFull })
    meter.committed({
      ...{ position: commit.to, acceptedFrames, ...outcomes, devices },
      tookMs: clock.monotonic() - begunMs,
      ageMs: oldest === undefined ? 0 : clock.now() - oldest,
    })
    deps.onCommitted?.(commit.to)
  }

  /** The same batch with the frames whose rows the store refuses in quarantine. Nothing else is being committed meanwhile. */
  async function withoutRefused(place: Place, prepared: Prepared): Promise<Prepared> {
    const { from, to, fence, losses } = prepared.commit
    const key = { journal: reader.id, from, to, fence }
    const refused = await refusedFrames(store, prepared.decoded, key)
    if (refused.size === 0) return prepared
    const reasons = [...refused.values()].flatMap((frames) => [...frames.values()])
    log.error('the store refuses the rows of some frames: they are quarantined', {
      frames: reasons.length,
      reason: reasons[0],
    })
    const folds = await loadFolds()
    const { fleet, history } = folds
    const batch = createBatch(fleet, store, 0, history)
    for (const record of prepared.decoded) await batch.addRecord(without(record, refused.get(record)))
    Object.assign(place, folds)
    const said = { losses: losses?.losses ?? [], intakeDays: losses?.intakeDays ?? [] }
    const commit = await commitOf(batch, key, fleet, said)
    fleet.settle()
    const damaged = prepared.commit.ledger.filter((row) => row.damaged > 0)
    return { ...prepared, commit: { ...commit, ledger: [...commit.ledger, ...damaged] }, outcomes: batch.rows.outcomes }
  }

  async function settleFault(fault: unknown, attempt: number, signal: AbortSignal) {
    const kind = fault instanceof StoreError ? fault.fault : 'unknown'
    meter.state(kind === 'fenced' ? 'behind' : 'database-down')
    const delayMs = retryDelayMs(attempt, databaseRetry)
    if (attempt % triesPerWarning === 0)
      log.warn('the batch was not committed; nothing is lost, it will be tried again', {
        fault: kind,
        reason: fault instanceof Error ? fault.message : String(fault),
        retryInMs: Math.round(delayMs),
      })
    if (kind === 'unknown')
      log.error('unexpected fault in the processor', { error: fault, stack: (fault as Error).stack })
    await clock.sleep(delayMs, signal).catch(() => {})
  }

  return { run, stats: () => meter.stats() }
}

/** The same record with these frames refused, each for its reason. */
function without(record: DecodedRecord, refused: ReadonlyMap<number, string> | undefined): DecodedRecord {
  return {
    ...record,
    frame(i) {
      const frame = record.frame(i)
      const detail = refused?.get(frame.idx)
      return detail === undefined ? frame : { ...frame, result: fail({ code: 'store-refused' as const, detail }) }
    },
  }
}

async function commitOf(
  batch: BatchBuilder,
  place: Pick<CommitBatch, 'journal' | 'from' | 'to' | 'fence'>,
  fleet: Fleet,
  said: Pick<LossBatch, 'losses' | 'intakeDays'>,
): Promise<CommitBatch> {
  // First: stays that late readings repair change devices too.
  const history = await batch.history()
  const losses = { ...batch.losses(), ...said }
  const { readings, deadLetters, ledger } = batch.rows
  const { letters, gone } = batch.undecided()
  return {
    ...place,
    readings,
    losses,
    ...(history ? { history } : {}),
    devices: fleet.touched(),
    orders: fleet.ordersChanged(),
    deadLetters: letters.length === 0 ? deadLetters : [...deadLetters, ...letters],
    deadLettersDone: gone,
    ledger: ledger.rows(),
  }
}

/** Who looks for what is stored must find the batches that are being committed too, or know that they failed. */
const lookingBehind = (store: BatchStore, underWay: CommitsUnderWay): BatchStore => ({
  findSeqs: async (...wanted) => underWay.fewerThan(1).then(() => store.findSeqs(...wanted)),
  findTimes: async (...wanted) => underWay.fewerThan(1).then(() => store.findTimes(...wanted)),
  newestOf: async (...wanted) => underWay.fewerThan(1).then(() => store.newestOf(...wanted)),
  epochSpan: async (...wanted) => underWay.fewerThan(1).then(() => store.epochSpan(...wanted)),
  gapsFrom: async (...wanted) => underWay.fewerThan(1).then(() => store.gapsFrom(...wanted)),
  readingsBetween: async (...wanted) => underWay.fewerThan(1).then(() => store.readingsBetween(...wanted)),
})

/** What is waited for, unless a commit under way fails first. */
async function orFailed<T>(waited: Promise<T>, underWay: CommitsUnderWay): Promise<T> {
  waited.catch(() => {})
  return Promise.race([waited, underWay.fewerThan(1).then(() => waited)])
}
