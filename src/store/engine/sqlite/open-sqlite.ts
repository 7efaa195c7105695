/**
 * The store in one SQLite file, through `node:sqlite`: WAL, so that readers in other processes never block the writer, and
 * synchronous=FULL, so that a commit is on disk when it returns. Calls block this thread for as long as they take: the processor has
 * a separate process, and long reads page.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { dayNumber } from '../../../lib/utc-day.ts'
import { createCommits } from '../../commits.ts'
import type { MigrateOptions } from '../../migrations/migration.ts'
import { newestInSqlite } from '../../queries/newest-occupancy.ts'
import { packedPlaceStates } from '../../queries/place-states.ts'
import { recount } from '../../queries/recount.ts'
import { sharedQueries } from '../../queries/shared-queries.ts'
import { storedLookups } from '../../readings/stored-lookups.ts'
import { type BlockOptions, planned, storedTail } from '../../readings/stored-tail.ts'
import { type Store, StoreError } from '../../store.ts'
import type { StoreDeps } from '../../store-deps.ts'
import { composer, type SqlRunner } from '../sql-runner.ts'
import { commitSqlite } from './commit.ts'
import { discardSqlite } from './discard.ts'
import { filePresence } from './file-presence.ts'
import { forgetDaysSqlite } from './history.ts'
import { migrateSqlite } from './migrate-sqlite.ts'
import { offsetsSqlite } from './offsets.ts'
import { copyRawSqlite, forgetRawSqlite } from './raw-frames.ts'
import { sqliteFault } from './sqlite-faults.ts'

export interface SqliteOptions extends BlockOptions, MigrateOptions {
  readonly busyMs?: number
  /** Size limit of the file in pages: a full disk on demand. */
  readonly pagesMax?: number
}

/** A writer waits this long for another process's transaction; our longest, a full batch, takes well under a second. */
const busyMsMax = 5_000
/**
 * Memory for pages, per process, and pages in the log before it is copied into the file: a batch over 2,000 devices touches as many
 * leaves of the index, and with the defaults (2 MB, 1,000 pages) each commit ended in a checkpoint. Measured: twice the rows.
 */
const cacheKiB = 16_384
const checkpointPages = 8_192
/** `PRAGMA synchronous` reads back as a number. */
const synchronousNames = ['OFF', 'NORMAL', 'FULL', 'EXTRA']

export function openSqlite(file: string, { clock }: StoreDeps, options: SqliteOptions = {}): Store {
  const db = openDatabase(file, options)
  const runner = runnerOn(db)
  const present = filePresence(file)
  const shared = sharedQueries(runner, newestInSqlite(runner))
  const tail = storedTail(runner)
  const commits = createCommits()
  let commit: ReturnType<typeof commitSqlite> | undefined
  let copyRaw: ReturnType<typeof copyRawSqlite> | undefined

  return {
    dialect: 'sqlite',
    ...shared,
    ...storedLookups(runner, tail),
    placeStates: (filter) => packedPlaceStates(runner, filter),
    describe: async () => describe(db, file),

    // The processor asks every second: a file that is gone is noticed while nothing arrives, too.
    async ledgerAt(journal) {
      present()
      return await shared.ledgerAt(journal)
    },

    migrate: async () => guard(() => migrateSqlite(db, clock.now(), options)),

    ...offsetsSqlite(db, guard),

    commit: (batch) =>
      commits.enter(async (before) => {
        await before
        const blocks = await planned(tail, batch, clock.now(), options)
        try {
          present()
          commit ??= guard(() => commitSqlite(db))
          guard(() => commit?.(batch, blocks, dayNumber(clock.now())))
        } catch (error) {
          tail.forget()
          throw error
        }
        if (blocks && !batch.dry) tail.moved(blocks)
      }),

    forgetDays: (before) => guardAsync(() => forgetDaysSqlite(db, before)),

    copyRaw: async (batch) =>
      guard(() => {
        present()
        copyRaw ??= copyRawSqlite(db)
        copyRaw(batch, dayNumber(clock.now()))
      }),

    forgetRaw: (before) => guardAsync(() => forgetRawSqlite(db, before)),

    discard: async (order) => guard(() => discardSqlite(db, order)),

    // A separate connection: its snapshot lasts, and what is committed here meanwhile is not in it.
    recount: async (journal, options = {}) => {
      using snapshot = guard(() => new DatabaseSync(file, { readOnly: true, timeout: busyMsMax }))
      snapshot.exec('BEGIN')
      return await recount(runnerOn(snapshot), journal, options)
    },

    [Symbol.asyncDispose]: async () => {
      if (db.isOpen) db.close()
    },
  }
}

/** A fault of SQLite becomes one of the store. */
function guard<T>(action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw sqliteFault(error)
  }
}

async function guardAsync<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    throw sqliteFault(error)
  }
}

const runnerOn = (connection: DatabaseSync): SqlRunner => ({
  db: composer.sqlite(),
  keyLists: 'values',
  all: async <Row>({ sql, parameters }: { sql: string; parameters: readonly unknown[] }) =>
    guard(() => connection.prepare(sql).all(...(parameters as (string | number)[])) as Row[]),
  run: async ({ sql, parameters }) =>
    guard(() => {
      const { changes, lastInsertRowid } = connection.prepare(sql).run(...(parameters as (string | number)[]))
      return { affected: Number(changes), insertId: Number(lastInsertRowid) }
    }),
})

function describe(db: DatabaseSync, file: string): Awaited<ReturnType<Store['describe']>> {
  const { version } = db.prepare('SELECT sqlite_version() AS version').get() as { version: string }
  const synchronous = readPragma(db, 'synchronous') as number
  const weaknesses: string[] = []
  if (synchronous < 2)
    weaknesses.push(`synchronous is ${synchronousNames[synchronous]}: a power cut can take back what was committed`)
  return { version: `SQLite ${version}`, location: file, weaknesses }
}

function openDatabase(file: string, { busyMs = busyMsMax, pagesMax }: SqliteOptions): DatabaseSync {
  if (file !== ':memory:' && !existsSync(path.dirname(path.resolve(file))))
    throw new StoreError('config', `the folder of the database file ${file} does not exist`)
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(file, { timeout: busyMs })
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    db.exec(`PRAGMA cache_size = -${cacheKiB}; PRAGMA wal_autocheckpoint = ${checkpointPages}`)
    if (pagesMax !== undefined) db.exec(`PRAGMA max_page_count = ${pagesMax}`)
    const mode = readPragma(db, 'journal_mode')
    if (mode !== 'wal' && file !== ':memory:')
      throw new StoreError(
        'config',
        `${file} cannot use a write-ahead log (journal_mode is ${mode}): is it on a network drive?`,
      )
    if ((readPragma(db, 'synchronous') as number) < 2)
      throw new StoreError('config', `${file} did not accept synchronous=FULL`)
    return db
  } catch (error) {
    db?.close()
    throw asOpenFault(error, file)
  }
}

const readPragma = (db: DatabaseSync, name: string) => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]

function asOpenFault(error: unknown, file: string): StoreError {
  const { errcode } = error as { errcode?: number }
  if (errcode === 26) return new StoreError('config', `${file} is not a SQLite database`, { cause: error })
  if (errcode !== undefined && (errcode & 0xff) === 14)
    return new StoreError('config', `${file} cannot be opened: check that it is a file this user may write`, {
      cause: error,
    })
  return sqliteFault(error)
}
