/** Where rows go: a database of its own for each run, cheap questions about it, and what it takes of CPU, memory and disk. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { type DatabaseServer, startServer } from '../../src/store/testing/mariadb-fixture.ts'

export type StoreName = 'sqlite' | 'mariadb' | 'mysql'

export interface Place extends AsyncDisposable {
  readonly name: StoreName
  /** Rows a second of a bare bulk insert of the same rows into the same table, in a database of its own. */
  rawRate(seconds: number): Promise<number>
  /** A new empty database. */
  open(): Promise<OpenPlace>
}

export interface OpenPlace extends AsyncDisposable {
  readonly url: string
  readonly pids: readonly number[]
  query(sql: string): Promise<Record<string, unknown>[]>
  diskBytes(): Promise<number>
}

export async function openPlace(name: StoreName): Promise<Place> {
  return name === 'sqlite' ? sqlitePlace() : serverPlace(name, await startServer(name))
}

async function rawRate(url: string, seconds: number): Promise<number> {
  const script = path.join(import.meta.dirname, '../raw-insert.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [script, url, `${seconds}`])
  return (JSON.parse(stdout) as { rows_per_s: number }).rows_per_s
}

/** The sum of what files hold, subfolders included; a file that goes meanwhile counts as nothing. */
export async function bytesBelow(dir: string): Promise<number> {
  const names = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => [])
  const sizes = names
    .filter((entry) => entry.isFile())
    .map(async (entry) => {
      // Blocks, not length: a file that is filled ahead takes what it takes.
      const { blocks } = await stat(path.join(entry.parentPath, entry.name)).catch(() => ({ blocks: 0 }))
      return blocks * 512
    })
  return (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes, 0)
}

async function sqlitePlace(): Promise<Place> {
  const dir = await mkdtemp(path.join(tmpdir(), 'baykeeper-bench-sqlite-'))
  let opened = 0
  const removed = (folder: string) => rm(folder, { recursive: true, force: true })
  const fresh = () => path.join(dir, `${++opened}`)
  return {
    name: 'sqlite',
    async rawRate(seconds) {
      const folder = await mkdtemp(`${fresh()}-`)
      const rate = await rawRate(`sqlite:${path.join(folder, 'raw.db')}`, seconds)
      await removed(folder)
      return rate
    },
    async open() {
      const folder = await mkdtemp(`${fresh()}-`)
      const file = path.join(folder, 'store.db')
      let db: DatabaseSync | undefined
      return {
        url: `sqlite:${file}`,
        pids: [],
        async query(sql) {
          if (!existsSync(file)) return []
          db ??= new DatabaseSync(file, { readOnly: true, timeout: 5_000 })
          return db.prepare(sql).all()
        },
        diskBytes: () => bytesBelow(folder),
        async [Symbol.asyncDispose]() {
          db?.close()
          await removed(folder)
        },
      }
    },
    [Symbol.asyncDispose]: () => removed(dir),
  }
}

function serverPlace(name: StoreName, server: DatabaseServer): Place {
  const nameOf = (url: string) => new URL(url).pathname.slice(1)
  return {
    name,
    async rawRate(seconds) {
      const url = await server.createDatabase()
      const rate = await rawRate(url, seconds)
      await server.execute(`DROP DATABASE ${nameOf(url)}`)
      return rate
    },
    async open() {
      const url = await server.createDatabase()
      const database = nameOf(url)
      const line = await server.connect(url)
      const [{ dir } = { dir: '' }] = (await server.execute('SELECT @@datadir AS dir')) as { dir: string }[]
      return {
        url,
        pids: [server.pid],
        query: async (sql) => Array.from(await line.query<Record<string, unknown>[]>(sql)),
        diskBytes: () => bytesBelow(path.join(dir, database)),
        async [Symbol.asyncDispose]() {
          await line.end()
          await server.execute(`DROP DATABASE ${database}`)
        },
      }
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
