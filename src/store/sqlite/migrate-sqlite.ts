/** Brings a SQLite file up to date. The write lock makes a second process wait and then find nothing to do. */
import type { DatabaseSync } from 'node:sqlite'
import type { Instant } from '../../lib/brand.ts'
import { migrations, schemaVersion } from '../migrations/migrations.ts'
import { tooNew } from '../migrations/too-new.ts'
import { unitOfWork } from './unit-of-work.ts'

export function migrateSqlite(db: DatabaseSync, now: Instant): string[] {
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
    if (version <= current) continue
    for (const statement of sqlite) db.exec(statement)
    db.prepare('INSERT INTO schema_version (version, name, applied) VALUES (?, ?, ?)').run(version, name, now)
    applied.push(name)
  }
  work.commit()
  return applied
}
