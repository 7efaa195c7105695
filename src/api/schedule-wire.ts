/** Schedules of reports on the wire. */

import type { LastMailed, NewSchedule, ScheduleOnWire } from '@baykeeper/contract/report-schedule.ts'
import type { mailedFormats, ReportKind, reportComparisons } from '@baykeeper/contract/reports.ts'
import { dueTimes } from '../domain/report-due.ts'
import type { ReportSchedule } from '../domain/report-schedule.ts'
import { instant } from '../lib/brand.ts'
import type { ReportScheduleRow } from '../store/store.ts'
import type { NewestReport } from './context.ts'
import { iso } from './wire.ts'

/** Of what is checked by the schema. */
export function scheduleFromWire(id: string, timeZone: string, body: NewSchedule): ReportSchedule {
  const { name, kind, site, level, zone, type, period, compare, format, table, every, at, channel, paused } = body
  return {
    ...{ id, name: name.trim(), kind, site, level, zone, type, period, compare, format, table, interval: every },
    ...{ weekday: body.weekday, monthDay: body.month_day, at, timeZone, channel, isPaused: paused },
  }
}

const noReport: LastMailed = {
  ...{ state: 'none', due: null, asked: false, finished: null, attempts: 0, detail: '', delivery: null },
}
const notKnown: LastMailed = { ...noReport, state: 'unknown', detail: 'The notifier does not answer.' }

/** `newest`: undefined where the notifier does not answer. */
export function scheduleOnWire(
  row: ReportScheduleRow & { readonly schedule: ReportSchedule },
  newest: ReadonlyMap<string, NewestReport> | undefined,
  now: number,
): ScheduleOnWire {
  const { interval, weekday, monthDay, timeZone, isPaused, kind, compare, format, ...schedule } = row.schedule
  const last = newest?.get(row.id)
  return {
    ...{ ...schedule, every: interval, weekday, month_day: monthDay, time_zone: timeZone, paused: isPaused },
    // One of a later release is shown as it is.
    ...{ kind: kind as ReportKind, compare: compare as Comparison, format: format as Format },
    ...{ author: row.author, changed: iso(row.at), reason: row.reason },
    next_due: isPaused ? null : nextDue(row.schedule, now),
    last: newest === undefined ? notKnown : last ? lastOnWire(last) : noReport,
  }
}

type Comparison = Exclude<(typeof reportComparisons)[number], 'other'>
type Format = (typeof mailedFormats)[number]

/** Null where the time zone is none of this release. */
function nextDue(schedule: ReportSchedule, now: number): string | null {
  try {
    return iso(instant(dueTimes(schedule).next(now)))
  } catch {
    return null
  }
}

function lastOnWire({ state, due, isAsked, finished, attempts, detail, delivery }: NewestReport): LastMailed {
  return {
    ...{ state, due: iso(instant(due)), asked: isAsked, attempts, detail, delivery },
    finished: finished === null ? null : iso(instant(finished)),
  }
}
