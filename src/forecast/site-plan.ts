/**
 * The known calendar of a site: holidays, closures, opening hours. From the configuration; closures of the layout
 * come with the lots (lots.ts).
 */

import { reasonText } from '@baykeeper/contract/forecast-reasons.ts'
import { type OpenDay, openDays } from '@baykeeper/contract/vocabulary.ts'
import { dayMs } from '../lib/utc-day.ts'
import type { ForecastLot, ForecastSite } from './lots.ts'

/** As sent to the forecaster; ISO dates. */
export interface SiteCalendar {
  readonly holidays: string[]
  readonly school_holidays: string[]
}

/** `from` and `to` are ISO 8601: instants, or dates of the site, the last one included. Without `to`: until further notice. */
export interface PlannedClosure {
  readonly from: string
  readonly to?: string | undefined
  /** Ids of the layout; neither: the whole site. */
  readonly level?: string | undefined
  readonly zone?: string | undefined
  readonly why?: string | undefined
}

/** Local times, `to` exclusive; over midnight when `to` is not after `from`. */
export interface OpenHours {
  readonly days: readonly OpenDay[]
  readonly from: string
  readonly to: string
}

interface SiteSettings {
  readonly holidays?: readonly string[] | undefined
  readonly schoolHolidays?: readonly string[] | undefined
  readonly closures?: readonly PlannedClosure[] | undefined
  readonly open?: readonly OpenHours[] | undefined
}
export interface PlanSettings {
  readonly holidays: readonly string[]
  readonly schoolHolidays: readonly string[]
  readonly sites?: Readonly<Record<string, SiteSettings>> | undefined
}

/** Milliseconds; `to` exclusive, infinite until further notice. */
export interface Closed {
  readonly from: number
  readonly to: number
  readonly why: string | undefined
}

export interface SitePlan {
  readonly calendar: SiteCalendar
  /** Announced or of the layout, of any time. */
  closures(lot: ForecastLot): readonly Closed[]
  /** The same as far as it touches the time from `nowMs` to `toMs`, and when the site is not open in it. */
  closedWithin(lot: ForecastLot, nowMs: number, toMs: number): readonly Closed[]
}

/** A site's own words stand in place of those of the installation. */
export function sitePlan({ id, zone }: Pick<ForecastSite, 'id' | 'zone'>, settings: PlanSettings): SitePlan {
  const own = settings.sites?.[id] ?? {}
  const calendar = {
    holidays: [...(own.holidays ?? settings.holidays)],
    school_holidays: [...(own.schoolHolidays ?? settings.schoolHolidays)],
  }
  const planned = (own.closures ?? []).map(({ from, to, level, zone: part, why }) => ({
    ...{ level, part, why },
    from: momentOf(from, zone),
    to: to === undefined ? Number.POSITIVE_INFINITY : momentOf(to, zone, 1),
  }))
  const closures = ({ place, isClosed }: ForecastLot): Closed[] => [
    ...(isClosed ? [{ from: 0, to: Number.POSITIVE_INFINITY, why: reasonText('all-closed', {}) }] : []),
    ...planned.filter(
      ({ level, part }) =>
        (level === undefined || level === place.level) && (part === undefined || part === place.zone),
    ),
  ]
  const holidays = new Set(calendar.holidays)
  /** The same for all lots of a site: looked for once a forecast. */
  let shut = { key: '', spans: [] as readonly Closed[] }
  const shutWithin = (open: readonly OpenHours[], span: { nowMs: number; toMs: number }) => {
    const key = `${span.nowMs} ${span.toMs}`
    if (shut.key !== key) shut = { key, spans: shutSpans(open, { zone, holidays }, span) }
    return shut.spans
  }
  return {
    calendar,
    closures,
    closedWithin: (lot, nowMs, toMs) => [
      ...closures(lot).filter(({ from, to }) => from < toMs && to > nowMs),
      ...(own.open ? shutWithin(own.open, { nowMs, toMs }) : []),
    ],
  }
}

/** A date is its first moment in the zone, `days` later. */
function momentOf(text: string, zone: string, days = 0): number {
  if (text.includes('T')) return Date.parse(text)
  return Temporal.PlainDate.from(text).add({ days }).toZonedDateTime(zone).epochMilliseconds
}

const lookMs = 15 * 60_000
const reopensMsMax = 8 * dayMs

function shutSpans(
  open: readonly OpenHours[],
  { zone, holidays }: { zone: string; holidays: ReadonlySet<string> },
  { nowMs, toMs }: { nowMs: number; toMs: number },
): Closed[] {
  const spans: Closed[] = []
  let from: number | undefined
  const begin = Math.floor(nowMs / lookMs) * lookMs
  // Further, so that it is known when it opens again.
  for (let at = begin; at <= toMs + reopensMsMax; at += lookMs) {
    const isShut = !isOpenAt(open, holidays, Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone))
    if (isShut) from ??= at
    else if (from !== undefined) {
      spans.push({ from, to: at, why: outside })
      from = undefined
    }
    if (at > toMs && from === undefined) break
  }
  if (from !== undefined) spans.push({ from, to: Number.POSITIVE_INFINITY, why: outside })
  return spans.filter((span) => span.from < toMs)
}
const outside = reasonText('outside-hours', {})

function isOpenAt(open: readonly OpenHours[], holidays: ReadonlySet<string>, at: Temporal.ZonedDateTime): boolean {
  const knowsHolidays = open.some(({ days }) => days.includes('holiday'))
  const dayOf = (date: Temporal.PlainDate) =>
    knowsHolidays && holidays.has(date.toString()) ? 'holiday' : openDays[date.dayOfWeek - 1]
  const [today, yesterday] = [at.toPlainDate(), at.toPlainDate().subtract({ days: 1 })]
  const time = at.toPlainTime().toString({ smallestUnit: 'minute' })
  return open.some(({ days, from, to }) => {
    const isOn = (date: Temporal.PlainDate) => (days as readonly (string | undefined)[]).includes(dayOf(date))
    if (to > from) return isOn(today) && time >= from && time < to
    return (isOn(today) && time >= from) || (isOn(yesterday) && time < to)
  })
}
