/** All rows of a table, page by page along its key: for checksums of what is stored. */
import { sql } from 'kysely'
import type { SqlValue } from '../column.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import type { TableRowStore } from '../table-rows.ts'

export const tableRowQueries = ({ db, all, keyLists }: SqlRunner): TableRowStore => ({
  async tableRows({ name, key, columns }, after, limit) {
    const order = sql.join(key.map((column) => sql.ref(column)))
    // SQLite walks along the key for a row value, MySQL for the comparison written out.
    const above = keyLists === 'values' ? sql`(${order}) > (${sql.join(after ?? [])})` : writtenOut(key, after ?? [])
    const where = after ? sql`WHERE ${above}` : sql``
    const named = [...new Set([...key, ...columns])]
    const query = sql<Record<string, SqlValue>>`SELECT ${sql.join(named.map((column) => sql.ref(column)))}
      FROM ${sql.table(name)} ${where} ORDER BY ${order} LIMIT ${sql.lit(limit)}`
    const rows = await all(query.compile(db))
    const last = rows.length < limit ? undefined : rows.at(-1)
    const valuesOf = (row: Record<string, SqlValue>, of: readonly string[]) =>
      of.map((column) => row[column] as SqlValue)
    return { rows: rows.map((row) => valuesOf(row, columns)), next: last && valuesOf(last, key) }
  },
})

/** `a > ? OR (a = ? AND b > ?) OR ...` */
function writtenOut(key: readonly string[], after: readonly SqlValue[]) {
  const greater = key.map((column, at) => {
    const same = key.slice(0, at).map((before, i) => sql`${sql.ref(before)} = ${after[i]}`)
    return sql`(${sql.join([...same, sql`${sql.ref(column)} > ${after[at]}`], sql` AND `)})`
  })
  return sql`(${sql.join(greater, sql` OR `)})`
}
