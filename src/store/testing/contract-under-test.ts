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

const deps = { log: silentLog, clock: systemClock }
const logged = ['--general-log=ON', '--log-output=TABLE']
const depsAt = (at?: { now: Instant }) => (at ? { ...deps, clock: { ...systemClock, now: () => at.now } } : deps)

async function placeOn(on: DatabaseServer, client: MysqlClient | 'auto', options: StoreOptions): Promise<StorePlace> {
  const url = await on.createDatabase()
  const database = url.slice(url.lastIndexOf('/') + 1)
  return {
    open: (at, more) => openStore(url, depsAt(at), { client, ...options, ...more }),
    execute: async (sql) => void (await on.execute(sql, database)),
    query: async (sql) => (await on.execute(backticked(sql), database)).map((row) => Object.values(row)),
    [Symbol.asyncDispose]: async () => void (await on.execute(`DROP DATABASE ${database}`)),
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
    before(async () => {
      if (!skip) own = await startServer(kind, [...(kind === 'mysql' ? logged : []), ...settings])
    })
    after(() => own?.[Symbol.asyncDispose]())
    storeContract(name, () => placeOn(own, client, options), { skip, histories: 8 })
    test('every name in every statement that was sent is quoted', { skip: kind !== 'mysql' }, async () => {
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
