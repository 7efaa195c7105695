/**
 * A lock that ends with the process that holds it, however it ends: an open exclusive transaction on a SQLite file is a lock of the
 * kernel (Node has no flock). The file holds nothing; one that is no database is moved aside.
 */
import { existsSync, renameSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

/** Undefined when another process holds it. */
export function holdLock(path: string): Disposable | undefined {
  for (let attempt = 0; ; attempt++) {
    try {
      return takeLock(path)
    } catch (error) {
      if (isBusy(error)) return undefined
      if (attempt > 0 || !existsSync(path)) throw error
      renameSync(path, `${path}.${Date.now()}.not-a-lock`)
    }
  }
}

function takeLock(path: string): Disposable {
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
