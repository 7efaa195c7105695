/**
 * One writer: an open exclusive transaction on a SQLite file holds a lock of the kernel that ends with the process, however it
 * ends (Node has no flock). The file holds nothing; one that is no database is moved aside.
 */
import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { JournalError } from './journal.ts'

export type JournalLock = Disposable

const lockName = 'writer.lock'

export function lockDirectory(dir: string): JournalLock {
  const path = join(dir, lockName)
  for (let attempt = 0; ; attempt++) {
    try {
      return takeLock(path)
    } catch (error) {
      if (isBusy(error))
        throw new JournalError('E_JOURNAL_LOCKED', `another process is writing the journal in ${dir}`, { cause: error })
      if (attempt > 0 || !existsSync(path)) throw error
      renameSync(path, `${path}.${Date.now()}.not-a-lock`)
    }
  }
}

function takeLock(path: string): JournalLock {
  const database = new DatabaseSync(path, { timeout: 0 })
  try {
    database.exec('begin exclusive')
    return { [Symbol.dispose]: () => database.close() }
  } catch (error) {
    database.close()
    throw error
  }
}

/** SQLITE_BUSY and SQLITE_LOCKED. */
const isBusy = (error: unknown) => [5, 6].includes((error as { errcode?: number }).errcode ?? 0)
