/**
 * The journal in a SQLite file: the reference that the segment log is compared with, and the fallback should it ever be needed.
 * WAL with synchronous=FULL, so a commit is a sync; what gathers in one turn of the event loop is one transaction.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../lib/clock.ts'
import {
  JournalError,
  type JournalOptions,
  type JournalReader,
  type JournalRecord,
  type JournalTail,
  type JournalWriter,
  type RecordKind,
  recordKinds,
  type StoredRecord,
} from '../journal.ts'
import { lockDirectory } from '../lock.ts'
import { recordHeaderBytes, totalsAfter } from '../record.ts'
import { createSyncTimes } from '../sync-times.ts'
import { type JournalDeps, journalDefaults } from '../writer.ts'

export type SqliteJournalDeps = Pick<JournalDeps, 'random'> & { readonly clock: Clock }

const schema = `
  create table if not exists journal (only integer primary key check (only = 1), id text not null, fence integer not null);
  create table if not exists record (
    number integer primary key, kind integer not null, frames integer not null,
    accepted integer not null, noise integer not null, at integer not null, bytes blob not null
  );
  create index if not exists checkpoint on record (number) where kind = 3;
`
const columns = 'number, kind, frames, accepted, noise, at, bytes'

interface Row {
  readonly number: number
  readonly kind: RecordKind
  readonly frames: number
  readonly accepted: number
  readonly noise: number
  readonly at: number
  readonly bytes: Uint8Array
}

const storedOf = ({ number, kind, frames, accepted, noise, bytes }: Row): StoredRecord => {
  return { number, kind, frames, acceptedFrames: accepted, noiseFrames: noise, bytes }
}

function connect(dir: string, write: boolean): DatabaseSync {
  const database = new DatabaseSync(join(dir, 'journal.sqlite'), { timeout: 5_000 })
  database.exec(write ? `pragma journal_mode = wal; pragma synchronous = full; ${schema}` : 'pragma query_only = on')
  return database
}

/** Typed reading of rows; the schema above is the reason the shapes hold. */
const rowsOf = (database: DatabaseSync, sql: string, ...values: number[]) =>
  database.prepare(sql).all(...values) as unknown as readonly Row[]

const tailOf = (database: DatabaseSync): JournalTail => {
  const { id = '', fence = 0 } = (database.prepare('select id, fence from journal').get() ?? {}) as {
    id?: string
    fence?: number
  }
  const [last] = rowsOf(database, `select ${columns} from record order by number desc limit 1`)
  return {
    ...{ id, fence, lastRecord: last?.number ?? 0 },
    ...{ acceptedFrames: last?.accepted ?? 0, noiseFrames: last?.noise ?? 0 },
  }
}

const checkpointOf = (database: DatabaseSync) => {
  const [row] = rowsOf(database, `select ${columns} from record where kind = 3 order by number desc limit 1`)
  return row && storedOf(row)
}

interface Waiting {
  readonly records: readonly JournalRecord[]
  readonly bytes: number
  readonly resolve: (last: number) => void
  readonly reject: (error: JournalError) => void
}

