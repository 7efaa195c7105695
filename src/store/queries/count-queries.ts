/** Count zones and their trail read back: the same SQL in every dialect, every query along a key. */
import { CompiledQuery, sql } from 'kysely'
import type { CountZoneName } from '../../domain/counting.ts'
import { dayMs } from '../../lib/utc-day.ts'
import type { CountStore } from '../counts.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import type { SqlRowOf } from '../table.ts'
import { countChange } from '../tables/count-change.ts'
import { countState } from '../tables/count-state.ts'
import { countZone } from '../tables/count-zone.ts'
import { readKey, writeKey } from './keyset.ts'

// Backticks are quotes in every dialect here.
const ofZone = '`site` = `z`.`site` AND `level` = `z`.`level` AND `zone` = `z`.`zone`'
const statesAtSql =
  `SELECT ${countState.columnNames.map((name) => `\`s\`.\`${name}\``).join(', ')} FROM \`count_zone\` AS \`z\` ` +
  'JOIN `count_state` AS `s` ON `s`.`site` = `z`.`site` AND `s`.`level` = `z`.`level` AND `s`.`zone` = `z`.`zone` ' +
  `AND \`s\`.\`time\` = (SELECT MAX(\`time\`) FROM \`count_state\` WHERE ${ofZone} AND \`time\` <= ?)`

export function countQueries(runner: SqlRunner): CountStore {
  const { db, all } = runner
  const zones = db.selectFrom('count_zone').select(countZone.columnNames)
  const changes = db.selectFrom('count_change').select(countChange.columnNames)
  return {
    countZones: async () =>
      (await all(zones.orderBy('site').orderBy('level').orderBy('zone').compile())).map(countZone.row),

    countZonesSince: async (rev) =>
      (await all(zones.where('rev', '>', rev).orderBy('rev').compile())).map(countZone.row),

    async countRev() {
      const newest = db.selectFrom('count_zone').select(({ fn }) => fn.max('rev').as('rev'))
      return (await all(newest.compile()))[0]?.rev ?? 0
    },

    async countStatesAt(at) {
      const query = CompiledQuery.raw(statesAtSql, [at ?? Number.MAX_SAFE_INTEGER])
      return (await all(query as CompiledQuery<SqlRowOf<typeof countState>>)).map(countState.row)
    },

    async forgetCountStates(before) {
      return forgetBefore(runner, await this.countZones(), before * dayMs)
    },

    async recountById(id) {
      // Changes that are no recount have an empty id.
      if (id === '') return undefined
      const [row] = await all(changes.where('id', '=', id).orderBy('time').limit(sql.lit(1)).compile())
      return row && countChange.row(row)
    },

    async countTrail({ site, level, zone, cursor, limit }) {
      let query = changes.where('site', '=', site).where('level', '=', level).where('zone', '=', zone)
      if (cursor !== undefined) {
        const [time, kind, id] = readKey<[number, number, string]>(cursor, ['n', 'n', 's'])
        // Above the other terms: the index is read from there on, however deep the page is.
        query = query
          .where('time', '<=', time)
          .where((eb) =>
            eb.or([
              eb('time', '<', time),
              eb.and([eb('time', '=', time), eb('kind', '<', kind)]),
              eb.and([eb('time', '=', time), eb('kind', '=', kind), eb('id', '<', id)]),
            ]),
          )
      }
      const newestFirst = query.orderBy('time', 'desc').orderBy('kind', 'desc').orderBy('id', 'desc')
      const found = await all(newestFirst.limit(sql.lit(limit + 1)).compile())
      const items = found.slice(0, limit)
      const last = items.at(-1)
      const next = last && found.length > limit ? writeKey([last.time, last.kind, last.id]) : null
      return { items: items.map(countChange.row), next }
    },
  }
}

async function forgetBefore({ db, all, run }: SqlRunner, zones: readonly CountZoneName[], horizon: number) {
  let gone = 0
  for (const { site, level, zone } of zones) {
    const newest = db
      .selectFrom('count_state')
      .select(({ fn }) => fn.max('time').as('time'))
      .where('site', '=', site)
      .where('level', '=', level)
      .where('zone', '=', zone)
      .where('time', '<', horizon)
    const time = (await all(newest.compile()))[0]?.time
    if (time === undefined || time === null) continue
    const older = db.deleteFrom('count_state').where('site', '=', site).where('level', '=', level)
    gone += (await run(older.where('zone', '=', zone).where('time', '<', time).compile())).affected
  }
  return gone
}
