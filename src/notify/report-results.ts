/** What became of the newest report of each schedule, read from `notify.db`. */
import type { DatabaseSync } from 'node:sqlite'
import type { MailedState } from '@baykeeper/contract/report-schedule.ts'

export interface MailedReport {
  readonly schedule: string
  readonly state: MailedState
  readonly due: number
  readonly isAsked: boolean
  readonly finished: number | null
  readonly attempts: number
  readonly detail: string
  readonly delivery: number
}

type Row = Omit<MailedReport, 'isAsked' | 'state'> & {
  readonly state: Exclude<MailedState, 'none' | 'unknown' | 'making'>
  readonly is_asked: number
  readonly made_at: number | null
}

/** Of a schedule without any that is remembered there is none. */
export function mailedReports(db: DatabaseSync): MailedReport[] {
  const rows = db
    .prepare(
      `select r.schedule, r.due, r.is_asked, r.made_at, d.state, d.finished_at as finished, d.attempts,
         d.last_error as detail, d.id as delivery
       from report r join delivery d on d.key = r.key
       where r.due = (select max(due) from report n where n.schedule = r.schedule)
       order by d.id`,
    )
    .all() as unknown as Row[]
  const newest = new Map(rows.map((row) => [row.schedule, row]))
  return [...newest.values()].map(({ is_asked, made_at, state, ...row }) => ({
    ...row,
    isAsked: is_asked === 1,
    state: state === 'pending' && made_at === null ? 'making' : state,
  }))
}
