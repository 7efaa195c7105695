import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Instant } from '../../lib/brand.ts'
import { systemClock } from '../../lib/clock.ts'
import { silentLog } from '../../lib/log.ts'
import { openStore, type StoreOptions } from '../open.ts'
import { type StorePlace, storeContract } from '../store-contract.ts'
import { type DatabaseServer, mariadbMissing, startMariadb, startServer } from './mariadb-fixture.ts'
import type { MysqlClient } from './mysql-session.ts'
import { type ServerKind, serverMissing } from './server-programs.ts'

const deps = { log: silentLog, clock: systemClock }
const depsAt = (at?: { now: Instant }) => (at ? { ...deps, clock: { ...systemClock, now: () => at.now } } : deps)
const missing = mariadbMissing()
let server: DatabaseServer

/** What administrators set, each of which has broken somebody's program: none of them is ours to ask for. */
const awkwardSettings = [
  '--sql-mode=ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES,IGNORE_SPACE,HIGH_NOT_PRECEDENCE,PAD_CHAR_TO_FULL_LENGTH',
  '--sql-require-primary-key=ON',
  '--gtid-mode=ON',
  '--enforce-gtid-consistency=ON',
  '--transaction-isolation=SERIALIZABLE',
  '--default-time-zone=+05:45',
  '--character-set-server=latin1',
  '--collation-server=latin1_swedish_ci',
  '--innodb-autoinc-lock-mode=0',
  '--auto-increment-increment=7',
  '--auto-increment-offset=3',
  '--autocommit=OFF',
  '--completion-type=CHAIN',
  '--local-infile=OFF',
  '--default-storage-engine=MyISAM',
  '--event-scheduler=OFF',
]

before(async () => {
  if (!missing) server = await startMariadb()
})
after(async () => {
  await server?.[Symbol.asyncDispose]()
})

async function placeOn(on: DatabaseServer, client: MysqlClient | 'auto', options: StoreOptions): Promise<StorePlace> {
  const url = await on.createDatabase()
  const database = url.slice(url.lastIndexOf('/') + 1)
  return {
    open: (at, more) => openStore(url, depsAt(at), { client, ...options, ...more }),
    execute: async (sql) => void (await on.execute(sql, database)),
    [Symbol.asyncDispose]: async () => void (await on.execute(`DROP DATABASE ${database}`)),
  }
}

function contractOn(
  name: string,
  kind: ServerKind,
  client: MysqlClient | 'auto',
  { settings = [], ...options }: OnServer = {},
) {
  const skip = serverMissing(kind)
  describe(name, { skip }, () => {
    let own: DatabaseServer
    before(async () => {
      if (!skip) own = await startServer(kind, settings)
    })
    after(() => own?.[Symbol.asyncDispose]())
    storeContract(name, () => placeOn(own, client, options), { skip, histories: 8 })
  })
}
type OnServer = StoreOptions & { readonly settings?: readonly string[] }

contractOn('MariaDB 10.11 through mariadb, bulk protocol', 'mariadb', 'auto')
contractOn('MariaDB 10.11 through mysql2, a block of three readings', 'mariadb', 'mysql2', { blockRows: 3 })
contractOn('MariaDB 11.8 through mariadb, bulk protocol', 'mariadb-11', 'auto')
contractOn('MySQL 9.7 through mysql2', 'mysql', 'auto')
contractOn('MySQL 9.7 with every setting of its own, through mariadb, a block of three readings', 'mysql', 'mariadb', {
  blockRows: 3,
  settings: awkwardSettings,
})

describe('opening a MySQL store', { skip: missing }, () => {
  test('what is wrong with the URL is said in a sentence', async () => {
    const right = new URL(await server.createDatabase())
    const changed = (change: (url: URL) => void) => {
      const url = new URL(right)
      change(url)
      return url.href
    }
    const cases: [string, RegExp][] = [
      ['mysql://', /looks like mysql/],
      ['mysql://host/db', /names no user/],
      [changed((url) => (url.pathname = '')), /names no user, host or database/],
      [changed((url) => (url.search = '?ssl=1')), /one option/],
      [changed((url) => (url.password = 'wrong')), /does not let user "baykeeper" in/],
      [changed((url) => (url.pathname = '/nowhere')), /no access|no database|Access denied/i],
    ]
    for (const [url, message] of cases)
      for (const client of ['auto', 'mysql2'] as const)
        await assert.rejects(openStore(url, deps, { client }), (error: Error & { fault: string }) => {
          assert.equal(error.fault, 'config', error.message)
          assert.match(error.message, message)
          assert.ok(!error.message.includes('secret'))
          return true
        })
  })

  test('a server that is not there is a matter of time', async () => {
    await assert.rejects(openStore('mysql://u:p@127.0.0.1:1/db', deps), { fault: 'transient', message: /127.0.0.1:1/ })
  })

  test('the scheme mariadb means the same', async () => {
    await using store = await openStore((await server.createDatabase()).replace('mysql:', 'mariadb:'), deps)
    await store.migrate()
    assert.match((await store.describe()).version, /^MariaDB 1\d\./)
  })

  test('settings that weaken the promise are named', async () => {
    await using store = await openStore(await server.createDatabase(), deps)
    await store.migrate()
    assert.deepEqual((await store.describe()).weaknesses, [])
    const url = await server.createDatabase()
    await using weak = await openStore(url, deps)
    await weak.migrate()
    await server.execute('ALTER TABLE gap ENGINE=MyISAM', url.slice(url.lastIndexOf('/') + 1))
    await server.execute(
      "SET GLOBAL innodb_flush_log_at_trx_commit=2; SET GLOBAL max_allowed_packet=1048576; SET GLOBAL sql_mode=''",
    )
    try {
      const { weaknesses } = await weak.describe()
      const named = ['innodb_flush_log_at_trx_commit is 2', 'max_allowed_packet', 'sql_mode', 'table gap is MyISAM']
      assert.equal(weaknesses.length, named.length)
      for (const [i, text] of named.entries()) assert.ok(weaknesses[i]?.includes(text), `${text}: ${weaknesses[i]}`)
    } finally {
      await server.execute(
        "SET GLOBAL innodb_flush_log_at_trx_commit=1; SET GLOBAL max_allowed_packet=16777216; SET GLOBAL sql_mode='STRICT_TRANS_TABLES'",
      )
    }
  })
})
