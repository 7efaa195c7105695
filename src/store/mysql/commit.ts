/** The hot path: one batch, one transaction, offset first (S1). Keys are sorted, so that two writers meet in one order. */
import type { DeviceState } from '../../domain/device.ts'
import type { DayNumber } from '../../lib/utc-day.ts'
import { blockColumns } from '../reading-block.ts'
import { type ReadingRows, readingWidth } from '../reading-rows.ts'
import {
  checkReadings,
  deadLetterColumns,
  deadLetterValues,
  deviceColumns,
  deviceValues,
  ledgerSums,
  ledgerValues,
  readingKinds,
  type SqlValue,
  storedColumns,
} from '../rows.ts'
import { type CommitBatch, type DeadLetterRow, StoreError } from '../store.ts'
import type { Blocks } from '../stored-tail.ts'
import type { ReadingBlockTable } from '../tables.ts'
import { putHistoryMysql } from './history.ts'
import { putLossesMysql } from './losses.ts'
import { asBuffer, type MysqlSession, type RowStatement } from './mysql-session.ts'
import { unitOfWork } from './unit-of-work.ts'

/** Readings that are values at a time: rows of one packet. */
const rowsAtOnce = 2_500
/** Frames of dead letters sent at once; one larger goes alone. */
const deadLetterBytesMax = 4 * 1024 * 1024

const putReadings = (filled: readonly number[]): RowStatement => ({
  ...insertInto('reading', storedColumns(filled)),
  alike: true,
})
const putBlocks: RowStatement = insertInto('reading_block', blockColumns)

/**
 * A device keeps its number and name. The upsert also fires on the other unique key, and would then write one device over another: the
 * guard turns that into NULL for a column that has none (1048). VALUES() is MySQL's older spelling, and the only one MariaDB has too.
 */
const deviceIdentity: readonly string[] = ['id', 'source', 'external', 'first_arrived']
const upsertDevices: RowStatement = {
  ...insertInto('device', deviceColumns),
  tail: `ON DUPLICATE KEY UPDATE
    id = IF(id = VALUES(id) AND external = VALUES(external) AND source = VALUES(source), id, NULL),
    ${replaced(deviceColumns.filter((column) => !deviceIdentity.includes(column)))}`,
}
const upsertDeadLetters: RowStatement = {
  ...insertInto('dead_letter', deadLetterColumns),
  tail: `ON DUPLICATE KEY UPDATE ${replaced(deadLetterColumns.slice(2))}`,
}
const addLedger: RowStatement = {
  ...insertInto('ledger', ['journal', 'source', 'day', ...ledgerSums]),
  tail: `ON DUPLICATE KEY UPDATE ${ledgerSums.map((column) => `${column} = ${column} + VALUES(${column})`).join(', ')}`,
}

export async function commitMysql(
  session: MysqlSession,
  batch: CommitBatch,
  blocks: Blocks | undefined,
  today: DayNumber,
): Promise<void> {
  // Before the transaction: a row that cannot be stored (S3) costs the server nothing.
  checkReadings(batch.readings)
  const devices = batch.devices.toSorted((a, b) => a.id - b.id).map(deviceValues)
  const ledger = batch.ledger.map((delta) => ledgerValues(batch.journal, delta)).sort(byText)

  await using work = await unitOfWork(session)
  const { affected } = await session.execute(
    'UPDATE journal_offset SET off = ?, fence = ? WHERE journal = ? AND part = 0 AND off = ? AND fence <= ?',
    [batch.to, batch.fence, batch.journal, batch.from, batch.fence],
  )
  if (affected !== 1)
    throw new StoreError(
      'fenced',
      `the offset of journal ${batch.journal} is no longer at ${batch.from} under this fence`,
    )
  if (blocks) {
    await insertReadings(session, batch.readings, blocks.plan.open.day)
    await moveBlocks(session, blocks)
  }
  if (devices.length > 0) await putDevices(session, devices, batch.devices)
  for (const { pos, idx } of batch.deadLettersDone.toSorted(byPlace))
    await session.execute('DELETE FROM dead_letter WHERE pos = ? AND idx = ?', [pos, idx])
  for (const letters of inPieces(batch.deadLetters.toSorted(byPlace)))
    await session.insertMany(
      upsertDeadLetters,
      letters.map((letter) => deadLetterValues({ ...letter, bytes: asBuffer(letter.bytes) })),
    )
  if (ledger.length > 0) await session.insertMany(addLedger, ledger)
  await putLossesMysql(session, batch.journal, batch.losses)
  await putHistoryMysql(session, batch.history, today)
  if (!batch.dry) await work.commit()
}

