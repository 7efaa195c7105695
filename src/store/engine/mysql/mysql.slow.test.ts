import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { systemClock } from '../../../lib/clock.ts'
import { silentLog } from '../../../lib/log.ts'
import { contractOn } from '../../testing/contract-under-test.ts'
import { type DatabaseServer, mariadbMissing, startMariadb } from '../../testing/mariadb-fixture.ts'
import { openStore } from '../open.ts'

const deps = { log: silentLog, clock: systemClock }
const missing = mariadbMissing()
let server: DatabaseServer

before(async () => {
  if (!missing) server = await startMariadb()
})
after(async () => {
  await server?.[Symbol.asyncDispose]()
})

contractOn('MariaDB 10.11 through mariadb, bulk protocol', 'mariadb', 'auto')
contractOn('MariaDB 10.11 through mysql2, a block of three readings', 'mariadb', 'mysql2', { blockRows: 3 })

describe('opening a MySQL store', { skip: missing }, () => {
  test('what is wrong with the URL is reported in a sentence', async () => {
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
      [changed((url) => (url.search = '?ssl=1')), /two options/],
      [changed((url) => (url.search = '?tls-ca=/no/file')), /tls-ca without tls=on/],
      [changed((url) => (url.search = '?tls=on&tls-ca=/no/file')), /tls-ca cannot be read/],
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
