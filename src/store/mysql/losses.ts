/** What a batch says of losses and days of sensors, written inside its transaction; and the discard of a dead letter. */
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
import type { DiscardOrder, GapKey, LossBatch } from '../losses.ts'
import { deadLetterColumns, type SqlValue, toDeadLetter } from '../rows.ts'
import { addedUp } from '../sums.ts'
import type { DeadLetterTable } from '../tables.ts'
import type { MysqlSession, RowStatement } from './mysql-session.ts'
import type { SentAhead } from './sent-ahead.ts'
import { unitOfWork } from './unit-of-work.ts'

const addDays: RowStatement = {
  ...insertInto('sensor_day', sensorDayColumns),
  tail: `ON DUPLICATE KEY UPDATE ${sensorDaySums.map((column) => `${column} = ${addedUp(column, `VALUES(${column})`)}`).join(', ')}`,
}
const putGaps: RowStatement = {
  ...insertInto('gap', gapColumns),
  tail: 'ON DUPLICATE KEY UPDATE from_seq = VALUES(from_seq)',
}
const putLosses: RowStatement = {
  ...insertInto('loss', lossColumns),
  tail: `ON DUPLICATE KEY UPDATE ${replaced(lossChanges)}`,
}
const putIntakeDays: RowStatement = {
  ...insertInto('intake_day', intakeDayColumns),
  tail: `ON DUPLICATE KEY UPDATE ${replaced(intakeDaySums)}`,
}
/** Far below the parameters a statement may have. */
const endsPerStatementMax = 500

/** Keys are sorted, so that two writers meet in one order. */
export async function putLossesMysql(ahead: SentAhead, journal: string, batch: LossBatch | undefined) {
  if (!batch) return
  const { sensorDays, gaps, gapsGone, losses, intakeDays } = batch
  await ahead.insertMany(
    addDays,
    sensorDays.toSorted((a, b) => a.day - b.day || a.device - b.device).map(sensorDayValues),
  )
  for (const { device, epoch, ends } of byEpoch(gapsGone.toSorted(byKey))) {
    const marks = ends.map(() => '?').join(', ')
    const sql = `DELETE FROM gap WHERE device = ? AND epoch = ? AND to_seq IN (${marks})`
    await ahead.execute(sql, [device, epoch, ...ends])
  }
  await ahead.insertMany(putGaps, gaps.toSorted(byKey).map(gapValues))
  await ahead.insertMany(putLosses, losses.map((row) => lossValues(journal, row)).sort(byText))
  await ahead.insertMany(putIntakeDays, intakeDays.map((row) => intakeDayValues(journal, row)).sort(byText))
}

export async function discardMysql(session: MysqlSession, order: DiscardOrder) {
  await using work = await unitOfWork(session)
  const where = "FROM dead_letter WHERE pos = ? AND idx = ? AND state <> 'tentative'"
  const key = [order.pos, order.idx]
  const [row] = await session.query<DeadLetterTable>(`SELECT ${deadLetterColumns.join(', ')} ${where} FOR UPDATE`, key)
  if (!row) return 'gone'
  const letter = toDeadLetter(joined(row, await session.query(piecesOfLetter, key)))
  if (letter.state !== 'new') return 'requeued'
  await session.insertMany(insertInto('discard', discardColumns), [discardValues(discardFrom(letter, order))])
  await session.execute(`DELETE ${where}`, key)
  await session.execute(deletePieces, key)
  await work.commit()
  return 'discarded'
}

/** A list of whole keys would be no range of the index in every server; the ends of one epoch are. */
function* byEpoch(keys: readonly GapKey[]) {
  let group: { device: number; epoch: number; ends: number[] } | undefined
  for (const { device, epoch, to } of keys) {
    if (group?.device === device && group.epoch === epoch && group.ends.length < endsPerStatementMax) {
      group.ends.push(to)
      continue
    }
    if (group) yield group
    group = { device, epoch, ends: [to] }
  }
  if (group) yield group
}

function insertInto(table: string, columns: readonly string[]): RowStatement {
  return { head: `INSERT INTO ${table} (${columns.join(', ')})`, columns: columns.length }
}

function replaced(columns: readonly string[]): string {
  return columns.map((column) => `${column} = VALUES(${column})`).join(', ')
}

const byKey = (a: GapKey, b: GapKey) => a.device - b.device || a.epoch - b.epoch || a.to - b.to
const byText = (a: SqlValue[], b: SqlValue[]) => (a.slice(0, 4).join('\0') < b.slice(0, 4).join('\0') ? -1 : 1)
