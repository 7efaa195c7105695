/** The next batch: read from the journal, decoded and placed, while the batches before it are being committed. */
import { setImmediate } from 'node:timers/promises'
import { recordKinds, type StoredRecord } from '../journal/journal.ts'
import {
  type CommitBatch,
  commitsUnderWayMax,
  emptied,
  type LayoutRow,
  type ReadingRows,
  sharedReadings,
} from '../store/store.ts'
import { type BatchBuilder, type BatchRows, type BatchStore, createBatch } from './batch.ts'
import { ofItsBatch } from './batch-faults.ts'
import { type CheckpointFacts, mergeCheckpointFacts } from './checkpoint-facts.ts'
import { commitOf } from './commit-of.ts'
import type { CommitsUnderWay } from './commits-under-way.ts'
import { decodeAnyRecord } from './decode-record.ts'
import { rowsOfDamage } from './journal-damage.ts'
import { type LayoutChange, layoutChangeOf } from './layout-change.ts'
import type { Loaded } from './loaded.ts'
import { batchBytesMax, type Pace } from './pace.ts'
import type { ProcessorDeps } from './processor.ts'

/** The commit under way has its turn this often while the next batch is built: it has many statements to send. */
const turnMsMax = 4

/** A batch ready to be committed. */
export interface Prepared {
  readonly commit: CommitBatch
  readonly outcomes: BatchRows['outcomes']
  readonly acceptedFrames: number | undefined
  readonly oldest: number | undefined
  readonly isFull: boolean
  readonly begunMs: number
  readonly devices: number
}

export interface BatchSource {
  /** The last record of the newest batch that was begun. */
  readonly reached: number
  /** The records behind the position, as many as a batch takes, up to a durable one. */
  read(loaded: Loaded, durableNumber: number): Promise<ReadRecords>
  /** Undefined when there is nothing behind the position. */
  prepare(loaded: Loaded, durableNumber: number, underWay?: CommitsUnderWay): Promise<Prepared | undefined>
}

export type ReadRecords = Awaited<ReturnType<ProcessorDeps['reader']['read']>> & {
  readonly from: number
  readonly to: number
}

export function createBatchSource(deps: ProcessorDeps, pace: Pace): BatchSource {
  const { reader, clock } = deps
  /** Two are being committed, one is being built (R4). */
  const memory = Array.from({ length: commitsUnderWayMax + 1 }, sharedReadings)
  let reached = 0

  async function read({ position: from }: Loaded, durable: number): Promise<ReadRecords> {
    const { framesMax } = pace
    const { records, damage } = await reader.read(from, { durable, bytesMax: batchBytesMax, framesMax })
    const to = Math.max(from, records.at(-1)?.number ?? 0, ...damage.map((range) => range.toRecord))
    reached = Math.max(reached, to)
    return { from, to, records, damage }
  }

  async function build(
    loaded: Loaded,
    { from, to, records, damage }: ReadRecords,
    durableNumber: number,
    underWay: CommitsUnderWay | undefined,
  ): Promise<Prepared> {
    const { fleet, history } = loaded
    const begunMs = clock.monotonic()
    pace.begun(begunMs)
    const readings = emptied(memory[0] as ReadingRows)
    const batch = createBatch(fleet, storeBehind(deps.store, underWay), 0, history, readings)
    const added = await addRecords(deps, loaded, records, batch, (underWay?.count ?? 0) > 0)
    const beside = rowsOfDamage(damage, deps)
    const key = { journal: reader.id, from, to, fence: deps.fence }
    const commit = await commitOf(batch, key, fleet, mergeCheckpointFacts([...added.said, ...beside.said]))
    fleet.settle()
    memory.push(memory.shift() as ReadingRows)
    loaded.position = to
    return {
      commit: { ...commit, layouts: added.layouts, ledger: [...commit.ledger, ...beside.ledger] },
      ...{ begunMs, devices: fleet.size, outcomes: batch.rows.outcomes, oldest: added.oldest },
      acceptedFrames: records.at(-1)?.acceptedFrames,
      isFull: to < durableNumber,
    }
  }

  return {
    get reached() {
      return reached
    },
    read,
    async prepare(loaded, durableNumber, underWay) {
      const found = await read(loaded, durableNumber)
      if (found.to === found.from) return undefined
      return ofItsBatch(build(loaded, found, durableNumber, underWay))
    },
  }
}

