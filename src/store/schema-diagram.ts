/**
 * The diagram in docs/schema.md, made from the tables as the migrations leave them. `node src/store/schema-diagram.ts` writes it; a test
 * fails while it is not what the tables are.
 */
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { instant } from '../lib/brand.ts'
import { migrateSqlite } from './engine/sqlite/migrate-sqlite.ts'

export const schemaDoc = path.join(import.meta.dirname, '../../docs/schema.md')

/** Not foreign keys: each costs a check per row, and the only writer keeps these relations anyway. */
const relations = [
  'journal_offset ||--o{ ledger : "journal"',
  'journal_offset ||--o{ intake_day : "journal"',
  'device ||--o{ reading : "device = id"',
  'device ||--o| device_order : "device = id"',
  'reading_open |o--o{ reading : "the newest rows"',
  'reading_block ||--|{ reading : "keys of closed blocks"',
  'reading }|--o| raw_frame : "pos, idx / 1,024"',
  'device ||--o{ gap : "device = id"',
  'device ||--o{ sensor_day : "device = id"',
  'device ||--o{ session : "device = id"',
  'device ||--o{ zone_count : "device = id"',
  'device ||--o{ device_health : "device = id"',
  'device ||--o{ reading_forgotten : "device = id"',
  'bay_state ||--o{ bay_change : "bay"',
  'bay_override ||--o{ bay_state : "override_id = id"',
  'device ||--o{ bay_state : "device = id"',
  'count_zone ||--o{ count_change : "site, level, zone"',
  'dead_letter |o--o| discard : "one becomes the other"',
  'dead_letter ||--o{ dead_letter_piece : "pos, idx"',
]

export function schemaDiagram(): string {
  using db = new DatabaseSync(':memory:')
  migrateSqlite(db, instant(0))
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all() as {
    name: string
  }[]
  const entities = tables.map(({ name }) => {
    const columns = db.prepare(`SELECT name, type, pk FROM pragma_table_info('${name}')`).all() as {
      name: string
      type: string
      pk: number
    }[]
    const lines = columns.map(
      (column) => `    ${column.type.toLowerCase()} ${column.name}${column.pk > 0 ? ' PK' : ''}`,
    )
    return `  ${name} {\n${lines.join('\n')}\n  }`
  })
  return ['```mermaid', 'erDiagram', ...relations.map((line) => `  ${line}`), ...entities, '```'].join('\n')
}

const drawn = /```mermaid\nerDiagram\n[\s\S]*?```/

export const withDiagram = (text: string): string => text.replace(drawn, () => schemaDiagram())

if (import.meta.main) await writeFile(schemaDoc, withDiagram(await readFile(schemaDoc, 'utf8')))
