/** Occupancy by span and place: a range of the key for each question. */
import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import { spansMs } from '../../domain/occupancy-span.ts'
import { dayMs } from '../../lib/utc-day.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import type { HistoryStore } from '../history.ts'
import type { OccupancyRow } from '../tables/occupancy.ts'
import { occupancy } from '../tables/occupancy.ts'
import type { NewestOccupancy } from './newest-occupancy.ts'
import { placeStates } from './place-states.ts'

type OccupancyQueries = Pick<HistoryStore, 'occupancy' | 'placeStates' | 'newestOccupancy' | 'forgetOccupancy'>

export function occupancyQueries({ db, all, run }: SqlRunner, newestOf: NewestOccupancy): OccupancyQueries {
  return {
    async occupancy({ spanMs, site, level, zone, from, to }) {
      const ofPlace = db
        .selectFrom('occupancy')
        .select(occupancy.columnNames)
        .where('span_ms', '=', spanMs)
        .where('site', '=', site ?? '')
        .where('level', '=', level ?? '')
        .where('zone', '=', zone ?? '')
      const before = ofPlace.where('start', '<=', from).orderBy('start', 'desc').limit(sql.lit(1))
      const within = ofPlace.where('start', '>', from).where('start', '<', to).orderBy('start')
      return [...(await all(before.compile())), ...(await all(within.compile()))].map(occupancy.row)
    },

    placeStates: (filter) => placeStates({ all }, filter),

    async newestOccupancy() {
      const rows: OccupancyRow[] = []
      for (const spanMs of spansMs) rows.push(...(await newestOf(spanMs)).map(occupancy.row))
      return rows
    },

    /** One place and day at a time: a range of the key, short enough that a batch waits a moment only. */
    async forgetOccupancy(spanMs, before) {
      let gone = 0
      for (const { site, level, zone, start: newest } of await newestOf(spanMs)) {
        const ofPlace = { span_ms: spanMs, site, level, zone }
        const oldest = db
          .selectFrom('occupancy')
          .select('start')
          .where((eb) => eb.and(ofPlace))
          .orderBy('start')
          .limit(sql.lit(1))
        const end = Math.min(before * dayMs, newest)
        for (let from = (await all(oldest.compile()))[0]?.start ?? end; from < end; from += dayMs) {
          const some = db
            .deleteFrom('occupancy')
            .where((eb) => eb.and(ofPlace))
            .where('start', '>=', from)
            .where('start', '<', Math.min(from + dayMs, end))
          gone += (await run(some.compile())).affected
          await setImmediate()
        }
      }
      return gone
    },
  }
}
