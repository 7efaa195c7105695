/**
 * The batch of a single record that has failed: what of it is refused is set aside (lone-record.ts). Changes by people that come with it, from
 * the second journal, are committed with it, unless the database refuses them too.
 */
import { recordKinds, type StoredRecord } from '../journal/journal.ts'
import type { CommitBatch, LossBatch } from '../store/store.ts'
import { createPeriodBook } from './assignment-periods.ts'
import { createBatch } from './batch.ts'
import { type CheckpointFacts, mergeCheckpointFacts } from './checkpoint-facts.ts'
import { type CommitKey, commitOf } from './commit-of.ts'
import { decodeAnyRecord } from './decode-record.ts'
import { noOutcomes } from './frame-counts.ts'
import { addDamage, rowsOfDamage } from './journal-damage.ts'
import { type Loaded, storedFolds } from './loaded.ts'
import { loneCommit } from './lone-record.ts'
import { addChanges, type Prepared, prepareScripts, type ReadRecords } from './next-batch.ts'
import type { ProcessorDeps } from './processor.ts'
import { kindOf } from './trouble.ts'

type Changes = Pick<ReadRecords, 'earlier' | 'desk'>

/** `reason`: why it was refused. Undefined when there is nothing behind the position. */
export async function prepareAlone(
  deps: ProcessorDeps,
  loaded: Loaded,
  found: ReadRecords,
  reason: string,
): Promise<Prepared | undefined> {
  const { store, clock, log } = deps
  const { from, to, damage } = found
  if (to === from) return undefined
  const begunMs = clock.monotonic()
  const damaged = rowsOfDamage(damage, deps)
  const facts = mergeCheckpointFacts(damaged.reported)
  const key = { journal: deps.reader.id, from, to, fence: deps.fence }
  const [record] = found.records
  const prepared = { begunMs, acceptedFrames: record?.acceptedFrames, isFull: true, oldest: undefined }
  const make = await changeMaker(deps, loaded, damage)
  const changes = await acceptedChanges(deps, found, async (tried) => {
    const { folds, rows } = await make(tried)
    await store.commit({ ...(await commitWithout(deps, folds, key, facts)), ...rows, dry: true })
  })
  const { folds, rows } = await make(changes)
  const beside = { ...rows, ledger: damaged.ledger }
  if (record?.kind === recordKinds.data) {
    const foldsFrom = async () => (await make(changes)).folds
    await prepareScripts(deps, folds, [record])
    const one = decodeAnyRecord(record, deps.codecOf, loaded.base)
    const lone = await loneCommit({ store, log, foldsFrom }, one, key, { why: reason, beside })
    Object.assign(loaded, folds, lone.folds, { position: to })
    const losses = { ...(lone.commit.losses as LossBatch), losses: facts.losses, intakeDays: [] }
    return { ...prepared, commit: { ...lone.commit, losses }, outcomes: lone.outcomes, devices: lone.folds.fleet.size }
  }
  if (record) reportPassedOver(deps, record, reason)
  Object.assign(loaded, folds, { position: to })
  const commit = await commitWithout(deps, folds, key, facts)
  return { ...prepared, commit: { ...commit, ...beside }, outcomes: noOutcomes(), devices: loaded.fleet.size }
}

interface Made {
  /** As the store has them, with the changes. */
  readonly folds: Loaded
  readonly rows: Required<Pick<CommitBatch, 'layouts' | 'changes'>>
}

/** Makes changes over folds that are new at each call. */
async function changeMaker(
  deps: ProcessorDeps,
  loaded: Loaded,
  damage: ReadRecords['damage'],
): Promise<(changes: Changes) => Promise<Made>> {
  const { foldsFrom, ...layout } = await storedFolds(deps)
  return async (changes) => {
    const folds = { ...loaded, ...layout, ...foldsFrom() }
    const periods = createPeriodBook(() => deps.store.openAssignments(), layout.periodsOwed)
    const layouts = await addChanges(deps, folds, changes, periods)
    addDamage(folds, damage, Number.POSITIVE_INFINITY, deps.clock)
    return {
      folds: { ...folds, periodsOwed: [] },
      rows: { layouts, changes: [...periods.changes(), ...folds.requests.take(), ...folds.codecs.take()] },
    }
  }
}

/** Those that the database takes: tried together, and one by one where it refuses them. Each that it refuses is reported. */
async function acceptedChanges(
  deps: ProcessorDeps,
  { earlier, desk }: Changes,
  trial: (changes: Changes) => Promise<void>,
): Promise<Changes> {
  let accepted: Changes = { earlier: [], desk: [] }
  if (earlier.length + desk.length === 0 || (await refusal(trial({ earlier, desk }))) === undefined)
    return { earlier, desk }
  // Without any: when that fails too it is the database.
  await trial(accepted)
  const take = async (record: StoredRecord, next: Changes) => {
    const reason = await refusal(trial(next))
    if (reason === undefined) accepted = next
    else reportPassedOver(deps, record, reason)
  }
  for (const change of earlier) await take(change.record, { ...accepted, earlier: [...accepted.earlier, change] })
  for (const record of desk) await take(record, { ...accepted, desk: [...accepted.desk, record] })
  return accepted
}

/** Why the trial was refused; undefined when it was not. Throws what is no matter of its rows. */
async function refusal(trial: Promise<void>): Promise<string | undefined> {
  try {
    await trial
    return undefined
  } catch (fault) {
    const kind = kindOf(fault)
    if (kind !== 'data' && kind !== 'unknown') throw fault
    return fault instanceof Error ? fault.message : String(fault)
  }
}

/** What there is to commit without the record itself. */
async function commitWithout(
  { store }: ProcessorDeps,
  { fleet, history }: Loaded,
  key: CommitKey,
  facts: CheckpointFacts,
): Promise<CommitBatch> {
  return commitOf(createBatch(fleet, store, 0, history), key, fleet, facts)
}

function reportPassedOver({ log }: ProcessorDeps, { kind, number: record }: StoredRecord, reason: string) {
  if (kind === recordKinds.desk)
    log.error(
      'a change by a person (a layout, an override or a recount) is refused by the database: what was before stays in effect; make it again',
      { record, reason },
    )
  else log.error('figures of intake are refused by the database: they are passed over', { record })
}
