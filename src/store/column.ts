/**
 * What a column holds, declared once for both dialects. A value that a column could not give back as it was throws StoreError `data` before
 * any SQL runs: SQLite would store NaN as NULL, and MySQL would round 1.5 in a column of whole numbers (S3).
 */
import type { Instant } from '../lib/brand.ts'
import type { DayNumber } from '../lib/utc-day.ts'
import { StoreError } from './store-fault.ts'

export type SqlValue = number | string | Uint8Array | null

export interface Column<Value, Stored extends SqlValue, Name extends string | undefined = undefined> {
  readonly sqlite: 'INTEGER' | 'REAL' | 'TEXT' | 'BLOB'
  readonly mysql: string
  readonly isNullable: boolean
  /** In SQL; undefined: the field's name in snake case. */
  readonly name: Name
  /** Where sums stop: the largest value of the column. Undefined: no number. */
  readonly max?: number
  /** Values at the limits of the column, for the contract suite. */
  readonly limits: readonly Value[]
  write(value: Value, column: string): Stored
  read(stored: Stored): Value
}
export type AnyColumn = Column<unknown, SqlValue, string | undefined>
export type ValueOf<C> = C extends Column<infer Value, infer _Stored, infer _Name> ? Value : never
export type StoredOf<C> = C extends Column<infer _Value, infer Stored, infer _Name> ? Stored : never

function refused(column: string, value: unknown): never {
  throw new StoreError('data', `${column} cannot hold ${value} exactly`)
}

const wholeBetween = <Value extends number>(mysql: string, min: number, max: number): Column<Value, number> => ({
  sqlite: 'INTEGER',
  mysql,
  isNullable: false,
  name: undefined,
  max,
  limits: [min, -1, 0, 1, max] as Value[],
  write: (value, column) =>
    Number.isSafeInteger(value) && value >= min && value <= max ? value : refused(column, value),
  read: (stored) => stored as Value,
})

/** As large as JavaScript holds exactly. */
export const whole = wholeBetween<number>('BIGINT', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
export const whole32 = wholeBetween<number>('INT', -(2 ** 31), 2 ** 31 - 1)
/** Given by the database, in order. */
export const serial: Column<number, number> = { ...whole, limits: [1, 2, Number.MAX_SAFE_INTEGER] }
export const instant = wholeBetween<Instant>('BIGINT', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
export const dayOf1970 = wholeBetween<DayNumber>('INT', -(2 ** 31), 2 ** 31 - 1)

export const real: Column<number, number> = {
  sqlite: 'REAL',
  mysql: 'DOUBLE',
  isNullable: false,
  name: undefined,
  limits: [-Number.MAX_VALUE, -0.1, 0, Number.MIN_VALUE, Number.MAX_VALUE],
  write: (value, column) => (Number.isFinite(value) ? value : refused(column, value)),
  read: (stored) => stored,
}

export const flag: Column<boolean, number> = {
  sqlite: 'INTEGER',
  mysql: 'TINYINT',
  isNullable: false,
  name: undefined,
  limits: [false, true],
  write: Number,
  read: (stored) => stored === 1,
}

/** At most `length` UTF-16 units, without half a surrogate pair or a trailing blank: they would come back changed. */
export const text = <Value extends string = string>(length: number): Column<Value, string> => ({
  sqlite: 'TEXT',
  mysql: `VARCHAR(${length})`,
  isNullable: false,
  name: undefined,
  limits: ['', 'a', '\u{1f17f}', 'é'.repeat(length)] as Value[],
  write(value, column) {
    if (value.length <= length && value.isWellFormed() && !value.endsWith(' ')) return value
    throw new StoreError('data', `${column} cannot hold ${JSON.stringify(value.slice(0, length + 1))} as it is`)
  },
  read: (stored) => stored as Value,
})
/** Always of this length: servers pad a shorter one with blanks. */
export const fixedText = (length: number): Column<string, string> => ({
  ...text(length),
  mysql: `CHAR(${length})`,
  limits: ['0'.repeat(length), 'é'.repeat(length)],
})
/** YYYY-MM-DD */
export const dayText = fixedText(10)

/** Text for people: half a surrogate pair is replaced, not refused. */
export const prose: Column<string, string> = {
  sqlite: 'TEXT',
  mysql: 'MEDIUMTEXT',
  isNullable: false,
  name: undefined,
  limits: ['', 'a sentence. ', '\u{1f17f}'.repeat(1_000)],
  write: (value) => value.toWellFormed(),
  read: (stored) => stored,
}

/** A member of a closed list, stored as its place in it. */
export const listed = <Value extends string>(list: readonly string[]): Column<Value, number> => ({
  ...whole32,
  limits: list as Value[],
  write(value, column) {
    const place = list.indexOf(value)
    return place < 0 ? refused(column, value) : place
  },
  read: (stored) => list[stored] as Value,
})

/** Texts of any number, as JSON. */
export const texts: Column<readonly string[], string> = {
  ...prose,
  limits: [[], [''], ['a', '\u{1f17f}', '"\\']],
  write: (value) => JSON.stringify(value),
  read: (stored) => JSON.parse(stored) as string[],
}

/** A value that JSON holds as it is, or null. */
export const jsonOrNull = <Value>(): Column<Value | null, string | null> => ({
  ...prose,
  isNullable: true,
  limits: [null, { a: '\u{1f17f}', b: [1, null] } as Value],
  write: (value) => (value === null ? null : JSON.stringify(value)),
  read: (stored) => (stored === null ? null : (JSON.parse(stored) as Value)),
})

export const bytes: Column<Uint8Array, Uint8Array> = {
  sqlite: 'BLOB',
  mysql: 'LONGBLOB',
  isNullable: false,
  name: undefined,
  limits: [new Uint8Array(), Uint8Array.of(0, 255, 39, 92)],
  write: (value) => value,
  read: (stored) => new Uint8Array(stored),
}

export const orNull = <Value, Stored extends SqlValue, Name extends string | undefined>(
  column: Column<Value, Stored, Name>,
): Column<Value | null, Stored | null, Name> => ({
  ...column,
  isNullable: true,
  limits: [null, ...column.limits],
  write: (value, name) => (value === null ? null : column.write(value, name)),
  read: (stored) => (stored === null ? null : column.read(stored)),
})

/** Null is stored as an empty text: a key has no NULL. */
export const orEmpty = (column: Column<string, string>): Column<string | null, string> => ({
  ...column,
  limits: [null, ...column.limits.filter((value) => value !== '')],
  write: (value, name) => column.write(value ?? '', name),
  read: (stored) => stored || null,
})

export const named = <Value, Stored extends SqlValue, Name extends string>(
  name: Name,
  column: Column<Value, Stored>,
): Column<Value, Stored, Name> => ({ ...column, name })
