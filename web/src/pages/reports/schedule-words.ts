/** When a report is sent, in the words of the reader. */
import type { ScheduleOnWire } from '@baykeeper/contract/report-schedule.ts'
import { type Weekday, weekdays } from '@baykeeper/contract/vocabulary.ts'
import type { ReportWords } from './report-words.ts'

/** 2024-01-01 was a Monday. */
export const weekdayName = ({ locale }: ReportWords, day: Weekday): string =>
  new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' }).format(
    Date.UTC(2024, 0, 1 + weekdays.indexOf(day)),
  )

type Timing = Pick<ScheduleOnWire, 'every' | 'weekday' | 'month_day' | 'at' | 'time_zone'>

export function whenText(words: ReportWords, { every, weekday, month_day, at, time_zone }: Timing): string {
  const time = `${at} (${time_zone})`
  if (every === 'week' && weekday !== null)
    return words.text('when_week', { day: weekdayName(words, weekday), at: time })
  if (every === 'month' && month_day !== null) return words.text('when_month', { day: month_day, at: time })
  return words.text('when_day', { at: time })
}
