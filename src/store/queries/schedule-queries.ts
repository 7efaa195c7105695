/** Schedules of reports read back. */
import type { SqlRunner } from '../engine/sql-runner.ts'
import type { ScheduleStore } from '../report-schedules.ts'
import { reportSchedule } from '../tables/report-schedule.ts'

export function scheduleQueries({ db, all }: SqlRunner): ScheduleStore {
  const rows = db.selectFrom('report_schedule').select(reportSchedule.columnNames).orderBy('id')
  return { reportSchedules: async () => (await all(rows.compile())).map(reportSchedule.row) }
}
