/**
 * A record that cannot be committed although it is alone. A trial of the offset and one dead letter finds the cause: when that fails
 * too, it is the database, nothing is set aside and the offset stays. Otherwise the frames that are refused are set aside,
 * or the whole record where no frame alone explains it.
 */
import type { Log } from '../lib/log.ts'
import { fail } from '../lib/result.ts'
import type { CommitBatch, Store } from '../store/store.ts'
import { type BatchRows, createBatch } from './batch.ts'
import type { CodecBook } from './codec-book.ts'
import { type CommitKey, commitOf } from './commit-of.ts'
import { type DecodedRecord, framesOf, wholeFrame } from './decode-record.ts'
import type { DeskRequests } from './desk-requests.ts'
import type { Fleet } from './fleet.ts'
import type { HistoryFold } from './folds.ts'
import { refusedFrames } from './refused-frames.ts'
import { kindOf } from './trouble.ts'

export interface Folds {
  readonly fleet: Fleet
  readonly history: HistoryFold
  readonly requests: DeskRequests
  readonly codecs: CodecBook
}

export interface LoneRecordDeps {
  readonly store: Store
  readonly log: Log
  /** Folds as the store has them, new ones at each call. */
  readonly foldsFrom: () => Promise<Folds>
}

type Beside = Pick<CommitBatch, 'ledger' | 'layouts' | 'changes'>

export interface LoneCommit {
  readonly commit: CommitBatch
  readonly outcomes: BatchRows['outcomes']
  readonly folds: Folds
}

/** What to commit in its place. `why`: the fault of the record as it is. `beside`: of the journal, not of the record. */
export async function loneCommit(
  deps: LoneRecordDeps,
  record: DecodedRecord,
  key: CommitKey,
  { why, beside }: { readonly why: string; readonly beside: Beside },
): Promise<LoneCommit> {
  const { store, log } = deps
  const whole = asRefusedWhole(record, why)
  const wholly = await build(deps, whole, key, beside)
  await store.commit({ ...wholly.commit, dry: true })
  const some = await withoutRefused(deps, record, key, beside)
  const chosen = some ?? wholly
  log.error('the database refuses messages: they are set aside as dead letters', {
    ...{ record: record.pos, source: record.uplink.source, messages: chosen.outcomes.quarantined, reason: why },
  })
  return chosen
}

async function withoutRefused(deps: LoneRecordDeps, record: DecodedRecord, key: CommitKey, beside: Beside) {
  if (record.whole) return undefined
  try {
    const refused = await refusedFrames(framesOf(record), async (frames) => {
      const { commit } = await build(
        deps,
        { ...record, length: frames.length, frame: (i) => at(frames, i) },
        key,
        beside,
      )
      await deps.store.commit({ ...commit, dry: true })
    })
    if (!refused) return undefined
    const built = await build(deps, without(record, refused), key, beside)
    await deps.store.commit({ ...built.commit, dry: true })
    return built
  } catch (fault) {
    const kind = kindOf(fault)
    if (kind === 'data' || kind === 'unknown') return undefined
    throw fault
  }
}

async function build(deps: LoneRecordDeps, record: DecodedRecord, key: CommitKey, beside: Beside): Promise<LoneCommit> {
  const folds = await deps.foldsFrom()
  const { fleet, history } = folds
  const batch = createBatch(fleet, deps.store, 0, history)
  await batch.addRecord(record)
  const built = await commitOf(batch, key, fleet, { losses: [], intakeDays: [] })
  const changes = [...(built.changes ?? []), ...(beside.changes ?? [])]
  const commit = { ...built, ...beside, changes, ledger: [...built.ledger, ...beside.ledger] }
  fleet.settle()
  return { commit, outcomes: batch.rows.outcomes, folds }
}

const at = <T>(list: readonly T[], i: number) => list[i] as T

/** The same record with these frames refused, each for its reason. */
function without(record: DecodedRecord, refused: ReadonlyMap<number, string>): DecodedRecord {
  return {
    ...record,
    frame(i) {
      const frame = record.frame(i)
      const detail = refused.get(frame.idx)
      return detail === undefined ? frame : { ...frame, result: fail({ code: 'store-refused' as const, detail }) }
    },
  }
}

/** Answered for as a whole: one dead letter stands for all its frames. */
function asRefusedWhole(record: DecodedRecord, detail: string): DecodedRecord {
  const only = wholeFrame(0, record.uplink.bytes, fail({ code: 'store-refused', detail }))
  return { ...record, length: Math.min(1, record.counted), frame: () => only, whole: true }
}
