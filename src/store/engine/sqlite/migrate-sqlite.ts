/** Brings a SQLite file up to date. The write lock makes a second process wait and then find nothing to do. */
import type { DatabaseSync } from 'node:sqlite'
import type { Instant } from '../../../lib/brand.ts'
import { readingBlocks } from '../../migrations/0003-reading-blocks.ts'
import type { MigrateOptions } from '../../migrations/migration.ts'
import { migrations, schemaVersion } from '../../migrations/migrations.ts'
import { tooNew } from '../../migrations/too-new.ts'
import { blockColumns, blockRows, groupsOf, type ReadingKey } from '../../readings/reading-block.ts'
import { keyRows } from '../../readings/reading-rows.ts'
import { insertBlock } from './commit.ts'
import { unitOfWork } from './unit-of-work.ts'

export function migrateSqlite(
  db: DatabaseSync,
  now: Instant,
  { untilVersion = schemaVersion }: MigrateOptions = {},
): string[] {
  using work = unitOfWork(db)
  db.exec(
    'CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied INTEGER NOT NULL) STRICT',
  )
  const { current } = db.prepare('SELECT coalesce(max(version), 0) AS current FROM schema_version').get() as {
    current: number
  }
  if (current > schemaVersion) throw tooNew(current)
  const applied: string[] = []
  for (const { version, name, sqlite } of migrations) {
    if (version <= current || version > untilVersion) continue
    for (const statement of sqlite) db.exec(statement)
    db.prepare('INSERT INTO schema_version (version, name, applied) VALUES (?, ?, ?)').run(version, name, now)
    applied.push(name)
  }
  if (untilVersion >= readingBlocks.version) adoptReadings(db)
  work.commit()
  return applied
}

/** Makes the blocks of readings that were stored before there were any. */
function adoptReadings(db: DatabaseSync) {
  if (db.prepare('SELECT 1 FROM reading_open').get()) return
  const put = db.prepare(insertBlock)
  let block = 1
  let day = 0
  let highest = 0
  let rows: ReadingKey[] = []
  const close = () => {
    for (const group of groupsOf(keyRows(rows), day, block)) put.run(...blockColumns.map((column) => group[column]))
    if (rows.length > 0) block++
    rows = []
  }
  const all = db.prepare('SELECT day, pos, idx, device, epoch, seq, time FROM reading ORDER BY day, pos, idx')
  for (const row of all.iterate() as Iterable<unknown> as Iterable<ReadingKey>) {
    if (row.day !== day || rows.length === blockRows) close()
    day = row.day
    highest = Math.max(highest, row.pos)
    rows.push(row)
  }
  close()
  db.prepare('INSERT INTO reading_open (id, day, after_pos, block, rows_open) VALUES (0, ?, ?, ?, 0)').run(
    ...[day, highest, block],
  )
}
