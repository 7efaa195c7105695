/** From a URL to a store. `sqlite:<file path>`, `mysql://user:password@host:port/database`, `mariadb://...`. */

import { type Store, StoreError } from '../store.ts'
import type { StoreDeps } from '../store-deps.ts'
import type { MysqlOptions } from './mysql/open-mysql.ts'
import type { SqliteOptions } from './sqlite/open-sqlite.ts'

const forms = 'sqlite:<file path>, mysql://user:password@host:port/database or mariadb://...'

export type StoreOptions = SqliteOptions &
  MysqlOptions & {
    /** For who has other work to do while rows are packed and written. */
    readonly ownThread?: boolean
  }

/** Throws StoreError: `config` names what to correct, anything else may be transient. Only the dialect asked for is loaded. */
export async function openStore(url: string, deps: StoreDeps, options: StoreOptions = {}): Promise<Store> {
  const scheme = /^([a-z0-9]+):/i.exec(url)?.[1]?.toLowerCase()
  if (options.ownThread) {
    const { ownThread: _, ...rest } = options
    const { threadedStore } = await import('./threaded-store.ts')
    const dialect = scheme === 'sqlite' ? 'sqlite' : 'mysql'
    return threadedStore(url, rest, { log: deps.log, dialect, open: () => openStore(url, deps, rest) })
  }
  switch (scheme) {
    case 'sqlite': {
      const file = url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '')
      if (file === '') throw new StoreError('config', `the store names no file; a store is ${forms}`)
      const { openSqlite } = await import('./sqlite/open-sqlite.ts')
      return openSqlite(file, deps, options)
    }
    case 'mysql':
    case 'mariadb': {
      const { openMysql } = await import('./mysql/open-mysql.ts')
      return openMysql(url, deps, options)
    }
    default:
      throw new StoreError('config', `"${scheme ?? url}" is no kind of store; a store is ${forms}`)
  }
}
