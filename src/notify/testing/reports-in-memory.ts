/** Schedules and reports without a database. */
import type { ReportScheduleRow } from '../../domain/folds/report-schedules.ts'
import type { ReportSchedule } from '../../domain/report-schedule.ts'
import { instant } from '../../lib/brand.ts'
import type { MadeReport, MakeOptions, ReportSource } from '../report-source.ts'

export interface ReportsInMemory extends ReportSource {
  readonly rows: Map<string, ReportScheduleRow>
  readonly asked: { readonly schedule: ReportSchedule; readonly options: MakeOptions }[]
  /** Thrown by the next reports, in order. */
  readonly faults: Error[]
  isAway: boolean
  /** Undefined: it is larger than it may be. */
  file: Uint8Array | undefined
  put(row: ReportScheduleRow): void
}

export function reportsInMemory(): ReportsInMemory {
  const rows = new Map<string, ReportScheduleRow>()
  const source: ReportsInMemory = {
    ...{ rows, asked: [], faults: [], isAway: false, file: Buffer.from('the report') },
    put: (row) => void rows.set(row.id, row),
    async schedules() {
      if (source.isAway) throw new Error('the database is away')
      return [...rows.values()]
    },
    async make(schedule, options): Promise<MadeReport> {
      source.asked.push({ schedule, options })
      const fault = source.faults.shift()
      if (fault) throw fault
      return {
        ...{ place: 'North Garage', from: '2026-11-16', to: '2026-11-23', timeZone: 'Europe/Berlin', coverage: 0.978 },
        notes: ['Only 79.5 % of the bay-time of the period is known.'],
        ...{ fileName: 'baykeeper_occupancy.xlsx', type: 'application/x-test', file: source.file },
      }
    },
  }
  return source
}

export const scheduleOf = (id: string, more: Partial<ReportSchedule> = {}): ReportSchedule => ({
  ...{ id, name: 'Occupancy of North', kind: 'occupancy', site: 'north', level: null, zone: null, type: null },
  ...{ period: 'last-week', compare: 'none', format: 'xlsx', table: null, interval: 'week', weekday: 'mon' },
  ...{ monthDay: null, at: '07:00', timeZone: 'Europe/Berlin', channel: 'planners', isPaused: false, ...more },
})

/** `since`: from when on its due times count. */
export const rowOf = (
  schedule: ReportSchedule,
  since: number,
  more: Partial<ReportScheduleRow> = {},
): ReportScheduleRow => ({
  ...{ id: schedule.id, schedule, author: 'Zoë', reason: '', at: instant(since), since: instant(since) },
  ...{ request: 'r', ...more },
})
