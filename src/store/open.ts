/** From a URL to a store. `sqlite:<file path>`, `mysql://user:password@host:port/database`, `mariadb://...`. */
import type { MysqlOptions } from './mysql/open-mysql.ts'
import type { SqliteOptions } from './sqlite/open-sqlite.ts'
import { type Store, StoreError } from './store.ts'
import type { StoreDeps } from './store-deps.ts'

const forms = 'sqlite:<file path>, mysql://user:password@host:port/database or mariadb://...'

export type StoreOptions = SqliteOptions &
  MysqlOptions & {
    /** The calls of an embedded database block a thread of its own and not the caller's: for who has other work to do meanwhile. */
    readonly ownThread?: boolean
  }

/** Throws StoreError: `config` says what to correct, anything else may pass by itself. Only the dialect asked for is loaded. */
export async function openStore(url: string, deps: StoreDeps, options: StoreOptions = {}): Promise<Store> {
  const scheme = /^([a-z0-9]+):/i.exec(url)?.[1]?.toLowerCase()
  switch (scheme) {
    case 'sqlite': {
      const file = url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '')
      if (file === '') throw new StoreError('config', `the store names no file; a store is ${forms}`)
      if (options.ownThread) return (await import('./sqlite/threaded-sqlite.ts')).threadedSqlite(file, options)
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
