/**
 * Where the readings of a device lie, without an index that every row pays for.
 *
 * `reading` is clustered by (day of storing, position): rows are only ever appended. The newest rows are the *open block*, bounded and
 * simply looked through. When it is full, or the day ends, it is closed: for each group of a few devices one row of `reading_block` keeps
 * the keys of their readings, packed. So a device's readings cost one row a block to find, and a stored reading costs a few bytes.
 *
 * - B1 Every row of `reading` is either in the open block (its day, behind its `after_pos`) or in exactly one row of `reading_block`.
 * - B2 The open block and its number of rows move in the transaction that stores the rows.
 * - B3 Everything here can be made again from `reading`.
 */

import type { ReadingBlockTable, ReadingOpenTable } from '../tables.ts'
import { packColumns, packedColumns } from './packed-columns.ts'
import { behind, type ReadingRows, readingAt, readingWidth } from './reading-rows.ts'

/** Rows of the open block: looked through in a few milliseconds, and enough to make a closed block worth its rows. */
export const blockRows = 32_768
/** Devices that share a row of a closed block. Their numbers are dense, so few devices make few rows. */
const devicesPerGroup = 8

export const groupOf = (device: number) => Math.floor(device / devicesPerGroup)

/** Where a reading lies, and what pages and deduplication ask about it. */
export interface ReadingKey {
  readonly day: number
  readonly pos: number
  readonly idx: number
  readonly device: number
  readonly epoch: number
  readonly seq: number | null
  readonly time: number
}

export type OpenBlock = Omit<ReadingOpenTable, 'id'>

export const blockColumns = [
  'device_group',
  'day',
  'block',
  'rows_held',
  'first_epoch',
  'last_epoch',
  'first_seq',
  'last_seq',
  'first_time',
  'last_time',
  'keys_packed',
] as const satisfies readonly (keyof ReadingBlockTable)[]

/** `seq` of a reading without one. */
const noSeq = -1

export interface BlockPlan {
  /** Keys of blocks that end with this batch: packed when asked for, while the database has other work. */
  closed(): ReadingBlockTable[]
  readonly open: OpenBlock
  /** Rows of the batch that the open block holds now. */
  readonly added: ReadingRows
  /** It also holds those of before. */
  readonly keepsRows: boolean
}

/** What a batch does to the blocks. `before` are the rows that the open block holds. */
export function planBlocks(
  open: OpenBlock,
  before: ReadingRows,
  batch: ReadingRows,
  today: number,
  rowsMax: number,
): BlockPlan {
  let { day, after_pos, block, rows_open } = open
  const closing: { readonly rows: ReadingRows; readonly day: number; readonly block: number }[] = []
  const close = (rows: ReadingRows, of: number) => {
    if (rows.length > 0) closing.push({ rows, day: of, block: block++ })
  }
  const keepsRows = day === today && rows_open + batch.length <= rowsMax
  if (!keepsRows) {
    close(before, day)
    for (let row = 0; row < before.length; row++)
      after_pos = Math.max(after_pos, before.values[row * readingWidth + readingAt.pos] as number)
    day = today
    rows_open = 0
  }
  // A dead letter that is decoded again brings a position of long ago, which the open block does not reach back to.
  const { behind: added, before: old } = behind(batch, after_pos)
  close(old, day)
  const closed = () => closing.flatMap((one) => groupsOf(one.rows, one.day, one.block))
  return { closed, open: { day, after_pos, block, rows_open: rows_open + added.length }, added, keepsRows }
}

/** The keys of a closed block, by group of devices. */
export function groupsOf(rows: ReadingRows, day: number, block: number): ReadingBlockTable[] {
  const groups = new Map<number, number[]>()
  for (let row = 0; row < rows.length; row++) {
    const of = groupOf(rows.values[row * readingWidth + readingAt.device] as number)
    const group = groups.get(of)
    if (group) group.push(row)
    else groups.set(of, [row])
  }
  return [...groups.entries()].sort(([a], [b]) => a - b).map(([group, of]) => groupRow(rows, of, group, day, block))
}

/** In the order of their packed columns. */
const packed = [readingAt.device, readingAt.pos, readingAt.idx, readingAt.epoch, readingAt.seq, readingAt.time]

function groupRow(
  { values }: ReadingRows,
  rows: readonly number[],
  device_group: number,
  day: number,
  block: number,
): ReadingBlockTable {
  // Plain loops: a callback for each value took more time than everything else about a block.
  const columns = packed.map((at) => {
    const column = new Float64Array(rows.length)
    for (let i = 0; i < rows.length; i++) column[i] = values[(rows[i] as number) * readingWidth + at] as number
    return column
  })
  const [, , , epochs, seqs, times] = columns as SixColumns
  for (let i = 0; i < seqs.length; i++) if (Number.isNaN(seqs[i])) seqs[i] = noSeq
  const [first_epoch, last_epoch] = ends(epochs)
  const [first_seq, last_seq] = ends(seqs)
  const [first_time, last_time] = ends(times)
  return {
    ...{ device_group, day, block, rows_held: rows.length },
    ...{ first_epoch, last_epoch, first_seq, last_seq, first_time, last_time },
    keys_packed: packColumns(columns),
  }
}

type SixColumns = [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array]

/** The keys that a group holds of the devices wanted. */
export function keysIn(
  { day, rows_held, keys_packed }: Pick<ReadingBlockTable, 'day' | 'rows_held' | 'keys_packed'>,
  isWanted: (device: number) => boolean,
): ReadingKey[] {
  const columns = packedColumns(keys_packed, packed.length, rows_held)
  const [deviceOf, pos, idx, epoch, seq, time] = columns as SixReaders
  const keys: ReadingKey[] = []
  for (let row = 0; row < rows_held; row++) {
    const device = deviceOf(row)
    if (!isWanted(device)) continue
    const number = seq(row)
    keys.push({
      ...{ day, device, pos: pos(row), idx: idx(row), epoch: epoch(row) },
      ...{ seq: number === noSeq ? null : number, time: time(row) },
    })
  }
  return keys
}

type Reader = (row: number) => number
type SixReaders = [Reader, Reader, Reader, Reader, Reader, Reader]

function ends(values: Float64Array): [first: number, last: number] {
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    if (value < first) first = value
    if (value > last) last = value
  }
  return [first, last]
}
