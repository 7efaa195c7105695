/**
 * Text of statements for MySQL and MariaDB. Every name is quoted: each release reserves further words (`external` since MySQL 9), and a
 * name that is quoted is never one of them.
 */
import { addedUp } from '../sums.ts'

/** SQL is written with standard quotes, which the servers take for a string unless ANSI_QUOTES is set: they get backticks. */
export const backticked = (sql: string): string => sql.replaceAll('"', '`')

export const quoted = (name: string): string => `\`${name}\``
export const quotedList = (names: readonly string[]): string => names.map(quoted).join(', ')

/** Rows for one table; `changes` is what happens to a row whose key exists already. */
export interface RowStatement {
  readonly table: string
  readonly columns: readonly string[]
  /** Values of the first columns, the same in every row: part of the text, not sent with each. */
  readonly literals?: readonly number[]
  readonly changes?: readonly Change[]
  /** The rows are numbers alone, of one type in each column. */
  readonly alike?: true
}

export type Change = readonly [column: string, value: (row: RowNames) => string]

/** How the row that exists and the one that was sent are named in a change. */
export interface RowNames {
  stored(column: string): string
  incoming(column: string): string
}

export function insertInto(table: string, columns: readonly string[], changes: readonly Change[] = []): RowStatement {
  return { table, columns, changes }
}

export const replaced = (columns: readonly string[]): Change[] =>
  columns.map((column) => [column, ({ incoming }) => incoming(column)])
/** Sums that stop at 2^53 - 1. */
export const addedSaturating = (columns: readonly string[]): Change[] =>
  columns.map((column) => [column, ({ stored, incoming }) => addedUp(stored(column), incoming(column))])

/**
 * The text for so many rows. MySQL deprecates `VALUES(column)` and wants the new row to have a name; MariaDB knows only `VALUES(column)`.
 * It is kept, because it is also the key under which a client remembers the prepared statement.
 */
export function insertText(statement: RowStatement, rows: number, isMariaDb: boolean): string {
  const key = isMariaDb ? -rows : rows
  const known = texts.getOrInsertComputed(statement, () => new Map<number, string>())
  return known.getOrInsertComputed(key, () => compose(statement, rows, isMariaDb))
}
const texts = new WeakMap<RowStatement, Map<number, string>>()

function compose({ table, columns, literals = [], changes = [] }: RowStatement, rows: number, isMariaDb: boolean) {
  const marks = `(${[...literals, ...Array(columns.length - literals.length).fill('?')].join(', ')})`
  const insert = `INSERT INTO ${quoted(table)} (${quotedList(columns)}) VALUES ${Array(rows).fill(marks).join(', ')}`
  if (changes.length === 0) return insert
  const names: RowNames = {
    stored: (column) => `${quoted(table)}.${quoted(column)}`,
    incoming: (column) => (isMariaDb ? `VALUES(${quoted(column)})` : `${quoted('incoming')}.${quoted(column)}`),
  }
  const alias = isMariaDb ? '' : ` AS ${quoted('incoming')}`
  const set = changes.map(([column, value]) => `${quoted(column)} = ${value(names)}`).join(', ')
  return `${insert}${alias} ON DUPLICATE KEY UPDATE ${set}`
}
