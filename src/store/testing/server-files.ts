/**
 * The files of a server without databases, made once for each kind and settings: making them takes longer than starting on them. A process
 * makes its own, or those that all processes of a run share.
 */
import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { installed, type ServerKind, serverFolder, serverProgram } from './server-programs.ts'

export const asRoot = process.getuid?.() === 0 ? ['--user=root'] : []

/** Names the folder that the processes of a run share. */
const shared = 'BAYKEEPER_TEST_SERVER_FILES'

/** From now until this process ends, processes that it starts make the files of a kind and settings once between them. */
export function shareServerFiles(): void {
  const dir = mkdtempSync(path.join(tmpdir(), 'baykeeper-server-files-'))
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }))
  process.env[shared] = dir
}

export function emptyServer(kind: ServerKind, settings: readonly string[]): Promise<string> {
  const name = `${kind} ${settings.join(' ')}`
  return emptyServers.getOrInsertComputed(name, async () => {
    const below = process.env[shared]
    const kept = below === undefined ? undefined : path.join(below, createHash('sha256').update(name).digest('hex'))
    if (kept !== undefined && existsSync(kept)) return kept
    const dir = await mkdtemp(path.join(below ?? tmpdir(), `${kind}-empty-`))
    if (kept === undefined) process.on('exit', () => rmSync(dir, { recursive: true, force: true }))
    await make[kind](dir, settings)
    return kept === undefined ? dir : await keptAs(dir, kept)
  })
}
const emptyServers = new Map<string, Promise<string>>()

/** Files are renamed into place when they are whole. Another process may have been faster. */
async function keptAs(dir: string, kept: string): Promise<string> {
  try {
    await rename(dir, kept)
  } catch (error) {
    await rm(dir, { recursive: true, force: true })
    if (!existsSync(kept)) throw error
  }
  return kept
}

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
