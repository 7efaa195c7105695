/** Stays read back. Those of earlier releases are in their own table (tables/session.ts): every answer holds both. */
import { sql } from 'kysely'
import type { Instant } from '../../lib/brand.ts'
import { type DayNumber, dayNumber } from '../../lib/utc-day.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import type { HistoryStore, StayFilter, TurnoverFilter, TurnoverRow } from '../history.ts'
import type { SqlRowOf } from '../table.ts'
import { session } from '../tables/session.ts'
import { earlierStayOf, type SessionRow, stay, stayOf } from '../tables/stay.ts'
import { pageOf, readKey } from './keyset.ts'

/** Rows read in one statement where most of them are asked for. */
export const rowsAtOnce = 2_000
/** A statement takes 32,766 parameters in SQLite. Of a larger site nearly all stays are its own: others are passed over here. */
const baysAskedMax = 20_000
export const isAskedByBay = (bays: ReadonlySet<string>) => bays.size <= baysAskedMax

type Tables = 'stay' | 'session'
type StoredStay = SqlRowOf<typeof stay>
type StoredSession = SqlRowOf<typeof session>
type StayKey = readonly [day: number, departure: number, bay: string, arrival: number, device: number]

interface Found {
  readonly row: SessionRow
  readonly key: StayKey
}

export function stayQueries(runner: SqlRunner): Pick<HistoryStore, 'sessions' | 'stays' | 'staysAround' | 'turnover'> {
  const { db, all } = runner
  return {
    async sessions({ device, from, to, limit }) {
      const some = (table: Tables) =>
        db
          .selectFrom(table)
          .where('device', '=', device)
          .where('day', '>=', firstDay(from))
          .where('departure', '>=', from)
          .where('departure', '<', to)
          .orderBy('departure')
          .orderBy('arrival')
          .limit(sql.lit(limit))
      const before = await all(some('session').select(session.columnNames).compile())
      const now = await all(some('stay').select(stay.columnNames).compile())
      const rows = [
        ...before.map((row) => earlierStayOf(row as StoredSession)),
        ...now.map((row) => stayOf(row as StoredStay)),
      ]
      return rows.sort((a, b) => a.departure - b.departure || a.arrival - b.arrival).slice(0, limit)
    },
    stays: (filter) => pageOfStays(runner, filter),
    async staysAround(bay, from, to) {
      const found: SessionRow[] = []
      for await (const day of daysFrom(runner, from)) {
        const query = db
          .selectFrom('stay')
          .select(stay.columnNames)
          .where('day', '=', day)
          .where('bay', '=', bay)
          .where('departure', '>=', from)
          .where('arrival', '<=', to)
        found.push(...(await all(query.compile())).map(stayOf))
      }
      return found.sort((a, b) => a.departure - b.departure || a.arrival - b.arrival || a.device - b.device)
    },
    turnover: turnoverQuery(runner),
  }
}

export const turnoverQuery =
  (runner: SqlRunner): HistoryStore['turnover'] =>
  async (filter) => {
    const sums = new Map<string, TurnoverRow>()
    if (filter.bays.size === 0) return []
    const ofDays = (days: DaySpan) => ofBothTables((table) => sumsOf(runner, table, days, filter))
    for await (const rows of someAtOnce(daySpansWith(runner, filter, filter.bays.size), runner, ofDays))
      for (const row of rows) if (filter.bays.has(row.bay)) sums.set(row.bay, addedUp(sums.get(row.bay), row))
    return [...sums.values()].sort((a, b) => compareText(a.bay, b.bay))
  }

/** One after the other: earlier stays are few by now. */
export const ofBothTables = async <Row>(read: (table: Tables) => Promise<Row[]>): Promise<Row[]> => [
  ...(await read('stay')),
  ...(await read('session')),
]

/** What is read for each, in their order: as many reads are under way as the runner takes. Throws what a read throws. */
export async function* someAtOnce<Of, Found>(
  list: AsyncIterable<Of>,
  { readsAtOnce = 1 }: Pick<SqlRunner, 'readsAtOnce'>,
  read: (of: Of) => Promise<Found>,
): AsyncGenerator<Found> {
  const underWay: Promise<Found>[] = []
  for await (const of of list) {
    const reading = read(of)
    // It is waited for in its turn; a fault before that is reported then.
    reading.catch(() => {})
    underWay.push(reading)
    if (underWay.length >= readsAtOnce) yield await (underWay.shift() as Promise<Found>)
  }
  for (const reading of underWay) yield await reading
}

