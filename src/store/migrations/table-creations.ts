/** The steps that make the declared tables of later releases: one for each schema version that is named as `since`. */
import { createTable } from '../engine/table-sql.ts'
import type { Table } from '../table.ts'
import { tables } from '../tables/list.ts'
import type { Migration } from './migration.ts'

export function tableCreations(declared: readonly Table[] = tables): Migration[] {
  const bySince = Map.groupBy(declared, (table) => table.declared.since)
  return [...bySince].flatMap(([since, made]): Migration[] => {
    if (since === undefined) return []
    const names = made.map(({ name }) => name.replaceAll('_', '-'))
    return [
      {
        version: since,
        name: `${String(since).padStart(4, '0')}-${names.join('-')}`,
        sqlite: made.flatMap((table) => createTable(table, 'sqlite')),
        mysql: made.flatMap((table) => createTable(table, 'mysql')),
      },
    ]
  })
}
