/** Reading the history back: the same SQL in every dialect, every query along its table's key. */
import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import { spansMs } from '../../domain/occupancy-span.ts'
import type { Instant } from '../../lib/brand.ts'
import { readSum } from '../../lib/sum.ts'
import { type DayNumber, dayMs, dayNumber } from '../../lib/utc-day.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import { saturating } from '../engine/sums.ts'
import type { HistoryStore } from '../history.ts'
import { deviceHealth } from '../tables/device-health.ts'
import type { OccupancyRow } from '../tables/occupancy.ts'
import { occupancy } from '../tables/occupancy.ts'
import type { SessionRow } from '../tables/session.ts'
import { session, sessionOf } from '../tables/session.ts'
import { countSums } from '../tables/zone-count.ts'
import { readKey, writeKey } from './keyset.ts'
import type { NewestOccupancy } from './newest-occupancy.ts'
import { placeStates } from './place-states.ts'

/** Stays read in one statement where most of them are asked for. */
const staysAtOnce = 2_000
/** A statement takes 32,766 parameters in SQLite. Of a larger site nearly all stays are its own: others are passed over here. */
const baysAskedMax = 20_000
/** Their rows of all days are looked through in one statement: a batch waits for it. */
const devicesForgottenAtOnce = 100
type StayKey = readonly [day: number, departure: number, device: number, arrival: number]

export function historyQueries(
  { db, all, run }: SqlRunner,
  newestOf: NewestOccupancy,
): Omit<HistoryStore, 'forgetDays'> {
  return {
    async sessions({ device, from, to, limit }) {
      const query = db
        .selectFrom('session')
        .select(session.columnNames)
        .where('device', '=', device)
        // Of storing: it is not before the departure, but for a clock that is a little fast.
        .where('day', '>=', dayNumber(from) - 1)
        .where('departure', '>=', from)
        .where('departure', '<', to)
        .orderBy('departure')
        .orderBy('arrival')
        .limit(sql.lit(limit))
      return (await all(query.compile())).map(sessionOf)
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
            if (row.bay !== null && bays.has(row.bay)) items.push({ row: sessionOf(row), key: after })
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
          .select(session.columnNames)
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
        .select(occupancy.columnNames)
        .where('span_ms', '=', spanMs)
        .where('site', '=', site)
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

    forgetCounts: (before) => forgetOfDevices('zone_count', 'start', before * dayMs),
    forgetHealth: (before) => forgetOfDevices('device_health', 'day', before),
  }

  /** Some devices at a time: ranges of the key. */
  async function forgetOfDevices(table: 'zone_count' | 'device_health', column: 'start' | 'day', before: number) {
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
}
