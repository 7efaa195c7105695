/** The steps that make the declared tables of later releases: one for each that names a schema version as `since`. */
import { createTable } from '../engine/table-sql.ts'
import type { Table } from '../table.ts'
import { tables } from '../tables/list.ts'
import type { Migration } from './migration.ts'

export function tableCreations(declared: readonly Table[] = tables): Migration[] {
  return declared.flatMap((table): Migration[] => {
    const { since } = table.declared
    if (since === undefined) return []
    const name = `${String(since).padStart(4, '0')}-${table.name.replaceAll('_', '-')}`
    return [{ version: since, name, sqlite: createTable(table, 'sqlite'), mysql: createTable(table, 'mysql') }]
  })
}
