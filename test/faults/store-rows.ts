/**
 * The rows of the database: a real MariaDB or MySQL, the processor over a journal in memory, and one fault a round. A round passes when the state
 * in the database is, to the last value, that of the same journal followed without any fault.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import type { JournalRecord } from '../../src/journal/journal.ts'
import { type Random, seededRandom, upTo } from '../../src/journal/testing/seeded-random.ts'
import { instant } from '../../src/lib/brand.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { openStore, type StoreOptions } from '../../src/store/engine/open.ts'
import { type Store, StoreError } from '../../src/store/store.ts'
import { cuts, cuttingProxy } from '../../src/store/testing/cutting-proxy.ts'
import { type DatabaseServer, smallLogs, startServer } from '../../src/store/testing/mariadb-fixture.ts'
import { type ServerKind, serverMissing } from '../../src/store/testing/server-programs.ts'
import { placeLayout } from '../../src/store/testing/store-samples.ts'
import { missing } from '../../tools/parts.ts'
import { type DatabaseFault, databaseFaults } from './database-faults.ts'
import { difference, endOf, story, storyLayout } from './database-story.ts'
import type { FaultRow, FaultRunOptions, FaultRunResult } from './fault-row.ts'
import { calm, follow, type KeptJournal, keptJournal, until } from './following.ts'

const deps = { log: silentLog, clock: systemClock }
/** A server that hangs or holds a lock is left soon, so that a round is short. */
const impatient = { callMs: 700, lockWaitS: 1, silentS: 2, busyMs: 5_000 }
const recordsPerRound = 30
/** A fault that lasts meets a backlog that grows. */
const recordsPerRoundMax = 1_000
const cutsPerDatabase = 25
const failuresMax = 3
const roundMsMax = 120_000
const [judgeMsMax, judgePauseMs] = [20_000, 50]

/** Rows of MariaDB keep the names they had: records of them are compared. */
const servers: readonly { readonly kind: ServerKind; readonly title: string }[] = [
  { kind: 'mariadb', title: 'database' },
  { kind: 'mysql', title: 'MySQL' },
]

export const storeRows: readonly FaultRow[] = [
  ...servers.map(({ kind, title }) => ({
    name: kind === 'mariadb' ? 'commit ambiguity' : `commit ambiguity (${title})`,
    full: 100,
    long: 5_000,
    unit: 'cuts',
    passesWhen: 'the offset settles right every time the line is cut before, at, inside or behind the answer to COMMIT',
    run: (options: FaultRunOptions) => onServer(kind, options, cutsPerDatabase, commitAmbiguity),
  })),
  ...servers.flatMap(({ kind, title }) =>
    databaseFaults.map((fault) => ({
      name: `${title}: ${fault.name}`,
      full: 20,
      long: 500,
      unit: 'times',
      passesWhen: '0 lost or doubled, and the state is that of a run without it',
      run: (options: FaultRunOptions) =>
        onServer(kind, options, 1, (server, random) => databaseFault(server, random, fault)),
    })),
  ),
  {
    name: 'database restored to an older snapshot',
    full: 5,
    long: 50,
    unit: 'restores',
    passesWhen: 'the journal is replayed to an identical state hash, on MariaDB (dump) and SQLite (backup)',
    async run(options) {
      const skipped = missing('mariadb-dump')
      if (skipped) return { reached: 0, failures: [], skipped }
      return await onServer('mariadb', options, 1, restored)
    },
  },
]

