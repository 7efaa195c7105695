/**
 * A store that may not be reachable yet: opened and migrated in the background, for as long as it takes. Until then every call
 * fails as it does when the database is away, so that the pages come up and say so.
 */
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { retryDelayMs } from '../lib/retry.ts'
import { openStore, type StoreOptions } from '../store/engine/open.ts'
import { isForPerson, type Store, StoreError, type StoreFault } from '../store/store.ts'

export interface LateStoreDeps {
  readonly log: Log
  readonly clock: Clock
  readonly signal: AbortSignal
}

export interface LateStore {
  readonly store: Store
  /** Resolves once the store is open and its schema is this program's; rejects when it never will be (wrong URL, newer schema). */
  readonly opened: Promise<Store>
}

export function lateStore(url: string, deps: LateStoreDeps, options: StoreOptions = {}): LateStore {
  let real: Store | undefined
  const opened = reachStore(url, deps, options).then((store) => {
    real = store
    return store
  })
  // Its users await it and get the rejection. Without a user, a rejection must not end the process.
  opened.catch(() => {})
  const away = async () => {
    throw new StoreError('transient', 'the database has not been reached yet')
  }
  const store = new Proxy({} as Store, {
    get(_target, name) {
      if (name === Symbol.asyncDispose) return async () => real?.[Symbol.asyncDispose]()
      if (!real) return name === 'dialect' ? 'sqlite' : away
      const value = Reflect.get(real, name) as unknown
      return typeof value === 'function' ? value.bind(real) : value
    },
  })
  return { store, opened }
}

/** Opens and migrates; an unreachable database is waited for, a refused one (wrong URL, newer schema) throws. */
export async function reachStore(
  url: string,
  { log, clock, signal }: LateStoreDeps,
  options: StoreOptions = {},
): Promise<Store> {
  for (let attempt = 0; ; attempt++) {
    let store: Store | undefined
    try {
      store = await openStore(url, { log, clock }, options)
      const applied = await store.migrate()
      if (applied.length > 0) log.info('schema brought up to date', { applied })
      return store
    } catch (fault) {
      await store?.[Symbol.asyncDispose]()
      if (isForPerson((fault as { fault?: StoreFault }).fault)) throw fault
      if (attempt === 0)
        log.warn('the database cannot be reached; readings stay safe in the journal', {
          reason: (fault as Error).message,
        })
      await clock.sleep(retryDelayMs(attempt), signal)
    }
  }
}
