/** One writer of a journal at a time. */
import { join } from 'node:path'
import { holdLock } from '../lib/process-lock.ts'
import { JournalError } from './journal.ts'

export type JournalLock = Disposable

const lockName = 'writer.lock'

export function lockDirectory(dir: string): JournalLock {
  const lock = holdLock(join(dir, lockName))
  if (!lock) throw new JournalError('E_JOURNAL_LOCKED', `another process is writing the journal in ${dir}`)
  return lock
}
