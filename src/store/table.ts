/**
 * A table, declared once as a value. Derived from it: the SQL of both dialects (table-sql.ts), checks of values and sums, the types of its rows
 * here and in SQL, its twin in memory (testing/memory-table.ts), the schema test and the contract suite (store-contract-tables.ts).
 */
import type { AnyColumn, SqlValue, StoredOf, ValueOf } from './column.ts'
import type { RowList } from './packed-rows.ts'

/**
 * What happens to the stored value when a row of the same key comes in. `add` stops at 2^53 - 1, which then means "at least"; `addExact` is
 * 64 bits wide; `least` and `greatest` pass over null.
 */
export type Merge = 'keep' | 'replace' | 'add' | 'addExact' | 'least' | 'greatest'

interface Merged<C> {
  readonly column: C
  readonly merge: Merge
}
const merged =
  (merge: Merge) =>
  <C>(column: C): Merged<C> => ({ column, merge })

export const keep = merged('keep')
export const replace = merged('replace')
export const add = merged('add')
export const addExact = merged('addExact')
export const least = merged('least')
export const greatest = merged('greatest')

type KeyColumns = Readonly<Record<string, AnyColumn>>
export type MergedColumns = Readonly<Record<string, Merged<AnyColumn>>>

export interface Declaration<K extends KeyColumns, M extends MergedColumns> {
  /** In the order of the primary key. */
  readonly key: K
  readonly merge: M
  /** By name, their columns. */
  readonly indexes?: Readonly<Record<string, readonly string[]>>
  /** SQLite keeps the rows apart from the key: for long rows. */
  readonly hasRowid?: true
  /** MySQL and MariaDB: a partition for each day, by the key's column `day`. */
  readonly isByDay?: true
  /** Schema version that makes it; undefined: a written migration does (migrations/). */
  readonly since?: number
}

export interface TableColumn {
  /** Of the row in the program. */
  readonly field: string
  readonly name: string
  readonly column: AnyColumn
  readonly merge: Merge | 'key'
}

export interface Table<
  K extends KeyColumns = KeyColumns,
  M extends MergedColumns = MergedColumns,
  N extends string = string,
> {
  readonly name: N
  readonly declared: Declaration<K, M>
  /** The key first, in its order. */
  readonly columns: readonly TableColumn[]
  readonly columnNames: readonly (keyof SqlRow<K, M> & string)[]
  readonly keyLength: number
  /** In the order of the columns. Throws StoreError `data` for a value that its column cannot hold. */
  values(row: Row<K, M>): SqlValue[]
  /** The values under their names in SQL. */
  sqlRow(row: Row<K, M>): SqlRow<K, M>
  /** In the order of the key. */
  keyValues(row: Row<K, Record<never, never>>): SqlValue[]
  row(stored: SqlRow<K, M>): Row<K, M>
  /** From values in the order of the columns. */
  rowOfValues(values: readonly SqlValue[]): Row<K, M>
}

type Simplified<T> = { [F in keyof T]: T[F] }
type Snake<S extends string> = S extends `${infer C}${infer Rest}`
  ? C extends Lowercase<C>
    ? `${C}${Snake<Rest>}`
    : `_${Lowercase<C>}${Snake<Rest>}`
  : S
type NameOf<F extends string, C> = C extends { readonly name: infer Name extends string } ? Name : Snake<F>

export type Row<K, M> = Simplified<
  { readonly [F in keyof K]: ValueOf<K[F]> } & {
    readonly [F in keyof M]: M[F] extends Merged<infer C> ? ValueOf<C> : never
  }
>
type SqlRow<K, M> = Simplified<
  { [F in keyof K & string as NameOf<F, K[F]>]: StoredOf<K[F]> } & {
    [F in keyof M & string as M[F] extends Merged<infer C> ? NameOf<F, C> : never]: M[F] extends Merged<infer C>
      ? StoredOf<C>
      : never
  }
>
/** A row as the program holds it. */
export type RowOf<T> = T extends Table<infer K, infer M> ? Row<K, M> : never
export type KeyOf<T> = T extends Table<infer K, infer _M> ? Row<K, Record<never, never>> : never
/** A row as SQL names and holds it. */
export type SqlRowOf<T> = T extends Table<infer K, infer M> ? SqlRow<K, M> : never

const snake = (field: string) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

