import { after, before, describe } from 'node:test'
import { effort } from '../../test/fixtures/effort.ts'
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { openStore } from '../store/engine/open.ts'
import { type DatabaseServer, startServer } from '../store/testing/mariadb-fixture.ts'
import { type ServerKind, serverMissing } from '../store/testing/server-programs.ts'
import { sqlitePlace } from '../store/testing/sqlite-place.ts'
import { reportSuite } from './testing/report-suite.ts'

const deps = { log: silentLog, clock: systemClock }

describe('reports, on SQLite, in every zone', () => {
  reportSuite(
    async () => {
      const { file, ...here } = await sqlitePlace()
      return { open: () => openStore(`sqlite:${file}`, deps), ...here }
    },
    { seeds: effort(3) },
  )
})

for (const kind of ['mariadb', 'mysql'] as const satisfies readonly ServerKind[]) {
  const skip = serverMissing(kind)
  describe(`reports, on ${kind}`, { skip }, () => {
    let server: DatabaseServer
    before(async () => {
      if (!skip) server = await startServer(kind)
    })
    after(() => server?.[Symbol.asyncDispose]())
    reportSuite(
      async () => {
        const url = await server.createDatabase()
        return {
          open: () => openStore(url, deps),
          execute: async (sql) => void (await server.execute(sql)),
          query: async (sql) => (await server.execute(sql)).map((row) => Object.values(row)),
          [Symbol.asyncDispose]: async () => {},
        }
      },
      { zones: 4 },
    )
  })
}
