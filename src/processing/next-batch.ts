/** The next batch: read from the journal, decoded and placed, while the batches before it are being committed. */
import { setImmediate } from 'node:timers/promises'
import { isAccessEvent } from '../domain/access-event.ts'
import { decodeDeskEntry } from '../domain/desk-change.ts'
import { deskRequestOf } from '../domain/desk-request.ts'
import { recordKinds, type StoredRecord } from '../journal/journal.ts'
import { type CommitBatch, commitsUnderWayMax, emptied, type LayoutRow } from '../store/store.ts'
import { createPeriodBook, type PeriodBook } from './assignment-periods.ts'
import { type BatchBuilder, type BatchRows, type BatchStore, createBatch } from './batch.ts'
import { ofItsBatch } from './batch-faults.ts'
import { type CheckpointFacts, mergeCheckpointFacts } from './checkpoint-facts.ts'
import { type BatchMemory, batchMemory, commitOf } from './commit-of.ts'
import type { CommitsUnderWay } from './commits-under-way.ts'
import { decodeAnyRecord, framesOf } from './decode-record.ts'
import { changesBefore, deskRecordsIn, type EarlierChange } from './desk-records.ts'
import { addDamage, rowsOfDamage } from './journal-damage.ts'
import { type LayoutChange, layoutChangeOf } from './layout-change.ts'
import type { Loaded } from './loaded.ts'
import type { Pace } from './pace.ts'
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
  /** Changes among the records that could not be read, from the second journal. */
  readonly desk: readonly StoredRecord[]
  /** Changes of main journals before this one that this database has not seen, with its first records. */
  readonly earlier: readonly EarlierChange[]
}

