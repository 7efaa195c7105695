import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { orNull, prose, text, whole } from '../column.ts'
import { change, replace, type Table, table } from '../table.ts'
import { tableCreations } from './table-creations.ts'

const bayNote = table('bay_note', {
  key: { bay: text(128), id: whole },
  merge: { note: replace(prose), author: replace(orNull(text(128))) },
  indexes: { bay_note_author: ['author'] },
  since: 98,
})

test('a table with a schema version gets a step that makes it, and one without gets none', () => {
  const before = table('before', { key: { id: whole }, merge: {} })
  const steps = tableCreations([before, bayNote] as readonly unknown[] as readonly Table[])
  assert.deepEqual(
    steps.map(({ version, name }) => [version, name]),
    [[98, '0098-bay-note']],
  )
  using db = new DatabaseSync(':memory:')
  for (const statement of steps[0]?.sqlite ?? []) db.exec(statement)
  const [values] = change(bayNote, [{ bay: 'A1', id: 7, note: 'wet', author: null }]).put
  db.prepare('INSERT INTO bay_note VALUES (?, ?, ?, ?)').run(...(values ?? []))
  assert.deepEqual({ ...db.prepare('SELECT * FROM bay_note').get() }, { bay: 'A1', id: 7, note: 'wet', author: null })
})
