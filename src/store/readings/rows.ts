/**
 * From what processing knows to what a row holds, and back. The order of each tuple is the order of its column list.
 *
 * This is where S3 is kept for every dialect alike: a number that a column cannot hold exactly (not finite, not a safe integer) and
 * a text that would come back changed (half a surrogate pair, a trailing blank, too long) throw `data` before any SQL runs. SQLite
 * would turn NaN into NULL, MySQL would round 1.5 in an integer column, both without a word.
 */

import type { DeviceState } from '../../domain/device.ts'
import { visitorOf } from '../../domain/measure-code.ts'
import { measureKeys, measures, measureValues } from '../../domain/measures.ts'
import { type DeviceId, idLengthMax } from '../../domain/reading.ts'
import type { Instant } from '../../lib/brand.ts'
import type { SqlValue } from '../column.ts'
import { type ReadingRow, StoreError } from '../store.ts'
import type { DeviceTable, ReadingTable } from '../tables.ts'
import { laterReader, laterWidth, presenceOf, type ReadingRows, readingAt, readingWidth } from './reading-rows.ts'

const measureNames = measures.map(({ name }) => name)

export const readingColumns = [
  'pos',
  'idx',
  'device',
  'epoch',
  'seq',
  'time',
  'arrived',
  'quality',
  'hash',
  'occupied',
  ...measureNames,
] as const satisfies readonly (keyof ReadingTable)[]

export const deviceColumns = [
  'id',
  'source',
  'external',
  'claimed_bay',
  'epoch',
  'min_seq',
  'max_seq',
  'distinct_count',
  'missing_before',
  'occupied',
  'since',
  'last_time',
  'last_arrived',
  'first_arrived',
  'battery_low',
  'readings',
  'duplicates',
  'rev',
  ...measureNames,
] as const satisfies readonly (keyof DeviceTable)[]

/** By column: all others are whole numbers. */
const reals = new Set<string>(measures.flatMap(({ name, whole }) => (whole ? [] : [name])))
const isReal = readingColumns.map((column) => reals.has(column))
const nullableFrom = readingAt.occupied

/** Throws when a value of a row is one that its column cannot hold. */
export function checkReadings({ length, values, later, laterLength }: ReadingRows): void {
  for (let at = 0; at < length * readingWidth; at += readingWidth)
    for (let i = 0; i < readingWidth; i++) {
      const value = values[at + i] as number
      if (value === (value | 0)) continue
      const isNull = Number.isNaN(value) && (i >= nullableFrom || i === readingAt.seq)
      if (!isNull) checkNumber(value, i)
    }
  for (let at = 0; at < laterLength * laterWidth; at += laterWidth)
    checkNumber(later[at + 2] as number, later[at + 1] as number)
}

function checkNumber(value: number, column: number) {
  if (Number.isSafeInteger(value) || (isReal[column] && Number.isFinite(value))) return
  throw new StoreError('data', `${readingColumns[column]} cannot hold ${value} exactly`)
}

/** Readings whose rows fill the same columns, and each with a number of the same type. */
export interface ReadingKind {
  /** Columns by their place in `readingColumns`; the others are null, or 0. */
  readonly filled: readonly number[]
  /** Columns that are 0 in every row. */
  readonly zero: readonly number[]
  readonly rows: readonly number[]
}

/** Nearly always 0: most sensors have one epoch, and most readings nothing to mark. */
const oftenZero: readonly number[] = [readingAt.epoch, readingAt.quality]
const isOftenZero = readingColumns.map((_, at) => oftenZero.includes(at))

/**
 * A column that is null or 0 in every row need not be sent, and a row without nulls is numbers alone, which cost no memory of their own. Rows
 * differ by what their sensors measure: there are as many kinds as sorts of sensors.
 */
export function readingKinds({ length, values, later, laterLength }: ReadingRows): ReadingKind[] {
  /** By what later measures a row has, then by its other columns. */
  const plain = new Map<number, number[]>()
  const byLater = new Map<number, Map<number, number[]>>([[0, plain]])
  let entry = 0
  for (let row = 0, at = 0; row < length; row++, at += readingWidth) {
    // 17 columns of four codes fit a double exactly.
    let code = 0
    for (let i = 0; i < readingWidth; i++) {
      const value = values[at + i] as number
      const isZero = value === 0 && isOftenZero[i]
      code = code * 4 + (isZero ? 3 : value === (value | 0) ? 2 : Number.isNaN(value) ? 0 : 1)
    }
    let laterCode = 0
    for (; entry < laterLength && later[entry * laterWidth] === row; entry++) {
      const value = later[entry * laterWidth + 2] as number
      const isWhole = value === (value | 0)
      laterCode += (isWhole ? 2 : 1) * 4 ** ((later[entry * laterWidth + 1] as number) - readingWidth)
    }
    const kinds = laterCode === 0 ? plain : byLater.getOrInsertComputed(laterCode, () => new Map())
    const rows = kinds.get(code)
    if (rows) rows.push(row)
    else kinds.set(code, [row])
  }
  return Array.from(byLater, ([laterCode, kinds]) =>
    Array.from(kinds.values(), (rows) => {
      const first = (rows[0] as number) * readingWidth
      const zero = oftenZero.filter((at) => values[first + at] === 0)
      const isSent = (at: number) => !(Number.isNaN(values[first + at]) || zero.includes(at))
      return { rows, zero, filled: [...placedColumns.filter(isSent), ...laterFilled(laterCode)] }
    }),
  ).flat()
}

