/** Writes rows of declared tables. Keys are sorted, so that two writers meet in one order. */
import type { SqlValue } from '../../column.ts'
import { inKeyOrder, piecesInKeyOrder, type Table, type TableChange } from '../../table.ts'
import { tableNamed } from '../../tables/list.ts'
import { mergedValue } from '../table-sql.ts'
import type { Pipelined } from './pipelined.ts'
import { type Change, insertInto, quoted, type RowStatement } from './statements.ts'

/** Far below the parameters a statement may have. */
const keysPerStatementMax = 500

/** Some of them are under way at a time: what is alive for long is copied by each collection of garbage. */
export const rowsAtOnce = 500

/** Of any table: its row types do not matter here. */
type Written = Pick<Table, 'name' | 'columns' | 'columnNames'>
const upserts = new WeakMap<Written, RowStatement>()

/** A row of the same key is merged as declared. */
export const upsertInto = (table: Written): RowStatement =>
  upserts.getOrInsertComputed(table, ({ name, columns, columnNames }) => {
    const changes = columns.flatMap((column): Change[] => {
      if (column.merge === 'key' || column.merge === 'keep') return []
      const value: Change[1] = ({ stored, incoming }) =>
        mergedValue(column, 'mysql', stored(column.name), incoming(column.name)) as string
      return [[column.name, value]]
    })
    // Without any change a row of the same key would be refused.
    const last = columnNames.at(-1) as string
    return insertInto(name, columnNames, changes.length > 0 ? changes : [[last, ({ stored }) => stored(last)]])
  })

export async function putChangeMysql(ahead: Pipelined, { table: name, put, gone }: TableChange): Promise<void> {
  const table = tableNamed(name)
  const { keyLength } = table
  for (const { prefix, last } of byPrefix(inKeyOrder(keyLength, gone)))
    await ahead.execute(deleteKeys(table, last.length), [...prefix, ...last])
  for (const rows of piecesInKeyOrder(keyLength, put, rowsAtOnce)) await ahead.insertMany(upsertInto(table), rows)
}

/** A list of whole keys would be no range of the index in every server; those that differ in the last column alone are. */
function deleteKeys({ name, columnNames, keyLength }: Table, keys: number): string {
  const same = columnNames.slice(0, keyLength - 1).map((column) => `${quoted(column)} = ? AND `)
  const last = columnNames[keyLength - 1] as string
  return `DELETE FROM ${quoted(name)} WHERE ${same.join('')}${quoted(last)} IN (${Array(keys).fill('?').join(', ')})`
}

function* byPrefix(keys: readonly SqlValue[][]) {
  let group: { prefix: SqlValue[]; last: SqlValue[] } | undefined
  for (const key of keys) {
    const prefix = key.slice(0, -1)
    const last = key.at(-1) as SqlValue
    if (group && group.last.length < keysPerStatementMax && prefix.every((value, at) => value === group?.prefix[at])) {
      group.last.push(last)
      continue
    }
    if (group) yield group
    group = { prefix, last: [last] }
  }
  if (group) yield group
}
