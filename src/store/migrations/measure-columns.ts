/**
 * The steps that add the columns of measures, made from their declarations: one for each schema version that a measure names as `since`.
 * The columns go to the end of their tables, which no server copies rows for.
 */
import { type MeasureDeclaration, measures } from '@baykeeper/contract/measures.ts'
import type { Migration } from './migration.ts'

const tables = ['reading', 'device'] as const

export function measureColumns(declared: readonly MeasureDeclaration[] = measures): Migration[] {
  return declared.flatMap(({ name, whole, since }): Migration[] => {
    if (since === undefined) return []
    const types = whole ? { sqlite: 'INTEGER', mysql: 'BIGINT' } : { sqlite: 'REAL', mysql: 'DOUBLE' }
    return [
      {
        version: since,
        name: `${String(since).padStart(4, '0')}-${name.replaceAll('_', '-')}`,
        sqlite: tables.map((table) => `ALTER TABLE ${table} ADD COLUMN ${name} ${types.sqlite}`),
        mysql: tables.map((table) => `ALTER TABLE "${table}" ADD COLUMN "${name}" ${types.mysql}`),
      },
    ]
  })
}