/** Rounds until the time is over, at least one; each counts for `perRound`. */
export async function onServer(
  kind: ServerKind,
  { budgetMs, firstSeed, onProgress }: FaultRunOptions,
  perRound: number,
  round: (server: DatabaseServer, random: Random, seed: number) => Promise<string | undefined>,
): Promise<FaultRunResult> {
  const skipped = serverMissing(kind)
  if (skipped) return { reached: 0, failures: [], skipped }
  const began = performance.now()
  const failures: { seed: number; what: string }[] = []
  let reached = 0
  await using server = await startServer(kind, smallLogs[kind])
  for (let seed = firstSeed; failures.length < failuresMax; seed++) {
    try {
      const what = await inTime(round(server, seededRandom(seed), seed))
      if (what !== undefined) failures.push({ seed, what })
    } catch (error) {
      failures.push({ seed, what: (error as Error).stack ?? String(error) })
    }
    reached += perRound
    onProgress?.(reached)
    if (performance.now() - began >= budgetMs) break
  }
  return { reached, failures }
}

async function inTime<T>(round: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`the round did not end in ${roundMsMax / 1_000} s`)), roundMsMax)
  return Promise.race([round, late.promise]).finally(() => clearTimeout(timer))
}

async function commitAmbiguity(server: DatabaseServer, random: Random, seed: number): Promise<string | undefined> {
  const records = story(seed, cutsPerDatabase * 2)
  const expected = await calm(records)
  await using place = await databaseBehindProxy(server, clientOf(random))
  const { proxy, store } = place
  const journal = await keptJournal()
  await using following = follow(journal, store)
  for (let at = 0; at < records.length; at += 2) {
    const before = following.noticed.length
    proxy.cutNext(cuts[upTo(random, cuts.length - 1)] as (typeof cuts)[number], { reset: random() < 0.5 })
    await journal.append(records.slice(at, at + 2))
    await following.drained()
    const { position } = await answered(() => store.cursor(journal.id))
    const isSettled = position === journal.last()
    if (!isSettled) return `the offset is not at ${journal.last()} after cut ${at / 2}`
    if (following.noticed.length === before) return `cut ${at / 2} hit nothing`
  }
  return difference(await answered(() => endOf(store, journal.id)), expected)
}

async function databaseFault(
  server: DatabaseServer,
  random: Random,
  fault: DatabaseFault,
  seed = upTo(random, 2 ** 31),
): Promise<string | undefined> {
  const records = story(seed, recordsPerRoundMax)
  await using place = await databaseBehindProxy(server, clientOf(random))
  const { proxy, store, url } = place
  const journal = await keptJournal()
  await using following = follow(journal, store)
  await journal.append(records.slice(0, 5))
  await following.drained()
  const over = new AbortController()
  const feeding = feed(journal, records, random, over.signal)
  await systemClock.sleep(random() * 30)
  await fault.strike({ server, proxy, url, following, random }).finally(() => over.abort())
  await feeding
  await following.drained()
  return difference(await answered(() => endOf(store, journal.id)), await calm(records.slice(0, journal.last())))
}

/** Record after record until the fault is over, never waiting for the processor: intake does not notice. */
async function feed(journal: KeptJournal, records: readonly JournalRecord[], random: Random, over: AbortSignal) {
  while (journal.last() < (over.aborted ? recordsPerRound : recordsPerRoundMax)) {
    await journal.append(records.slice(journal.last(), journal.last() + 1))
    await systemClock.sleep(random() * 15)
  }
}

async function restored(server: DatabaseServer, random: Random, seed: number): Promise<string | undefined> {
  const records = story(seed, recordsPerRound)
  const expected = await calm(records)
  const cutAt = 1 + upTo(random, recordsPerRound - 2)
  const found = [await restoredMariadb(server, records, cutAt), await restoredSqlite(records, cutAt)]
  for (const [i, end] of found.entries()) {
    const what = difference(end, expected)
    if (what) return `${i === 0 ? 'MariaDB' : 'SQLite'}: ${what}`
  }
  return undefined
}