/**
 * In pieces: one is packed while the server takes the one before. A fault is told when nothing is under way any more: a client that sends a
 * piece in several statements would send the rest behind the ROLLBACK, where each is committed by itself.
 */
export async function insertReadings(session: Pick<MysqlSession, 'insertMany'>, rows: ReadingRows, day: DayNumber) {
  let before: Promise<void> = Promise.resolve()
  for (const { filled, rows: ofKind } of readingKinds(rows)) {
    const statement = putReadings(filled)
    // An array that was of doubles from its beginning needs no memory for each of its values.
    const blank = [0.5, ...filled.map(() => 0.5)]
    for (let at = 0; at < ofKind.length; at += rowsAtOnce) {
      const piece = ofKind.slice(at, at + rowsAtOnce).map((row) => putValues(blank.slice(), rows, row, day, filled))
      const sent = session.insertMany(statement, piece)
      const over = sent.catch(() => {})
      await before.catch(async (fault) => {
        await over
        throw fault
      })
      before = sent
    }
  }
  await before
}

function putValues(into: number[], { values }: ReadingRows, row: number, day: DayNumber, filled: readonly number[]) {
  const from = row * readingWidth
  into[0] = day
  for (let i = 0; i < filled.length; i++) into[i + 1] = values[from + (filled[i] as number)] as number
  return into
}

export async function insertBlocks(session: MysqlSession, groups: readonly ReadingBlockTable[]) {
  if (groups.length === 0) return
  const values = ({ keys_packed, ...row }: ReadingBlockTable) =>
    blockColumns.map((column) => (column === 'keys_packed' ? asBuffer(keys_packed) : row[column]))
  await session.insertMany(putBlocks, groups.map(values))
}

async function moveBlocks(session: MysqlSession, { before, plan: { closed, open } }: Blocks) {
  await insertBlocks(session, closed)
  const { affected } = await session.execute(
    'UPDATE reading_open SET day = ?, after_pos = ?, block = ?, rows_open = ? WHERE id = 0 AND block = ? AND rows_open = ?',
    [open.day, open.after_pos, open.block, open.rows_open, before.block, before.rows_open],
  )
  if (affected !== 1) throw new StoreError('transient', 'the open block has another writer: look again')
}

async function putDevices(session: MysqlSession, rows: SqlValue[][], devices: readonly DeviceState[]) {
  try {
    await session.insertMany(upsertDevices, rows)
  } catch (error) {
    if ((error as { errno?: number }).errno !== 1048) throw error
    const numbers = devices.length === 1 ? `number ${devices[0]?.id}` : `one of ${devices.length} numbers`
    throw new StoreError('transient', `device ${numbers} belongs to another device: reload the devices`, {
      cause: error,
    })
  }
}

function* inPieces(letters: readonly DeadLetterRow[]): Iterable<DeadLetterRow[]> {
  let piece: DeadLetterRow[] = []
  let bytes = 0
  for (const letter of letters) {
    if (piece.length > 0 && bytes + letter.bytes.length > deadLetterBytesMax) {
      yield piece
      piece = []
      bytes = 0
    }
    piece.push(letter)
    bytes += letter.bytes.length
  }
  if (piece.length > 0) yield piece
}

function insertInto(table: string, columns: readonly string[]): RowStatement {
  return { head: `INSERT INTO ${table} (${columns.join(', ')})`, columns: columns.length }
}

function replaced(columns: readonly string[]): string {
  return columns.map((column) => `${column} = VALUES(${column})`).join(', ')
}

type Place = { readonly pos: number; readonly idx: number }
const byPlace = (a: Place, b: Place) => a.pos - b.pos || a.idx - b.idx
const byText = (a: SqlValue[], b: SqlValue[]) => (a.slice(0, 3).join('\0') < b.slice(0, 3).join('\0') ? -1 : 1)
