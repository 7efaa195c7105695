/** The stays of a batch, written inside its transaction; and the days that are forgotten, a partition at a time. */
import type { DayNumber } from '../../../lib/utc-day.ts'
import type { HistoryBatch } from '../../history.ts'
import { type SessionRows, sessionAt, sessionsInOrder } from '../../readings/session-rows.ts'
import { keepingStored } from '../../table.ts'
import { firstStayDay, type SessionRow, stay } from '../../tables/stay.ts'
import type { MysqlSession } from './mysql-session.ts'
import { partitionsBefore, readingTables } from './partitions.ts'
import type { Pipelined } from './pipelined.ts'
import { backticked, quoted } from './statements.ts'
import { upsertInto } from './table-writer.ts'

// A stay that comes again after a restore or a requeue is the same stay.
const putStays = upsertInto(keepingStored(stay))
const endStay = backticked(
  'DELETE FROM "stay" WHERE "day" >= ? AND "bay" = ? AND "departure" = ? AND "arrival" = ? AND "device" = ?',
)

/** The stays of a batch; what else of the history it writes are rows of tables (batch-rows.ts). Keys are sorted, so that two writers meet in one order. */
export async function putStaysMysql(ahead: Pipelined, batch: HistoryBatch | undefined, day: DayNumber) {
  if (!batch) return
  const { sessions, sessionsGone = [], sessionsAdded = [] } = batch
  await ahead.insertMany(
    putStays,
    firstOfEach(sessions).map((row) => stay.values({ ...row, day })),
  )
  for (const row of sessionsGone)
    await ahead.execute(endStay, [firstStayDay(row), row.bay ?? '', row.departure, row.arrival, row.device])
  await ahead.insertMany(
    upsertInto(stay),
    sessionsAdded.map((row) => stay.values({ ...row, day })),
  )
}

/** Two stays of no length in one millisecond are one, the first: a client sends rows by the types of their values, in another order. */
function firstOfEach(sessions: SessionRows): SessionRow[] {
  const met = new Set<string>()
  const isFirst = ({ bay, device, departure, arrival }: SessionRow) => {
    const key = JSON.stringify([bay, device, departure, arrival])
    return !met.has(key) && met.add(key)
  }
  const rows = sessionsInOrder(sessions).map((row) => sessionAt(sessions, row))
  return rows.filter((row) => row.arrival < row.departure || isFirst(row))
}

const rememberForgotten = backticked(
  `INSERT IGNORE INTO "reading_forgotten" ("day", "device", "epoch", "rows_gone", "numbers", "min_seq", "max_seq")
   SELECT "day", "device", "epoch", COUNT(*), COUNT(DISTINCT "seq"), MIN("seq"), MAX("seq") FROM "reading" WHERE "day" < ?
   GROUP BY "day", "device", "epoch"`,
)

/** Partitions of days before this one, but never that of the open block. The sums a recount needs are made before a partition goes, and never again. */
export async function forgetDaysMysql(connection: MysqlSession, before: DayNumber): Promise<DayNumber[]> {
  const gone = new Set<DayNumber>()
  const [open] = await connection.query<{ day: number }>('SELECT `day` FROM `reading_open` WHERE `rows_open` > 0', [])
  const until = open ? Math.min(before, open.day) : before
  for (const table of readingTables)
    for (const { name, end } of await partitionsBefore(connection, table, until)) {
      if (table === 'reading') {
        const days = await connection.query<{ day: number }>('SELECT DISTINCT `day` FROM `reading` WHERE `day` < ?', [
          end,
        ])
        for (const { day } of days) gone.add(day)
        await connection.execute(rememberForgotten, [end])
      }
      await connection.command(`ALTER TABLE ${quoted(table)} DROP PARTITION ${quoted(name)}`)
    }
  return [...gone].sort((a, b) => a - b)
}
