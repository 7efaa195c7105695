/** A batch that was built, as it is committed. */
import type { CommitBatch, LossBatch } from '../store/store.ts'
import type { BatchBuilder } from './batch.ts'
import type { Fleet } from './fleet.ts'

export type CommitKey = Pick<CommitBatch, 'journal' | 'from' | 'to' | 'fence'>

/** `facts`: what intake reports of the same records. */
export async function commitOf(
  batch: BatchBuilder,
  key: CommitKey,
  fleet: Fleet,
  facts: Pick<LossBatch, 'losses' | 'intakeDays'>,
): Promise<CommitBatch> {
  // First: stays that late readings repair change devices too.
  const history = await batch.history()
  const losses = { ...batch.losses(), ...facts }
  const { readings, deadLetters, ledger } = batch.rows
  const { letters, gone } = batch.undecided()
  return {
    ...key,
    ...{ readings, losses, ledger: ledger.rows() },
    ...(history ? { history } : {}),
    devices: fleet.touched(),
    orders: fleet.ordersChanged(),
    deadLetters: letters.length === 0 ? deadLetters : [...deadLetters, ...letters],
    deadLettersDone: gone,
  }
}
