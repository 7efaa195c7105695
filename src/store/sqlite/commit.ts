/** The hot path: one batch, one transaction, offset first (S1). Statements are prepared once, at the first commit. */
import type { DatabaseSync } from 'node:sqlite'
import {
  deadLetterColumns,
  deadLetterValues,
  deviceColumns,
  deviceValues,
  ledgerSums,
  ledgerValues,
  readingColumns,
  readingValues,
} from '../rows.ts'
import { type CommitBatch, StoreError } from '../store.ts'
import { putLossesSqlite } from './losses.ts'
import { unitOfWork } from './unit-of-work.ts'

/** What a device is: set when its row is made, compared and never changed afterwards. */
const deviceIdentity: readonly string[] = ['id', 'source', 'external', 'first_arrived']

export function commitSqlite(db: DatabaseSync): (batch: CommitBatch) => void {
  const moveOffset = db.prepare(
    'UPDATE journal_offset SET off = ?, fence = ? WHERE journal = ? AND part = 0 AND off = ? AND fence <= ?',
  )
  // One row a statement: with an index beside the key, 8 to 128 rows a statement took 1.4 times the CPU (a statement of several rows
  // keeps a journal of its own, to take itself back).
  const insertReading = db.prepare(
    `INSERT INTO reading (${readingColumns.join(', ')}) VALUES (${marks(readingColumns.length)})`,
  )
  const upsertDevice = db.prepare(
    `INSERT INTO device (${deviceColumns.join(', ')}) VALUES (${marks(deviceColumns.length)})
     ON CONFLICT (id) DO UPDATE SET ${replaced(deviceColumns.filter((column) => !deviceIdentity.includes(column)))}
     WHERE external = excluded.external AND source = excluded.source`,
  )
  const doneDeadLetter = db.prepare('DELETE FROM dead_letter WHERE pos = ? AND idx = ?')
  const upsertDeadLetter = db.prepare(
    `INSERT INTO dead_letter (${deadLetterColumns.join(', ')}) VALUES (${marks(deadLetterColumns.length)})
     ON CONFLICT (pos, idx) DO UPDATE SET ${replaced(deadLetterColumns.slice(2))}`,
  )
  const addLedger = db.prepare(
    `INSERT INTO ledger (journal, source, day, ${ledgerSums.join(', ')}) VALUES (${marks(3 + ledgerSums.length)})
     ON CONFLICT DO UPDATE SET ${ledgerSums.map((column) => `${column} = ${column} + excluded.${column}`).join(', ')}`,
  )

  const putLosses = putLossesSqlite(db)

  return (batch) => {
    using work = unitOfWork(db)
    const moved = moveOffset.run(batch.to, batch.fence, batch.journal, batch.from, batch.fence)
    if (moved.changes !== 1)
      throw new StoreError(
        'fenced',
        `the offset of journal ${batch.journal} is no longer at ${batch.from} under this fence`,
      )
    for (const row of batch.readings) insertReading.run(...readingValues(row))
    for (const device of batch.devices)
      if (upsertDevice.run(...deviceValues(device)).changes !== 1)
        throw new StoreError('transient', `device number ${device.id} belongs to another device: reload the devices`)
    for (const { pos, idx } of batch.deadLettersDone) doneDeadLetter.run(pos, idx)
    for (const letter of batch.deadLetters) upsertDeadLetter.run(...deadLetterValues(letter))
    for (const delta of batch.ledger) addLedger.run(...ledgerValues(batch.journal, delta))
    putLosses(batch.journal, batch.losses)
    work.commit()
  }
}

const marks = (count: number) => Array(count).fill('?').join(', ')
const replaced = (columns: readonly string[]) => columns.map((column) => `${column} = excluded.${column}`).join(', ')
