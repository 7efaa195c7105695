/**
 * The readings of a batch as numbers in typed arrays, row after row. Tens of thousands of them are in memory at once: as objects they
 * took a third of the processor's time for collecting garbage alone.
 *
 * Each row has a place for the measures of the first release. Those that came later are listed beside the rows, so that a measure costs
 * nothing where it is absent, however many there are.
 *
 * A value that is not there is NaN. So that a NaN somebody measured is no absence, it is kept as infinity, which no column takes (S3).
 */
import type { measures as declared } from '@baykeeper/contract/measures.ts'
import { visitorOf } from '../../domain/measure-code.ts'
import { type KeyOf, type MeasureKey, measures, measureValues } from '../../domain/measures.ts'
import type { Measures } from '../../domain/reading.ts'
import type { Instant } from '../../lib/brand.ts'
import type { ReadingRow } from '../store.ts'

export interface ReadingRows {
  readonly length: number
  /** `readingWidth` numbers a row, in the order of `readingAt`; longer than the rows need. */
  readonly values: Float64Array
  /** `laterWidth` numbers for each later measure of a row: the row, the column, the value. Rows ascend; longer than needed. */
  readonly later: Float64Array
  readonly laterLength: number
}

type FirstName = Exclude<(typeof declared)[number], { readonly since: number }>['name']

/** Where in a row each value is: the order of the columns in the database, behind the day. No measure is added here: see `later`. */
export const readingAt = {
  pos: 0,
  idx: 1,
  device: 2,
  epoch: 3,
  seq: 4,
  time: 5,
  arrived: 6,
  quality: 7,
  hash: 8,
  occupied: 9,
  distanceMm: 10,
  countIn: 11,
  countOut: 12,
  batteryV: 13,
  batteryPct: 14,
  temperatureC: 15,
  rssiDbm: 16,
} as const satisfies Record<keyof ReadingHead | 'occupied' | KeyOf<FirstName>, number>
export const readingWidth = 17
export const laterWidth = 3

/** In the order of their columns, behind those that have a place. */
const laterKeys = measures.filter(({ since }) => since !== undefined).map(({ key }) => key)
const visitLater = visitorOf(laterKeys)
const columnOf: Readonly<Record<string, number>> = {
  ...readingAt,
  ...Object.fromEntries(laterKeys.map((key, i) => [key, readingWidth + i])),
}
/** Number of the column of a measure, as `ReadingKind.filled` counts them. */
export const measureColumn = (key: MeasureKey): number => columnOf[key] as number

const rowsFirst = 64

type Growing = { -readonly [K in keyof ReadingRows]: ReadingRows[K] }

const readingsIn = (memory: (numbers: number) => Float64Array): ReadingRows => ({
  ...{ length: 0, values: memory(rowsFirst * readingWidth) },
  ...{ laterLength: 0, later: memory(rowsFirst * laterWidth) },
})
const ownMemory = (numbers: number) => new Float64Array(numbers)

export const noReadings = (): ReadingRows => readingsIn(ownMemory)

/** Rows that another thread sees without a copy, written again once their batch has ended: see `emptied`. */
export const sharedReadings = (): ReadingRows => readingsIn(sharedMemory)

/** The same rows without any in them: their memory is used once more. */
export function emptied(rows: ReadingRows): ReadingRows {
  const growing: Growing = rows
  growing.length = 0
  growing.laterLength = 0
  return rows
}

/** What a row holds besides measures. */
export type ReadingHead = Pick<
  ReadingRow,
  'pos' | 'idx' | 'device' | 'epoch' | 'seq' | 'time' | 'arrived' | 'quality' | 'hash'
>