export function createBatchSource(deps: ProcessorDeps, pace: Pace): BatchSource {
  const { reader, clock } = deps
  /** Two are being committed, one is being built (R4). */
  const memory = Array.from({ length: commitsUnderWayMax + 1 }, batchMemory)
  let reached = 0

  async function read(loaded: Loaded, durable: number): Promise<ReadRecords> {
    const { framesMax, bytesMax } = pace
    const { position: from } = loaded
    const { records, damage } = await reader.read(from, { durable, bytesMax, framesMax })
    const to = Math.max(from, records.at(-1)?.number ?? 0, ...damage.map((range) => range.toRecord))
    reached = Math.max(reached, to)
    const desk = await deskRecordsIn(deps.desk, reader.id, damage)
    const isNew = from === 0 && to > 0
    return { from, to, records, damage, desk, earlier: isNew ? await changesBefore(deps, reader.id) : [] }
  }

  async function build(
    loaded: Loaded,
    found: ReadRecords,
    durableNumber: number,
    underWay: CommitsUnderWay | undefined,
  ): Promise<Prepared> {
    const { fleet, history } = loaded
    const { from, to, records, damage } = found
    const begunMs = clock.monotonic()
    pace.begun(begunMs)
    const own = memory[0] as BatchMemory
    const readings = emptied(own.readings)
    const batch = createBatch(fleet, storeBehind(deps.store, underWay), 0, history, readings)
    const periods = periodBook(deps, loaded, underWay)
    const added = await addRecords(deps, loaded, found, { batch, periods }, (underWay?.count ?? 0) > 0)
    const beside = rowsOfDamage(damage, deps)
    const key = { journal: reader.id, from, to, fence: deps.fence }
    const commit = await commitOf(batch, key, fleet, mergeCheckpointFacts([...added.reported, ...beside.reported]), own)
    fleet.settle()
    memory.push(memory.shift() as BatchMemory)
    loaded.position = to
    const taken = [...loaded.requests.take(), ...loaded.codecs.take()]
    const changes = [...(commit.changes ?? []), ...periods.changes(), ...taken]
    return {
      commit: { ...commit, layouts: added.layouts, changes, ledger: [...commit.ledger, ...beside.ledger] },
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
  readonly reported: CheckpointFacts[]
  /** Arrival of the oldest frame. */
  oldest: number | undefined
}

/** Assignments of the batches that are being committed are waited for. */
function periodBook({ store }: ProcessorDeps, loaded: Loaded, underWay: CommitsUnderWay | undefined): PeriodBook {
  const owed = loaded.periodsOwed
  loaded.periodsOwed = []
  return createPeriodBook(async () => {
    if (underWay && underWay.count > 0) await underWay.fewerThan(1)
    return store.openAssignments()
  }, owed)
}

interface Building {
  readonly batch: BatchBuilder
  readonly periods: PeriodBook
}

/** `isBehind`: another commit is under way, and has its turn meanwhile. */
async function addRecords(
  deps: ProcessorDeps,
  loaded: Loaded,
  { records, damage, desk, earlier }: ReadRecords,
  { batch, periods }: Building,
  isBehind: boolean,
): Promise<Beside> {
  const { clock } = deps
  const beside: Beside = { layouts: [], reported: [], oldest: undefined }
  await addEarlier(deps, loaded, earlier, beside.layouts, periods)
  let turnAt = clock.monotonic() + turnMsMax
  let unread = damage
  const all = inOrder(records, desk)
  await prepareScripts(deps, loaded, all)
  for (const [i, record] of all.entries()) {
    if (isBehind && clock.monotonic() >= turnAt) {
      await setImmediate()
      turnAt = clock.monotonic() + turnMsMax
    }
    if (unread.length > 0) unread = addDamage(loaded, unread, record.number, clock)
    if (record.kind === recordKinds.checkpoint && deps.checkpointFacts)
      addCheckpoint(loaded, record, deps.checkpointFacts(record), beside.reported)
    if (record.kind === recordKinds.desk) {
      await addDesk(deps, loaded, record, beside.layouts, periods)
      await prepareScripts(deps, loaded, all.slice(i + 1))
    }
    if (record.kind !== recordKinds.data) continue
    const one = decodeAnyRecord(record, deps.codecOf, loaded.base)
    beside.oldest ??= one.uplink.arrivedAt
    await batch.addRecord(one)
  }
  addDamage(loaded, unread, Number.POSITIVE_INFINITY, clock)
  return beside
}

/** Scripts are asked for all frames up to the next change by a person, which may change the scripts. */
export async function prepareScripts(
  { prepareScripts: prepare, codecOf }: ProcessorDeps,
  { codecs, base }: Loaded,
  records: readonly StoredRecord[],
): Promise<void> {
  await prepare?.(codecs.scripts, () => {
    for (const record of records) {
      if (record.kind === recordKinds.desk) return
      if (record.kind === recordKinds.data) framesOf(decodeAnyRecord(record, codecOf, base))
    }
  })
}

/** Records that could be read, and changes in the gaps between them. */
function inOrder(records: readonly StoredRecord[], desk: readonly StoredRecord[]): readonly StoredRecord[] {
  return desk.length === 0 ? records : [...records, ...desk].sort((a, b) => a.number - b.number)
}

/** Changes alone, of what was read. Returns the layouts among them. */
export async function addChanges(
  deps: ProcessorDeps,
  loaded: Loaded,
  { desk, earlier }: Pick<ReadRecords, 'desk' | 'earlier'>,
  periods: PeriodBook,
): Promise<readonly LayoutRow[]> {
  const layouts: LayoutRow[] = []
  await addEarlier(deps, loaded, earlier, layouts, periods)
  for (const record of desk) await addDesk(deps, loaded, record, layouts, periods)
  return layouts
}

/** Each is decided by the records of its own journal; the newest of this one is none of them. */
async function addEarlier(
  deps: ProcessorDeps,
  loaded: Loaded,
  earlier: readonly EarlierChange[],
  layouts: LayoutRow[],
  periods: PeriodBook,
) {
  let journal: string | undefined
  for (const change of earlier) {
    if (change.journal !== journal) loaded.layoutRecord = 0
    journal = change.journal
    await addDesk(deps, loaded, change.record, layouts, periods, journal)
  }
  if (journal !== undefined) loaded.layoutRecord = 0
}

/** Its time is a heartbeat of the journal: what depends on time passing follows it. */
function addCheckpoint(
  { history, base }: Loaded,
  { number }: StoredRecord,
  facts: CheckpointFacts,
  reported: CheckpointFacts[],
) {
  reported.push(facts)
  if (facts.at === undefined) return
  history.position(base + number)
  history.clock(facts.at)
  history.facts({ at: facts.at, losses: facts.losses, health: facts.health })
}

/** `journal`: of the record, where it is not the one that is followed. */
async function addDesk(
  deps: ProcessorDeps,
  loaded: Loaded,
  record: StoredRecord,
  layouts: LayoutRow[],
  periods: PeriodBook,
  journal = deps.reader.id,
) {
  if (isAccessEvent(record.bytes)) return
  const request = deskRequestOf(record.bytes)
  if (request && loaded.requests.isRepeated(request, { journal, record: record.number })) {
    deps.log.info('a change was sent again and has no second effect', { record: record.number })
    return
  }
  const entry = decodeDeskEntry(record.bytes)
  loaded.history.position(loaded.base + record.number)
  if (entry) {
    loaded.codecs.apply(entry)
    loaded.history.desk(entry, loaded.base + record.number)
  } else await addLayout(deps, loaded, record, layouts, periods, journal)
}

async function addLayout(
  deps: ProcessorDeps,
  loaded: Loaded,
  record: StoredRecord,
  layouts: LayoutRow[],
  periods: PeriodBook,
  journal: string,
) {
  const change = layoutChangeOf(record)
  if (change.ok) {
    if (isOutdated(deps, loaded, change.value, journal)) return
    const row = applyLayout(loaded, change.value)
    layouts.push(journal === deps.reader.id ? row : { ...row, journal })
    const { version, created: at, author } = row
    await periods.takesEffect(change.value.assigned, { version, at, author })
  } else
    deps.log.error(
      'a change by a person (a layout, an override or a recount) cannot be read: what was before stays in effect; make it again',
      {
        record: record.number,
        reason: change.error,
      },
    )
}

/**
 * The layout is refused that was made from another than the one in effect. Records of this journal decide, not versions, so that a
 * database that is made again decides the same.
 */
function isOutdated(
  { log }: ProcessorDeps,
  { layoutRecord }: Loaded,
  { base, row }: LayoutChange,
  journal: string,
): boolean {
  if (!base || layoutRecord <= (base.journal === journal ? base.record : 0)) return false
  log.warn('a published layout is refused: another took effect after the one it was made from', {
    record: row.record,
    by: row.author,
  })
  return true
}

/** The layout is in effect for every frame behind its record. Its row is written with the readings around it. */
function applyLayout(loaded: Loaded, change: LayoutChange): LayoutRow {
  loaded.history.relayout(change, loaded.fleet, change.row.created)
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
    staysAround: async (...wanted) => underWay.fewerThan(1).then(() => store.staysAround(...wanted)),
  }
}
