import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import mysql from 'mysql2/promise'
import type { Instant } from '../../lib/brand.ts'
import { systemClock } from '../../lib/clock.ts'
import { silentLog } from '../../lib/log.ts'
import { openStore, type StoreOptions } from '../open.ts'
import { type StorePlace, storeContract } from '../store-contract.ts'
import { type MariadbServer, mariadbMissing, startMariadb } from './mariadb-fixture.ts'
import type { MysqlClient } from './mysql-session.ts'

const deps = { log: silentLog, clock: systemClock }
const depsAt = (at?: { now: Instant }) => (at ? { ...deps, clock: { ...systemClock, now: () => at.now } } : deps)
const missing = mariadbMissing()
let server: MariadbServer

before(async () => {
  if (!missing) server = await startMariadb()
})
after(async () => {
  await server?.[Symbol.asyncDispose]()
})

async function place(client: MysqlClient | 'auto', options: StoreOptions = {}): Promise<StorePlace> {
  const url = await server.createDatabase()
  const database = url.slice(url.lastIndexOf('/') + 1)
  return {
    open: (at, more) => openStore(url, depsAt(at), { client, ...options, ...more }),
    execute: async (sql) => void (await server.execute(sql, database)),
    [Symbol.asyncDispose]: async () => void (await server.execute(`DROP DATABASE ${database}`)),
  }
}

storeContract('MariaDB through mariadb, bulk protocol', () => place('auto'), { skip: missing, histories: 8 })
storeContract(
  'MariaDB through mysql2, as MySQL 8 is used, a block of three readings',
  () => place('mysql2', { blockRows: 3 }),
  { skip: missing, histories: 8 },
)

/** A MySQL 8 of one's own: `mysql://user:password@host:port/database`, where the user may create and drop databases. */
const realMysql = process.env['BAYKEEPER_TEST_MYSQL']
storeContract('MySQL 8', mysqlPlace, {
  skip: realMysql ? false : 'NOT RUN: set BAYKEEPER_TEST_MYSQL to the URL of a MySQL 8 server',
  histories: 8,
})

async function mysqlPlace(): Promise<StorePlace> {
  const url = new URL(realMysql as string)
  const name = `baykeeper_test_${randomBytes(6).toString('hex')}`
  const admin = await mysql.createConnection(url.href)
  await admin.query(`CREATE DATABASE ${name}`)
  url.pathname = `/${name}`
  return {
    open: (at, more) => openStore(url.href, depsAt(at), more),
    execute: async (sql) => {
      await admin.query(`USE ${name}`)
      await admin.query(sql)
    },
    async [Symbol.asyncDispose]() {
      await admin.query(`DROP DATABASE ${name}`)
      await admin.end()
    },
  }
}

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
