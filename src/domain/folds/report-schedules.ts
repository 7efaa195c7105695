/** The fold of schedules of reports: what people have set, by the order of their records. When a report is due is the notifier's business. */
import type { Instant } from '../../lib/brand.ts'
import type { DeskEntry } from '../desk-change.ts'
import { hasSameTiming, type ReportSchedule, schedulesMax } from '../report-schedule.ts'
import type { Fold } from './fold.ts'

export interface ReportScheduleRow {
  readonly id: string
  /** Null: it was removed. */
  readonly schedule: ReportSchedule | null
  /** Of its newest change. */
  readonly author: string
  readonly reason: string
  readonly at: Instant
  /** From when on its due times count: since it was set up, had other times, or was paused. */
  readonly since: Instant
  /** The request that has made the newest change. */
  readonly request: string
}

export type ReportSchedules = Fold<readonly ReportScheduleRow[], 'desk'>

/** `stored`: every schedule there ever was. */
export function reportSchedules(stored: readonly ReportScheduleRow[]): ReportSchedules {
  const rows = new Map(stored.map((row) => [row.id, row]))
  const changed = new Set<string>()

  const isFull = () => [...rows.values()].filter(({ schedule }) => schedule !== null).length >= schedulesMax

  function apply({ change, author, reason, at }: DeskEntry) {
    if (change.is !== 'report-schedule') return
    const { id, schedule, request } = change
    const before = rows.get(id)
    const was = before?.schedule
    if (schedule === null ? !was : !was && isFull()) return
    const isSame = was && schedule && !was.isPaused && !schedule.isPaused && hasSameTiming(was, schedule)
    rows.set(id, { id, schedule, author, reason, at, since: isSame && before ? before.since : at, request })
    changed.add(id)
  }

  return {
    follows: ['desk'],
    apply: ({ entry }) => apply(entry),
    take() {
      const taken = [...changed].flatMap((id) => rows.get(id) ?? [])
      changed.clear()
      return taken
    },
  }
}
