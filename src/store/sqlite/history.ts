/** What a batch says of the history, written inside its transaction; and the days that are forgotten. */
import type { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
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
import { sessionAt } from '../session-rows.ts'
import { addedUp } from '../sums.ts'
import { unitOfWork } from './unit-of-work.ts'

/** Rows deleted in one transaction: the writer waits for it. */
const rowsForgottenAtOnce = 20_000

export function putHistorySqlite(db: DatabaseSync): (batch: HistoryBatch | undefined, today: DayNumber) => void {
  // A stay that is told again after a restore or a requeue is the same stay.
  const putSession = db.prepare(`${insert('session', sessionColumns)} ON CONFLICT DO NOTHING`)
  const endSession = db.prepare('DELETE FROM session WHERE day >= ? AND device = ? AND departure = ? AND arrival = ?')
  const replaceSession = db.prepare(
    `${insert('session', sessionColumns)} ON CONFLICT DO UPDATE SET ${changed(sessionChanges, (of) => `excluded.${of}`)}`,
  )
  const putOccupancy = db.prepare(
    `${insert('occupancy', occupancyColumns)} ON CONFLICT DO UPDATE SET ${changed(occupancyValuesChanged, (of) => `excluded.${of}`)}`,
  )
  const addCount = db.prepare(
    `${insert('zone_count', countColumns)} ON CONFLICT DO UPDATE SET ${changed(countSums, (of) => addedUp(of, `excluded.${of}`))}`,
  )
  const widest = (which: 'min' | 'max') => (of: string) =>
    `coalesce(${which}(${of}, excluded.${of}), ${of}, excluded.${of})`
  const widenHealth = db.prepare(
    `${insert('device_health', healthColumns)} ON CONFLICT DO UPDATE SET
     ${changed(healthMinima, widest('min'))}, ${changed(healthMaxima, widest('max'))}`,
  )
  return (batch, today) => {
    if (!batch) return
    for (let row = 0; row < batch.sessions.length; row++)
      putSession.run(...sessionValues(sessionAt(batch.sessions, row), today))
    for (const row of batch.sessionsGone ?? [])
      endSession.run(firstSessionDay(row), row.device, row.departure, row.arrival)
    for (const row of batch.sessionsAdded ?? []) replaceSession.run(...sessionValues(row, today))
    for (const row of batch.occupancy) putOccupancy.run(...occupancyValues(row))
    for (const row of batch.counts) addCount.run(...countValues(row))
    for (const row of batch.health) widenHealth.run(...healthValues(row))
  }
}

/** The oldest days first, in pieces small enough that a batch waits a moment only. The open block's day is never forgotten. */
export async function forgetDaysSqlite(db: DatabaseSync, before: DayNumber): Promise<DayNumber[]> {
  const gone: DayNumber[] = []
  const oldest = db.prepare(
    `SELECT min(day) AS day FROM (SELECT min(day) AS day FROM reading UNION ALL SELECT min(day) FROM session)
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

const insert = (table: string, columns: readonly string[]) =>
  `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`
const changed = (columns: readonly string[], to: (column: string) => string) =>
  columns.map((column) => `${column} = ${to(column)}`).join(', ')