export function table<K extends KeyColumns, M extends MergedColumns, const N extends string>(
  name: N,
  declared: Declaration<K, M>,
): Table<K, M, N> {
  const keys = Object.entries<AnyColumn>(declared.key)
  const columns = [
    ...keys.map(([field, column]): TableColumn => ({ field, column, merge: 'key', name: column.name ?? snake(field) })),
    ...Object.entries<Merged<AnyColumn>>(declared.merge).map(
      ([field, { column, merge }]): TableColumn => ({ field, column, merge, name: column.name ?? snake(field) }),
    ),
  ]
  const write = (of: readonly TableColumn[], row: object) => {
    const from = row as Readonly<Record<string, unknown>>
    return of.map(({ field, column, name: inSql }) => column.write(from[field], inSql))
  }
  const read = (from: (column: TableColumn, at: number) => SqlValue) => {
    const row: Record<string, unknown> = {}
    for (const [at, column] of columns.entries()) row[column.field] = column.column.read(from(column, at))
    return row as Row<K, M>
  }
  const keyColumns = columns.slice(0, keys.length)
  return {
    name,
    declared,
    columns,
    columnNames: columns.map((column) => column.name as keyof SqlRow<K, M> & string),
    keyLength: keys.length,
    values: (row) => write(columns, row),
    sqlRow: (row) => {
      const values = write(columns, row)
      return Object.fromEntries(columns.map((column, at) => [column.name, values[at]])) as SqlRow<K, M>
    },
    keyValues: (row) => write(keyColumns, row),
    row: (stored) => read((column) => (stored as Readonly<Record<string, SqlValue>>)[column.name] as SqlValue),
    rowOfValues: (values) => read((_, at) => values[at] as SqlValue),
  }
}

/** The fields that are not of the key. */
export const mergedFields = <K extends KeyColumns, M extends MergedColumns>({ declared }: Table<K, M>) =>
  Object.keys(declared.merge) as (keyof M & string)[]

/** The table, but a row that is stored already stays as it is. */
export const keepingStored = <K extends KeyColumns, M extends MergedColumns>(table: Table<K, M>): Table<K, M> => ({
  ...table,
  columns: table.columns.map((column) => (column.merge === 'key' ? column : { ...column, merge: 'keep' })),
})

/** Rows of one table that a batch writes, in the order of its columns; those whose keys are in `gone` are removed first. */
export interface TableChange {
  readonly table: string
  readonly put: RowList<SqlValue[]>
  readonly gone: readonly SqlValue[][]
}

/** Throws StoreError `data` for a value that its column cannot hold; of packed rows when they are gone through. */
export const change = <K extends KeyColumns, M extends MergedColumns>(
  { name, values, keyValues }: Table<K, M>,
  put: RowList<NoInfer<Row<K, M>>>,
  gone: readonly NoInfer<Row<K, Record<never, never>>>[] = [],
): TableChange => ({
  table: name,
  put: Array.isArray(put) ? put.map(values) : valuesOf(put, values),
  gone: gone.map(keyValues),
})

const valuesOf = <R>(rows: RowList<R>, values: (row: R) => SqlValue[]): RowList<SqlValue[]> => ({
  length: rows.length,
  *[Symbol.iterator]() {
    for (const row of rows) yield values(row)
  },
})

/** Writers that meet take their locks in this one order. */
export const inKeyOrder = (keyLength: number, rows: Iterable<SqlValue[]>): SqlValue[][] =>
  [...rows].sort((a, b) => compareKeys(keyLength, a, b))

/**
 * The same in pieces. Rows that come in order, as those of devices do, are made as they are asked for: 50,000 that live until all are written cost
 * more to keep than to write.
 */
export function* piecesInKeyOrder(keyLength: number, rows: RowList<SqlValue[]>, piece: number): Iterable<SqlValue[][]> {
  let some: SqlValue[][] = []
  for (const row of isInKeyOrder(keyLength, rows) ? rows : inKeyOrder(keyLength, rows)) {
    if (some.push(row) < piece) continue
    yield some
    some = []
  }
  if (some.length > 0) yield some
}

function isInKeyOrder(keyLength: number, rows: Iterable<SqlValue[]>): boolean {
  let last: SqlValue[] | undefined
  for (const row of rows) {
    if (last && compareKeys(keyLength, last, row) > 0) return false
    last = row
  }
  return true
}

function compareKeys(keyLength: number, a: readonly SqlValue[], b: readonly SqlValue[]): number {
  for (let i = 0; i < keyLength; i++) {
    const [left, right] = [a[i] as number | string, b[i] as number | string]
    if (left !== right) return left < right ? -1 : 1
  }
  return 0
}
