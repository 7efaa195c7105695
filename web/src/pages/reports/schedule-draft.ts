/** A schedule of a report as the form holds it. Pure. */
import type { NewSchedule, ScheduleOnWire } from '@baykeeper/contract/report-schedule.ts'
import type { ReportPlace } from './report-address.ts'

export type Draft = Required<Omit<NewSchedule, 'time_zone' | 'reason'>> & { readonly time_zone: string }

/** Of the place that is on the page. */
export const newDraft = ({ site, type, compare }: ReportPlace, channel: string): Draft => ({
  ...{ name: '', kind: 'summary', site: site ?? null, level: null, zone: null, type: type ?? null, compare },
  ...{ period: 'last-week', format: 'xlsx', table: null, every: 'week', weekday: 'mon', month_day: null, at: '07:00' },
  ...{ channel, paused: false, time_zone: '' },
})

export const draftOf = ({
  last: _,
  next_due: _next,
  author: _author,
  changed: _at,
  reason: _why,
  id: _id,
  ...draft
}: ScheduleOnWire): Draft => draft

/** Another interval has another day. */
export function withInterval(draft: Draft, every: Draft['every']): Draft {
  const weekday = every === 'week' ? (draft.weekday ?? 'mon') : null
  return { ...draft, every, weekday, month_day: every === 'month' ? (draft.month_day ?? 1) : null }
}

export const isWhole = ({ name, at }: Draft): boolean => name.trim() !== '' && /^\d\d:\d\d$/.test(at)

export function bodyOf({ time_zone, name, format, table, ...draft }: Draft): NewSchedule {
  const zone = time_zone === '' ? {} : { time_zone }
  return { ...draft, name: name.trim(), format, table: format === 'csv' ? table : null, ...zone }
}

/** From its name, with a number where another has that. */
export function newId(name: string, known: readonly string[]): string {
  const plain = name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 56)
  const base = plain.replace(/-+$/, '') || 'report'
  for (let n = 1; ; n++) {
    const id = n === 1 ? base : `${base}-${n}`
    if (!known.includes(id)) return id
  }
}
