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
import { packColumns, unpackColumns } from './packed-columns.ts'
import type { ReadingBlockTable, ReadingOpenTable } from './tables.ts'

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
type BlockRow = Omit<ReadingKey, 'day'>

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

const packedColumns = 6
/** `seq` of a reading without one. */
const noSeq = -1

export interface BlockPlan {
  /** Keys of blocks that end with this batch. */
  readonly closed: readonly ReadingBlockTable[]
  readonly open: OpenBlock
  /** Rows of the batch that the open block holds now. */
  readonly added: readonly BlockRow[]
  /** It also holds those of before. */
  readonly keepsRows: boolean
}

/** What a batch does to the blocks. `before` are the rows that the open block holds. */
export function planBlocks(
  open: OpenBlock,
  before: readonly BlockRow[],
  batch: readonly BlockRow[],
  today: number,
  rowsMax: number,
): BlockPlan {
  let { day, after_pos, block, rows_open } = open
  const closed: ReadingBlockTable[] = []
  const close = (rows: readonly BlockRow[], of: number) => {
    if (rows.length > 0) closed.push(...groupsOf(rows, of, block++))
  }
  const keepsRows = day === today && rows_open + batch.length <= rowsMax
  if (!keepsRows) {
    close(before, day)
    for (const { pos } of before) if (pos > after_pos) after_pos = pos
    day = today
    rows_open = 0
  }
  // A dead letter that is decoded again brings a position of long ago, which the open block does not reach back to.
  const added = batch.some(({ pos }) => pos <= after_pos) ? batch.filter(({ pos }) => pos > after_pos) : batch
  if (added !== batch)
    close(
      batch.filter(({ pos }) => pos <= after_pos),
      day,
    )
  return { closed, open: { day, after_pos, block, rows_open: rows_open + added.length }, added, keepsRows }
}

/** The keys of a closed block, by group of devices. */
export function groupsOf(rows: readonly BlockRow[], day: number, block: number): ReadingBlockTable[] {
  const groups = new Map<number, BlockRow[]>()
  for (const row of rows) {
    const group = groups.get(groupOf(row.device))
    if (group) group.push(row)
    else groups.set(groupOf(row.device), [row])
  }
  return [...groups.entries()].sort(([a], [b]) => a - b).map(([group, keys]) => groupRow(keys, group, day, block))
}

function groupRow(keys: readonly BlockRow[], device_group: number, day: number, block: number): ReadingBlockTable {
  const columns = Array.from({ length: packedColumns }, () => new Float64Array(keys.length))
  const [devices, positions, indexes, epochs, seqs, times] = columns as SixColumns
  // A plain loop: a callback for each value took more time than everything else about a block.
  for (let i = 0; i < keys.length; i++) {
    const { device, pos, idx, epoch, seq, time } = keys[i] as BlockRow
    devices[i] = device
    positions[i] = pos
    indexes[i] = idx
    epochs[i] = epoch
    seqs[i] = seq ?? noSeq
    times[i] = time
  }
  const [first_epoch, last_epoch] = ends(epochs)
  const [first_seq, last_seq] = ends(seqs)
  const [first_time, last_time] = ends(times)
  return {
    ...{ device_group, day, block, rows_held: keys.length },
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
  const columns = unpackColumns(keys_packed, packedColumns, rows_held)
  const value = (column: number, row: number) => (columns[column] as Float64Array)[row] as number
  const keys: ReadingKey[] = []
  for (let row = 0; row < rows_held; row++) {
    const device = value(0, row)
    if (!isWanted(device)) continue
    const seq = value(4, row)
    keys.push({
      ...{ day, device, pos: value(1, row), idx: value(2, row), epoch: value(3, row) },
      ...{ seq: seq === noSeq ? null : seq, time: value(5, row) },
    })
  }
  return keys
}

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
