/** Devices as they are stored: all of them, those that changed, and pages in the order of their names. */
import { sql } from 'kysely'
import { spellingsOf } from '../../domain/hardware-spellings.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import { revsPerPage } from '../migrations/0006-rev-page.ts'
import { deviceColumns, toDevice } from '../readings/rows.ts'
import type { Store } from '../store.ts'
import { pageOf, readKey } from './keyset.ts'

type DeviceQueries = Pick<
  Store,
  'devices' | 'deviceOrders' | 'devicesSince' | 'devicesNumbered' | 'deviceEnds' | 'devicesByExternal' | 'devicePage'
>

export function deviceQueries(runner: SqlRunner): DeviceQueries {
  const { db, all } = runner
  const devices = db.selectFrom('device').select(deviceColumns)

  return {
    devices: async () => (await all(devices.orderBy('id').compile())).map(toDevice),

    async deviceOrders(of) {
      if (of?.length === 0) return []
      const orders = db.selectFrom('device_order').selectAll().orderBy('device')
      return all((of === undefined ? orders : orders.where('device', 'in', of)).compile())
    },

    async devicesSince(rev, limit) {
      // By page for the index, by rev for the answer.
      const since = devices.where('rev_page', '>=', Math.floor(rev / revsPerPage)).where('rev', '>', rev)
      const rows = await all(since.orderBy('rev').limit(sql.lit(limit)).compile())
      const last = rows.at(-1)
      if (!last || rows.length < limit) return rows.map(toDevice)
      // Devices that share the last rev come too. A device that moved on meanwhile is missing here and comes with its newer rev.
      const ties = await all(since.where('rev', '=', last.rev).orderBy('id').compile())
      return [...rows.filter((row) => row.rev < last.rev), ...ties].map(toDevice)
    },

    async devicesNumbered(from, to, rev) {
      const numbered = devices.where('id', '>=', from).where('id', '<', to).where('rev', '>', rev).orderBy('id')
      return (await all(numbered.compile())).map(toDevice)
    },

    deviceEnds: () => deviceEnds(runner),

    async devicesByExternal(external) {
      return (await all(devices.where('external', 'in', spellingsOf(external)).orderBy('source').compile())).map(
        toDevice,
      )
    },

    async devicePage({ cursor, limit, source }) {
      let query = devices
        .orderBy('external')
        .orderBy('source')
        .limit(sql.lit(limit + 1))
      if (source !== undefined) query = query.where('source', '=', source)
      if (cursor !== undefined) {
        const [lastExternal, lastSource] = readKey<[string, string]>(cursor, ['s', 's'])
        query = query
          .where('external', '>=', lastExternal)
          .where((eb) => eb.or([eb('external', '>', lastExternal), eb('source', '>', lastSource)]))
      }
      return pageOf((await all(query.compile())).map(toDevice), limit, (d) => [d.external, d.source])
    },
  }
}

async function deviceEnds({ db, all }: SqlRunner): ReturnType<Store['deviceEnds']> {
  // First: a device that is changed meanwhile has a rev above it. By page for the index.
  const [newest] = await all(
    db
      .selectFrom('device')
      .select('rev')
      .orderBy('rev_page', 'desc')
      .orderBy('rev', 'desc')
      .limit(sql.lit(1))
      .compile(),
  )
  const [last] = await all(
    db
      .selectFrom('device')
      .select(({ fn }) => fn.max<number | null>('id').as('id'))
      .compile(),
  )
  return { id: last?.id ?? 0, rev: newest?.rev ?? 0 }
}
