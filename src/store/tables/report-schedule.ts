import type { ReportSchedule } from '../../domain/report-schedule.ts'
import { instant, jsonOrNull, text } from '../column.ts'
import { replace, table } from '../table.ts'

/** Each schedule of reports that there ever was (domain/folds/report-schedules.ts). It holds no address of a person. */
export const reportSchedule = table('report_schedule', {
  key: { id: text(64) },
  merge: {
    schedule: replace({ ...jsonOrNull<ReportSchedule>(), name: 'definition' as const }),
    author: replace(text(128)),
    reason: replace(text(512)),
    at: replace({ ...instant, name: 'changed' as const }),
    since: replace(instant),
    request: replace(text(128)),
  },
  hasRowid: true,
  since: 26,
})
