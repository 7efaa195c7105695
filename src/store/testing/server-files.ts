/** The files of a server without databases, made once by a process for each kind and settings: making them takes longer than starting on them. */
import { execFile, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { installed, type ServerKind, serverFolder, serverProgram } from './server-programs.ts'

export const asRoot = process.getuid?.() === 0 ? ['--user=root'] : []

export function emptyServer(kind: ServerKind, settings: readonly string[]): Promise<string> {
  return emptyServers.getOrInsertComputed(`${kind} ${settings.join(' ')}`, async () => {
    const dir = await mkdtemp(path.join(tmpdir(), `${kind}-empty-`))
    process.on('exit', () => rmSync(dir, { recursive: true, force: true }))
    await make[kind](dir, settings)
    return dir
  })
}
const emptyServers = new Map<string, Promise<string>>()

const make: Record<ServerKind, (dir: string, settings: readonly string[]) => Promise<void>> = {
  async mariadb(dir, settings) {
    await promisify(execFile)(installed('mariadb-install-db') as string, [
      '--no-defaults',
      `--datadir=${dir}`,
      `--tmpdir=${dir}`,
      ...asRoot,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      '--skip-name-resolve',
      ...settings,
    ])
  },
  async mysql(dir, settings) {
    const [command, ...first] = serverProgram('mysql')
    await promisify(execFile)(command, [...first, '--initialize-insecure', `--datadir=${dir}`, ...asRoot, ...settings])
  },
  /** What the script of an installed MariaDB does: its tables from its SQL files. */
  async 'mariadb-11'(dir, settings) {
    const share = path.join(serverFolder('mariadb-11'), 'usr/share/mariadb')
    const names = ['mariadb_system_tables.sql', 'mariadb_performance_tables.sql', 'mariadb_system_tables_data.sql']
    const tables = await Promise.all(names.map((name) => readFile(path.join(share, name), 'utf8')))
    const [command, ...first] = serverProgram('mariadb-11')
    const own = ['--bootstrap', '--skip-name-resolve', `--datadir=${dir}`, `--tmpdir=${dir}`]
    const child = spawn(command, [...first, ...own, ...asRoot, ...settings], { stdio: ['pipe', 'ignore', 'ignore'] })
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    const sql = ['CREATE DATABASE mysql;', 'USE mysql;', 'SET @auth_root_socket=NULL;', ...tables].join('\n')
    await pipeline(Readable.from([sql]), child.stdin)
    const code = await ended
    if (code !== 0) throw new Error(`MariaDB 11.8 made no system tables (exit ${code})`)
  },
}
