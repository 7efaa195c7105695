/** The twin of a declared table in memory: merges rows as SQL does. The contract suite compares both. */
import { addSaturating, sumMax } from '../../lib/sum.ts'
import type { AnyColumn, SqlValue } from '../column.ts'
import { inKeyOrder, type MergedColumns, type Row, type Table, type TableChange, type TableColumn } from '../table.ts'

export interface MemoryTable<R> {
  apply(change: Pick<TableChange, 'put' | 'gone'>): void
  /** Values in the order of the columns, rows in the order of the key. */
  values(): SqlValue[][]
  /** In the order of the key. */
  rows(): R[]
}

export function createMemoryTable<K extends Readonly<Record<string, AnyColumn>>, M extends MergedColumns>(
  table: Table<K, M>,
): MemoryTable<Row<K, M>> {
  const { columns, keyLength } = table
  const rows = new Map<string, SqlValue[]>()
  const keyOf = (values: readonly SqlValue[]) => JSON.stringify(values.slice(0, keyLength))
  const values = () => inKeyOrder(keyLength, [...rows.values()])
  return {
    apply({ put, gone }) {
      for (const key of gone) rows.delete(keyOf(key))
      for (const incoming of put) {
        const key = keyOf(incoming)
        const stored = rows.get(key)
        const merged = (column: TableColumn, at: number) =>
          stored ? mergedInMemory(column, stored[at] as SqlValue, incoming[at] as SqlValue) : (incoming[at] as SqlValue)
        rows.set(key, columns.map(merged))
      }
    },
    values,
    rows: () => values().map(table.rowOfValues),
  }
}

function mergedInMemory({ merge, column }: TableColumn, stored: SqlValue, incoming: SqlValue): SqlValue {
  switch (merge) {
    case 'key':
    case 'keep':
      return stored
    case 'replace':
      return incoming
    case 'add':
      return Math.min(addSaturating(stored as number, incoming as number), column.max ?? sumMax)
    case 'addExact':
      return (stored as number) + (incoming as number)
    case 'least':
    case 'greatest': {
      if (stored === null || incoming === null) return stored ?? incoming
      return Math[merge === 'least' ? 'min' : 'max'](stored as number, incoming as number)
    }
  }
}
