/**
 * Whether the database's file is still the one that was opened. A file that was deleted under a running server takes commits for ever and is
 * gone with the process, while the journal behind them is released: nothing may be committed into it.
 */
import { statSync } from 'node:fs'
import { StoreError } from '../../store.ts'

/** Throws `gone` when another file, or none, has the name now. A file that was put back is the same again. */
export function filePresence(file: string): () => void {
  if (file === ':memory:') return () => undefined
  const opened = look(file)
  return () => {
    if (look(file) !== opened)
      throw new StoreError('gone', `the database file ${file} was deleted or replaced while the server ran`)
  }
}

/** Undefined where there is none, or nothing can be known. */
function look(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false })
  return found && `${found.dev} ${found.ino}`
}
