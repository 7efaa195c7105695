/**
 * A partition of each day for the tables that retention empties: dropped whole, without touching a row. They are made a few days ahead,
 * while the last partition, which takes everything later, is still empty: splitting an empty one moves no row.
 */
import type { Log } from '../../../lib/log.ts'
import { type DayNumber, dayName } from '../../../lib/utc-day.ts'
import type { MysqlSession } from './mysql-session.ts'
import { backticked, quoted } from './statements.ts'

/** Of what is kept by `readingDays`, and of raw frames, which have their own days. */
export const readingTables = ['reading', 'reading_block', 'session', 'stay'] as const
const partitionedTables = [...readingTables, 'raw_frame'] as const
const daysAhead = 3
/** A long read of the table holds up a change of it, and that change would hold up everybody else. */
const waitS = 2

/** Never fails: without its own partition a day is stored in the last one. */
export async function partitionAhead(session: MysqlSession, today: DayNumber, log: Log): Promise<void> {
  try {
    await session.command(`SET SESSION lock_wait_timeout = ${waitS}`)
    for (const table of partitionedTables) {
      const last = await lastDay(session, table)
      const days = Array.from({ length: daysAhead + 1 }, (_, i) => today + i).filter((day) => day > last)
      if (days.length === 0) continue
      const parts = days.map((day) => `PARTITION ${quoted(partitionOf(day))} VALUES LESS THAN (${day + 1})`).join(', ')
      await session.command(
        backticked(
          `ALTER TABLE "${table}" REORGANIZE PARTITION "later" INTO (${parts}, PARTITION "later" VALUES LESS THAN MAXVALUE)`,
        ),
      )
    }
  } catch (error) {
    // Another process has just made them.
    if (/Duplicate partition name/i.test((error as Error).message)) return
    log.warn('days ahead got no partition of their own; they are stored in the last one', {
      reason: (error as Error).message,
    })
  }
}

/** Partitions that end at or before the beginning of a day, oldest first; `end` is the day they do not reach. */
export async function partitionsBefore(session: MysqlSession, table: string, day: DayNumber) {
  const rows = await session.query<{ name: string; end: number }>(
    backticked(
      `SELECT "partition_name" AS "name", CAST("partition_description" AS SIGNED) AS "end"
       FROM "information_schema"."partitions"
       WHERE "table_schema" = DATABASE() AND "table_name" = ? AND "partition_description" <> 'MAXVALUE'
         AND CAST("partition_description" AS SIGNED) <= ? ORDER BY "partition_ordinal_position"`,
    ),
    [table, day],
  )
  return rows.map(({ name, end }) => ({ name, end: Number(end) }))
}

/** Drops whole days before this one, oldest first; returns those that held a row. */
export async function dropDays(session: MysqlSession, table: 'raw_frame', before: DayNumber): Promise<DayNumber[]> {
  const gone: DayNumber[] = []
  for (const { name, end } of await partitionsBefore(session, table, before)) {
    const days = await session.query<{ day: number }>(
      `SELECT DISTINCT \`day\` FROM ${quoted(table)} WHERE \`day\` < ?`,
      [end],
    )
    await session.command(`ALTER TABLE ${quoted(table)} DROP PARTITION ${quoted(name)}`)
    gone.push(...days.map(({ day }) => day))
  }
  return gone.sort((a, b) => a - b)
}

const partitionOf = (day: DayNumber) => `p${dayName(day).replaceAll('-', '')}`

async function lastDay(session: MysqlSession, table: string): Promise<DayNumber> {
  const [row] = await session.query<{ last: number | null }>(
    backticked(
      `SELECT MAX(CAST("partition_description" AS SIGNED)) AS "last" FROM "information_schema"."partitions"
       WHERE "table_schema" = DATABASE() AND "table_name" = ? AND "partition_description" <> 'MAXVALUE'`,
    ),
    [table],
  )
  return Number(row?.last ?? 0) - 1
}
