/**
 * The SQL of a declared table. Names stand in double quotes; MySQL and MariaDB get backticks (mysql/statements.ts). The dialects differ in how
 * the row that exists and the one that came in are named, and in the least and greatest of two values.
 */

import type { Table, TableColumn } from '../table.ts'
import { addedUp } from './sums.ts'

export type Dialect = 'sqlite' | 'mysql'

const quoted = (name: string) => `"${name}"`
const list = (names: readonly string[]) => names.map(quoted).join(', ')

/** The value after a row of the same key came in; undefined: the stored one stays. */
export function mergedValue(
  { merge, column }: Pick<TableColumn, 'merge' | 'column'>,
  dialect: Dialect,
  stored: string,
  incoming: string,
): string | undefined {
  const [smaller, larger] = dialect === 'sqlite' ? ['min', 'max'] : ['LEAST', 'GREATEST']
  const widest = (which: string | undefined) => `COALESCE(${which}(${stored}, ${incoming}), ${stored}, ${incoming})`
  switch (merge) {
    case 'key':
    case 'keep':
      return undefined
    case 'replace':
      return incoming
    case 'add':
      return addedUp(stored, incoming, column.max)
    case 'addExact':
      return `${stored} + ${incoming}`
    case 'least':
      return widest(smaller)
    case 'greatest':
      return widest(larger)
  }
}

/** So many rows, each as many marks as columns. A row of the same key is an error. */
export function sqliteInsert({ name, columnNames }: Pick<Table, 'name' | 'columnNames'>, rows = 1): string {
  const marks = `(${columnNames.map(() => '?').join(', ')})`
  return `INSERT INTO ${quoted(name)} (${list(columnNames)}) VALUES ${Array(rows).fill(marks).join(', ')}`
}

/** So many rows, one after the other; each is merged as declared with one of the same key. */
export function sqliteUpsert(table: Pick<Table, 'name' | 'columns' | 'columnNames'>, rows = 1): string {
  const set = table.columns.flatMap((column) => {
    const name = quoted(column.name)
    const value = mergedValue(column, 'sqlite', name, `excluded.${name}`)
    return value === undefined ? [] : [`${name} = ${value}`]
  })
  const act = set.length === 0 ? 'NOTHING' : `UPDATE SET ${set.join(', ')}`
  return `${sqliteInsert(table, rows)} ON CONFLICT DO ${act}`
}

/** By its key, a mark for each column of it. */
export const deleteByKey = ({ name, columnNames, keyLength }: Table): string =>
  `DELETE FROM ${quoted(name)} WHERE ${columnNames
    .slice(0, keyLength)
    .map((column) => `${quoted(column)} = ?`)
    .join(' AND ')}`

export const selectAll = ({ name, columnNames, keyLength }: Table): string =>
  `SELECT ${list(columnNames)} FROM ${quoted(name)} ORDER BY ${list(columnNames.slice(0, keyLength))}`

const innoDb = 'ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ROW_FORMAT=DYNAMIC'
/** Days get their own partitions as they come (mysql/partitions.ts). */
const byDay = ' PARTITION BY RANGE ("day") (PARTITION "later" VALUES LESS THAN MAXVALUE)'

/** The statements that make a table, for a migration. */
export function createTable(table: Table, dialect: Dialect): string[] {
  const { name, columns, columnNames, keyLength, declared } = table
  const key = `PRIMARY KEY (${list(columnNames.slice(0, keyLength))})`
  const lines = columns.map(
    ({ name: column, column: { isNullable, [dialect]: type } }) =>
      `${quoted(column)} ${type}${isNullable ? '' : ' NOT NULL'}`,
  )
  const indexes = Object.entries(declared.indexes ?? {})
  if (dialect === 'sqlite')
    return [
      `CREATE TABLE ${quoted(name)} (${[...lines, key].join(', ')}) STRICT${declared.hasRowid ? '' : ', WITHOUT ROWID'}`,
      ...indexes.map(([index, names]) => `CREATE INDEX ${quoted(index)} ON ${quoted(name)} (${list(names)})`),
    ]
  const keys = indexes.map(([index, names]) => `KEY ${quoted(index)} (${list(names)})`)
  return [
    `CREATE TABLE IF NOT EXISTS ${quoted(name)} (${[...lines, key, ...keys].join(', ')}) ${innoDb}${declared.isByDay ? byDay : ''}`,
  ]
}
