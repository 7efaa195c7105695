/** What a batch says of losses and days of sensors, written inside its transaction; and the discard of a dead letter. */
import type { DatabaseSync } from 'node:sqlite'
import { discardFrom } from '../discard.ts'
import { deletePieces, joined, piecesOfLetter } from '../letter-pieces.ts'
import {
  discardColumns,
  discardValues,
  gapColumns,
  gapValues,
  intakeDayColumns,
  intakeDaySums,
  intakeDayValues,
  lossChanges,
  lossColumns,
  lossValues,
  sensorDayColumns,
  sensorDaySums,
  sensorDayValues,
} from '../loss-rows.ts'
import type { DiscardOrder, LossBatch } from '../losses.ts'
import { deadLetterColumns, toDeadLetter } from '../rows.ts'
import { addedUp } from '../sums.ts'
import type { DeadLetterTable } from '../tables.ts'
import { unitOfWork } from './unit-of-work.ts'

export function putLossesSqlite(db: DatabaseSync): (journal: string, batch: LossBatch | undefined) => void {
  const addDay = db.prepare(
    `${insert('sensor_day', sensorDayColumns)}
     ON CONFLICT DO UPDATE SET ${sensorDaySums.map((column) => `${column} = ${addedUp(column, `excluded.${column}`)}`).join(', ')}`,
  )
  const endGap = db.prepare('DELETE FROM gap WHERE device = ? AND epoch = ? AND to_seq = ?')
  const putGap = db.prepare(`${insert('gap', gapColumns)} ON CONFLICT DO UPDATE SET from_seq = excluded.from_seq`)
  const putLoss = db.prepare(`${insert('loss', lossColumns)} ON CONFLICT DO UPDATE SET ${replaced(lossChanges)}`)
  const putIntake = db.prepare(
    `${insert('intake_day', intakeDayColumns)} ON CONFLICT DO UPDATE SET ${replaced(intakeDaySums)}`,
  )
  return (journal, batch) => {
    if (!batch) return
    for (const row of batch.sensorDays) addDay.run(...sensorDayValues(row))
    for (const { device, epoch, to } of batch.gapsGone) endGap.run(device, epoch, to)
    for (const gap of batch.gaps) putGap.run(...gapValues(gap))
    for (const row of batch.losses) putLoss.run(...lossValues(journal, row))
    for (const row of batch.intakeDays) putIntake.run(...intakeDayValues(journal, row))
  }
}

export function discardSqlite(db: DatabaseSync, order: DiscardOrder): 'discarded' | 'gone' | 'requeued' {
  using work = unitOfWork(db)
  const where = "FROM dead_letter WHERE pos = ? AND idx = ? AND state <> 'tentative'"
  const row = db.prepare(`SELECT ${deadLetterColumns.join(', ')} ${where}`).get(order.pos, order.idx)
  if (!row) return 'gone'
  const pieces = db.prepare(piecesOfLetter).all(order.pos, order.idx) as unknown as { bytes: Uint8Array }[]
  const letter = toDeadLetter(joined(row as unknown as DeadLetterTable, pieces))
  if (letter.state !== 'new') return 'requeued'
  db.prepare(insert('discard', discardColumns)).run(...discardValues(discardFrom(letter, order)))
  db.prepare(`DELETE ${where}`).run(order.pos, order.idx)
  db.prepare(deletePieces).run(order.pos, order.idx)
  work.commit()
  return 'discarded'
}

const insert = (table: string, columns: readonly string[]) =>
  `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`
const replaced = (columns: readonly string[]) => columns.map((column) => `${column} = excluded.${column}`).join(', ')
