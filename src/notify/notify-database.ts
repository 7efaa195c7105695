/**
 * `notify.db`: the deliveries, and the place up to which events were followed. One transaction writes both, so that an event becomes
 * deliveries exactly once. It is opened by the notifier alone.
 *
 * Every commit is synced before it is relied on: a message goes out only after the database knows under which key.
 */
import { chmodSync, renameSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Log } from '../lib/log.ts'
import { holdLock } from '../lib/process-lock.ts'

export interface NotifyDatabase extends Disposable {
  readonly db: DatabaseSync
}

/** The steps of the schema, one for each version. */
const schema = [
  `
  create table state (name text primary key, value text not null) strict, without rowid;
  create table seen (event text primary key, at integer not null) strict, without rowid;
  create index seen_at on seen (at);
  create table delivery (
    id integer primary key autoincrement,
    key text not null unique,
    channel text not null,
    alert text not null,
    severity integer not null check (severity between 0 and 2),
    body text not null,
    is_personal integer not null default 0,
    state text not null check (state in ('pending', 'sending', 'sent', 'dead')),
    hold text not null check (hold in ('none', 'quiet-hours', 'digest', 'rate-limit')),
    message text,
    attempts integer not null default 0,
    next_at integer not null,
    began_at integer not null,
    started_at integer,
    created_at integer not null,
    finished_at integer,
    last_error text not null default ''
  ) strict;
  create index delivery_due on delivery (channel, state, next_at, id);
  create index delivery_alert on delivery (channel, alert, state, id);
  create index delivery_message on delivery (message);
  create index delivery_started on delivery (channel, started_at);
  create index delivery_state on delivery (state, id);
  create table contact (wait text primary key, address text not null, until integer not null) strict, without rowid;
`,
  // A delivery of a report is sent once the report is made; its file is kept until it has arrived, so that it is the same in every attempt.
  `
  alter table delivery add column is_report integer not null default 0;
  create table report (
    key text primary key,
    schedule text not null,
    due integer not null,
    is_asked integer not null,
    tries integer not null default 0,
    made_at integer,
    file blob
  ) strict;
  create index report_schedule on report (schedule, due);
  create table report_place (schedule text primary key, upto integer not null) strict, without rowid;
`,
]

/** Throws when another process has it, or when it is of a later release. A file that is damaged is moved aside, which is logged. */
export function openNotifyDatabase(file: string, log: Log): NotifyDatabase {
  const lock = holdLock(`${file}.lock`)
  if (!lock) throw new Error(`another process works on ${file}: end it first`)
  try {
    const db = openOrReplace(file, log)
    return {
      db,
      [Symbol.dispose]() {
        db.close()
        lock[Symbol.dispose]()
      },
    }
  } catch (fault) {
    lock[Symbol.dispose]()
    throw fault
  }
}

function openOrReplace(file: string, log: Log): DatabaseSync {
  try {
    return openUnlocked(file)
  } catch (error) {
    if (!isDamaged(error)) throw error
    const aside = `${file}.${Date.now()}.damaged`
    renameSync(file, aside)
    for (const suffix of ['-wal', '-shm'])
      try {
        renameSync(file + suffix, aside + suffix)
      } catch {
        // There is none.
      }
    log.error('the database of notifications is damaged: a new one begins with the newest event', { error, aside })
    return openUnlocked(file)
  }
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const isDamaged = (error: unknown) => [11, 26].includes((error as { errcode?: number }).errcode ?? 0)

/** Without a lock: for one process, and in memory with `:memory:`. */
export function openUnlocked(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: 5_000 })
  try {
    if (file !== ':memory:') chmodSync(file, 0o600)
    // Deleted addresses of people are overwritten.
    db.exec('pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = on')
    const version = Number((db.prepare('pragma user_version').get() as { user_version: number }).user_version)
    if (version > schema.length)
      throw new Error(`${file} was made by a later release of Baykeeper (schema ${version}): start that release`)
    if (version < schema.length)
      db.exec(`begin immediate; ${schema.slice(version).join('')} pragma user_version = ${schema.length}; commit`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** Runs `work` in one transaction. */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('begin immediate')
  try {
    const result = work()
    db.exec('commit')
    return result
  } catch (fault) {
    // The fault may have ended the transaction already.
    if (db.isTransaction) db.exec('rollback')
    throw fault
  }
}
