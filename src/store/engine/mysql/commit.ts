/** The hot path: one batch, one transaction, offset first (S1). Keys are sorted, so that two writers meet in one order. */
import type { DeviceState } from '../../../domain/device.ts'
import type { DayNumber } from '../../../lib/utc-day.ts'
import { rowsOfBatch } from '../../batch-rows.ts'
import type { SqlValue } from '../../column.ts'
import { deletePieces, firstPiece, furtherPieces } from '../../letter-pieces.ts'
import { blockColumns } from '../../readings/reading-block.ts'
import { laterReader, type ReadingRows, readingWidth } from '../../readings/reading-rows.ts'
import {
  checkReadings,
  deviceColumns,
  deviceValues,
  type ReadingKind,
  readingColumns,
  readingKinds,
} from '../../readings/rows.ts'
import type { Blocks } from '../../readings/stored-tail.ts'
import { type CommitBatch, type RowList, StoreError } from '../../store.ts'
import { deadLetter, deadLetterPiece } from '../../tables/dead-letter.ts'
import { layout } from '../../tables/layout.ts'
import type { ReadingBlockTable } from '../../tables.ts'
import { putStaysMysql } from './history.ts'
import { asBuffer, type MysqlSession } from './mysql-session.ts'
import { inPieces } from './pieces.ts'
import { type Pipelined, pipelined, underWayMax } from './pipelined.ts'
import { backticked, type Change, insertInto, type RowStatement, replaced } from './statements.ts'
import { putChangeMysql, rowsAtOnce, upsertInto } from './table-writer.ts'
import { unitOfWork } from './unit-of-work.ts'

/** Readings that are values at a time: rows of one packet. The last few packets are what the end of a batch waits for. */
const readingsAtOnce = 1_000

const columnsAt = (places: readonly number[]) => places.map((at) => readingColumns[at] as string)

const putReadings = (day: DayNumber, { filled, zero }: ReadingKind): RowStatement => ({
  ...insertInto('reading', ['day', ...columnsAt(zero), ...columnsAt(filled)]),
  literals: [day, ...zero.map(() => 0)],
  alike: true,
})
const putBlocks: RowStatement = insertInto('reading_block', blockColumns)

/**
 * A device keeps its number and name. The upsert also fires on the other unique key, and would then write one device over another: the
 * guard turns that into NULL for a column that has none (1048).
 */
const idAt = deviceColumns.indexOf('id')
const deviceIdentity: readonly string[] = ['id', 'source', 'external', 'first_arrived']
const sameDevice: Change = [
  'id',
  ({ stored, incoming }) => {
    const same = ['id', 'external', 'source'].map((column) => `${stored(column)} = ${incoming(column)}`)
    return `IF(${same.join(' AND ')}, ${stored('id')}, NULL)`
  },
]
const upsertDevices = insertInto('device', deviceColumns, [
  sameDevice,
  ...replaced(deviceColumns.filter((column) => !deviceIdentity.includes(column))),
])
const putLayouts: RowStatement = insertInto(layout.name, layout.columnNames)

export interface CommitPlace {
  readonly today: DayNumber
  /** Resolves when the commit before this one has ended; undefined when none is under way. */
  readonly before: Promise<void> | undefined
  /** What the batch does to the blocks: asked for when the offset is its own, and nothing is under way before it. */
  blocks(): Promise<Blocks | undefined>
}

/**
 * Behind a commit that is under way the readings go in at once, beside it: no other statement touches them, and they are rolled back
 * should that commit fail. Everything else waits for its end, the offset first.
 */
export async function commitMysql(session: MysqlSession, batch: CommitBatch, place: CommitPlace): Promise<void> {
  // Before the transaction: a row that cannot be stored (S3) costs the server nothing.
  checkReadings(batch.readings)
  const changes = rowsOfBatch(batch)
  const { today, before } = place

  await using work = await unitOfWork(session)
  await using ahead = pipelined(session)
  if (before) {
    await insertReadings(ahead, batch.readings, today)
    await before
  }
  await moveOffset(session, batch)
  const blocks = await place.blocks()
  // Few, costly rows first: the server has work while keys are packed, and at the end only short pieces are waited for.
  await putDevices(ahead, batch.devices)
  await putDeadLetters(ahead, batch)
  for (const change of changes) await putChangeMysql(ahead, change)
  await putStaysMysql(ahead, batch.history, today)
  // One at a time: each may be as large as a packet.
  for (const row of batch.layouts ?? []) {
    const values = layout.values({ journal: batch.journal, ...row, packed: asBuffer(row.packed) })
    await ahead.insertMany(putLayouts, [values])
  }
  if (blocks) await moveBlocks(ahead, blocks)
  if (!before) await insertReadings(ahead, batch.readings, today)
  await ahead.answered()
  if (!batch.dry) await work.commit()
}

/** Rows that are values at a time: of 50,000 devices they were 40 MB. */
async function putDevices(ahead: Pipelined, devices: RowList<DeviceState>) {
  let some: SqlValue[][] = []
  const put = () => {
    const of = some
    some = []
    return ahead.insertMany(upsertDevices, of, (fault) => ofAnotherDevice(fault, of))
  }
  for (const device of inOrder(devices)) if (some.push(deviceValues(device)) === rowsAtOnce) await put()
  await put()
}

