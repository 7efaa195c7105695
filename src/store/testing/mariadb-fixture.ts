/**
 * A private database server for tests, MariaDB or MySQL: the real one on a free loopback port, its files in a temporary folder, with
 * durable settings. It can be killed and started again on the same files. Where the server is missing the tests skip, by name.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, statfsSync } from 'node:fs'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import mariadb, { type Connection } from 'mariadb'
import { systemClock } from '../../lib/clock.ts'
import { asRoot, emptyServer } from './server-files.ts'
import { type ServerKind, serverMissing, serverProgram } from './server-programs.ts'

/** A server on a busy machine may take long to read its files. */
const startMsMax = 120_000
const password = 'secret'

export interface DatabaseServer extends AsyncDisposable {
  readonly kind: ServerKind
  readonly port: number
  readonly pid: number
  /** An empty database of its own; returns the URL of a store in it. */
  createDatabase(): Promise<string>
  /** Runs statements as an administrator and returns the rows of the last. */
  execute(sql: string, database?: string): Promise<Record<string, unknown>[]>
  /** An administrator's connection. */
  administrator(database: string): Promise<Connection>
  /** A connection beside the store, as the store's account, by the URL of its database. */
  connect(url: string): Promise<Connection>
  /** Ends every connection of the store's account at once. */
  killConnections(): Promise<void>
  /** How many deadlocks there were. */
  deadlocks(): Promise<number>
  /** Stops it where it stands, until `resume`. Resolves when none of its threads runs any more. */
  freeze(): Promise<void>
  resume(): void
  /** kill -9 and wait for the end. */
  kill(): Promise<void>
  /** Starts it again on its files and port, with further settings. */
  start(settings?: readonly string[]): Promise<void>
}

/** Why there is no MariaDB here, or false when there is one. */
export const mariadbMissing = () => serverMissing('mariadb')
export const startMariadb = (settings?: readonly string[], below?: string) => startServer('mariadb', settings, below)

/** Settings that only one of them knows. */
const ownSettings: Record<ServerKind, readonly string[]> = {
  mariadb: ['--innodb-log-file-size=256M'],
  'mariadb-11': ['--innodb-log-file-size=256M'],
  // The performance schema takes a third of the time that a start takes.
  mysql: [
    ...['--innodb-redo-log-capacity=256M', '--mysqlx=OFF', '--secure-file-priv=NULL', '--performance-schema=OFF'],
  ],
}
/** Small logs start and copy quickly. */
export const smallLogs: Record<ServerKind, readonly string[]> = {
  mariadb: ['--innodb-log-file-size=16M', '--innodb-buffer-pool-size=64M'],
  'mariadb-11': ['--innodb-log-file-size=16M', '--innodb-buffer-pool-size=64M'],
  mysql: ['--innodb-redo-log-capacity=32M', '--innodb-buffer-pool-size=64M'],
}

/** Memory where there is plenty: nothing in these tests cuts the power, and each of hundreds of databases costs many syncs. */
function serverRoom(): string {
  const memory = '/dev/shm'
  if (!existsSync(memory)) return tmpdir()
  const { bavail, bsize } = statfsSync(memory)
  return bavail * bsize >= roomBytesMin ? memory : tmpdir()
}
const roomBytesMin = 8 * 1024 ** 3

