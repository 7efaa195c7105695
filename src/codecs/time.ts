/**
 * ISO 8601 date and time with an offset, as RFC 3339 has it, read strictly: `Date.parse` guesses, and takes a time without
 * offset for local. Allowed beyond RFC 3339: no seconds, fractions of any length (cut to milliseconds), offset `+hh` or `+hhmm`,
 * a leap second (the next second).
 */
import { type Instant, instant } from '../lib/brand.ts'

const form = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)$/

/** `undefined`: not a time of this form, no offset, or no such day. */
export function parseTime(text: string): Instant | undefined {
  const match = form.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second = '0', fraction = '0', sign, offsetHour = '0', offsetMinute = '0'] =
    match
  const y = Number(year)
  const mo = Number(month)
  const d = Number(day)
  if (mo < 1 || mo > 12 || d < 1 || d > daysOf(y, mo)) return undefined
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return undefined
  const date = new Date(0)
  // Not Date.UTC: it takes years 0..99 for 1900..1999.
  date.setUTCFullYear(y, mo - 1, d)
  date.setUTCHours(Number(hour), Number(minute), Number(second), Number(fraction.slice(0, 3).padEnd(3, '0')))
  const offsetMs = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000
  return instant(date.getTime() + (sign === '-' ? offsetMs : -offsetMs))
}

function daysOf(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}
