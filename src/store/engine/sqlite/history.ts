/** The stays of a batch, written inside its transaction; and the days that are forgotten. */
import type { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import type { DayNumber } from '../../../lib/utc-day.ts'
import type { HistoryBatch } from '../../history.ts'
import { sessionAt } from '../../readings/session-rows.ts'
import { keepingStored } from '../../table.ts'
import { firstStayDay, stay } from '../../tables/stay.ts'
import { sqliteUpsert } from '../table-sql.ts'
import { unitOfWork } from './unit-of-work.ts'

/** Rows deleted in one transaction: the writer waits for it. */
const rowsForgottenAtOnce = 20_000

/** The stays of a batch; what else of the history it writes are rows of tables (batch-rows.ts). */
export function putStaysSqlite(db: DatabaseSync): (batch: HistoryBatch | undefined, day: DayNumber) => void {
  // A stay that comes again after a restore or a requeue is the same stay.
  const put = db.prepare(sqliteUpsert(keepingStored(stay)))
  const end = db.prepare('DELETE FROM stay WHERE day >= ? AND bay = ? AND departure = ? AND arrival = ? AND device = ?')
  const replace = db.prepare(sqliteUpsert(stay))
  return (batch, day) => {
    if (!batch) return
    for (let row = 0; row < batch.sessions.length; row++)
      put.run(...stay.values({ ...sessionAt(batch.sessions, row), day }))
    for (const row of batch.sessionsGone ?? [])
      end.run(firstStayDay(row), row.bay ?? '', row.departure, row.arrival, row.device)
    for (const row of batch.sessionsAdded ?? []) replace.run(...stay.values({ ...row, day }))
  }
}

/** The oldest days first, in pieces small enough that a batch waits a moment only. The open block's day is never forgotten. */
export async function forgetDaysSqlite(db: DatabaseSync, before: DayNumber): Promise<DayNumber[]> {
  const gone: DayNumber[] = []
  const oldest = db.prepare(
    `SELECT min(day) AS day FROM (SELECT min(day) AS day FROM reading UNION ALL SELECT min(day) FROM session UNION ALL SELECT min(day) FROM stay)
     WHERE day < min(?, coalesce((SELECT day FROM reading_open WHERE rows_open > 0), ?))`,
  )
  // Made before the first row goes, and never again: what is left of a day that was cut short is not all of it.
  const remember = db.prepare(
    `INSERT INTO reading_forgotten (day, device, epoch, rows_gone, numbers, min_seq, max_seq)
     SELECT day, device, epoch, count(*), count(DISTINCT seq), min(seq), max(seq) FROM reading WHERE day = ?
     GROUP BY device, epoch ON CONFLICT DO NOTHING`,
  )
  for (;;) {
    const { day } = oldest.get(before, before) as { day: DayNumber | null }
    if (day === null) return gone
    deleteOnce(db, () => Number(remember.run(day).changes))
    for (const [table, key] of [
      ['reading', 'day, pos, idx'],
      ['session', 'day, device, departure, arrival'],
      ['stay', 'day, bay, departure, arrival, device'],
    ] as const) {
      const some = db.prepare(
        `DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE day = ? LIMIT ${rowsForgottenAtOnce})`,
      )
      while (deleteOnce(db, () => Number(some.run(day).changes)) > 0) await setImmediate()
    }
    const blocks = db.prepare('DELETE FROM reading_block WHERE day = ?')
    deleteOnce(db, () => Number(blocks.run(day).changes))
    gone.push(day)
  }
}

function deleteOnce(db: DatabaseSync, run: () => number): number {
  using work = unitOfWork(db)
  const count = run()
  work.commit()
  return count
}