/** `below`: the folder that its own folder is made in. */
export async function startServer(
  kind: ServerKind,
  settings: readonly string[] = [],
  below = serverRoom(),
): Promise<DatabaseServer> {
  const dir = await mkdtemp(path.join(below, `${kind}-`))
  // A server that starts deletes what looks like temporary tables of a dead one: in its own folder they are its own.
  const files = [`--datadir=${path.join(dir, 'data')}`, `--tmpdir=${dir}`, ...asRoot]
  await cp(await emptyServer(kind, settings), path.join(dir, 'data'), { recursive: true })
  const init = path.join(dir, 'init.sql')
  await writeFile(
    init,
    `CREATE USER IF NOT EXISTS 'admin'@'%' IDENTIFIED BY '${password}';\n` +
      `GRANT ALL ON *.* TO 'admin'@'%' WITH GRANT OPTION;\n` +
      `CREATE USER IF NOT EXISTS 'baykeeper'@'%' IDENTIFIED BY '${password}';\n`,
  )
  const port = await freePort()
  let child: ChildProcess | undefined
  let databases = 0
  const end = () => child?.kill('SIGKILL')
  process.on('exit', end)

  async function start(more: readonly string[] = settings) {
    const log = path.join(dir, 'server.log')
    const [command, ...first] = serverProgram(kind)
    child = spawn(
      command,
      [
        ...first,
        ...files,
        `--port=${port}`,
        '--bind-address=127.0.0.1',
        `--socket=${path.join(dir, 'socket')}`,
        `--pid-file=${path.join(dir, 'pid')}`,
        `--log-error=${log}`,
        `--init-file=${init}`,
        '--skip-name-resolve',
        '--innodb-flush-log-at-trx-commit=1',
        '--sync-binlog=1',
        '--innodb-buffer-pool-size=256M',
        ...ownSettings[kind],
        ...more,
      ],
      { stdio: 'ignore' },
    )
    const ended = new Promise<void>((resolve) => child?.once('exit', () => resolve()))
    for (const until = Date.now() + startMsMax; ; ) {
      const reached = await execute('SELECT 1').then(
        () => true,
        () => false,
      )
      if (reached) return
      const isOver = child.exitCode !== null || Date.now() > until
      // Without a log the failure is reported alone.
      if (isOver) assert.fail(`${kind} did not start:\n${(await readFile(log, 'utf8').catch(() => '')).slice(-2_000)}`)
      await Promise.race([systemClock.sleep(50), ended])
    }
  }

  const administrator = (database?: string) =>
    mariadb.createConnection({
      host: '127.0.0.1',
      port,
      user: 'admin',
      password,
      multipleStatements: true,
      connectTimeout: 2_000,
      initSql: 'SET autocommit = 1',
      allowPublicKeyRetrieval: true,
      bigIntAsNumber: true,
      ...(database === undefined ? {} : { database }),
    })

  async function execute(sql: string, database?: string) {
    const admin = await administrator(database)
    try {
      const result: unknown = await admin.query(sql)
      return Array.isArray(result) ? Array.from(result as Record<string, unknown>[]) : []
    } finally {
      await admin.end()
    }
  }

  async function stop(signal: NodeJS.Signals) {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child?.once('exit', resolve))
    child.kill('SIGCONT')
    child.kill(signal)
    await ended
  }

  await start()
  return {
    kind,
    port,
    get pid() {
      return child?.pid as number
    },
    async createDatabase() {
      const name = `baykeeper_${++databases}`
      await execute(`CREATE DATABASE ${name}; GRANT ALL ON ${name}.* TO 'baykeeper'@'%'`)
      return `mysql://baykeeper:${password}@127.0.0.1:${port}/${name}`
    },
    administrator,
    execute,
    connect(url) {
      const { hostname, username, pathname } = new URL(url)
      const to = { host: hostname, port, user: username, password, database: pathname.slice(1) }
      return mariadb.createConnection({
        ...to,
        bigIntAsNumber: true,
        decimalAsNumber: true,
        allowPublicKeyRetrieval: true,
      })
    },
    async killConnections() {
      if (kind !== 'mysql') return void (await execute("KILL USER 'baykeeper'@'%'"))
      const list = "SELECT id AS id FROM information_schema.processlist WHERE user = 'baykeeper'"
      // One that has just ended cannot be killed.
      for (const { id } of await execute(list)) await execute(`KILL ${id}`).catch(() => {})
    },
    async deadlocks() {
      const count =
        kind === 'mysql'
          ? "SELECT count AS n FROM information_schema.innodb_metrics WHERE name = 'lock_deadlocks'"
          : "SELECT variable_value AS n FROM information_schema.global_status WHERE variable_name = 'Innodb_deadlocks'"
      return Number((await execute(count))[0]?.['n'])
    },
    async freeze() {
      child?.kill('SIGSTOP')
      while (!(await isStopped(child?.pid as number))) await systemClock.sleep(5)
    },
    resume: () => void child?.kill('SIGCONT'),
    kill: () => stop('SIGKILL'),
    start,
    async [Symbol.asyncDispose]() {
      await stop('SIGKILL')
      process.off('exit', end)
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** Its threads stop one by one: the last may still answer. Without /proc it is taken for stopped. */
async function isStopped(pid: number): Promise<boolean> {
  const tasks = `/proc/${pid}/task`
  if (!existsSync(tasks)) return true
  const stats = await Promise.all(
    // A thread may end meanwhile.
    (await readdir(tasks)).map((thread) => readFile(path.join(tasks, thread, 'stat'), 'utf8').catch(() => ') T')),
  )
  return stats.every((stat) => stat.slice(stat.lastIndexOf(')') + 2).startsWith('T'))
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as net.AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