export function addReading(rows: ReadingRows, head: ReadingHead, m: Measures): void {
  const at = roomFor(rows)
  const { values } = rows
  values[at] = head.pos
  values[at + readingAt.idx] = head.idx
  values[at + readingAt.device] = head.device
  values[at + readingAt.epoch] = head.epoch
  values[at + readingAt.seq] = head.seq ?? Number.NaN
  values[at + readingAt.time] = head.time
  values[at + readingAt.arrived] = head.arrived
  values[at + readingAt.quality] = head.quality
  values[at + readingAt.hash] = head.hash
  values[at + readingAt.occupied] = presenceNumber(m.occupied)
  values[at + readingAt.distanceMm] = measured(m.distanceMm)
  values[at + readingAt.countIn] = measured(m.countIn)
  values[at + readingAt.countOut] = measured(m.countOut)
  values[at + readingAt.batteryV] = measured(m.batteryV)
  values[at + readingAt.batteryPct] = measured(m.batteryPct)
  values[at + readingAt.temperatureC] = measured(m.temperatureC)
  values[at + readingAt.rssiDbm] = measured(m.rssiDbm)
  visitLater(m, rows, addLaterOfLast)
}

function addLater(rows: Growing, row: number, column: number, value: number) {
  const at = rows.laterLength * laterWidth
  if (at === rows.later.length) rows.later = grown(rows.later, at * 2)
  rows.later[at] = row
  rows.later[at + 1] = column
  rows.later[at + 2] = value
  rows.laterLength++
}

const addLaterOfLast = (rows: Growing, index: number, value: number) =>
  addLater(rows, rows.length - 1, readingWidth + index, measured(value))

/** Reads later measures; fastest where rows are asked for in ascending order. NaN: the row has none. */
export function laterReader({ later, laterLength }: ReadingRows): (row: number, column: number) => number {
  const rowAt = (i: number) => later[i * laterWidth] as number
  /** First entry of a row at or behind this one. */
  const firstOf = (row: number) => {
    let from = 0
    for (let to = laterLength; from < to; ) {
      const middle = (from + to) >>> 1
      if (rowAt(middle) < row) from = middle + 1
      else to = middle
    }
    return from
  }
  let current = -1
  let first = 0
  return (row, column) => {
    if (row !== current) {
      while (row > current && first < laterLength && rowAt(first) === current) first++
      if (row < current || (first < laterLength && rowAt(first) < row)) first = firstOf(row)
      current = row
    }
    for (let i = first; i < laterLength && rowAt(i) === row; i++)
      if (later[i * laterWidth + 1] === column) return later[i * laterWidth + 2] as number
    return Number.NaN
  }
}

/** Rows of which only the keys are known. */
export type ReadingKeyRow = Pick<ReadingHead, 'pos' | 'idx' | 'device' | 'epoch' | 'seq'> & {
  readonly time: number
  readonly hash?: number
}

export function keyRows(keys: Iterable<ReadingKeyRow>): ReadingRows {
  const rows = noReadings()
  for (const key of keys) {
    const time = key.time as Instant
    addReading(rows, { hash: 0, ...key, time, arrived: time, quality: 0 }, {})
  }
  return rows
}

export function readingRows(list: Iterable<ReadingRow>): ReadingRows {
  const rows = noReadings()
  for (const row of list) {
    const found: Partial<Record<MeasureKey, number>> = {}
    for (const { key } of measures) if (row[key] !== null) found[key] = row[key]
    addReading(rows, row, row.occupied === undefined ? found : { ...found, occupied: row.occupied })
  }
  return rows
}

/** The parts of a row that tell a reading from another. */
export function readingKey({ values }: ReadingRows, row: number): Omit<ReadingHead, 'device' | 'arrived' | 'quality'> {
  const at = row * readingWidth
  const number = (name: keyof ReadingHead) => values[at + readingAt[name]] as number
  const seq = number('seq')
  return {
    ...{ pos: number('pos'), idx: number('idx'), epoch: number('epoch'), seq: Number.isNaN(seq) ? null : seq },
    ...{ time: number('time') as Instant, hash: number('hash') },
  }
}

export function readingRow(rows: ReadingRows, row: number): ReadingRow {
  const at = row * readingWidth
  const later = laterReader(rows)
  const numberIn = (column: number) =>
    column < readingWidth ? (rows.values[at + column] as number) : later(row, column)
  const orNull = (column: number) => (Number.isNaN(numberIn(column)) ? null : numberIn(column))
  return {
    ...readingKey(rows, row),
    ...{ device: numberIn(readingAt.device), arrived: numberIn(readingAt.arrived) as Instant },
    ...{ quality: numberIn(readingAt.quality), occupied: presenceOf(orNull(readingAt.occupied)) },
    ...measureValues(({ key }) => orNull(measureColumn(key))),
  }
}

