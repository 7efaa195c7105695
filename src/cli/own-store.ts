/** The store of the place a command works in, opened by the command itself: beside a running server, or without one. */
import { userInfo } from 'node:os'
import { storeUrl } from '../config/store-url.ts'
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { openStore } from '../store/engine/open.ts'
import type { Store } from '../store/store.ts'
import { CommandFailed, exitCodes, needsPerson } from './output.ts'
import { type PlaceOptions, placeOf, usedPlaceOf } from './place.ts'

export async function openOwnStore(options: PlaceOptions): Promise<{ store: Store; data: string }> {
  const { config } = placeOf(options)
  // Opening the embedded database would make it: in a mistyped directory every answer would be "nothing".
  if (config.store === 'sqlite') usedPlaceOf(options)
  try {
    const store = await openStore(storeUrl(config, config.data), { log: silentLog, clock: systemClock })
    // A database that has never been used has no tables yet: nothing is committed there, and that is an answer too.
    await store.migrate()
    return { store, data: config.data }
  } catch (cause) {
    if (needsPerson(cause)) throw new CommandFailed(exitCodes.config, (cause as Error).message, { cause })
    throw new CommandFailed(exitCodes.unreachable, `the database cannot be reached: ${(cause as Error).message}`, {
      cause,
    })
  }
}

/** Who stands behind what a command changes. */
export function operator(): string {
  try {
    return `${userInfo().username} (command line)`
  } catch {
    // A user without an entry in the system has no name.
    return 'command line'
  }
}
