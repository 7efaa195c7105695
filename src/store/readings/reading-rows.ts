/**
 * The readings of a batch as numbers in one typed array, row after row. Tens of thousands of them are in memory at once: as objects they
 * took a third of the processor's time for collecting garbage alone.
 *
 * A value that is not there is NaN. So that a NaN somebody measured is no absence, it is kept as infinity, which no column takes (S3).
 */
import type { Measures } from '../../domain/reading.ts'
import type { Instant } from '../../lib/brand.ts'
import type { ReadingRow } from '../store.ts'

export interface ReadingRows {
  readonly length: number
  /** `readingWidth` numbers a row, in the order of `readingAt`; longer than the rows need. */
  readonly values: Float64Array
}

/** Where in a row each value is: the order of the columns in the database, behind the day. */
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
} as const satisfies Record<keyof ReadingRow, number>
export const readingWidth = 17

const rowsFirst = 64

type Growing = { -readonly [K in keyof ReadingRows]: ReadingRows[K] }

export const noReadings = (): ReadingRows => ({ length: 0, values: new Float64Array(rowsFirst * readingWidth) })

/** Rows that another thread sees without a copy, written again once their batch has ended: see `emptied`. */
export const sharedReadings = (): ReadingRows => ({ length: 0, values: sharedMemory(rowsFirst * readingWidth) })

/** The same rows without any in them: their memory is used once more. */
export function emptied(rows: ReadingRows): ReadingRows {
  const growing: Growing = rows
  growing.length = 0
  return rows
}

/** What a row says besides what was measured. */
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
    const { occupied, distanceMm, countIn, countOut, batteryV, batteryPct, temperatureC, rssiDbm, ...head } = row
    const said = { distanceMm, countIn, countOut, batteryV, batteryPct, temperatureC, rssiDbm }
    const measures = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== null))
    addReading(rows, head, occupied === undefined ? measures : { ...measures, occupied })
  }
  return rows
}

export function readingRow({ values }: ReadingRows, row: number): ReadingRow {
  const at = row * readingWidth
  const number = (name: keyof ReadingRow) => values[at + readingAt[name]] as number
  const orNull = (name: keyof ReadingRow) => (Number.isNaN(number(name)) ? null : number(name))
  return {
    ...{ pos: number('pos'), idx: number('idx'), device: number('device'), epoch: number('epoch'), seq: orNull('seq') },
    ...{ time: number('time') as Instant, arrived: number('arrived') as Instant, quality: number('quality') },
    ...{ hash: number('hash'), occupied: presenceOf(orNull('occupied')), distanceMm: orNull('distanceMm') },
    ...{ countIn: orNull('countIn'), countOut: orNull('countOut'), batteryV: orNull('batteryV') },
    ...{ batteryPct: orNull('batteryPct'), temperatureC: orNull('temperatureC'), rssiDbm: orNull('rssiDbm') },
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
  for (let row = 0; row < rows.length; row++)
    appendRow((rows.values[row * readingWidth] as number) > pos ? parts.behind : parts.before, rows, row)
  return parts
}

/** Adds all of `more` to `rows`. */
export function appendRows(rows: ReadingRows, more: ReadingRows): void {
  const growing: Growing = rows
  reserve(growing, rows.length + more.length)
  growing.values.set(more.values.subarray(0, more.length * readingWidth), rows.length * readingWidth)
  growing.length += more.length
}

function appendRow(rows: ReadingRows, from: ReadingRows, row: number) {
  const at = roomFor(rows)
  rows.values.set(from.values.subarray(row * readingWidth, (row + 1) * readingWidth), at)
}

/** As they are handed to another thread: what is not shared goes in memory of its own, without room for more. */
export function readingsToSend({ length, values }: ReadingRows): { readings: ReadingRows; transfer: ArrayBuffer[] } {
  if (values.buffer instanceof SharedArrayBuffer) return { readings: { length, values }, transfer: [] }
  const own = values.slice(0, length * readingWidth)
  return { readings: { length, values: own }, transfer: [own.buffer as ArrayBuffer] }
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
  const size = Math.max(count, rows.length * 2) * readingWidth
  const values = rows.values.buffer instanceof SharedArrayBuffer ? sharedMemory(size) : new Float64Array(size)
  values.set(rows.values)
  rows.values = values
}

/** Numbers that another thread sees without a copy. */
export const sharedMemory = (numbers: number) =>
  new Float64Array(new SharedArrayBuffer(numbers * Float64Array.BYTES_PER_ELEMENT))

const measured = (value: number | undefined): number =>
  value === undefined ? Number.NaN : Number.isNaN(value) ? Number.POSITIVE_INFINITY : value

/** Presence in a row: 1 occupied, 0 vacant, 2 the sensor said it does not know, absent not said. */
const presenceNumber = (occupied: boolean | null | undefined): number =>
  occupied === undefined ? Number.NaN : occupied === null ? 2 : occupied ? 1 : 0
export const presenceOf = (code: number | null): boolean | null | undefined =>
  code === null ? undefined : code === 2 ? null : code === 1