/** Days of storing: none is before the departure, but for a clock that is a little fast. */
const firstDay = (from: Instant): DayNumber => dayNumber(from) - 1

/** The newest day of storing before this one that may hold a departure at or after `from`. */
async function dayBefore({ db, all }: SqlRunner, day: DayNumber, from: Instant): Promise<DayNumber | undefined> {
  const newest = (table: Tables) =>
    db
      .selectFrom(table)
      .select(({ fn }) => fn.max('day').as('day'))
      .where('day', '<', day)
      .where('day', '>=', firstDay(from))
  const days = [...(await all(newest('stay').compile())), ...(await all(newest('session').compile()))]
  const found = days.flatMap(({ day }) => (day === null ? [] : [Number(day)]))
  return found.length === 0 ? undefined : Math.max(...found)
}

/** Days of storing that may hold a departure at or after `from`, newest first. */
async function* daysFrom(runner: SqlRunner, from: Instant): AsyncGenerator<DayNumber> {
  let day = await dayBefore(runner, Number.MAX_SAFE_INTEGER, from)
  for (; day !== undefined; day = await dayBefore(runner, day, from)) yield day
}

/** Of them those with a departure before `to`: of an old period, nearly all later days hold none. */
async function* daysWith(runner: SqlRunner, { from, to }: TimeSpan): AsyncGenerator<DayNumber> {
  for await (const day of daysFrom(runner, from)) if (await holdsDeparture(runner, day, from, to)) yield day
}

interface TimeSpan {
  readonly from: Instant
  readonly to: Instant
}

/** Days of storing that are summed up in one statement, both included. */
export interface DaySpan {
  readonly first: DayNumber
  readonly last: DayNumber
}

/** A list of 2,000 bays takes a server as long as a day of their stays: it is sent with some days at once. */
const bayDaysAtOnce = 64_000

/** The same, adjoining days as one where `bays` are few. */
export async function* daySpansWith(runner: SqlRunner, time: TimeSpan, bays: number): AsyncGenerator<DaySpan> {
  const most = Math.max(1, Math.floor(bayDaysAtOnce / Math.max(1, bays)))
  let span: DaySpan | undefined
  for await (const day of daysWith(runner, time)) {
    const adjoins = span && day === span.first - 1 && span.last - day < most
    if (span && !adjoins) yield span
    span = { first: day, last: adjoins && span ? span.last : day }
  }
  if (span) yield span
}

/** Read from the key alone, without a look for each bay. */
async function holdsDeparture({ db, all }: SqlRunner, day: DayNumber, from: Instant, to: Instant): Promise<boolean> {
  for (const table of ['stay', 'session'] as const) {
    const found = db
      .selectFrom(table)
      .select('day')
      .where('day', '=', day)
      .where('departure', '>=', from)
      .where('departure', '<', to)
      .limit(sql.lit(1))
    if ((await all(found.compile())).length > 0) return true
  }
  return false
}

async function pageOfStays(runner: SqlRunner, filter: StayFilter) {
  const { bays, from, to, cursor, limit } = filter
  if (bays.size === 0) return { items: [], next: null }
  const atOnce = isAskedByBay(bays) ? limit + 1 : rowsAtOnce
  const items: Found[] = []
  let after = cursor === undefined ? undefined : readKey<StayKey>(cursor, ['n', 'n', 's', 'n', 'n'])
  let day = after?.[0] ?? (await dayBefore(runner, Number.MAX_SAFE_INTEGER, from))
  while (day !== undefined && items.length <= limit) {
    for (let rowsLeft = await holdsDeparture(runner, day, from, to); rowsLeft && items.length <= limit; ) {
      const found = await staysOf(runner, day, filter, { after, limit: atOnce })
      items.push(...found.filter(({ row }) => row.bay !== null && bays.has(row.bay)))
      after = found.at(-1)?.key
      rowsLeft = found.length >= atOnce
    }
    after = undefined
    day = await dayBefore(runner, day, from)
  }
  const page = pageOf(items, limit, ({ key }) => key)
  return { items: page.items.map(({ row }) => row), next: page.next }
}

