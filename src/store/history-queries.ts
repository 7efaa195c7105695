/** Reading the history back: the same SQL in every dialect, every query along its table's key. */
import { sql } from 'kysely'
import type { Instant } from '../lib/brand.ts'
import { dayNumber } from '../lib/utc-day.ts'
import type { HistoryStore } from './history.ts'
import {
  countColumns,
  healthColumns,
  occupancyColumns,
  sessionColumns,
  toHealth,
  toOccupancy,
  toSession,
} from './history-rows.ts'
import type { SqlRunner } from './sql-runner.ts'

export function historyQueries({ db, all }: SqlRunner): Omit<HistoryStore, 'forgetDays'> {
  return {
    async sessions({ device, from, to, limit }) {
      const query = db
        .selectFrom('session')
        .select(sessionColumns)
        .where('device', '=', device)
        // Of storing: it is not before the departure, but for a clock that is a little fast.
        .where('day', '>=', dayNumber(from) - 1)
        .where('departure', '>=', from)
        .where('departure', '<', to)
        .orderBy('departure')
        .orderBy('arrival')
        .limit(sql.lit(limit))
      return (await all(query.compile())).map(toSession)
    },

    async occupancy({ spanMs, site, level, zone, from, to }) {
      const ofPlace = db
        .selectFrom('occupancy')
        .select(occupancyColumns)
        .where('span_ms', '=', spanMs)
        .where('site', '=', site)
        .where('level', '=', level ?? '')
        .where('zone', '=', zone ?? '')
      const before = ofPlace.where('start', '<=', from).orderBy('start', 'desc').limit(sql.lit(1))
      const within = ofPlace.where('start', '>', from).where('start', '<', to).orderBy('start')
      return [...(await all(before.compile())), ...(await all(within.compile()))].map(toOccupancy)
    },

    async newestOccupancy() {
      const newest = db
        .selectFrom('occupancy')
        .select(['span_ms', 'site', 'level', 'zone', ({ fn }) => fn.max('start').as('start')])
        .groupBy(['span_ms', 'site', 'level', 'zone'])
        .as('n')
      const query = db
        .selectFrom(newest)
        .innerJoin('occupancy as o', (join) =>
          join
            .onRef('o.span_ms', '=', 'n.span_ms')
            .onRef('o.site', '=', 'n.site')
            .onRef('o.level', '=', 'n.level')
            .onRef('o.zone', '=', 'n.zone')
            .onRef('o.start', '=', 'n.start'),
        )
        .select(occupancyColumns.map((column) => `o.${column}` as const))
      return (await all(query.compile())).map(toOccupancy)
    },

    async counted({ device, from, to }) {
      const query = db
        .selectFrom('zone_count')
        .select(countColumns)
        .where('device', '=', device)
        .where('start', '>=', from)
        .where('start', '<', to)
        .orderBy('start')
      return (await all(query.compile())).map(({ start, ...row }) => ({ ...row, start: start as Instant }))
    },

    async health({ device, from, to }) {
      const query = db
        .selectFrom('device_health')
        .select(healthColumns)
        .where('device', '=', device)
        .where('day', '>=', from)
        .where('day', '<=', to)
        .orderBy('day')
      return (await all(query.compile())).map(toHealth)
    },
  }
}
