/** Rows of the table `layout`. */
import type { Layout } from '../domain/layout.ts'
import { instant } from '../lib/brand.ts'
import { unpackJson } from '../lib/packed-json.ts'
import type { LayoutRow, StoredLayout } from './layouts.ts'
import type { SqlValue } from './rows.ts'
import type { LayoutTable } from './tables.ts'

export const layoutColumns = ['version', 'journal', 'record', 'created', 'author', 'comment', 'layout'] as const

export const layoutValues = (journal: string, row: LayoutRow): SqlValue[] => [
  ...[row.version, journal, row.record, row.created, row.author, row.comment, row.packed],
]

export function toLayout({ version, created, author, comment, journal, record, layout }: LayoutTable): StoredLayout {
  return {
    ...{ version, created: instant(created), author, comment },
    published: journal === null || record === null ? null : { journal, record },
    layout: unpackJson(layout) as Layout,
  }
}
