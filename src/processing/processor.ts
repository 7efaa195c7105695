/**
 * The processor: journal to decode to dedupe to fold to store, in batches.
 *
 * - R1 A batch has three outcomes: stored, rejected (dead letters, with bytes), retry. Only the first two move the cursor. What is refused
 *   as data, or stays refused for a reason in no list, is halved down to one record, and that is set aside: no frame stops the others.
 * - R2 The cursor, the rows and the ledger move in one transaction; after any failed commit everything in memory is dropped and
 *   loaded from the store, whose cursor says what really happened. So there is one way back from every fault.
 * - R3 Operating faults of the store are retried for ever, with growing waits; intake never waits for the processor.
 * - R4 At most three batches are in memory, bounded in bytes and frames: two are being committed, in order, and one is being built.
 */

import { setImmediate } from 'node:timers/promises'
import { emptyLayout } from '../domain/layout.ts'
import { watchingOf } from '../domain/watching.ts'
import { type Damage, type JournalReader, recordKinds, type StoredRecord } from '../journal/journal.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import {
  type CommitBatch,
  commitsUnderWayMax,
  emptied,
  type LayoutRow,
  type LossBatch,
  type ReadingRows,
  type Store,
  sharedReadings,
} from '../store/store.ts'
import { type BatchRows, type BatchStore, createBatch } from './batch.ts'
import { commitOf } from './commit-of.ts'
import { type CommitsUnderWay, createCommitsUnderWay } from './commits-under-way.ts'
import { type CodecOf, decodeAnyRecord } from './decode-record.ts'
import { createFleet, type Fleet } from './fleet.ts'
import { createHistoryFold, type HistoryFold } from './history-fold.ts'
import { damageLosses, type IntakeSaid, inOne } from './intake-said.ts'
import { type LayoutChange, layoutChangeOf } from './layout-change.ts'
import { createLedgerBook } from './ledger-book.ts'
import { loneCommit } from './lone-record.ts'
import { createMeter, type ProcessorStats } from './meter.ts'
import { batchBytesMax, createPace } from './pace.ts'
import { requeueOnce } from './requeue.ts'
import { restoreRuns } from './restore-runs.ts'
import { narrowed, nextLimit, type Suspicion, suspicionUntil, widened } from './suspicion.ts'
import { createTroubleBook, kindOf, type Trouble } from './trouble.ts'

/** How often it is looked for orders: dead letters marked for another try. */
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
  /** Reads again which decoders operators have chosen. */
  refreshDecoders?(): Promise<void>
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
  stats(): ProcessorStats & { readonly trouble: Trouble | undefined }
}

interface Place {
  readonly fleet: Fleet
  readonly history: HistoryFold
  /** 0 before the first layout. */
  layoutVersion: number
  /** Record of this journal that published the newest layout; 0 when none of it did. */
  layoutRecord: number
  /** Everything up to here is committed, or in the batch that is being committed. */
  position: number
  /** Raises record numbers to positions that stay unique when a database outlives a journal. */
  readonly base: number
}

/** A batch ready to be committed. */
interface Prepared {
  readonly commit: CommitBatch
  readonly outcomes: BatchRows['outcomes']
  readonly acceptedFrames: number | undefined
  readonly oldest: number | undefined
  readonly isFull: boolean
  readonly begunMs: number
  readonly devices: number
}

