/** Database faults, injected into a real MariaDB or MySQL during a backlog. Each ends when it is healed and was detected. */
import type { Connection } from 'mariadb'
import { type Random, upTo } from '../../src/journal/testing/seeded-random.ts'
import { systemClock } from '../../src/lib/clock.ts'
import type { CuttingProxy } from '../../src/store/testing/cutting-proxy.ts'
import type { DatabaseServer } from '../../src/store/testing/mariadb-fixture.ts'
import { type Following, until } from './following.ts'

export interface StruckDatabase {
  readonly server: DatabaseServer
  /** In front of the server; the processor's line goes through it. */
  readonly proxy: CuttingProxy
  /** Past the proxy. */
  readonly url: string
  readonly following: Following
  readonly random: Random
}

export interface DatabaseFault {
  readonly name: string
  strike(database: StruckDatabase): Promise<void>
}

export const databaseFaults: readonly DatabaseFault[] = [
  {
    name: 'kill -9',
    async strike({ server, following }) {
      await server.kill()
      await noticed(following)
      await server.start()
    },
  },
  {
    name: 'SIGSTOP',
    async strike({ server, following }) {
      await server.freeze()
      try {
        await noticed(following)
      } finally {
        server.resume()
      }
    },
  },
  {
    name: 'reset mid-batch',
    async strike({ proxy, following, random }) {
      // A failed read is retried without an effect, so repeat until a batch fails.
      await until('fault noticed by the processor', () => {
        proxy.resetAfter(1 + upTo(random, 40_000))
        return following.noticed.length > 0
      })
    },
  },
  {
    name: 'deadlock',
    async strike(database) {
      const before = await database.server.deadlocks()
      const victim = async () => {
        await using other = await connection(database)
        await other.line.query('START TRANSACTION')
        // Many changed rows make the other side the dearer victim.
        await other.line.query('UPDATE reading SET quality = quality + 64')
        await other.line.query('SELECT id FROM device FOR UPDATE')
        await waiting(database.server)
        // One of the two is the victim of the deadlock.
        await other.line.query('SELECT off FROM journal_offset FOR UPDATE').catch(() => {})
        await other.line.query('ROLLBACK')
      }
      for (let attempt = 0; database.following.noticed.length === 0 && attempt < 20; attempt++) await victim()
      await noticed(database.following)
      if ((await database.server.deadlocks()) === before) throw new Error('the server saw no deadlock')
    },
  },
  {
    name: 'lock wait',
    async strike(database) {
      const { following } = database
      await using other = await connection(database)
      await other.line.query('START TRANSACTION')
      await other.line.query('SELECT id FROM device FOR UPDATE')
      await noticed(following)
      await other.line.query('ROLLBACK')
    },
  },
  {
    name: 'read-only',
    async strike({ server, following }) {
      await server.execute('SET GLOBAL read_only = 1')
      try {
        await noticed(following, 'capacity')
      } finally {
        await server.execute('SET GLOBAL read_only = 0')
      }
    },
  },
  {
    name: 'too many connections',
    async strike({ server, url, proxy, following }) {
      const [usual] = await server.execute('SELECT @@GLOBAL.max_connections AS n')
      const crowd: Connection[] = []
      const fill = async () => {
        for (;;) crowd.push(await server.connect(url))
      }
      await server.execute('SET GLOBAL max_connections = 10')
      try {
        for (let attempt = 0; !following.noticed.includes('capacity'); attempt++) {
          if (attempt === 200) throw new Error('the processor always found a free connection')
          // It fails once there is no free connection: that is the fault.
          await fill().catch(() => {})
          proxy.away(true)
          // It fails once there is no free connection: that is the fault.
          await fill().catch(() => {})
          proxy.away(false)
          await systemClock.sleep(20)
        }
      } finally {
        proxy.away(false)
        // Its connection may be cut.
        for (const one of crowd) await one.end().catch(() => {})
        await server.execute(`SET GLOBAL max_connections = ${usual?.['n']}`)
      }
    },
  },
  {
    name: 'half-open line',
    async strike({ proxy, following }) {
      proxy.silence()
      await noticed(following)
    },
  },
]

const noticed = (following: Following, kind?: string) =>
  until(
    `fault noticed by the processor`,
    () => following.noticed.some((fault) => kind === undefined || fault === kind),
    20_000,
  )

async function connection({ server, url }: StruckDatabase): Promise<{ readonly line: Connection } & AsyncDisposable> {
  const line = await server.connect(url)
  return { line, [Symbol.asyncDispose]: () => line.end() }
}

const listRenewedMs = 120

/** Until some transaction waits for a lock of another. The server renews its list only after 0.1 s without a query of it. */
const waiting = (server: DatabaseServer) =>
  until('transaction that waits for a lock', async () => {
    await systemClock.sleep(listRenewedMs)
    const rows = await server.execute("SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'")
    return rows.length > 0
  }).catch(() => {}) // Where nothing waits, the row goes on without the fault.