const placedColumns: readonly number[] = Object.values(readingAt)
const allColumns: readonly number[] = readingColumns.map((_, column) => column)
const laterColumns = allColumns.slice(readingWidth)

const laterFilled = (code: number) =>
  laterColumns.filter((column) => Math.floor(code / 4 ** (column - readingWidth)) % 4 !== 0)

/** The columns that at least one row fills. */
export function filledColumns({ length, values, later, laterLength }: ReadingRows): number[] {
  const placed = placedColumns.filter((column) => {
    for (let at = column; at < length * readingWidth; at += readingWidth) if (!Number.isNaN(values[at])) return true
    return false
  })
  const listed = new Set<number>()
  for (let at = 1; at < laterLength * laterWidth; at += laterWidth) listed.add(later[at] as number)
  return [...placed, ...laterColumns.filter((column) => listed.has(column))]
}

/** Columns of a stored row, the day first, of which only these are filled. */
export const storedColumns = (filled: readonly number[]): string[] => [
  'day',
  ...filled.map((at) => readingColumns[at] as string),
]

/** Adds these values of one row that was checked, the day first. `later` reads the same rows. */
export function pushReadingValues(
  into: SqlValue[],
  rows: ReadingRows,
  row: number,
  day: number,
  { filled = allColumns, later = laterReader(rows) }: PushOptions = {},
): SqlValue[] {
  const from = row * readingWidth
  into.push(day)
  for (let i = 0; i < filled.length; i++) {
    const column = filled[i] as number
    const value = column < readingWidth ? (rows.values[from + column] as number) : later(row, column)
    into.push(Number.isNaN(value) ? null : value)
  }
  return into
}

interface PushOptions {
  readonly filled?: readonly number[]
  readonly later?: ReturnType<typeof laterReader>
}

const isWhole = measures.map(({ whole }) => whole === true)
const isKept = (value: number, measure: number) =>
  isWhole[measure] ? Number.isSafeInteger(value) : Number.isFinite(value)

const visitMeasures = visitorOf(measureKeys)
const pushMeasure = (into: SqlValue[], index: number, value: number | null) => {
  if (value !== null && !isKept(value, index))
    throw new StoreError('data', `${measureNames[index]} cannot hold ${value} exactly`)
  into.push(value)
}

export function deviceValues(device: DeviceState): SqlValue[] {
  const values = stateValues(device)
  visitMeasures(device, values, pushMeasure)
  return values
}

const stateValues = (d: DeviceState): SqlValue[] => [
  int(d.id, 'id'),
  text(d.source, 'source'),
  text(d.external, 'external'),
  d.claimedBay === null ? null : text(d.claimedBay, 'claimed_bay'),
  int(d.epoch, 'epoch'),
  intOrNull(d.minSeq, 'min_seq'),
  intOrNull(d.maxSeq, 'max_seq'),
  int(d.distinct, 'distinct_count'),
  int(d.missingBefore, 'missing_before'),
  presenceCode(d.occupied),
  intOrNull(d.since, 'since'),
  int(d.lastTime, 'last_time'),
  int(d.lastArrived, 'last_arrived'),
  int(d.firstArrived, 'first_arrived'),
  d.batteryLow === null ? null : Number(d.batteryLow),
  int(d.readings, 'readings'),
  int(d.duplicates, 'duplicates'),
  int(d.rev, 'rev'),
]

export const toReading = (r: ReadingTable): ReadingRow => ({
  pos: r.pos,
  idx: r.idx,
  device: r.device,
  epoch: r.epoch,
  seq: r.seq,
  time: r.time as Instant,
  arrived: r.arrived as Instant,
  quality: r.quality,
  hash: r.hash,
  occupied: presenceOf(r.occupied),
  ...measureValues(({ name }) => r[name]),
})

export const toDevice = (d: Omit<DeviceTable, 'rev_page'>): DeviceState => ({
  id: d.id,
  source: d.source,
  external: d.external as DeviceId,
  claimedBay: d.claimed_bay,
  epoch: d.epoch,
  minSeq: d.min_seq,
  maxSeq: d.max_seq,
  distinct: d.distinct_count,
  missingBefore: d.missing_before,
  occupied: presenceOf(d.occupied),
  since: d.since as Instant | null,
  lastTime: d.last_time as Instant,
  lastArrived: d.last_arrived as Instant,
  firstArrived: d.first_arrived as Instant,
  batteryLow: d.battery_low === null ? null : d.battery_low === 1,
  readings: d.readings,
  duplicates: d.duplicates,
  rev: d.rev,
  ...measureValues(({ name }) => d[name]),
})

const presenceCode = (occupied: boolean | null | undefined): number | null =>
  occupied === undefined ? null : occupied === null ? 2 : occupied ? 1 : 0

function int(value: number, column: string): number {
  if (Number.isSafeInteger(value)) return value
  throw new StoreError('data', `${column} cannot hold ${value} exactly`)
}

const intOrNull = (value: number | null, column: string) => (value === null ? null : int(value, column))

function text(value: string, column: string): string {
  if (value.length <= idLengthMax && value.isWellFormed() && !value.endsWith(' ')) return value
  throw new StoreError('data', `${column} cannot hold ${JSON.stringify(value.slice(0, idLengthMax + 1))} as it is`)
}