export function createProcessor(deps: ProcessorDeps): Processor {
  const { store, reader, durable, clock, log } = deps
  const meter = createMeter(clock)
  const pace = createPace(deps.lingerMs)
  /** Two are being committed, one is being built (R4). */
  const memory = Array.from({ length: commitsUnderWayMax + 1 }, sharedReadings)
  let committedAtMs = Number.NEGATIVE_INFINITY
  const troubles = createTroubleBook({ clock, log })
  /** Faults of a batch, not of what is asked beside it. */
  const ofBatch = new WeakSet<object>()
  /** The last record of the newest batch that was begun. */
  let reached = 0
  /** Why the last batch was refused. */
  let suspectedReason: string | undefined

  async function load(): Promise<Place> {
    await store.takeFence(reader.id, deps.fence)
    await deps.refreshDecoders?.()
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
    const { foldsFrom, ...layout } = await storedFolds()
    return { ...foldsFrom(), ...layout }
  }

  async function storedFolds() {
    const devices = await store.devices()
    const orders = await store.deviceOrders()
    const undecided = await store.undecidedFrames()
    const stored = await store.layout()
    const watching = watchingOf(stored?.layout ?? emptyLayout)
    const occupancy = await store.newestOccupancy()
    const foldsFrom = () => {
      const fleet = createFleet(devices, orders)
      restoreRuns(fleet, undecided, deps.codecOf)
      return { fleet, history: createHistoryFold(watching, fleet, occupancy, deps.promiseMs) }
    }
    const layoutRecord = stored?.published?.journal === reader.id ? stored.published.record : 0
    return { foldsFrom, layoutVersion: stored?.version ?? 0, layoutRecord }
  }

  async function hasOrders(): Promise<boolean> {
    await deps.refreshDecoders?.()
    return (await store.requeuedDeadLetters(1)).length > 0
  }

  /**
   * The layout is refused that was made from another than the one in effect. Records of this journal decide, not versions, so that a
   * database that is made again decides the same.
   */
  function isOutdated({ layoutRecord }: Pick<Place, 'layoutRecord'>, { base, row }: LayoutChange): boolean {
    if (!base || layoutRecord <= (base.journal === reader.id ? base.record : 0)) return false
    log.warn('a published layout is refused: another took effect after the one it was made from', {
      record: row.record,
      by: row.author,
    })
    return true
  }

  /** The layout is in effect for every frame behind its record. Its row is written with the readings around it. */
  function applyLayout(place: Omit<Place, 'position' | 'base'>, change: LayoutChange): LayoutRow {
    place.history.relayout(change.watching, place.fleet)
    place.layoutVersion++
    place.layoutRecord = change.row.record
    return { ...change.row, version: place.layoutVersion }
  }

  async function run(signal: AbortSignal) {
    let place: Place | undefined
    const underWay = createCommitsUnderWay()
    const orders = createOrders(underWay)
    let suspicion: Suspicion | undefined
    while (!signal.aborted) {
      try {
        place ??= await load()
        await orders.lookAndDo(place)
        if (suspicion && place.position >= suspicion.until) suspicion = undefined
        if (suspicion) {
          await careful(place, suspicion)
          if (!widened(suspicion, place.position)) suspicion = undefined
          continue
        }
        const waitMs = pace.waitMs(clock.monotonic())
        if (waitMs > 0) await clock.sleep(waitMs, signal)
        const limit = await orFailed(newest(place.position, orders.inMs(), signal), underWay)
        if (limit === undefined) {
          if (underWay.count === 0) advanced()
          continue
        }
        const prepared = await prepare(place, limit, underWay)
        await underWay.fewerThan(commitsUnderWayMax)
        if (prepared) underWay.add(commit(prepared))
      } catch (fault) {
        await underWay.ended()
        place = undefined
        if (signal.aborted) return
        suspicion = await afterFault(fault, suspicion, signal)
      }
    }
    await underWay.ended()
  }

  /** What operators ask for, looked for once a second. */
  function createOrders(underWay: CommitsUnderWay) {
    let lookAt = 0
    let isOrdered = false
    return {
      inMs: () => lookAt - clock.monotonic(),
      async lookAndDo(place: Place) {
        if (clock.monotonic() >= lookAt) {
          const looking = hasOrders()
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
        if (!isOrdered) return
        await underWay.fewerThan(1)
        await requeueOnce({ ...deps, reload: async () => void Object.assign(place, await loadFolds()) }, place)
        isOrdered = false
      },
    }
  }

  /**
   * Waits, or narrows down what is to blame. Data is at once: the next try may pass. A fault in no list is when it has been reported;
   * everything else is the database's, and is waited for.
   */
  async function afterFault(fault: unknown, suspicion: Suspicion | undefined, signal: AbortSignal) {
    const kind = kindOf(fault)
    const isSuspect = suspicion !== undefined || troubles.current()?.isReported === true
    const blamesRows = kind === 'data' || (kind === 'unknown' && isSuspect)
    const isNarrowing = blamesRows && ofBatch.has(fault as object) && suspicion?.isAlone !== true
    if (isNarrowing) {
      suspectedReason = fault instanceof Error ? fault.message : String(fault)
      if (suspicion) narrowed(suspicion)
      else log.warn('a batch is refused: looking for the messages that cause it', { reason: String(fault) })
      return suspicion ?? suspicionUntil(reached)
    }
    await troubles.add(fault, serverName)
    meter.state(kind === 'fenced' || blamesRows || kind === 'unknown' ? 'behind' : 'database-down')
    // An aborted sleep ends early: the loop looks at the signal.
    await clock.sleep(troubles.delayMs(), signal).catch(() => {})
    return suspicion
  }

  /** The beginning of the part under suspicion, as much of it as is tried at once. Nothing else is being committed meanwhile. */
  async function careful(place: Place, suspicion: Suspicion) {
    const limit = nextLimit(suspicion, place.position)
    const prepared = suspicion.isAlone ? await prepareAlone(place, limit) : await prepare(place, limit)
    if (!prepared) throw new Error(`the journal gives nothing behind record ${place.position}`)
    await commit(prepared)
  }

  async function serverName() {
    const { version } = await store.describe()
    return version
  }

  function advanced() {
    troubles.over()
    meter.state('ok')
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

  async function readNext({ position: from }: Place, durableNumber: number) {
    const { framesMax } = pace
    const { records, damage } = await reader.read(from, { durable: durableNumber, bytesMax: batchBytesMax, framesMax })
    const to = Math.max(from, records.at(-1)?.number ?? 0, ...damage.map((range) => range.toRecord))
    reached = Math.max(reached, to)
    return { from, to, records, damage }
  }

  /** Reads, decodes and places what comes next, while the batch before it is being committed. */
  async function prepare(
    place: Place,
    durableNumber: number,
    underWay?: CommitsUnderWay,
  ): Promise<Prepared | undefined> {
    const read = await readNext(place, durableNumber)
    if (read.to === read.from) return undefined
    try {
      return await build(place, read, durableNumber, underWay)
    } catch (fault) {
      if (fault instanceof Error) ofBatch.add(fault)
      throw fault
    }
  }

  async function build(
    place: Place,
    { from, to, records, damage }: Awaited<ReturnType<typeof readNext>>,
    durableNumber: number,
    underWay?: CommitsUnderWay,
  ): Promise<Prepared> {
    const { fleet, history, base } = place
    const begunMs = clock.monotonic()
    pace.begun(begunMs)
    const isBehind = (underWay?.count ?? 0) > 0
    const readings = emptied(memory[0] as ReadingRows)
    const batch = createBatch(
      fleet,
      underWay && isBehind ? lookingBehind(store, underWay) : store,
      0,
      history,
      readings,
    )
    const layouts: LayoutRow[] = []
    let oldest: number | undefined
    const said: IntakeSaid[] = []
    let turnAt = begunMs + turnMsMax
    for (const record of records) {
      if (isBehind && clock.monotonic() >= turnAt) {
        await setImmediate()
        turnAt = clock.monotonic() + turnMsMax
      }
      if (record.kind === recordKinds.checkpoint && deps.intakeSaid) said.push(deps.intakeSaid(record))
      if (record.kind === recordKinds.desk) {
        const change = layoutChangeOf(record)
        if (change.ok) {
          if (!isOutdated(place, change.value)) layouts.push(applyLayout(place, change.value))
        } else
          log.error('a published layout cannot be read: the one before stays in effect; publish it again', {
            record: record.number,
            reason: change.error,
          })
      }
      if (record.kind !== recordKinds.data) continue
      const one = decodeAnyRecord(record, deps.codecOf, base)
      oldest ??= one.uplink.arrivedAt
      await batch.addRecord(one)
    }
    const beside = ofDamage(damage)
    const key = { journal: reader.id, from, to, fence: deps.fence }
    const commit = { ...(await commitOf(batch, key, fleet, inOne([...said, ...beside.said]))), layouts }
    fleet.settle()
    memory.push(memory.shift() as ReadingRows)
    place.position = to
    return {
      ...{ commit: { ...commit, ledger: [...commit.ledger, ...beside.ledger] }, begunMs, devices: fleet.size },
      outcomes: batch.rows.outcomes,
      acceptedFrames: records.at(-1)?.acceptedFrames,
      oldest,
      isFull: to < durableNumber,
    }
  }

  /** A single record that has failed: what of it is refused is set aside (lone-record.ts). */
  async function prepareAlone(place: Place, limit: number): Promise<Prepared | undefined> {
    const { from, to, records, damage } = await readNext(place, limit)
    if (to === from) return undefined
    const begunMs = clock.monotonic()
    const beside = ofDamage(damage)
    const key = { journal: reader.id, from, to, fence: deps.fence }
    const [record] = records
    const prepared = { begunMs, acceptedFrames: record?.acceptedFrames, isFull: true, oldest: undefined }
    if (record?.kind === recordKinds.data) {
      const why = suspectedReason ?? 'the database refuses it'
      const { foldsFrom } = await storedFolds()
      const one = decodeAnyRecord(record, deps.codecOf, place.base)
      const { commit, outcomes, folds } = await loneCommit({ store, log, foldsFrom }, one, key, { why, beside })
      Object.assign(place, folds, { position: to })
      const said = { losses: inOne(beside.said).losses, intakeDays: [] }
      const losses = { ...(commit.losses as LossBatch), ...said }
      return { ...prepared, commit: { ...commit, losses }, outcomes, devices: folds.fleet.size }
    }
    if (record?.kind === recordKinds.desk)
      log.error('a published layout is refused by the database: the one before stays in effect; publish it again', {
        record: record.number,
        reason: suspectedReason,
      })
    else if (record)
      log.error('figures of intake are refused by the database: they are passed over', { record: record.number })
    const batch = createBatch(place.fleet, store, 0, place.history)
    const commit = await commitOf(batch, key, place.fleet, inOne(beside.said))
    place.position = to
    return {
      ...{ ...prepared, commit: { ...commit, ledger: [...beside.ledger] } },
      ...{ outcomes: batch.rows.outcomes, devices: place.fleet.size },
    }
  }

  /** Records that could not be read back, as rows. */
  function ofDamage(damage: readonly Damage[]) {
    const ledger = createLedgerBook()
    for (const range of damage) {
      if (range.torn) log.warn('the torn end of the journal is passed over', { ...range })
      else log.error('journal records could not be read back', { ...range })
      ledger.add('journal', clock.now(), 'damaged', range.frames)
    }
    const said = damage.map((range): IntakeSaid => ({ losses: damageLosses(range, clock.now()), intakeDays: [] }))
    return { ledger: ledger.rows(), said }
  }

  async function commit({ commit, begunMs, isFull, oldest, outcomes, acceptedFrames, devices }: Prepared) {
    const startedMs = clock.monotonic()
    await store.commit(commit).catch((fault) => {
      if (fault instanceof Error) ofBatch.add(fault)
      throw fault
    })
    advanced()
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

  return { run, stats: () => ({ ...meter.stats(), trouble: troubles.current() }) }
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
  // It is raced, or awaited later: a rejection before that must not end the process.
  waited.catch(() => {})
  return Promise.race([waited, underWay.fewerThan(1).then(() => waited)])
}
