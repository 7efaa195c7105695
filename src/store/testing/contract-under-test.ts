/** The store contract against a separate real server. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Instant } from '../../lib/brand.ts'
import { systemClock } from '../../lib/clock.ts'
import { silentLog } from '../../lib/log.ts'
import type { MysqlClient } from '../engine/mysql/mysql-session.ts'
import { backticked } from '../engine/mysql/statements.ts'
import { openStore, type StoreOptions } from '../engine/open.ts'
import { bareNames } from './bare-names.ts'
import { type DatabaseServer, startServer } from './mariadb-fixture.ts'
import { type ServerKind, serverMissing } from './server-programs.ts'
import { type StorePlace, storeContract } from './store-contract.ts'
import { type UsedDatabases, usedDatabases } from './used-databases.ts'

const deps = { log: silentLog, clock: systemClock }
const logged = ['--general-log=ON', '--log-output=TABLE']
const depsAt = (at?: { now: Instant }) => (at ? { ...deps, clock: { ...systemClock, now: () => at.now } } : deps)

interface PlaceOptions extends StoreOptions {
  /** Of an emptied database; default a new one without tables. */
  readonly used?: UsedDatabases
}

async function placeOn(
  on: DatabaseServer,
  client: MysqlClient | 'auto',
  { used, ...options }: PlaceOptions,
): Promise<StorePlace> {
  const url = used ? await used.take() : await on.createDatabase()
  const database = url.slice(url.lastIndexOf('/') + 1)
  return {
    open: (at, more) => openStore(url, depsAt(at), { client, ...options, ...more }),
    execute: async (sql) => void (await on.execute(sql, database)),
    query: async (sql) => (await on.execute(backticked(sql), database)).map((row) => Object.values(row)),
    [Symbol.asyncDispose]: async () =>
      void (await (used ? used.giveBack(url) : on.execute(`DROP DATABASE ${database}`))),
  }
}

export function contractOn(
  name: string,
  kind: ServerKind,
  client: MysqlClient | 'auto',
  { settings = [], ...options }: OnServer = {},
) {
  const skip = serverMissing(kind)
  describe(name, { skip }, () => {
    let own: DatabaseServer
    let used: UsedDatabases
    before(async () => {
      if (skip) return
      own = await startServer(kind, [...(kind === 'mysql' ? logged : []), ...settings])
      used = usedDatabases(own, async (url) => {
        await using store = await openStore(url, deps, { client, ...options })
        await store.migrate()
      })
    })
    after(() => own?.[Symbol.asyncDispose]())
    const migrated = () => placeOn(own, client, { ...options, used })
    storeContract(name, () => placeOn(own, client, options), { skip, histories: 8, migrated })
    const onlyOnMysql =
      kind === 'mysql' ? false : 'quoted names are looked for on MySQL, which gets the same statements'
    test('every name in every statement that was sent is quoted', { skip: onlyOnMysql }, async () => {
      const log = `SELECT DISTINCT CONVERT(argument USING utf8mb4) AS text FROM mysql.general_log
        WHERE command_type IN ('Query', 'Prepare') AND user_host LIKE 'baykeeper%'`
      const sent = await own.execute(log)
      assert.ok(sent.length > 100, `${sent.length} statements were logged`)
      const bare = sent.map(({ text }) => String(text)).filter((text) => bareNames(text).length > 0)
      assert.deepEqual(bare, [])
    })
  })
}
type OnServer = StoreOptions & { readonly settings?: readonly string[] }
