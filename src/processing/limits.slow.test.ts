import { after, before } from 'node:test'
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import type { MysqlClient } from '../store/engine/mysql/mysql-session.ts'
import { openStore } from '../store/engine/open.ts'
import { type DatabaseServer, startServer } from '../store/testing/mariadb-fixture.ts'
import { type ServerKind, serverMissing } from '../store/testing/server-programs.ts'
import { type LimitsPlace, limitsSuite } from './testing/limits-suite.ts'

const kinds = ['mariadb', 'mysql'] as const satisfies readonly ServerKind[]
const servers = new Map<ServerKind, DatabaseServer>()

before(async () => {
  for (const kind of kinds)
    if (!serverMissing(kind)) servers.set(kind, await startServer(kind, ['--max-allowed-packet=1M']))
})
after(async () => {
  for (const server of servers.values()) await server[Symbol.asyncDispose]()
})

const placeOf = (kind: ServerKind, client: MysqlClient | 'auto') => async (): Promise<LimitsPlace> => {
  const server = servers.get(kind) as DatabaseServer
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

const suite = (about: string, kind: ServerKind, client: MysqlClient | 'auto') =>
  limitsSuite(`${about} with the smallest packets in use`, placeOf(kind, client), {
    runs: 15,
    skip: serverMissing(kind),
  })

suite('MariaDB, bulk protocol,', 'mariadb', 'auto')
suite('MariaDB through mysql2', 'mariadb', 'mysql2')
suite('MySQL', 'mysql', 'auto')