/** The dump is put back under a processor that runs on: it finds its offset moved and reads the journal again from there. */
async function restoredMariadb(server: DatabaseServer, records: ReturnType<typeof story>, cutAt: number) {
  await using place = await databaseBehindProxy(server, 'auto')
  const { proxy, store, url } = place
  const journal = await keptJournal()
  await using following = follow(journal, store)
  await journal.append(records.slice(0, cutAt))
  await following.drained()
  const run = promisify(execFile)
  const { hostname, port, username, password, pathname } = new URL(url)
  const login = [`--host=${hostname}`, `--port=${port}`, `--user=${username}`, `--password=${password}`]
  const database = pathname.slice(1)
  const dump = path.join(tmpdir(), `${database}-${port}.sql`)
  try {
    await run('mariadb-dump', ['--no-defaults', ...login, '--single-transaction', `--result-file=${dump}`, database])
    await journal.append(records.slice(cutAt))
    await following.drained()
    proxy.away(true)
    await until('line given up', async () => (await lines(server, database)) === 0)
    await run('mariadb', ['--no-defaults', ...login, database, '-e', `source ${dump}`])
    proxy.away(false)
    // Something to do: an idle processor looks at its offset when there is more to commit.
    await journal.append([{ kind: 3, frames: 0, bytes: new Uint8Array() }])
    await until('processor at the end again', async () => (await positionOf(store, journal.id)) === journal.last())
  } finally {
    await rm(dump, { force: true })
  }
  return { ...(await answered(() => endOf(store, journal.id))), position: records.length }
}

async function restoredSqlite(records: ReturnType<typeof story>, cutAt: number) {
  const dir = await mkdtemp(path.join(tmpdir(), 'restored-'))
  const file = path.join(dir, 'baykeeper.db')
  const journal = await keptJournal()
  try {
    {
      await using store = await prepared(`sqlite:${file}`)
      await using following = follow(journal, store)
      await journal.append(records.slice(0, cutAt))
      await following.drained()
      using source = new DatabaseSync(file)
      await backup(source, `${file}.copy`)
      await journal.append(records.slice(cutAt))
      await following.drained()
    }
    for (const rest of ['-wal', '-shm']) if (existsSync(file + rest)) await rm(file + rest)
    await copyFile(`${file}.copy`, file)
    await using store = await prepared(`sqlite:${file}`)
    await using following = follow(journal, store, 2)
    await following.drained()
    return await endOf(store, journal.id)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

export async function prepared(url: string, options: StoreOptions = {}): Promise<Store> {
  {
    // Made without haste: on a busy machine the tables of MySQL take seconds.
    await using patient = await openStore(url, deps, options)
    await patient.migrate()
    if ((await patient.layoutVersion()) === undefined) await placeLayout(patient, storyLayout, { created: instant(0) })
  }
  return openStore(url, deps, { ...impatient, ...options })
}

/** What the judge asks is asked again where the impatient store gives up on a busy machine. */
async function answered<T>(ask: () => Promise<T>): Promise<T> {
  for (const until = performance.now() + judgeMsMax; ; await systemClock.sleep(judgePauseMs))
    try {
      return await ask()
    } catch (error) {
      const isTransient = error instanceof StoreError && error.fault === 'transient'
      if (!isTransient || performance.now() > until) throw error
    }
}

export async function databaseBehindProxy(server: DatabaseServer, client: 'auto' | 'mysql2') {
  const url = await server.createDatabase()
  const proxy = await cuttingProxy(server.port)
  const through = new URL(url)
  through.port = String(proxy.port)
  const store = await prepared(through.href, { client })
  return {
    url,
    proxy,
    store,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      await proxy[Symbol.asyncDispose]()
      await server.execute(`DROP DATABASE ${new URL(url).pathname.slice(1)}`)
    },
  }
}

/** Both ways of speaking to the server take their turns. */
const clientOf = (random: Random) => (random() < 0.5 ? ('auto' as const) : ('mysql2' as const))

async function lines(server: DatabaseServer, database: string): Promise<number> {
  const rows = await server.execute(`SELECT 1 FROM information_schema.processlist WHERE db = '${database}'`)
  return rows.length
}

const positionOf = (store: Store, journal: string) =>
  store.cursor(journal).then(
    ({ position }) => position,
    () => -1,
  )
