/** The hot path: one batch, one transaction, offset first (S1). Statements are prepared once, at the first commit. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { DeviceState } from '../../domain/device.ts'
import type { DayNumber } from '../../lib/utc-day.ts'
import { layoutColumns, layoutValues } from '../layout-rows.ts'
import { deletePieces, firstPiece, furtherPieces, letterPieceColumns } from '../letter-pieces.ts'
import { blockColumns } from '../reading-block.ts'
import { laterReader, type ReadingRows } from '../reading-rows.ts'
import {
  checkReadings,
  deadLetterColumns,
  deadLetterValues,
  deviceColumns,
  deviceValues,
  filledColumns,
  ledgerAdded,
  ledgerSums,
  ledgerValues,
  pushReadingValues,
  type SqlValue,
  storedColumns,
} from '../rows.ts'
import { type CommitBatch, StoreError } from '../store.ts'
import type { Blocks } from '../stored-tail.ts'
import { putHistorySqlite } from './history.ts'
import { putLossesSqlite } from './losses.ts'
import { unitOfWork } from './unit-of-work.ts'

/** What a device is: set when its row is made, compared and never changed afterwards. */
const deviceIdentity: readonly string[] = ['id', 'source', 'external', 'first_arrived']

/** SQLITE_CONSTRAINT_UNIQUE: the name has another number. */
const uniqueViolation = 2067

/** With the key alone, 50 rows a statement take two thirds of the time of one. */
const rowsPerStatement = 50

export const insertBlock = `INSERT INTO reading_block (${blockColumns.join(', ')}) VALUES (${marks(blockColumns.length)})`

const insertReadingRows = (columns: readonly string[], rows: number) =>
  `INSERT INTO reading (${columns.join(', ')})
   VALUES ${Array(rows)
     .fill(`(${marks(columns.length)})`)
     .join(', ')}`

