/** Writes rows of declared tables; each statement is prepared at its first use. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { TableChange } from '../../table.ts'
import { tableNamed } from '../../tables/list.ts'
import { deleteByKey, sqliteUpsert } from '../table-sql.ts'

export function createTableWriter(db: DatabaseSync): (change: TableChange) => void {
  const prepared = new Map<string, { readonly put: StatementSync; readonly remove: StatementSync }>()
  const prepare = (name: string) => ({
    put: db.prepare(sqliteUpsert(tableNamed(name))),
    remove: db.prepare(deleteByKey(tableNamed(name))),
  })
  return ({ table, put, gone }) => {
    const statements = prepared.getOrInsertComputed(table, prepare)
    for (const key of gone) statements.remove.run(...key)
    for (const values of put) statements.put.run(...values)
  }
}
