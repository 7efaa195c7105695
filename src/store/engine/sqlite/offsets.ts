/** How far each journal is committed, and under which fence. */
import type { DatabaseSync } from 'node:sqlite'
import { type JournalPart, journalParts } from '../../raw-frames.ts'
import { type Cursor, type Store, StoreError } from '../../store.ts'
import { unitOfWork } from './unit-of-work.ts'

/** `guard`: makes a fault of SQLite one of the store. */
export function offsetsSqlite(db: DatabaseSync, guard: <T>(action: () => T) => T): Pick<Store, 'cursor' | 'takeFence'> {
  return {
    cursor: async (journal, part = journalParts.readings) =>
      guard(() => {
        using work = unitOfWork(db)
        createOffset(db, journal, part)
        const row = db
          .prepare('SELECT off AS position, fence, base FROM journal_offset WHERE journal = ? AND part = ?')
          .get(journal, part)
        work.commit()
        return { ...(row as unknown as Cursor) }
      }),

    takeFence: async (journal, fence, part = journalParts.readings) =>
      guard(() => {
        using work = unitOfWork(db)
        createOffset(db, journal, part)
        const taken = db
          .prepare('UPDATE journal_offset SET fence = ? WHERE journal = ? AND part = ? AND fence <= ?')
          .run(fence, journal, part, fence)
        if (taken.changes !== 1)
          throw new StoreError('fenced', `journal ${journal} has a newer writer than fence ${fence}`)
        work.commit()
      }),
  }
}

/** A journal new to this store starts above everything stored, so that positions stay unique; all parts of it start there. */
function createOffset(db: DatabaseSync, journal: string, part: JournalPart) {
  db.prepare(
    `INSERT INTO journal_offset (journal, part, off, fence, base)
     SELECT ?, 0, 0, 0, coalesce(max(base + off), 0) FROM journal_offset WHERE true
     ON CONFLICT DO NOTHING`,
  ).run(journal)
  if (part === journalParts.readings) return
  db.prepare(
    `INSERT INTO journal_offset (journal, part, off, fence, base)
     SELECT journal, ?, 0, 0, base FROM journal_offset WHERE journal = ? AND part = 0
     ON CONFLICT DO NOTHING`,
  ).run(part, journal)
}
