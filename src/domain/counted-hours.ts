/**
 * Which time of a site's day counts: hours of a layout, by the wall clock of the site.
 *
 * - H1 A moment counts when the wall clock then shows a time within the hours. So an hour that the clocks skip never counts, and one that they
 *   repeat counts twice, wherever it lies in the hours.
 * - H2 Hours belong to the day on which they begin, over midnight too: those of Friday 22:00 to 06:00 go on into Saturday. `to` at or before
 *   `from` is on the next day, so the same time twice is 24 hours; 24:00 is the end of the day.
 * - H3 On a holiday the hours of `holiday` count in place of those of its weekday: without any, none do.
 * - H4 Hours that overlap count once.
 */
import { openDays } from '@baykeeper/contract/vocabulary.ts'
import { dayMs, minuteMs } from '../lib/utc-day.ts'
import type { Hours } from './layout.ts'
import { zoneClock } from './zone-clock.ts'

/** Milliseconds; `to` exclusive. */
export interface Span {
  readonly from: number
  readonly to: number
}

export interface CountedHours {
  /** Spans that count, from a moment on, until `visit` returns true or `to` is reached. Spans that touch may come as two. */
  walk(from: number, to: number, visit: (from: number, to: number) => boolean): void
}

/** `holidays`: local dates, YYYY-MM-DD. Throws RangeError for a zone that there is not. */
export function countedHours(hours: readonly Hours[], zone: string, holidays: readonly string[] = []): CountedHours {
  const offsetAt = zoneClock(zone)
  const free = new Set(holidays.map((date) => Date.parse(date) / dayMs))
  const begun = openDays.map((name) => hours.filter(({ days }) => days.includes(name)).map(spanOfDay))
  const kindOf = (day: number) => (free.has(day) ? holiday : weekdayOf(day))
  /** Of each kind of day behind each kind of day, from its midnight on. */
  const plans = openDays.map((_, before) =>
    openDays.map((_, today) => withinDay(begun[before] as Span[], begun[today] as Span[])),
  )
  const planOf = (day: number) => plans[kindOf(day - 1)]?.[kindOf(day)] as readonly Span[]
  return {
    walk(from, to, visit) {
      for (let at = from; at < to; ) {
        const { offsetMs, to: changes } = offsetAt(at)
        const day = Math.floor((at + offsetMs) / dayMs)
        const midnight = day * dayMs - offsetMs
        const end = Math.min(midnight + dayMs, changes, to)
        for (const span of planOf(day)) {
          const [begins, ends] = [Math.max(at, midnight + span.from), Math.min(end, midnight + span.to)]
          if (begins < ends && visit(begins, ends)) return
        }
        at = end
      }
    },
  }
}

const holiday = openDays.indexOf('holiday')
/** 1970-01-01 was a Thursday; the list begins with Monday. */
const weekdayOf = (day: number) => (((day + 3) % 7) + 7) % 7

function spanOfDay({ from, to }: Hours): Span {
  const [begins, ends] = [minutesOf(from), minutesOf(to)]
  return { from: begins * minuteMs, to: (ends > begins ? ends : ends + 24 * 60) * minuteMs }
}

function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':')
  return Number(hours) * 60 + Number(minutes)
}

/** What of the hours of a day and of the day before lies within the day. */
function withinDay(before: readonly Span[], today: readonly Span[]): readonly Span[] {
  const cut = [...before.map(({ from, to }) => ({ from: from - dayMs, to: to - dayMs })), ...today]
    .map(({ from, to }) => ({ from: Math.max(0, from), to: Math.min(dayMs, to) }))
    .filter(({ from, to }) => from < to)
    .sort((a, b) => a.from - b.from)
  const joined: { from: number; to: number }[] = []
  for (const span of cut) {
    const last = joined.at(-1)
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to)
    else joined.push({ ...span })
  }
  return joined
}
