/** The hot path: one batch, one transaction, offset first (S1). Statements are prepared once, at the first commit. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { DeviceState } from '../../../domain/device.ts'
import type { DayNumber } from '../../../lib/utc-day.ts'
import { rowsOfBatch } from '../../batch-rows.ts'
import type { SqlValue } from '../../column.ts'
import { deletePieces, firstPiece, furtherPieces } from '../../letter-pieces.ts'
import { blockColumns } from '../../readings/reading-block.ts'
import { laterReader, type ReadingRows } from '../../readings/reading-rows.ts'
import {
  checkReadings,
  deviceColumns,
  deviceValues,
  filledColumns,
  pushReadingValues,
  storedColumns,
} from '../../readings/rows.ts'
import type { Blocks } from '../../readings/stored-tail.ts'
import { type CommitBatch, type RowList, StoreError } from '../../store.ts'
import { deadLetter, deadLetterPiece } from '../../tables/dead-letter.ts'
import { layout } from '../../tables/layout.ts'
import { sqliteInsert, sqliteUpsert } from '../table-sql.ts'
import { putStaysSqlite } from './history.ts'
import { manyRows } from './many-rows.ts'
import { createTableWriter } from './table-writer.ts'
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

/** A row that stands for another device stays as it is, and is not counted as changed. */
const upsertDeviceRows = (rows: number) =>
  `INSERT INTO device (${deviceColumns.join(', ')})
   VALUES ${Array(rows)
     .fill(`(${marks(deviceColumns.length)})`)
     .join(', ')}
   ON CONFLICT (id) DO UPDATE SET ${replaced(deviceColumns.filter((column) => !deviceIdentity.includes(column)))}
   WHERE external = excluded.external AND source = excluded.source`

function otherDevice(devices: RowList<DeviceState>): string {
  const [first] = devices
  const numbers = devices.length === 1 ? `number ${first?.id}` : `one of ${devices.length} numbers`
  return `device ${numbers} belongs to another device: reload the devices`
}

function* mapped<Row, Value>(rows: Iterable<Row>, map: (row: Row) => Value) {
  for (const row of rows) yield map(row)
}

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
  const upsertDevices = manyRows((rows) => db.prepare(upsertDeviceRows(rows)))
  const doneDeadLetter = db.prepare('DELETE FROM dead_letter WHERE pos = ? AND idx = ?')
  const upsertDeadLetter = db.prepare(sqliteUpsert(deadLetter))
  const donePieces = db.prepare(deletePieces)
  const upsertPiece = db.prepare(sqliteUpsert(deadLetterPiece))
  const putLayout = db.prepare(sqliteInsert(layout))
  const putRows = createTableWriter(db)
  const putStays = putStaysSqlite(db)

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

  function putDevices(devices: RowList<DeviceState>): boolean {
    try {
      return upsertDevices(mapped(devices, deviceValues)) === devices.length
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
    if (!putDevices(batch.devices)) throw new StoreError('transient', otherDevice(batch.devices))
    for (const { pos, idx } of batch.deadLettersDone) {
      doneDeadLetter.run(pos, idx)
      donePieces.run(pos, idx)
    }
    for (const letter of batch.deadLetters) {
      upsertDeadLetter.run(...deadLetter.values(firstPiece(letter)))
      for (const piece of furtherPieces(letter)) upsertPiece.run(...deadLetterPiece.values(piece))
    }
    for (const change of rowsOfBatch(batch)) putRows(change)
    putStays(batch.history, today)
    for (const row of batch.layouts ?? []) putLayout.run(...layout.values({ journal: batch.journal, ...row }))
    if (!batch.dry) work.commit()
  }
}

/** Sets of measures are few; a sender of all possible sets costs time and not memory. */
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
