/**
 * When a report is due, and of which days it is then. Pure.
 *
 * - Due times go by the wall clock of the schedule's zone: once on each day that they name. A time that the clocks skip is due when they change,
 *   one that they repeat the first time (daily-time.ts).
 * - A day of the month that a month does not have is its last one.
 * - The days of the report lie before the local day of its due time, so a report that is made late is of the same days.
 */
import { type RelativePeriod, weekdays } from '@baykeeper/contract/vocabulary.ts'
import { dayMs } from '../lib/utc-day.ts'
import { timeOfDays } from './daily-time.ts'
import type { ReportTiming } from './report-schedule.ts'

export interface DueTimes {
  /** The newest one at or before `at`, milliseconds since 1970. */
  last(at: number): number
  /** The first one after `at`. */
  next(at: number): number
}

/** Throws RangeError for a zone that there is not. */
export function dueTimes(timing: ReportTiming): DueTimes {
  const { dayOf, on } = timeOfDays(timing.at, timing.timeZone)
  const isDue = (day: number) => isDueOn(timing, day)
  // Its time may be on the local day before or behind that of its clock: the day is looked at on both sides.
  return {
    last(at) {
      for (let day = dayOf(at) + 1; ; day--) {
        const found = isDue(day) ? on(day) : Number.POSITIVE_INFINITY
        if (found <= at) return found
      }
    },
    next(at) {
      for (let day = dayOf(at) - 1; ; day++) {
        const found = isDue(day) ? on(day) : Number.NEGATIVE_INFINITY
        if (found > at) return found
      }
    },
  }
}

/** Days are counted from 1970-01-01, a Thursday. */
function isDueOn({ interval, weekday, monthDay }: ReportTiming, day: number): boolean {
  if (interval === 'day') return true
  const date = dateOf(day)
  if (interval === 'week') return weekdays[date.dayOfWeek - 1] === weekday
  return date.day === Math.min(monthDay ?? 1, date.daysInMonth)
}

const dateOf = (day: number) => Temporal.PlainDate.from(new Date(day * dayMs).toISOString().slice(0, 10))

export interface ReportDays {
  /** Local days, YYYY-MM-DD; `to` exclusive. */
  readonly from: string
  readonly to: string
}

/** Of a report that is due at this moment. Throws RangeError for a zone that there is not. */
export function daysOf(period: RelativePeriod, at: number, zone: string): ReportDays {
  const today = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate()
  const [from, to] = spanBefore(period, today)
  return { from: from.toString(), to: to.toString() }
}

function spanBefore(
  period: RelativePeriod,
  today: Temporal.PlainDate,
): readonly [from: Temporal.PlainDate, to: Temporal.PlainDate] {
  switch (period) {
    case 'yesterday':
      return [today.subtract({ days: 1 }), today]
    case 'last-week': {
      const monday = today.subtract({ days: today.dayOfWeek - 1 })
      return [monday.subtract({ days: 7 }), monday]
    }
    case 'last-month': {
      const first = today.with({ day: 1 })
      return [first.subtract({ months: 1 }), first]
    }
    case 'last-28-days':
      return [today.subtract({ days: 28 }), today]
  }
}
