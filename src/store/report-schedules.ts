/** The part of the store contract that remembers which reports are sent, and when. Written in the commit of the record that sets one. */
import type { ReportScheduleRow } from '../domain/folds/report-schedules.ts'

export type { ReportScheduleRow } from '../domain/folds/report-schedules.ts'

export interface ScheduleStore {
  /** Every schedule there ever was, removed ones included, by id. */
  reportSchedules(): Promise<readonly ReportScheduleRow[]>
}
