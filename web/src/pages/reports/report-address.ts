/** What a report page shows, in its address, so that a link shows the same. Pure. */
import { type ReportComparison, reportComparisons } from '@baykeeper/contract/reports.ts'
import { type BayType, bayTypes } from '@baykeeper/contract/vocabulary.ts'

export interface ReportPlace {
  readonly site?: string | undefined
  readonly type?: BayType | undefined
  /** Local days, both inclusive, YYYY-MM-DD. */
  readonly from: string
  readonly last: string
  readonly compare: Exclude<ReportComparison, 'other'>
}

const daysUsual = 28
const isDay = (text: string | null): text is string =>
  text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && dayAfter(text, 0) === text

/** UTC is only the calendar here: days have no clock. */
export function dayAfter(day: string, days: number): string {
  const at = Date.parse(`${day}T00:00:00Z`) + days * 86_400_000
  return Number.isNaN(at) ? '' : new Date(at).toISOString().slice(0, 10)
}

/** `today`: local day; without a period the 28 days before it. */
export function readReportPlace(search: string, today: string): ReportPlace {
  const asked = new URLSearchParams(search)
  const [from, last] = [asked.get('from'), asked.get('last')]
  const site = asked.get('site')
  const type = bayTypes.find((each) => each === asked.get('type'))
  const compare = reportComparisons.find((each) => each === asked.get('compare'))
  const period =
    isDay(from) && isDay(last) && from <= last
      ? { from, last }
      : { from: dayAfter(today, -daysUsual), last: dayAfter(today, -1) }
  return {
    ...period,
    ...(site ? { site } : {}),
    ...(type ? { type } : {}),
    compare: compare === undefined || compare === 'other' ? 'none' : compare,
  }
}

/** Parameters that are not of the report, such as `lang`, stay. */
export function withReportPlace(search: string, { site, type, from, last, compare }: ReportPlace): string {
  const next = new URLSearchParams(search)
  for (const [name, value] of Object.entries({
    site,
    type,
    from,
    last,
    compare: compare === 'none' ? undefined : compare,
  }))
    if (value) next.set(name, value)
    else next.delete(name)
  return `?${next}`
}

/** As the API takes it: the day after the last one, and for all lots the time zone, of which they may have several. */
export const reportQuery = ({ last, ...place }: ReportPlace, zone: string | undefined) => ({
  ...place,
  ...(place.site === undefined && zone !== undefined ? { time_zone: zone } : {}),
  to: dayAfter(last, 1),
})

/** Today on the wall clock of a zone. */
export const todayIn = (now: number, zone: string | undefined): string =>
  new Intl.DateTimeFormat('en-CA', {
    ...(zone ? { timeZone: zone } : {}),
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(now)
