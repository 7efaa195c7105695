/** The stays of a batch, written inside its transaction; and the days that are forgotten, a partition at a time. */
import type { DayNumber } from '../../../lib/utc-day.ts'
import type { HistoryBatch } from '../../history.ts'
import { sessionAt, sessionsInOrder } from '../../readings/session-rows.ts'
import { keepingStored } from '../../table.ts'
import { firstSessionDay, session } from '../../tables/session.ts'
import type { MysqlSession } from './mysql-session.ts'
import { partitionsBefore, readingTables } from './partitions.ts'
import type { Pipelined } from './pipelined.ts'
import { backticked, quoted } from './statements.ts'
import { upsertInto } from './table-writer.ts'

// A stay that comes again after a restore or a requeue is the same stay.
const putSessions = upsertInto(keepingStored(session))
const endSession = backticked(
  'DELETE FROM "session" WHERE "day" >= ? AND "device" = ? AND "departure" = ? AND "arrival" = ?',
)

/** The stays of a batch; what else of the history it writes are rows of tables (batch-rows.ts). Keys are sorted, so that two writers meet in one order. */
export async function putStaysMysql(ahead: Pipelined, batch: HistoryBatch | undefined, day: DayNumber) {
  if (!batch) return
  const { sessions, sessionsGone = [], sessionsAdded = [] } = batch
  await ahead.insertMany(
    putSessions,
    sessionsInOrder(sessions).map((row) => session.values({ ...sessionAt(sessions, row), day })),
  )
  for (const row of sessionsGone)
    await ahead.execute(endSession, [firstSessionDay(row), row.device, row.departure, row.arrival])
  await ahead.insertMany(
    upsertInto(session),
    sessionsAdded.map((row) => session.values({ ...row, day })),
  )
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