interface Some {
  readonly after: StayKey | undefined
  readonly limit: number
}

/** Of one day of storing, newest first. */
async function staysOf(runner: SqlRunner, day: DayNumber, filter: StayFilter, some: Some) {
  const { all } = runner
  const stored = await all(someOf(runner, 'stay', day, filter, some).select(stay.columnNames).compile())
  const earlier = await all(someOf(runner, 'session', day, filter, some).select(session.columnNames).compile())
  const now = stored.map((row) => stayOf(row as StoredStay))
  const before = earlier.map((row) => earlierStayOf(row as StoredSession))
  const found = [...now, ...before].map((row): Found => {
    const { departure, bay, arrival, device } = row
    return { row, key: [day, departure, bay ?? '', arrival, device] }
  })
  return before.length === 0 || now.length === 0 ? found : found.sort(inOrder).slice(0, some.limit)
}

function someOf(
  { db }: SqlRunner,
  table: Tables,
  day: DayNumber,
  { bays, from, to }: StayFilter,
  { after, limit }: Some,
) {
  let query = db
    .selectFrom(table)
    .where('day', '=', day)
    .where('departure', '>=', from)
    .where('departure', '<', to)
    .orderBy('departure', 'desc')
    .orderBy('bay')
    .orderBy('arrival')
    .orderBy('device')
    .limit(sql.lit(limit))
  if (isAskedByBay(bays)) query = query.where('bay', 'in', [...bays])
  if (!after) return query
  const [, departure, bay, arrival, device] = after
  return query
    .where('departure', '<=', departure)
    .where((eb) =>
      eb.or([
        eb('departure', '<', departure),
        eb('bay', '>', bay),
        eb.and([eb('bay', '=', bay), eb('arrival', '>', arrival)]),
        eb.and([eb('bay', '=', bay), eb('arrival', '=', arrival), eb('device', '>', device)]),
      ]),
    )
}

async function sumsOf(
  { db, all }: SqlRunner,
  table: Tables,
  { first, last }: DaySpan,
  { bays, from, to }: TurnoverFilter,
): Promise<TurnoverRow[]> {
  let query = db
    .selectFrom(table)
    .where('day', '>=', first)
    .where('day', '<=', last)
    .where('departure', '>=', from)
    .where('departure', '<', to)
    .where('bay', 'is not', null)
    .groupBy('bay')
    .select(({ fn }) => ['bay', fn.countAll().as('stays')])
    .select([
      sql<number>`sum(1 - ${sql.ref('certain')})`.as('uncertain'),
      sql<number>`sum(${sql.ref('departure')} - ${sql.ref('arrival')})`.as('dwell_ms'),
    ])
  if (isAskedByBay(bays)) query = query.where('bay', 'in', [...bays])
  // Earlier releases knew no overstays.
  const overstays =
    table === 'stay' ? sql<number>`sum(CASE WHEN ${sql.ref('overstay_min')} > 0 THEN 1 ELSE 0 END)` : sql<number>`0`
  const minutes = table === 'stay' ? sql<number>`sum(coalesce(${sql.ref('overstay_min')}, 0))` : sql<number>`0`
  const rows = await all(query.select([overstays.as('overstays'), minutes.as('overstay_min')]).compile())
  return rows.map(({ bay, stays, uncertain, dwell_ms, overstays, overstay_min }) => ({
    ...{ bay: bay as string, stays: Number(stays), uncertain: Number(uncertain), dwellMs: Number(dwell_ms) },
    ...{ overstays: Number(overstays), overstayMin: Number(overstay_min) },
  }))
}

const addedUp = (before: TurnoverRow | undefined, row: TurnoverRow): TurnoverRow => ({
  bay: row.bay,
  stays: row.stays + (before?.stays ?? 0),
  uncertain: row.uncertain + (before?.uncertain ?? 0),
  dwellMs: row.dwellMs + (before?.dwellMs ?? 0),
  overstays: row.overstays + (before?.overstays ?? 0),
  overstayMin: row.overstayMin + (before?.overstayMin ?? 0),
})

/** As both dialects order text: by its code points. */
export const compareText = (a: string, b: string) => (a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b)))

/** Newest first. */
const inOrder = ({ key: a }: Found, { key: b }: Found) =>
  b[1] - a[1] || compareText(a[2], b[2]) || a[3] - b[3] || a[4] - b[4]
