/** The batch of a single record that has failed: what of it is refused is set aside (lone-record.ts). */
import { recordKinds, type StoredRecord } from '../journal/journal.ts'
import type { LossBatch } from '../store/store.ts'
import { createBatch } from './batch.ts'
import { mergeCheckpointFacts } from './checkpoint-facts.ts'
import { commitOf } from './commit-of.ts'
import { decodeAnyRecord } from './decode-record.ts'
import { rowsOfDamage } from './journal-damage.ts'
import { type Loaded, storedFolds } from './loaded.ts'
import { loneCommit } from './lone-record.ts'
import type { Prepared, ReadRecords } from './next-batch.ts'
import type { ProcessorDeps } from './processor.ts'

/** `reason`: why it was refused. Undefined when there is nothing behind the position. */
export async function prepareAlone(
  deps: ProcessorDeps,
  loaded: Loaded,
  { from, to, records, damage }: ReadRecords,
  reason: string,
): Promise<Prepared | undefined> {
  const { store, clock, log } = deps
  if (to === from) return undefined
  const begunMs = clock.monotonic()
  const beside = rowsOfDamage(damage, deps)
  const key = { journal: deps.reader.id, from, to, fence: deps.fence }
  const [record] = records
  const prepared = { begunMs, acceptedFrames: record?.acceptedFrames, isFull: true, oldest: undefined }
  if (record?.kind === recordKinds.data) {
    const { foldsFrom } = await storedFolds(deps)
    const one = decodeAnyRecord(record, deps.codecOf, loaded.base)
    const { commit, outcomes, folds } = await loneCommit({ store, log, foldsFrom }, one, key, { why: reason, beside })
    Object.assign(loaded, folds, { position: to })
    const losses = { ...(commit.losses as LossBatch), losses: mergeCheckpointFacts(beside.said).losses, intakeDays: [] }
    return { ...prepared, commit: { ...commit, losses }, outcomes, devices: folds.fleet.size }
  }
  if (record) reportPassedOver(deps, record, reason)
  const batch = createBatch(loaded.fleet, store, 0, loaded.history)
  const commit = await commitOf(batch, key, loaded.fleet, mergeCheckpointFacts(beside.said))
  loaded.position = to
  return {
    ...{ ...prepared, commit: { ...commit, ledger: [...beside.ledger] } },
    ...{ outcomes: batch.rows.outcomes, devices: loaded.fleet.size },
  }
}

function reportPassedOver({ log }: ProcessorDeps, { kind, number: record }: StoredRecord, reason: string) {
  if (kind !== recordKinds.desk)
    log.error('figures of intake are refused by the database: they are passed over', { record })
  else
    log.error('a published layout is refused by the database: the one before stays in effect; publish it again', {
      record,
      reason,
    })
}
