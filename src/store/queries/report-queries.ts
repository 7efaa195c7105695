/** Sums for reports: the same SQL in every dialect, some days of storing or one range of a key at a time. */
import { sql } from 'kysely'
import type { Instant } from '../../lib/brand.ts'
import { readSum } from '../../lib/sum.ts'
import { dayMs, dayNumber, minuteMs } from '../../lib/utc-day.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import { saturatingTotal } from '../engine/sums.ts'
import type { ClockOffset, ReportStore, StayLength, StayLengthFilter } from '../reports.ts'
import { bayChange } from '../tables/bay-change.ts'
import { compareText, type DaySpan, daySpansWith, isAskedByBay, ofBothTables, someAtOnce } from './stay-queries.ts'

type Tables = 'stay' | 'session'

export function reportQueries(runner: SqlRunner): ReportStore {
  const { db, all } = runner
  return {
    async stayLengths(filter) {
      const found: StayLength[] = []
      for (const bays of partsOf(filter.bays))
        for await (const rows of someAtOnce(daySpansWith(runner, filter, bays.length), runner, (days) =>
          ofBothTables((table) => lengthsOf(runner, table, days, { ...filter, bays })),
        ))
          found.push(...rows)
      return found
    },

    async staysAcross({ bays: asked, at, until }) {
      let count = 0
      for (const bays of partsOf(asked))
        for await (const days of daySpansWith(runner, { from: at, to: until }, bays.length))
          for (const table of ['stay', 'session'] as const) {
            const query = staysOf(runner, table, days, { bays, from: at, to: until })
              .where('arrival', '<', at)
              .select(({ fn }) => fn.countAll().as('n'))
            count += Number((await all(query.compile()))[0]?.n)
          }
      return count
    },

    overstaySums: (filter) => overstaySums(runner, filter),
    deviceDays: (filter) => deviceDays(runner, filter),

    async bayChanges({ bays, from, to }) {
      if (bays.length === 0) return []
      const query = db
        .selectFrom('bay_change')
        .select(bayChange.columnNames)
        .where('bay', 'in', [...bays])
        .where('time', '>=', from)
        .where('time', '<', to)
        .orderBy('bay')
        .orderBy('time')
      return (await all(query.compile())).map(bayChange.row)
    },
  }
}

async function overstaySums(
  { db, all }: SqlRunner,
  { bays, from, to }: Parameters<ReportStore['overstaySums']>[0],
): ReturnType<ReportStore['overstaySums']> {
  const query = db
    .selectFrom('overstay')
    .where('ended', '>=', from)
    .where('ended', '<', to)
    .where('minutes', '>', 0)
    .groupBy(['bay', 'max_stay_min', 'grace_min'])
    .select(({ fn }) => ['bay', 'max_stay_min', 'grace_min', fn.countAll().as('n'), fn.max('minutes').as('longest')])
    .select(sql<number | string>`sum(${sql.ref('minutes')})`.as('sum'))
  return (await all(query.compile()))
    .filter(({ bay }) => bays.has(bay))
    .map((row) => ({
      ...{ bay: row.bay, maxStayMin: row.max_stay_min, graceMin: row.grace_min },
      ...{ overstays: Number(row.n), minutes: Number(row.sum), longestMin: Number(row.longest) },
    }))
    .sort((a, b) => compareText(a.bay, b.bay) || a.maxStayMin - b.maxStayMin || a.graceMin - b.graceMin)
}

async function deviceDays(
  { db, all }: SqlRunner,
  { from, to }: Parameters<ReportStore['deviceDays']>[0],
): ReturnType<ReportStore['deviceDays']> {
  const sum = (column: string) => saturatingTotal(sql.ref(column))
  const query = db
    .selectFrom('sensor_day')
    .where('day', '>=', from)
    .where('day', '<=', to)
    .groupBy('device')
    .orderBy('device')
    .select('device')
    .select([
      sql<number | string>`sum(CASE WHEN ${sql.ref('committed')} > 0 THEN 1 ELSE 0 END)`.as('days'),
      ...(['committed', 'duplicate', 'quarantined', 'lost'] as const).map((name) => sum(name).as(name)),
    ])
  return (await all(query.compile())).map((row) => ({
    ...{ device: row.device, days: Number(row.days), committed: readSum(row.committed) },
    ...{ duplicate: readSum(row.duplicate), quarantined: readSum(row.quarantined), lost: readSum(row.lost) },
  }))
}

interface Ended {
  readonly bays: readonly string[]
  readonly from: Instant
  readonly to: Instant
}

/** Bays of one statement. */
const baysAtOnce = 20_000

function* partsOf(bays: ReadonlySet<string>): Generator<readonly string[]> {
  const all = [...bays]
  if (isAskedByBay(bays)) {
    if (all.length > 0) yield all
    return
  }
  for (let first = 0; first < all.length; first += baysAtOnce) yield all.slice(first, first + baysAtOnce)
}

const staysOf = ({ db }: SqlRunner, table: Tables, { first, last }: DaySpan, { bays, from, to }: Ended) =>
  db
    .selectFrom(table)
    .where('day', '>=', first)
    .where('day', '<=', last)
    .where('departure', '>=', from)
    .where('departure', '<', to)
    .where('bay', 'in', [...bays])

/** Local days and whole minutes are rounded down by a remainder, which both dialects keep a whole number. */
async function lengthsOf(
  runner: SqlRunner,
  table: Tables,
  days: DaySpan,
  { offsets, isByDay = false, ...asked }: Omit<StayLengthFilter, 'bays'> & Ended,
): Promise<StayLength[]> {
  const [arrival, departure] = [sql.ref('arrival'), sql.ref('departure')]
  const local = sql`(${departure} + ${offsetAt(offsets, days.last)})`
  const dwell = sql`(${departure} - ${arrival})`
  const query = staysOf(runner, table, days, asked)
    .select([
      sql<number | string>`${local} - ${local} % ${sql.lit(dayMs)}`.as('local_day'),
      (isByDay ? sql<number>`0` : sql<number | string>`${dwell} - ${dwell} % ${sql.lit(minuteMs)}`).as('length'),
      'certain',
    ])
    .select([
      sql<number | string>`count(*)`.as('stays'),
      sql<number | string>`sum(${dwell})`.as('dwell_ms'),
      sql<number | string>`sum(CASE WHEN ${arrival} < ${sql.lit(asked.from)} THEN 1 ELSE 0 END)`.as('begun_before'),
    ])
    .groupBy(isByDay ? ['local_day', 'certain'] : ['local_day', 'length', 'certain'])
  return (await runner.all(query.compile())).map((row) => ({
    ...{ day: Number(row.local_day) / dayMs, certain: row.certain === 1, minutes: Number(row.length) / minuteMs },
    ...{ stays: Number(row.stays), dwellMs: Number(row.dwell_ms), begunBefore: Number(row.begun_before) },
  }))
}

/** A stay may be stored long after its departure: offsets before the day of storing count too. */
function offsetAt(offsets: readonly ClockOffset[], last: number) {
  const known = offsets.filter(({ from }, i) => i === 0 || dayNumber(from) <= last + 1)
  const [first, ...later] = known
  if (!first) throw new RangeError('a zone has an offset at any time')
  if (later.length === 0) return sql`${sql.lit(first.offsetMs)}`
  const cases = later
    .toReversed()
    .map(({ from, offsetMs }) => sql`WHEN ${sql.ref('departure')} >= ${sql.lit(from)} THEN ${sql.lit(offsetMs)}`)
  return sql`CASE ${sql.join(cases, sql` `)} ELSE ${sql.lit(first.offsetMs)} END`
}
