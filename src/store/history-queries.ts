/** Reading the history back: the same SQL in every dialect, every query along its table's key. */
import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import { minuteMs } from '../domain/occupancy-span.ts'
import type { Instant } from '../lib/brand.ts'
import { type DayNumber, dayMs, dayNumber } from '../lib/utc-day.ts'
import type { HistoryStore, SessionRow } from './history.ts'
import {
  countColumns,
  healthColumns,
  occupancyColumns,
  sessionColumns,
  toHealth,
  toOccupancy,
  toSession,
} from './history-rows.ts'
import { readKey, writeKey } from './keyset.ts'
import type { SqlRunner } from './sql-runner.ts'

/** Stays read in one statement where most of them are asked for. */
const staysAtOnce = 2_000
/** A statement takes 32,766 parameters in SQLite. Of a larger site nearly all stays are its own: others are passed over here. */
const baysAskedMax = 20_000
type StayKey = readonly [day: number, departure: number, device: number, arrival: number]

export function historyQueries({ db, all, run }: SqlRunner): Omit<HistoryStore, 'forgetDays'> {
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

    async stays({ bays, devices, from, to, cursor, limit }) {
      if (bays.size === 0) return { items: [], next: null }
      const filtered = bays.size <= baysAskedMax
      const atOnce = filtered ? limit + 1 : staysAtOnce
      const items: { row: SessionRow; key: StayKey }[] = []
      let after = cursor === undefined ? undefined : readKey<StayKey>(cursor, ['n', 'n', 'n', 'n'])
      let day = after?.[0] ?? (await dayBefore(Number.MAX_SAFE_INTEGER))
      while (day !== undefined && items.length <= limit) {
        for (let rowsLeft = true; rowsLeft && items.length <= limit; ) {
          const rows = await staysOf(day, after)
          for (const row of rows) {
            after = [day, row.departure, row.device, row.arrival]
            if (row.bay !== null && bays.has(row.bay)) items.push({ row: toSession(row), key: after })
          }
          rowsLeft = rows.length === atOnce
        }
        after = undefined
        day = await dayBefore(day)
      }
      const page = items.slice(0, limit)
      const last = page.at(-1)
      return { items: page.map(({ row }) => row), next: last && items.length > limit ? writeKey(last.key) : null }

      async function dayBefore(day: DayNumber): Promise<DayNumber | undefined> {
        const query = db
          .selectFrom('session')
          .select(({ fn }) => fn.max('day').as('day'))
          .where('day', '<', day)
          .where('day', '>=', dayNumber(from) - 1)
        return (await all(query.compile()))[0]?.day ?? undefined
      }

      function staysOf(day: DayNumber, after: StayKey | undefined) {
        let query = db
          .selectFrom('session')
          .select(sessionColumns)
          .where('day', '=', day)
          .where('departure', '>=', from)
          .where('departure', '<', to)
          .orderBy('departure', 'desc')
          .orderBy('device')
          .orderBy('arrival')
          .limit(sql.lit(atOnce))
        if (devices) query = query.where('device', 'in', devices)
        if (filtered) query = query.where('bay', 'in', [...bays])
        if (after) {
          const [, departure, device, arrival] = after
          query = query
            .where('departure', '<=', departure)
            .where((eb) =>
              eb.or([
                eb('departure', '<', departure),
                eb('device', '>', device),
                eb.and([eb('device', '=', device), eb('arrival', '>', arrival)]),
              ]),
            )
        }
        return all(query.compile())
      }
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

    /** One place and day at a time: a range of the key, short enough that a batch waits a moment only. */
    async forgetMinutes(before) {
      let gone = 0
      const places = db
        .selectFrom('occupancy')
        .select(['site', 'level', 'zone'])
        .select(({ fn }) => [fn.min('start').as('oldest'), fn.max('start').as('newest')])
        .where('span_ms', '=', minuteMs)
        .groupBy(['site', 'level', 'zone'])
      for (const { site, level, zone, oldest, newest } of await all(places.compile())) {
        const end = Math.min(before * dayMs, newest)
        for (let from = oldest; from < end; from += dayMs) {
          const some = db
            .deleteFrom('occupancy')
            .where('span_ms', '=', minuteMs)
            .where('site', '=', site)
            .where('level', '=', level)
            .where('zone', '=', zone)
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