function inOrder(devices: RowList<DeviceState>): Iterable<DeviceState> {
  let last = 0
  for (const { id } of devices) {
    if (id < last) return [...devices].sort((a, b) => a.id - b.id)
    last = id
  }
  return devices
}

async function putDeadLetters(ahead: Pipelined, { deadLettersDone, deadLetters }: CommitBatch) {
  for (const { pos, idx } of deadLettersDone.toSorted(byPosition)) {
    await ahead.execute('DELETE FROM `dead_letter` WHERE `pos` = ? AND `idx` = ?', [pos, idx])
    await ahead.execute(backticked(deletePieces), [pos, idx])
  }
  const letters = deadLetters.toSorted(byPosition)
  for (const some of inPieces(letters.map(firstPiece)))
    await ahead.insertMany(
      upsertInto(deadLetter),
      some.map((letter) => deadLetter.values({ ...letter, bytes: asBuffer(letter.bytes) })),
    )
  for (const some of inPieces(letters.flatMap(furtherPieces)))
    await ahead.insertMany(
      upsertInto(deadLetterPiece),
      some.map((piece) => deadLetterPiece.values({ ...piece, bytes: asBuffer(piece.bytes) })),
    )
}

async function moveOffset(session: MysqlSession, batch: CommitBatch) {
  const { affected } = await session.execute(
    'UPDATE `journal_offset` SET `off` = ?, `fence` = ? WHERE `journal` = ? AND `part` = 0 AND `off` = ? AND `fence` <= ?',
    [batch.to, batch.fence, batch.journal, batch.from, batch.fence],
  )
  if (affected !== 1)
    throw new StoreError(
      'fenced',
      `the offset of journal ${batch.journal} is no longer at ${batch.from} under this fence`,
    )
}

async function insertReadings(ahead: Pipelined, rows: ReadingRows, day: DayNumber) {
  for (const kind of readingKinds(rows)) {
    const { filled, rows: ofKind } = kind
    const statement = putReadings(day, kind)
    // An array that was of doubles from its beginning needs no memory for each of its values.
    const blank = filled.map(() => 0.5)
    const later = laterReader(rows)
    /** Written again when the piece before the last ones was answered. */
    const pieces: number[][][] = []
    for (let at = 0, turn = 0; at < ofKind.length; at += readingsAtOnce, turn = (turn + 1) % underWayMax) {
      const length = Math.min(readingsAtOnce, ofKind.length - at)
      pieces[turn] ??= Array.from({ length }, () => blank.slice())
      const piece = (pieces[turn] as number[][]).slice(0, length)
      for (let i = 0; i < length; i++)
        putValues(piece[i] as number[], { rows, row: ofKind[at + i] as number, filled, later })
      await ahead.insertMany(statement, piece)
    }
  }
}

interface ValuesOfRow {
  readonly rows: ReadingRows
  readonly row: number
  readonly filled: readonly number[]
  readonly later: ReturnType<typeof laterReader>
}

function putValues(into: number[], { rows, row, filled, later }: ValuesOfRow) {
  const from = row * readingWidth
  for (let i = 0; i < filled.length; i++) {
    const column = filled[i] as number
    into[i] = column < readingWidth ? (rows.values[from + column] as number) : later(row, column)
  }
}

/** Into a session, or ahead of its answers. */
export async function insertBlocks(into: Pick<MysqlSession, 'insertMany'>, groups: readonly ReadingBlockTable[]) {
  if (groups.length === 0) return
  const values = ({ keys_packed, ...row }: ReadingBlockTable) =>
    blockColumns.map((column) => (column === 'keys_packed' ? asBuffer(keys_packed) : row[column]))
  await into.insertMany(putBlocks, groups.map(values))
}

async function moveBlocks(ahead: Pipelined, { before, plan: { closed, open } }: Blocks) {
  await insertBlocks(ahead, closed())
  await ahead.execute(
    backticked(
      'UPDATE "reading_open" SET "day" = ?, "after_pos" = ?, "block" = ?, "rows_open" = ? WHERE "id" = 0 AND "block" = ? AND "rows_open" = ?',
    ),
    [open.day, open.after_pos, open.block, open.rows_open, before.block, before.rows_open],
    (affected) => {
      if (affected !== 1) throw new StoreError('transient', 'the open block has another writer: look again')
    },
  )
}

function ofAnotherDevice(fault: unknown, devices: readonly SqlValue[][]): unknown {
  if ((fault as { errno?: number }).errno !== 1048) return fault
  const numbers = devices.length === 1 ? `number ${devices[0]?.[idAt]}` : `one of ${devices.length} numbers`
  return new StoreError('transient', `device ${numbers} belongs to another device: reload the devices`, {
    cause: fault,
  })
}

type RowPosition = { readonly pos: number; readonly idx: number }
const byPosition = (a: RowPosition, b: RowPosition) => a.pos - b.pos || a.idx - b.idx
