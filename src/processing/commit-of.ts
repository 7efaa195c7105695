/** A batch that was built, as it is committed. */
import {
  type CommitBatch,
  type LossBatch,
  type ReadingRows,
  type RowMemory,
  rowMemory,
  sharedReadings,
} from '../store/store.ts'
import type { BatchBuilder } from './batch.ts'
import type { Fleet } from './fleet.ts'

/** Where the rows of a batch go; written again when its commit has ended. */
export interface BatchMemory {
  readonly readings: ReadingRows
  readonly devices: RowMemory
  readonly sensorDays: RowMemory
}

export const batchMemory = (): BatchMemory => ({
  readings: sharedReadings(),
  devices: rowMemory(),
  sensorDays: rowMemory(),
})

export type CommitKey = Pick<CommitBatch, 'journal' | 'from' | 'to' | 'fence'>

/** `facts`: what intake reports of the same records. */
export async function commitOf(
  batch: BatchBuilder,
  key: CommitKey,
  fleet: Fleet,
  facts: Pick<LossBatch, 'losses' | 'intakeDays'>,
  memory?: BatchMemory,
): Promise<CommitBatch> {
  // First: stays that late readings repair change devices too.
  const history = await batch.history()
  const losses = { ...batch.losses(memory?.sensorDays), ...facts }
  const { readings, deadLetters, ledger } = batch.rows
  const { letters, gone } = batch.undecided()
  return {
    ...key,
    ...{ readings, losses, ledger: ledger.rows() },
    ...(history ? { history } : {}),
    devices: fleet.touched(memory?.devices),
    orders: fleet.ordersChanged(),
    changes: fleet.scripts.take(),
    deadLetters: letters.length === 0 ? deadLetters : [...deadLetters, ...letters],
    deadLettersDone: gone,
  }
}
