/** Inserting many rows: one statement of several rows where it is faster, single ones for the rest. */
import type { DatabaseSync } from 'node:sqlite'
import type { SqlValue } from '../rows.ts'

/** Measured on `reading`: 16 to 64 rows a statement are equally fast, one row is half as fast. */
const rowsPerStatement = 32

export interface RowInserter<Row> {
  insert(rows: readonly Row[]): void
}

export function rowInserter<Row>(
  db: DatabaseSync,
  table: string,
  columns: readonly string[],
  push: (into: SqlValue[], row: Row) => void,
): RowInserter<Row> {
  const group = `(${columns.map(() => '?').join(', ')})`
  const insert = (rows: number) =>
    db.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES ${Array(rows).fill(group).join(', ')}`)
  const many = insert(rowsPerStatement)
  const one = insert(1)
  return {
    insert(rows) {
      let at = 0
      for (; at + rowsPerStatement <= rows.length; at += rowsPerStatement) {
        const values: SqlValue[] = []
        for (let i = at; i < at + rowsPerStatement; i++) push(values, rows[i] as Row)
        many.run(...values)
      }
      for (; at < rows.length; at++) {
        const values: SqlValue[] = []
        push(values, rows[at] as Row)
        one.run(...values)
      }
    },
  }
}
