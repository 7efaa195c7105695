/** One transaction. What leaves the scope without `commit` rolls it back. */
import type { DatabaseSync } from 'node:sqlite'

export interface UnitOfWork extends Disposable {
  commit(): void
}

/** IMMEDIATE takes the write lock now and so waits here, not half way: a later upgrade of a stale snapshot could only fail. */
export function unitOfWork(db: DatabaseSync): UnitOfWork {
  db.exec('BEGIN IMMEDIATE')
  return {
    commit: () => db.exec('COMMIT'),
    // SQLite rolls back automatically after some errors (disk full, I/O).
    [Symbol.dispose]: () => {
      if (db.isOpen && db.isTransaction) db.exec('ROLLBACK')
    },
  }
}
