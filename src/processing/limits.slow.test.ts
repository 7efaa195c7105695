import { after, before } from 'node:test'
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { type MariadbServer, mariadbMissing, startMariadb } from '../store/mysql/mariadb-fixture.ts'
import type { MysqlClient } from '../store/mysql/mysql-session.ts'
import { openStore } from '../store/open.ts'
import { type LimitsPlace, limitsSuite } from './limits-suite.ts'

const missing = mariadbMissing()
let server: MariadbServer

before(async () => {
  if (!missing) server = await startMariadb(['--max-allowed-packet=1M'])
})
after(async () => {
  await server?.[Symbol.asyncDispose]()
})

const placeOf = (client: MysqlClient | 'auto') => async (): Promise<LimitsPlace> => {
  const url = await server.createDatabase()
  const store = await openStore(url, { log: silentLog, clock: systemClock }, { client })
  await store.migrate()
  return {
    store,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      await server.execute(`DROP DATABASE ${url.slice(url.lastIndexOf('/') + 1)}`)
    },
  }
}

limitsSuite('MariaDB with the smallest packets in use, bulk protocol', placeOf('auto'), { runs: 15, skip: missing })
limitsSuite('MariaDB with the smallest packets in use, as MySQL is used', placeOf('mysql2'), {
  runs: 15,
  skip: missing,
})
