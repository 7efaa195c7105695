/**
 * Which server works on a database. One row with a heartbeat, by the clock of the database: a second server with another data directory
 * does not start while the first is alive, and takes over when it has been silent for long enough. The same data directory always takes
 * its own lease back, so that a server that was killed starts again at once.
 */
import { sql } from 'kysely'
import type { SqlRunner } from './engine/sql-runner.ts'
import { StoreError } from './store.ts'

export const leaseBeatMs = 5_000
/** Six beats: a commit of seconds holds up a beat. */
export const leaseExpiresMs = 30_000

export interface LeaseClaim {
  /** Id of the journal: it belongs to one data directory. */
  readonly owner: string
  readonly host: string
  readonly pid: number
  /** Data directory. */
  readonly place: string
}

export interface LeaseStore {
  /** Throws `config` while another data directory's server holds it, naming that server. */
  takeLease(claim: LeaseClaim): Promise<void>
  /** False when another server has taken it over. */
  beatLease(owner: string): Promise<boolean>
  releaseLease(owner: string): Promise<void>
  /** Why `takeLease` would refuse this owner now; undefined when nothing speaks against it. Changes nothing. */
  leaseRefusal(owner: string): Promise<string | undefined>
}

export function leaseQueries({ db, all, run, keyLists }: SqlRunner): LeaseStore {
  const isSqlite = keyLists === 'values'
  const now = isSqlite
    ? sql<number>`cast(unixepoch('subsec') * 1000 as integer)`
    : sql<number>`cast(unix_timestamp(now(3)) * 1000 as signed)`
  const row = db.updateTable('server_lease').where('id', '=', 0)
  const age = sql<number | string>`${now} - ${sql.ref('beat')}`.as('age')
  const holder = db.selectFrom('server_lease').select(['owner', 'host', 'pid', 'place', 'begun', age])
  return {
    async takeLease({ owner, host, pid, place }) {
      const empty = { id: 0, owner: '', host: '', pid: 0, place: '', begun: 0, beat: 0 }
      const insert = db.insertInto('server_lease').values(empty)
      await run((isSqlite ? insert.onConflict((on) => on.doNothing()) : insert.ignore()).compile())
      const take = row
        .set({ owner, host, pid, place, begun: now, beat: now })
        .where((eb) =>
          eb.or([eb('owner', '=', owner), eb('beat', '<', sql<number>`${now} - ${sql.lit(leaseExpiresMs)}`)]),
        )
      if ((await run(take.compile())).affected === 1) return
      const [held] = await all(holder.compile())
      if (held) throw new StoreError('config', refusal(held))
    },
    beatLease: async (owner) => (await run(row.set({ beat: now }).where('owner', '=', owner).compile())).affected === 1,
    releaseLease: async (owner) => {
      await run(row.set({ owner: '', beat: 0 }).where('owner', '=', owner).compile())
    },
    async leaseRefusal(owner) {
      const [held] = await all(holder.compile())
      return held && held.owner !== owner && Number(held.age) <= leaseExpiresMs ? refusal(held) : undefined
    },
  }
}

function refusal(held: { host: string; pid: number; place: string; begun: number; age: number | string }): string {
  const silentS = Math.max(0, Math.round(Number(held.age) / 1_000))
  const leftS = Math.max(1, Math.round((leaseExpiresMs - Number(held.age)) / 1_000))
  return (
    `another server works on this database: process ${held.pid} on ${held.host}, data directory ${held.place}, ` +
    `since ${new Date(Number(held.begun)).toISOString()}, last heartbeat ${silentS} s ago. Stop it, or give this server another ` +
    `database (--store). If that server is gone for good, start again in ${leftS} s`
  )
}