/** `today`: the day of storing. */
export function commitSqlite(
  db: DatabaseSync,
): (batch: CommitBatch, blocks: Blocks | undefined, today: DayNumber) => void {
  const moveOffset = db.prepare(
    'UPDATE journal_offset SET off = ?, fence = ? WHERE journal = ? AND part = 0 AND off = ? AND fence <= ?',
  )
  const insertsOf = preparedInserts(db)
  const putBlock = db.prepare(insertBlock)
  const moveOpen = db.prepare(
    `UPDATE reading_open SET day = ?, after_pos = ?, block = ?, rows_open = ? WHERE id = 0 AND block = ? AND rows_open = ?`,
  )
  const upsertDevice = db.prepare(
    `INSERT INTO device (${deviceColumns.join(', ')}) VALUES (${marks(deviceColumns.length)})
     ON CONFLICT (id) DO UPDATE SET ${replaced(deviceColumns.filter((column) => !deviceIdentity.includes(column)))}
     WHERE external = excluded.external AND source = excluded.source`,
  )
  const putOrder = db.prepare(
    'INSERT INTO device_order (device, state) VALUES (?, ?) ON CONFLICT DO UPDATE SET state = excluded.state',
  )
  const doneDeadLetter = db.prepare('DELETE FROM dead_letter WHERE pos = ? AND idx = ?')
  const upsertDeadLetter = db.prepare(
    `INSERT INTO dead_letter (${deadLetterColumns.join(', ')}) VALUES (${marks(deadLetterColumns.length)})
     ON CONFLICT (pos, idx) DO UPDATE SET ${replaced(deadLetterColumns.slice(2))}`,
  )
  const donePieces = db.prepare(deletePieces)
  const upsertPiece = db.prepare(
    `INSERT INTO dead_letter_piece (${letterPieceColumns.join(', ')}) VALUES (${marks(letterPieceColumns.length)})
     ON CONFLICT (pos, idx, piece) DO UPDATE SET bytes = excluded.bytes`,
  )
  const addLedger = db.prepare(
    `INSERT INTO ledger (journal, source, day, ${ledgerSums.join(', ')}) VALUES (${marks(3 + ledgerSums.length)})
     ON CONFLICT DO UPDATE SET ${ledgerSums.map((column) => `${column} = ${ledgerAdded(column, column, `excluded.${column}`)}`).join(', ')}`,
  )

  const putLayout = db.prepare(
    `INSERT INTO layout (${layoutColumns.join(', ')}) VALUES (${marks(layoutColumns.length)})`,
  )
  const putLosses = putLossesSqlite(db)
  const putHistory = putHistorySqlite(db)

  function putReadings(rows: ReadingRows, { before, plan }: Blocks) {
    const { closed, open } = plan
    const filled = filledColumns(rows)
    const { many, one } = insertsOf(filled)
    const from = { filled, later: laterReader(rows) }
    const whole = rows.length - (rows.length % rowsPerStatement)
    const values: SqlValue[] = []
    for (let at = 0; at < whole; ) {
      values.length = 0
      for (const end = at + rowsPerStatement; at < end; at++) pushReadingValues(values, rows, at, open.day, from)
      many.run(...values)
    }
    for (let at = whole; at < rows.length; at++) one.run(...pushReadingValues([], rows, at, open.day, from))
    for (const group of closed()) putBlock.run(...blockColumns.map((column) => group[column]))
    const moved = moveOpen.run(open.day, open.after_pos, open.block, open.rows_open, before.block, before.rows_open)
    if (moved.changes !== 1) throw new StoreError('transient', 'the open block has another writer: look again')
  }

  function putDevice(device: DeviceState): boolean {
    try {
      return upsertDevice.run(...deviceValues(device)).changes === 1
    } catch (error) {
      if ((error as { errcode?: number }).errcode === uniqueViolation) return false
      throw error
    }
  }

  return (batch, blocks, today) => {
    checkReadings(batch.readings)
    using work = unitOfWork(db)
    const moved = moveOffset.run(batch.to, batch.fence, batch.journal, batch.from, batch.fence)
    if (moved.changes !== 1)
      throw new StoreError(
        'fenced',
        `the offset of journal ${batch.journal} is no longer at ${batch.from} under this fence`,
      )
    if (blocks) putReadings(batch.readings, blocks)
    for (const device of batch.devices)
      if (!putDevice(device))
        throw new StoreError('transient', `device number ${device.id} belongs to another device: reload the devices`)
    for (const { device, state } of batch.orders ?? []) putOrder.run(device, state)
    for (const { pos, idx } of batch.deadLettersDone) {
      doneDeadLetter.run(pos, idx)
      donePieces.run(pos, idx)
    }
    for (const letter of batch.deadLetters) {
      upsertDeadLetter.run(...deadLetterValues(firstPiece(letter)))
      for (const piece of furtherPieces(letter)) upsertPiece.run(...letterPieceColumns.map((column) => piece[column]))
    }
    for (const delta of batch.ledger) addLedger.run(...ledgerValues(batch.journal, delta))
    putLosses(batch.journal, batch.losses)
    putHistory(batch.history, today)
    for (const layout of batch.layouts ?? []) putLayout.run(...layoutValues(batch.journal, layout))
    if (!batch.dry) work.commit()
  }
}

/** Sets of things measured are few; whoever sends all there could be pays with time and not with memory. */
const preparedMax = 32

/** Statements by the columns they fill. */
function preparedInserts(db: DatabaseSync) {
  const prepared = new Map<string, { readonly many: StatementSync; readonly one: StatementSync }>()
  return (filled: readonly number[]) => {
    const key = filled.join()
    if (!prepared.has(key) && prepared.size === preparedMax) prepared.clear()
    return prepared.getOrInsertComputed(key, () => {
      const columns = storedColumns(filled)
      return {
        many: db.prepare(insertReadingRows(columns, rowsPerStatement)),
        one: db.prepare(insertReadingRows(columns, 1)),
      }
    })
  }
}

function marks(count: number): string {
  return Array(count).fill('?').join(', ')
}

const replaced = (columns: readonly string[]) => columns.map((column) => `${column} = excluded.${column}`).join(', ')
