/** A SQLite file of its own for a test, which may look into it and change it behind the store's back. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { StorePlace } from './store-contract.ts'

/** A lock that is never let go fails a test soon. */
export const busyMs = 2_000

export interface SqlitePlace extends Pick<StorePlace, 'execute' | 'query'>, AsyncDisposable {
  readonly file: string
}

export async function sqlitePlace(): Promise<SqlitePlace> {
  const dir = await mkdtemp(path.join(tmpdir(), 'store-'))
  const file = path.join(dir, 'baykeeper.db')
  return {
    file,
    async execute(sql) {
      using db = new DatabaseSync(file)
      db.exec(sql)
    },
    async query(sql) {
      using db = new DatabaseSync(file, { readOnly: true })
      return db
        .prepare(sql)
        .all()
        .map((row) => Object.values(row))
    },
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true }),
  }
}
