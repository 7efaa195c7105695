/** Holds the lease on a database that other servers can reach (store/server-lease.ts), for as long as the processor runs. */
import { hostname } from 'node:os'
import path from 'node:path'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { retryDelayMs } from '../lib/retry.ts'
import { type LeaseStore, leaseBeatMs } from '../store/server-lease.ts'
import { StoreError } from '../store/store.ts'

/** A SQLite file in the data directory is guarded by the journal's lock already. */
export function needsLease(storeUrl: string, dataDir: string): boolean {
  if (!storeUrl.startsWith('sqlite:')) return true
  const file = path.resolve(storeUrl.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, ''))
  return !file.startsWith(path.resolve(dataDir) + path.sep)
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
      await clock.sleep(leaseBeatMs, signal).catch(() => {})
      if (signal.aborted) return await new Promise<never>(() => {})
      // A database that is away says nothing of who holds the lease.
      const isHeld = await store.beatLease(owner).catch(() => true)
      if (!isHeld)
        throw new StoreError('config', 'another server has taken over this database while this one was silent')
    }
  })()
  lost.catch(() => {})
  return {
    lost,
    async [Symbol.asyncDispose]() {
      await store.releaseLease(owner).catch(() => {})
    },
  }
}
