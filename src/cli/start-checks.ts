/** What is checked before a server starts: each of these refuses a start that could not end well. */
import { constants, existsSync } from 'node:fs'
import { access } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../config/config.ts'
import { storeUrl } from '../config/store-url.ts'
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { leaseRefusal } from '../processes/server-lease.ts'
import { openStore } from '../store/engine/open.ts'
import { CommandFailed, exitCodes, needsPerson } from './output.ts'

/** On a read-only file system `mkdir` reports that the directory does not exist. */
export async function refuseUnwritable(dir: string): Promise<void> {
  let found = dir
  while (!existsSync(found) && found !== path.dirname(found)) found = path.dirname(found)
  try {
    await access(found, constants.W_OK)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const why = code === 'EROFS' ? 'its file system is read only' : `${code}`
    throw new CommandFailed(exitCodes.failed, `${found} cannot be written (${why}): name another with --data`, {
      cause,
    })
  }
}

/** Throws where another server works on the database: before a port answers that would be closed again seconds later. */
export async function databaseIsFree(config: Config): Promise<void> {
  const refusal = await leaseRefusal(storeUrl(config, config.data), config.data)
  if (refusal !== undefined) throw new CommandFailed(exitCodes.config, refusal)
}

/** Throws where the database server refuses this configuration. One that is away is waited for by the processes. */
export async function databaseAccepts(config: Config): Promise<void> {
  if (config.store === 'sqlite') return
  try {
    await using _ = await openStore(storeUrl(config, config.data), { log: silentLog, clock: systemClock })
  } catch (fault) {
    if (needsPerson(fault)) throw fault
  }
}
