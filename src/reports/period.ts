/** Periods of local days: a day lasts from its first moment to that of the next, 23 to 25 hours where clocks change. */
import { reportDaysMax } from '@baykeeper/contract/reports.ts'
import { quarterMs } from '../domain/occupancy-span.ts'
import { type Instant, instant } from '../lib/brand.ts'
import { ReportRefused, type ReportRequest } from './request.ts'

export interface Period {
  /** Local days, YYYY-MM-DD; `to` exclusive. */
  readonly from: string
  readonly to: string
  readonly begin: Instant
  /** Exclusive. Never after now: what is to come is no part of a report. */
  readonly end: Instant
  /** It ends before its last day does. */
  readonly isCut: boolean
}

export interface Periods {
  readonly period: Period
  readonly before: Period | undefined
}

type Asked = Pick<ReportRequest, 'from' | 'to' | 'compare' | 'compareFrom' | 'compareTo' | 'now'>

/**
 * `processed`: up to where processing has come. A period that is not over, or not processed, is compared with the same part of the other one.
 * Throws ReportRefused.
 */
export function periodsOf(asked: Asked, zone: string, processed: Instant): Periods {
  const [from, to] = [dayOf(asked.from, 'from'), dayOf(asked.to, 'to')]
  const period = periodOf(from, to, { zone, now: asked.now, name: 'from' })
  const compared = comparedWith(asked, from, to)
  const before = compared && periodOf(compared.from, compared.to, { zone, now: asked.now, name: 'compare_from' })
  const known = instant(Math.min(period.end, Math.floor(processed / quarterMs) * quarterMs))
  const isOver = !period.isCut && known === period.end
  return { period, before: before && (isOver ? before : cutAlike(before, { from, known, zone })) }
}

function comparedWith(asked: Asked, from: Temporal.PlainDate, to: Temporal.PlainDate) {
  switch (asked.compare) {
    case 'none':
      return undefined
    case 'year':
      return { from: from.subtract({ years: 1 }), to: to.subtract({ years: 1 }) }
    case 'previous': {
      // Whole months are compared with whole months.
      const isMonths = from.day === 1 && to.day === 1
      const length = from.until(to, { largestUnit: isMonths ? 'month' : 'day' })
      return { from: from.subtract(length), to: from }
    }
    case 'other':
      if (asked.compareFrom === undefined || asked.compareTo === undefined)
        throw new ReportRefused('invalid', 'compare=other needs compare_from and compare_to')
      return { from: dayOf(asked.compareFrom, 'compare_from'), to: dayOf(asked.compareTo, 'compare_to') }
  }
}

/** Ends it after as many local days and as late in the day as the other one is known. */
function cutAlike(before: Period, { from, known, zone }: { from: Temporal.PlainDate; known: Instant; zone: string }) {
  const reached = Temporal.Instant.fromEpochMilliseconds(known).toZonedDateTimeISO(zone)
  const { days } = from.until(reached.toPlainDate(), { largestUnit: 'day' })
  const day = Temporal.PlainDate.from(before.from).add({ days })
  const at = day.toZonedDateTime({ timeZone: zone, plainTime: reached.toPlainTime() }).epochMilliseconds
  const end = instant(Math.floor(at / quarterMs) * quarterMs)
  // Nothing of the other one is known: it has no length.
  return end <= before.begin || end >= before.end ? before : { ...before, end, isCut: true }
}

interface Of {
  readonly zone: string
  readonly now: Instant
  readonly name: string
}

function periodOf(from: Temporal.PlainDate, to: Temporal.PlainDate, { zone, now, name }: Of): Period {
  const { days } = from.until(to, { largestUnit: 'day' })
  if (days < 1) throw new ReportRefused('invalid', `${name}: ${from} is not before ${to}, the day after the last one`)
  if (days > reportDaysMax)
    throw new ReportRefused('invalid', `${name}: these are ${days} days, more than ${reportDaysMax}: ask for fewer`)
  const begin = startOf(from, zone)
  const whole = startOf(to, zone)
  const end = instant(Math.min(whole, Math.floor(now / quarterMs) * quarterMs))
  if (end <= begin)
    throw new ReportRefused('invalid', `${name}: ${from} has not begun in ${zone}: nothing is known of it`)
  return { from: from.toString(), to: to.toString(), begin, end, isCut: end < whole }
}

/** First moment of a local day. */
const startOf = (day: Temporal.PlainDate, zone: string): Instant => instant(day.toZonedDateTime(zone).epochMilliseconds)

function dayOf(text: string, name: string): Temporal.PlainDate {
  try {
    const day = Temporal.PlainDate.from(text)
    // Years in which the clocks of zones are known, and numbers stay exact.
    if (day.year >= 1970 && day.year <= 9_000) return day
  } catch {
    // No day of the calendar.
  }
  throw new ReportRefused('invalid', `${name}: ${text} is not a day from 1970-01-01 to 9000-12-31, such as 2026-11-23`)
}
