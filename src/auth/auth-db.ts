/**
 * `auth.db` in the data directory: accounts, second factors, who comes by a provider, sessions, links to set a password, last use of keys, and what the audit log has yet to hold. SQLite of
 * its own, so that people sign in while the database of the server is away. Several processes may write: web and commands.
 */
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'

const waitMs = 5_000

/** Each makes the database of the release before that of its own; `user_version` is how many were done. */
const migrations = [
  `
CREATE TABLE IF NOT EXISTS person (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL UNIQUE COLLATE NOCASE, role TEXT NOT NULL, sites TEXT,
  password TEXT, disabled INTEGER NOT NULL DEFAULT 0, created INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS session (
  hash TEXT PRIMARY KEY, person TEXT REFERENCES person (id), key_hash TEXT, created INTEGER NOT NULL, used INTEGER NOT NULL,
  expires INTEGER NOT NULL, address TEXT NOT NULL, agent TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS link (
  hash TEXT PRIMARY KEY, person TEXT NOT NULL UNIQUE REFERENCES person (id), expires INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS key_use (hash TEXT PRIMARY KEY, used INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS event (number INTEGER PRIMARY KEY AUTOINCREMENT, json TEXT NOT NULL) STRICT;
`,
  // One that is not confirmed may stand beside the one that it will replace.
  `
CREATE TABLE totp (
  person TEXT NOT NULL REFERENCES person (id), confirmed INTEGER NOT NULL, secret TEXT NOT NULL, step INTEGER NOT NULL, created INTEGER NOT NULL,
  PRIMARY KEY (person, confirmed)) STRICT;
CREATE TABLE recovery (hash TEXT PRIMARY KEY, person TEXT NOT NULL REFERENCES person (id)) STRICT;
ALTER TABLE session ADD COLUMN strong INTEGER NOT NULL DEFAULT 0;
`,
  `
CREATE TABLE passkey (
  id TEXT PRIMARY KEY, person TEXT NOT NULL REFERENCES person (id), name TEXT NOT NULL, public_key BLOB NOT NULL, counter INTEGER NOT NULL,
  transports TEXT NOT NULL, created INTEGER NOT NULL, used INTEGER) STRICT;
`,
  `
CREATE TABLE identity (
  issuer TEXT NOT NULL, subject TEXT NOT NULL, person TEXT NOT NULL REFERENCES person (id), lost INTEGER NOT NULL DEFAULT 0, created INTEGER NOT NULL,
  PRIMARY KEY (issuer, subject)) STRICT;
CREATE TABLE wrong_code (person TEXT PRIMARY KEY REFERENCES person (id), count INTEGER NOT NULL, since INTEGER NOT NULL) STRICT;
CREATE TABLE public_access (site TEXT PRIMARY KEY, level TEXT NOT NULL) STRICT;
`,
]

export interface AuthDb extends Disposable {
  readonly db: DatabaseSync
  /** All of it or nothing. */
  change<T>(edit: () => T): T
  /** Changes whenever another process has written. */
  stamp(): number
}

/** Of several processes that open it at once the first does it. */
function migrate(db: DatabaseSync) {
  const version = () => Number(db.prepare('PRAGMA user_version').get()?.['user_version'])
  if (version() >= migrations.length) return
  db.exec('BEGIN IMMEDIATE')
  for (const migration of migrations.slice(version())) db.exec(migration)
  db.exec(`PRAGMA user_version = ${migrations.length}; COMMIT`)
}

export function openAuthDb(dataDir: string): AuthDb {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const file = path.join(dataDir, 'auth.db')
  // Made for its owner alone before anything is in it; the files beside it get its mode.
  closeSync(openSync(file, 'a', 0o600))
  chmodSync(file, 0o600)
  const db = new DatabaseSync(file, { timeout: waitMs })
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;')
  migrate(db)
  const dataVersion = db.prepare('PRAGMA data_version')
  return {
    db,
    change(edit) {
      db.exec('BEGIN IMMEDIATE')
      try {
        const answer = edit()
        db.exec('COMMIT')
        return answer
      } catch (fault) {
        db.exec('ROLLBACK')
        throw fault
      }
    },
    stamp: () => (dataVersion.get() as { data_version: number }).data_version,
    [Symbol.dispose]: () => db.close(),
  }
}