export const listOf = (rows: ReadingRows): ReadingRow[] =>
  Array.from({ length: rows.length }, (_, row) => readingRow(rows, row))

/** The rows behind this position; the same rows when that is all of them. */
export function behind(rows: ReadingRows, pos: number): { readonly behind: ReadingRows; readonly before: ReadingRows } {
  let isAll = true
  for (let row = 0; row < rows.length; row++) isAll &&= (rows.values[row * readingWidth] as number) > pos
  if (isAll) return { behind: rows, before: noReadings() }
  const parts = { behind: noReadings(), before: noReadings() }
  let entry = 0
  for (let row = 0; row < rows.length; row++) {
    const part = (rows.values[row * readingWidth] as number) > pos ? parts.behind : parts.before
    appendRow(part, rows, row)
    for (; entry < rows.laterLength && rows.later[entry * laterWidth] === row; entry++)
      copyLater(part, rows, entry, part.length - 1)
  }
  return parts
}

/** Adds all of `more` to `rows`. */
export function appendRows(rows: ReadingRows, more: ReadingRows): void {
  const growing: Growing = rows
  const before = rows.length
  reserve(growing, before + more.length)
  growing.values.set(more.values.subarray(0, more.length * readingWidth), before * readingWidth)
  growing.length += more.length
  for (let i = 0; i < more.laterLength; i++)
    copyLater(growing, more, i, before + (more.later[i * laterWidth] as number))
}

function appendRow(rows: ReadingRows, from: ReadingRows, row: number) {
  const at = roomFor(rows)
  rows.values.set(from.values.subarray(row * readingWidth, (row + 1) * readingWidth), at)
}

function copyLater(rows: Growing, { later }: ReadingRows, entry: number, row: number) {
  const at = entry * laterWidth
  addLater(rows, row, later[at + 1] as number, later[at + 2] as number)
}

/** As they are handed to another thread: what is not shared goes in its own memory, without room for more. */
export function readingsToSend(rows: ReadingRows): { readings: ReadingRows; transfer: ArrayBuffer[] } {
  const { length, laterLength, values, later } = rows
  if (values.buffer instanceof SharedArrayBuffer) return { readings: { ...rows }, transfer: [] }
  const own = { values: values.slice(0, length * readingWidth), later: later.slice(0, laterLength * laterWidth) }
  return {
    readings: { length, laterLength, ...own },
    transfer: [own.values.buffer as ArrayBuffer, own.later.buffer as ArrayBuffer],
  }
}

/** Where the values of one more row go. */
function roomFor(rows: ReadingRows): number {
  const growing: Growing = rows
  const at = growing.length * readingWidth
  if (at === growing.values.length) reserve(growing, growing.length * 2)
  growing.length++
  return at
}

function reserve(rows: Growing, count: number) {
  if (count * readingWidth <= rows.values.length) return
  rows.values = grown(rows.values, Math.max(count, rows.length * 2) * readingWidth)
}

/** The same numbers in larger memory of the same kind. */
function grown(numbers: Float64Array, size: number): Float64Array {
  const larger = numbers.buffer instanceof SharedArrayBuffer ? sharedMemory(size) : ownMemory(size)
  larger.set(numbers)
  return larger
}

/** Numbers that another thread sees without a copy. */
export const sharedMemory = (numbers: number) =>
  new Float64Array(new SharedArrayBuffer(numbers * Float64Array.BYTES_PER_ELEMENT))

const measured = (value: number | undefined): number =>
  value === undefined ? Number.NaN : Number.isNaN(value) ? Number.POSITIVE_INFINITY : value

/** Presence in a row: 1 occupied, 0 vacant, 2 the sensor reported unknown, absent not reported. */
const presenceNumber = (occupied: boolean | null | undefined): number =>
  occupied === undefined ? Number.NaN : occupied === null ? 2 : occupied ? 1 : 0
export const presenceOf = (code: number | null): boolean | null | undefined =>
  code === null ? undefined : code === 2 ? null : code === 1
