/**
 * A private MariaDB for tests: the real server on a free loopback port, its files in a temporary folder, with durable settings. It can
 * be killed and started again on the same files. Skips loudly where the server is not installed.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { accessSync, constants, rmSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import mariadb from 'mariadb'
import { systemClock } from '../../lib/clock.ts'

const startMsMax = 30_000
const password = 'secret'
const asRoot = process.getuid?.() === 0 ? ['--user=root'] : []

export interface MariadbServer extends AsyncDisposable {
  readonly port: number
  readonly pid: number
  /** An empty database of its own; returns the URL of a store in it. */
  createDatabase(): Promise<string>
  /** Runs statements as an administrator and returns the rows of the last. */
  execute(sql: string, database?: string): Promise<Record<string, unknown>[]>
  signal(signal: NodeJS.Signals): void
  /** kill -9 and wait for the end. */
  kill(): Promise<void>
  /** Starts it again on its files and port, with further settings. */
  start(settings?: readonly string[]): Promise<void>
}

/** Why there is no MariaDB here, or false when there is one. */
export function mariadbMissing(): string | false {
  const missing = ['mariadbd', 'mariadb-install-db'].filter((name) => binary(name) === undefined)
  return missing.length > 0 && `NOT RUN: ${missing.join(' and ')} not installed (apt install mariadb-server)`
}

/** `below`: the folder that its own folder is made in. */
export async function startMariadb(settings: readonly string[] = [], below = tmpdir()): Promise<MariadbServer> {
  const dir = await mkdtemp(path.join(below, 'mariadb-'))
  // A server that starts deletes what looks like temporary tables of a dead one: in a folder of its own they are its own.
  const files = [`--datadir=${path.join(dir, 'data')}`, `--tmpdir=${dir}`, ...asRoot]
  await cp(await emptyServer(settings), path.join(dir, 'data'), { recursive: true })
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
    child = spawn(
      binary('mariadbd') as string,
      [
        '--no-defaults',
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
        '--innodb-log-file-size=256M',
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
      if (isOver) assert.fail(`mariadbd did not start:\n${(await readFile(log, 'utf8').catch(() => '')).slice(-2_000)}`)
      await Promise.race([systemClock.sleep(50), ended])
    }
  }

  async function execute(sql: string, database?: string) {
    const admin = await mariadb.createConnection({
      host: '127.0.0.1',
      port,
      user: 'admin',
      password,
      multipleStatements: true,
      connectTimeout: 2_000,
      bigIntAsNumber: true,
      ...(database === undefined ? {} : { database }),
    })
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
    port,
    get pid() {
      return child?.pid as number
    },
    async createDatabase() {
      const name = `baykeeper_${++databases}`
      await execute(`CREATE DATABASE ${name}; GRANT ALL ON ${name}.* TO 'baykeeper'@'%'`)
      return `mysql://baykeeper:${password}@127.0.0.1:${port}/${name}`
    },
    execute,
    signal: (signal) => void child?.kill(signal),
    kill: () => stop('SIGKILL'),
    start,
    async [Symbol.asyncDispose]() {
      await stop('SIGKILL')
      process.off('exit', end)
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** The files of a server without databases, made once by a process for these settings: making them takes longer than starting on them. */
function emptyServer(settings: readonly string[]): Promise<string> {
  return emptyServers.getOrInsertComputed(settings.join(' '), async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'mariadb-empty-'))
    process.on('exit', () => rmSync(dir, { recursive: true, force: true }))
    await promisify(execFile)(binary('mariadb-install-db') as string, [
      '--no-defaults',
      `--datadir=${dir}`,
      `--tmpdir=${dir}`,
      ...asRoot,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      '--skip-name-resolve',
      ...settings,
    ])
    return dir
  })
}
const emptyServers = new Map<string, Promise<string>>()

function binary(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin', '/usr/bin']
  return folders.map((folder) => path.join(folder, name)).find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as net.AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
