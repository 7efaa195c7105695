/**
 * A report that is sent by e-mail again and again, as a value that a person has set. It names a channel of the configuration and holds no address:
 * records of people are kept for ever.
 */
import {
  type BayType,
  bayTypes,
  type RelativePeriod,
  type ReportInterval,
  relativePeriods,
  reportIntervals,
  type Weekday,
  weekdays,
} from '@baykeeper/contract/vocabulary.ts'

export interface ReportSchedule {
  readonly id: string
  readonly name: string
  /** Kind, comparison, format and table: as contract/reports.ts declares them. */
  readonly kind: string
  /** Null: all sites. */
  readonly site: string | null
  readonly level: string | null
  readonly zone: string | null
  readonly type: BayType | null
  readonly period: RelativePeriod
  readonly compare: string
  readonly format: string
  /** Of CSV; null: the first one of the kind. */
  readonly table: string | null
  readonly interval: ReportInterval
  /** Of `week`; else null. */
  readonly weekday: Weekday | null
  /** Of `month`; else null. A month that is shorter has it on its last day. */
  readonly monthDay: number | null
  /** `HH:MM`, on the wall clock of `timeZone`. */
  readonly at: string
  readonly timeZone: string
  /** Name of a channel of the configuration. */
  readonly channel: string
  readonly isPaused: boolean
}

export const schedulesMax = 200
const timeForm = /^([01]\d|2[0-3]):[0-5]\d$/

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
const isTextOrNull = (value: unknown) => value === null || isText(value)
const isOneOf = (list: readonly unknown[], value: unknown) => list.includes(value)

/** Read from a journal: a record of a later release may hold anything. */
export function isReportSchedule(value: unknown): value is ReportSchedule {
  if (typeof value !== 'object' || value === null) return false
  const { id, name, kind, compare, format, timeZone, channel, ...rest } = value as ReportSchedule
  const { interval, weekday, monthDay } = rest
  return (
    [id, name, kind, compare, format, timeZone, channel].every(isText) &&
    [rest.site, rest.level, rest.zone, rest.table].every(isTextOrNull) &&
    (rest.type === null || isOneOf(bayTypes, rest.type)) &&
    isOneOf(relativePeriods, rest.period) &&
    isOneOf(reportIntervals, interval) &&
    (interval === 'week' ? isOneOf(weekdays, weekday) : weekday === null) &&
    (interval === 'month' ? isMonthDay(monthDay) : monthDay === null) &&
    timeForm.test(rest.at) &&
    typeof rest.isPaused === 'boolean'
  )
}

const isMonthDay = (day: unknown) => Number.isSafeInteger(day) && (day as number) >= 1 && (day as number) <= 31

/** When it is sent, as people read it: what of a schedule decides its due times. */
export type ReportTiming = Pick<ReportSchedule, 'interval' | 'weekday' | 'monthDay' | 'at' | 'timeZone'>

export const hasSameTiming = (a: ReportTiming, b: ReportTiming): boolean =>
  (['interval', 'weekday', 'monthDay', 'at', 'timeZone'] as const).every((field) => a[field] === b[field])