export async function openSqliteWriter(
  dir: string,
  deps: SqliteJournalDeps,
  options: JournalOptions = {},
): Promise<JournalWriter> {
  const limits = { ...journalDefaults, ...options }
  mkdirSync(dir, { recursive: true })
  const lock = lockDirectory(dir)
  const database = connect(dir, true)
  database
    .prepare('insert into journal values (1, ?, 1) on conflict (only) do update set fence = fence + 1')
    .run(deps.random(8).toHex())
  let tail = tailOf(database)
  const insert = database.prepare(`insert into record (${columns}) values (?, ?, ?, ?, ?, ?, ?)`)
  const syncs = createSyncTimes(deps.clock)
  let waiting: Waiting[] = []
  let pendingBytes = 0
  let closed = false
  let ringing = false
  let listener: ((tail: JournalTail) => void) | undefined

  function commit() {
    ringing = false
    const group = waiting
    waiting = []
    if (group.length === 0) return
    const started = deps.clock.monotonic()
    const before = tail
    const lasts: number[] = []
    try {
      database.exec('begin immediate')
      for (const { records } of group) {
        for (const record of records) put(record)
        lasts.push(tail.lastRecord)
      }
      database.exec('commit')
    } catch (cause) {
      tail = before
      if (database.isTransaction) database.exec('rollback')
      const full = (cause as { errcode?: number }).errcode === 13
      const error = new JournalError(full ? 'E_JOURNAL_FULL' : 'E_JOURNAL_FAILED', (cause as Error).message, { cause })
      for (const { reject, bytes } of group) {
        pendingBytes -= bytes
        reject(error)
      }
      return
    }
    syncs.add(deps.clock.monotonic() - started)
    group.forEach(({ resolve, bytes }, i) => {
      pendingBytes -= bytes
      resolve(lasts[i] as number)
    })
    listener?.(tail)
  }

  function put(record: JournalRecord) {
    const { acceptedFrames, noiseFrames } = totalsAfter(tail, record)
    const number = tail.lastRecord + 1
    insert.run(number, record.kind, record.frames, acceptedFrames, noiseFrames, deps.clock.now(), record.bytes)
    tail = { ...tail, lastRecord: number, acceptedFrames, noiseFrames }
  }

  function append(records: readonly JournalRecord[]): Promise<number> {
    const refuse = (code: JournalError['code'], message: string) => Promise.reject(new JournalError(code, message))
    if (closed) return refuse('E_JOURNAL_CLOSED', 'the journal is closed')
    const bytes = records.reduce((sum, record) => sum + recordHeaderBytes + record.bytes.byteLength, 0)
    if (records.some((record) => record.bytes.byteLength > limits.recordBytesMax))
      return refuse('E_JOURNAL_TOO_LARGE', 'a record is too large')
    if (pendingBytes + bytes > limits.pendingBytesMax) return refuse('E_JOURNAL_OVERLOAD', 'too much is waiting')
    if (records.length === 0) return Promise.resolve(tail.lastRecord)
    pendingBytes += bytes
    if (!ringing) setImmediate(commit)
    ringing = true
    return new Promise((resolve, reject) => waiting.push({ records, bytes, resolve, reject }))
  }

  function release(upTo: number, held = upTo) {
    const { checkpoint } = database.prepare('select max(number) as checkpoint from record where kind = 3').get() as {
      checkpoint: number | null
    }
    const below = Math.min(upTo, held, (checkpoint ?? Number.POSITIVE_INFINITY) - 1, tail.lastRecord - 1)
    database
      .prepare('delete from record where number <= ? and at < ?')
      .run(below, deps.clock.now() - limits.retentionMs)
  }

  return {
    ...{ id: tail.id, fence: tail.fence, damage: [], lastCheckpoint: checkpointOf(database) },
    append,
    tail: () => tail,
    onDurable(given) {
      listener = given
    },
    release,
    stats: () => ({ segments: 1, bytes: 0, freeBytes: 0, pendingBytes, ...syncs.figures(), refusing: undefined }),
    async [Symbol.asyncDispose]() {
      if (closed) return
      commit()
      closed = true
      database.close()
      lock[Symbol.dispose]()
    },
  }
}

export async function openSqliteReader(dir: string): Promise<JournalReader> {
  const database = connect(dir, false)
  const before = (row: Row) => ({
    acceptedFrames: row.accepted - (row.kind === recordKinds.data ? row.frames : 0),
    noiseFrames: row.noise - (row.kind === recordKinds.noise ? row.frames : 0),
  })
  return {
    get id() {
      return tailOf(database).id
    },
    async read(after, { durable, bytesMax, framesMax }) {
      const records: StoredRecord[] = []
      let bytes = 0
      let frames = 0
      const sql = `select ${columns} from record where number > ? and number <= ? order by number`
      for (const row of database.prepare(sql).iterate(after, durable) as unknown as Iterable<Row>) {
        const full = bytes + row.bytes.byteLength > bytesMax || frames + row.frames > framesMax
        if (full && records.length > 0) break
        bytes += row.bytes.byteLength
        frames += row.frames
        records.push(storedOf(row))
      }
      const [first] = rowsOf(database, `select ${columns} from record order by number limit 1`)
      if (!first || first.number <= after + 1) return { records, damage: [] }
      const range = { segment: 'journal.sqlite', fromRecord: after + 1, toRecord: first.number - 1, bytes: 0 }
      const { acceptedFrames, noiseFrames } = before(first)
      const lost = after === 0 ? { frames: acceptedFrames, noiseFrames } : { frames: 0 }
      return { records, damage: [{ ...range, ...lost, reason: 'removed after release' }] }
    },
    async countsAt(number) {
      if (number === 0) return { acceptedFrames: 0, noiseFrames: 0 }
      const [row] = rowsOf(database, `select ${columns} from record where number >= ? order by number limit 1`, number)
      if (row?.number === number) return { acceptedFrames: row.accepted, noiseFrames: row.noise }
      return row?.number === number + 1 ? before(row) : undefined
    },
    async scan() {
      return { tail: tailOf(database), lastCheckpoint: checkpointOf(database), damage: [] }
    },
    async [Symbol.asyncDispose]() {
      database.close()
    },
  }
}
