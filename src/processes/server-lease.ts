/** Holds the lease on a database that other servers can reach (store/server-lease.ts), for as long as the processor runs. */
import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { journalId } from '../journal/segment-journal.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import { type Log, silentLog } from '../lib/log.ts'
import { retryDelayMs } from '../lib/retry.ts'
import { openStore } from '../store/engine/open.ts'
import { type LeaseStore, leaseBeatMs } from '../store/server-lease.ts'
import { StoreError } from '../store/store.ts'

/** A SQLite file in the data directory is guarded by the journal's lock already. */
export function needsLease(storeUrl: string, dataDir: string): boolean {
  if (!storeUrl.startsWith('sqlite:')) return true
  return !sqliteFile(storeUrl).startsWith(path.resolve(dataDir) + path.sep)
}

const sqliteFile = (storeUrl: string) => path.resolve(storeUrl.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, ''))

/** A database that does not answer must not delay intake. */
const lookMsMax = 2_000

/**
 * Why a server with this data directory may not start; undefined where it may, or where the database does not answer in time, is not
 * made yet, or has no such table. The processor takes the lease in the end: this look only keeps ports closed that would be closed again.
 */
export async function leaseRefusal(storeUrl: string, dataDir: string): Promise<string | undefined> {
  if (!needsLease(storeUrl, dataDir)) return undefined
  // Opening a SQLite file makes it.
  if (storeUrl.startsWith('sqlite:') && !existsSync(sqliteFile(storeUrl))) return undefined
  const looking = look(storeUrl, dataDir)
  // After the time limit its result is of no use, and the processor meets the same fault and reports it.
  looking.catch(() => {})
  try {
    return await Promise.race([looking, sleep(lookMsMax, undefined, { ref: false })])
  } catch {
    // A database that cannot be asked refuses nothing here: the processes wait for it.
    return undefined
  }
}

async function look(storeUrl: string, dataDir: string): Promise<string | undefined> {
  const deps = { log: silentLog, clock: systemClock }
  await using store = await openStore(storeUrl, deps, { busyMs: lookMsMax, callMs: lookMsMax })
  return await store.leaseRefusal((await journalId(path.join(dataDir, 'journal'))) ?? '')
}

/** Code of the fault with which a processor gives up because another server has the database. */
export const leaseHeld = 'E_LEASE_HELD'

interface LeaseDeps {
  readonly store: LeaseStore
  /** Id of the journal. */
  readonly owner: string
  readonly dataDir: string
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

/**
 * Takes it, waiting for a database that is away; throws when another server holds it. `lost` rejects when another server has taken
 * it over: this one was silent for longer than it lasts.
 */
export async function holdLease({ store, owner, dataDir, clock, log, signal }: LeaseDeps) {
  const claim = { owner, host: hostname(), pid: process.pid, place: path.resolve(dataDir) }
  for (let attempt = 0; ; attempt++) {
    try {
      await store.takeLease(claim)
      break
    } catch (fault) {
      if (fault instanceof StoreError && fault.fault === 'config')
        throw Object.assign(new StoreError('config', fault.message, { cause: fault }), { code: leaseHeld })
      if (attempt === 0) log.warn('the lease on the database cannot be taken yet', { reason: String(fault) })
      await clock.sleep(retryDelayMs(attempt), signal)
    }
  }
  const lost = (async () => {
    for (;;) {
      // An aborted sleep ends early: the loop looks at the signal.
      await clock.sleep(leaseBeatMs, signal).catch(() => {})
      if (signal.aborted) return await new Promise<never>(() => {})
      // An unreachable database does not prove that the lease is lost.
      const isHeld = await store.beatLease(owner).catch(() => true)
      if (!isHeld)
        throw new StoreError('config', 'another server has taken over this database while this one was silent')
    }
  })()
  // It is raced, or awaited later: a rejection before that must not end the process.
  lost.catch(() => {})
  return {
    lost,
    async [Symbol.asyncDispose]() {
      // A lease that is not released expires.
      await store.releaseLease(owner).catch(() => {})
    },
  }
}
