/** Where a command works: configuration, data directory, and the running server of that directory if there is one. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { type LoadedConfig, loadConfig } from '../config/config.ts'
import type { Flags } from '../config/overrides.ts'
import { keepDirect } from '../lib/direct-hosts.ts'
import { readyPath } from '../processes/run-directory.ts'
import { CommandFailed, exitCodes } from './output.ts'

export interface PlaceOptions {
  readonly config?: string | undefined
  readonly data?: string | undefined
  readonly store?: string | undefined
  readonly storePasswordFile?: string | undefined
}

/** URLs and pids of a server, as `--ready-file` writes them. */
export interface Ready {
  readonly web?: string
  readonly ingest?: string
  readonly mqtt?: string
  readonly tcp?: string
  readonly udp?: string
  readonly serial?: readonly string[]
  readonly pids: Readonly<Record<string, number>>
}

export function placeOf(options: PlaceOptions): LoadedConfig {
  const flags: Flags = { data: options.data, store: options.store, storePasswordFile: options.storePasswordFile }
  return loadConfig({ file: options.config, flags })
}

/** For a command that answers from what is stored: a directory that does not exist holds no answer. */
export function usedPlaceOf(options: PlaceOptions): LoadedConfig {
  const loaded = placeOf(options)
  const { data } = loaded.config
  if (!existsSync(data))
    throw new CommandFailed(
      exitCodes.usage,
      `there is no data directory ${data}: name the one of the server with --data (it is made at the first start)`,
    )
  return loaded
}

/** The server that runs on this data directory, if its main process is alive. */
export async function runningServer(dataDir: string): Promise<Ready | undefined> {
  try {
    const ready = JSON.parse(await readFile(readyPath(dataDir), 'utf8')) as Ready
    const main = ready.pids['main'] as number
    process.kill(main, 0)
    // One that has ended and was not looked after yet answers to signals, but has no command any more.
    if (existsSync('/proc/self/cmdline') && !(await isOurs(main, 'main'))) return undefined
    keepDirect([ready.web, ready.ingest].flatMap((url) => (url === undefined ? [] : [new URL(url).hostname])))
    return ready
  } catch {
    // No file, or a process that has ended: no server runs here.
    return undefined
  }
}

/** A process number may belong to somebody else by now. */
// A process that has ended has no command line, and is not ours.
const isOurs = async (pid: number, role: string) =>
  (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes(`${path.sep}src${path.sep}${role}.ts`)
