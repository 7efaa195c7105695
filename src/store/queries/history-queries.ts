/** Reading the history back: the same SQL in every dialect, every query along its table's key. */
import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Instant } from '../../lib/brand.ts'
import { readSum } from '../../lib/sum.ts'
import { dayMs } from '../../lib/utc-day.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import { saturating } from '../engine/sums.ts'
import type { HistoryStore } from '../history.ts'
import { deviceHealth } from '../tables/device-health.ts'
import { countSums } from '../tables/zone-count.ts'
import type { NewestOccupancy } from './newest-occupancy.ts'
import { occupancyQueries } from './occupancy-queries.ts'
import { overstayQueries } from './overstay-queries.ts'
import { stayQueries } from './stay-queries.ts'

/** Their rows of all days are looked through in one statement: a batch waits for it. */
const devicesForgottenAtOnce = 100

export function historyQueries(runner: SqlRunner, newestOf: NewestOccupancy): Omit<HistoryStore, 'forgetDays'> {
  const { db, all } = runner
  return {
    ...stayQueries(runner),
    ...overstayQueries(runner),
    ...occupancyQueries(runner, newestOf),

    async counted({ device, from, to }) {
      const query = db
        .selectFrom('zone_count')
        .select(['device', 'start', ...countSums.map((column) => saturating(column).as(column))])
        .where('device', '=', device)
        .where('start', '>=', from)
        .where('start', '<', to)
        .orderBy('start')
      return (await all(query.compile())).map(({ device, start, entries, exits, resets }) => ({
        ...{ device, start: start as Instant },
        ...{ entries: readSum(entries), exits: readSum(exits), resets: readSum(resets) },
      }))
    },

    async health({ device, from, to }) {
      const query = db
        .selectFrom('device_health')
        .select(deviceHealth.columnNames)
        .where('device', '=', device)
        .where('day', '>=', from)
        .where('day', '<=', to)
        .orderBy('day')
      return (await all(query.compile())).map(deviceHealth.row)
    },

    forgetCounts: (before) => forgetOfDevices(runner, 'zone_count', 'start', before * dayMs),
    forgetHealth: (before) => forgetOfDevices(runner, 'device_health', 'day', before),
  }
}

/** Some devices at a time: ranges of the key. */
async function forgetOfDevices(
  { db, all, run }: SqlRunner,
  table: 'zone_count' | 'device_health',
  column: 'start' | 'day',
  before: number,
) {
  const last = db.selectFrom(table).select('device').orderBy('device', 'desc').limit(sql.lit(1))
  const lastDevice = (await all(last.compile()))[0]?.device ?? 0
  let gone = 0
  for (let device = 0; device <= lastDevice; device += devicesForgottenAtOnce) {
    const some = db
      .deleteFrom(table)
      .where('device', '>=', device)
      .where('device', '<', device + devicesForgottenAtOnce)
      .where(sql.ref(column), '<', before)
    gone += (await run(some.compile())).affected
    await setImmediate()
  }
  return gone
}
