/** Where the notifier finds which reports are sent, and lets them be made. */
import type { ReportScheduleRow } from '../domain/folds/report-schedules.ts'
import type { ReportSchedule } from '../domain/report-schedule.ts'
import type { ReportContent } from './delivery.ts'

export interface ReportSource {
  /** Every schedule there ever was. Throws while the database is away. */
  schedules(): Promise<readonly ReportScheduleRow[]>
  /** Of the days before `due`. Throws `ReportImpossible` when it never can be made, anything else when it may be later. */
  make(schedule: ReportSchedule, options: MakeOptions): Promise<MadeReport>
}

export interface MakeOptions {
  readonly due: number
  /** Of its receivers. */
  readonly locale: 'en' | 'de'
  /** A larger file is not sent. */
  readonly bytesMax: number
}

export interface MadeReport extends Pick<ReportContent, 'place' | 'from' | 'to' | 'timeZone' | 'coverage' | 'notes'> {
  readonly fileName: string
  readonly type: string
  /** Undefined: it is larger than it may be. */
  readonly file: Uint8Array | undefined
}

export class ReportImpossible extends Error {}

/** No report is sent. */
export const noReports: ReportSource = {
  schedules: async () => [],
  make: async () => {
    throw new ReportImpossible('No report is made here.')
  },
}
