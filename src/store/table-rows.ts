/** Rows as they are stored, of any table: for checksums of what is stored. */
import type { SqlValue } from './column.ts'
import { deviceColumns, readingColumns } from './readings/rows.ts'
import { tables } from './tables/list.ts'

/** A table by the names of SQL. */
export interface StoredTable {
  readonly name: string
  readonly key: readonly string[]
  readonly columns: readonly string[]
}

export interface TableRowStore {
  /** Values in the order of `columns`, rows in the order of the key; `next`: the key to go on after, undefined at the end. */
  tableRows(
    table: StoredTable,
    after: readonly SqlValue[] | undefined,
    limit: number,
  ): Promise<{ readonly rows: readonly (readonly SqlValue[])[]; readonly next: readonly SqlValue[] | undefined }>
}

/** Every table with rows that processing writes, the declared ones included. */
export const storedTables: readonly StoredTable[] = [
  { name: 'device', key: ['id'], columns: deviceColumns },
  { name: 'reading', key: ['day', 'pos', 'idx'], columns: readingColumns },
  ...tables.map(({ name, columnNames, keyLength }) => ({
    ...{ name, key: columnNames.slice(0, keyLength), columns: columnNames },
  })),
]