/** What stands beside the readings of a batch: layouts that were published, and what intake reports. */
interface Beside {
  readonly layouts: LayoutRow[]
  readonly said: CheckpointFacts[]
  /** Arrival of the oldest frame. */
  oldest: number | undefined
}

/** `isBehind`: another commit is under way, and has its turn meanwhile. */
async function addRecords(
  deps: ProcessorDeps,
  loaded: Loaded,
  records: readonly StoredRecord[],
  batch: BatchBuilder,
  isBehind: boolean,
): Promise<Beside> {
  const { clock } = deps
  const beside: Beside = { layouts: [], said: [], oldest: undefined }
  let turnAt = clock.monotonic() + turnMsMax
  for (const record of records) {
    if (isBehind && clock.monotonic() >= turnAt) {
      await setImmediate()
      turnAt = clock.monotonic() + turnMsMax
    }
    if (record.kind === recordKinds.checkpoint && deps.checkpointFacts) beside.said.push(deps.checkpointFacts(record))
    if (record.kind === recordKinds.desk) addLayout(deps, loaded, record, beside.layouts)
    if (record.kind !== recordKinds.data) continue
    const one = decodeAnyRecord(record, deps.codecOf, loaded.base)
    beside.oldest ??= one.uplink.arrivedAt
    await batch.addRecord(one)
  }
  return beside
}

function addLayout(deps: ProcessorDeps, loaded: Loaded, record: StoredRecord, layouts: LayoutRow[]) {
  const change = layoutChangeOf(record)
  if (change.ok) {
    if (!isOutdated(deps, loaded, change.value)) layouts.push(applyLayout(loaded, change.value))
  } else
    deps.log.error('a published layout cannot be read: the one before stays in effect; publish it again', {
      record: record.number,
      reason: change.error,
    })
}

/**
 * The layout is refused that was made from another than the one in effect. Records of this journal decide, not versions, so that a
 * database that is made again decides the same.
 */
function isOutdated({ reader, log }: ProcessorDeps, { layoutRecord }: Loaded, { base, row }: LayoutChange): boolean {
  if (!base || layoutRecord <= (base.journal === reader.id ? base.record : 0)) return false
  log.warn('a published layout is refused: another took effect after the one it was made from', {
    record: row.record,
    by: row.author,
  })
  return true
}

/** The layout is in effect for every frame behind its record. Its row is written with the readings around it. */
function applyLayout(loaded: Loaded, change: LayoutChange): LayoutRow {
  loaded.history.relayout(change.watching, loaded.fleet)
  loaded.layoutVersion++
  loaded.layoutRecord = change.row.record
  return { ...change.row, version: loaded.layoutVersion }
}

/** Who looks for what is stored must find the batches that are being committed too, or know that they failed. */
function storeBehind(store: BatchStore, underWay: CommitsUnderWay | undefined): BatchStore {
  if (underWay === undefined || underWay.count === 0) return store
  return {
    findSeqs: async (...wanted) => underWay.fewerThan(1).then(() => store.findSeqs(...wanted)),
    findTimes: async (...wanted) => underWay.fewerThan(1).then(() => store.findTimes(...wanted)),
    newestOf: async (...wanted) => underWay.fewerThan(1).then(() => store.newestOf(...wanted)),
    epochSpan: async (...wanted) => underWay.fewerThan(1).then(() => store.epochSpan(...wanted)),
    gapsFrom: async (...wanted) => underWay.fewerThan(1).then(() => store.gapsFrom(...wanted)),
    readingsBetween: async (...wanted) => underWay.fewerThan(1).then(() => store.readingsBetween(...wanted)),
  }
}
