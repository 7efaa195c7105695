/** What a batch says of the history, written inside its transaction; and the days that are forgotten, a partition at a time. */
import type { DayNumber } from '../../lib/utc-day.ts'
import type { HistoryBatch } from '../history.ts'
import {
  countColumns,
  countSums,
  countValues,
  firstSessionDay,
  healthColumns,
  healthMaxima,
  healthMinima,
  healthValues,
  occupancyColumns,
  occupancyValues,
  occupancyValuesChanged,
  sessionChanges,
  sessionColumns,
  sessionValues,
} from '../history-rows.ts'
import type { SqlValue } from '../rows.ts'
import { sessionAt, sessionsInOrder } from '../session-rows.ts'
import type { MysqlSession } from './mysql-session.ts'
import { partitionsBefore, readingTables } from './partitions.ts'
import type { SentAhead } from './sent-ahead.ts'
import { addedSaturating, backticked, type Change, insertInto, quoted, replaced } from './statements.ts'

/** Of two measures, one of which may be missing. */
const widest = (which: 'LEAST' | 'GREATEST', columns: readonly string[]): Change[] =>
  columns.map((column) => [
    column,
    ({ stored, incoming }) => {
      const [here, sent] = [stored(column), incoming(column)]
      return `COALESCE(${which}(${here}, ${sent}), ${here}, ${sent})`
    },
  ])

// A stay that is told again after a restore or a requeue is the same stay.
const putSessions = insertInto('session', sessionColumns, replaced(['dwell_ms']))
const replaceSessions = insertInto('session', sessionColumns, replaced(sessionChanges))
const putOccupancy = insertInto('occupancy', occupancyColumns, replaced(occupancyValuesChanged))
const addCounts = insertInto('zone_count', countColumns, addedSaturating(countSums))
const widenHealth = insertInto('device_health', healthColumns, [
  ...widest('LEAST', healthMinima),
  ...widest('GREATEST', healthMaxima),
])

const endSession = backticked(
  'DELETE FROM "session" WHERE "day" >= ? AND "device" = ? AND "departure" = ? AND "arrival" = ?',
)

/** Keys are sorted, so that two writers meet in one order. */
export async function putHistoryMysql(ahead: SentAhead, batch: HistoryBatch | undefined, today: DayNumber) {
  if (!batch) return
  const { sessions, occupancy, counts, health } = batch
  await ahead.insertMany(
    putSessions,
    sessionsInOrder(sessions).map((row) => sessionValues(sessionAt(sessions, row), today)),
  )
  for (const row of batch.sessionsGone ?? [])
    await ahead.execute(endSession, [firstSessionDay(row), row.device, row.departure, row.arrival])
  const added = (batch.sessionsAdded ?? []).map((row) => sessionValues(row, today))
  await ahead.insertMany(replaceSessions, added)
  await ahead.insertMany(putOccupancy, occupancy.map(occupancyValues).sort(byPlace))
  await ahead.insertMany(
    addCounts,
    counts.toSorted((a, b) => a.device - b.device || a.start - b.start).map(countValues),
  )
  await ahead.insertMany(widenHealth, health.toSorted((a, b) => a.device - b.device || a.day - b.day).map(healthValues))
}

const byPlace = (a: SqlValue[], b: SqlValue[]) => (a.slice(0, 4).join('\0') < b.slice(0, 4).join('\0') ? -1 : 1)

const rememberForgotten = backticked(
  `INSERT IGNORE INTO "reading_forgotten" ("day", "device", "epoch", "rows_gone", "numbers", "min_seq", "max_seq")
   SELECT "day", "device", "epoch", COUNT(*), COUNT(DISTINCT "seq"), MIN("seq"), MAX("seq") FROM "reading" WHERE "day" < ?
   GROUP BY "day", "device", "epoch"`,
)

/** Partitions of days before this one, but never that of the open block. The sums a recount needs are made before a partition goes, and never again. */
export async function forgetDaysMysql(session: MysqlSession, before: DayNumber): Promise<DayNumber[]> {
  const gone = new Set<DayNumber>()
  const [open] = await session.query<{ day: number }>('SELECT `day` FROM `reading_open` WHERE `rows_open` > 0', [])
  const until = open ? Math.min(before, open.day) : before
  for (const table of readingTables)
    for (const { name, end } of await partitionsBefore(session, table, until)) {
      if (table === 'reading') {
        const days = await session.query<{ day: number }>('SELECT DISTINCT `day` FROM `reading` WHERE `day` < ?', [end])
        for (const { day } of days) gone.add(day)
        await session.execute(rememberForgotten, [end])
      }
      await session.command(`ALTER TABLE ${quoted(table)} DROP PARTITION ${quoted(name)}`)
    }
  return [...gone].sort((a, b) => a - b)
}
