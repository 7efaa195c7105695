/** Writes rows of declared tables; each statement is prepared at its first use. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { TableChange } from '../../table.ts'
import { tableNamed } from '../../tables/list.ts'
import { deleteByKey, sqliteUpsert } from '../table-sql.ts'
import { type ManyRows, manyRows } from './many-rows.ts'

export function createTableWriter(db: DatabaseSync): (change: TableChange) => void {
  const removes = new Map<string, StatementSync>()
  const removeFrom = (name: string) => db.prepare(deleteByKey(tableNamed(name)))
  const puts = new Map<string, ManyRows>()
  const putInto = (name: string) => manyRows((rows) => db.prepare(sqliteUpsert(tableNamed(name), rows)))
  return ({ table, put, gone }) => {
    for (const key of gone) removes.getOrInsertComputed(table, removeFrom).run(...key)
    puts.getOrInsertComputed(table, putInto)(put)
  }
}
