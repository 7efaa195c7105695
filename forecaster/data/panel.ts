/**
 * A panel: the occupancy rates of some lots side by side, on one grid of local wall time.
 *
 * Index `t` counts steps from midnight of `firstDay`; slot of the day is `t % slots`, day is `floor(t / slots)`. A rate is 0..1, NaN where
 * nothing is known: nothing is ever filled in here. Local time, because demand follows clocks: of the hour that comes twice in autumn the
 * later word stays, the hour that is skipped in spring is missing.
 */
export interface Panel {
  readonly name: string
  readonly lots: readonly Lot[]
  /** Steps per day: 96 for a quarter of an hour. */
  readonly slots: number
  /** Days since 1970-01-01, of the local calendar. */
  readonly firstDay: number
  readonly days: number
  /** One array of `days * slots` for every lot. */
  readonly rates: readonly Float32Array[]
  readonly calendar: Calendar
}

export interface Lot {
  readonly id: string
  readonly capacity: number
}

/** Calendar of days; by day of the panel, with `calendarPadDays` before the first and after the last. */
export interface Calendar {
  readonly holiday: Uint8Array
  readonly school: Uint8Array
}

/** Features look at the day before and after, and at holidays of five weeks ago. */
export const calendarPadDays = 40

export const daysFromDate = (date: string): number => Math.floor(Date.parse(`${date}T00:00:00Z`) / 86_400_000)
export const dateFromDays = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10)

/** Monday is 0. 1970-01-01 was a Thursday. */
export const weekday = (day: number): number => (((day + 3) % 7) + 7) % 7

/** Index of the first step of a date. */
export const stepOf = (panel: Panel, date: string): number => (daysFromDate(date) - panel.firstDay) * panel.slots

export const stepsOf = (panel: Panel): number => panel.days * panel.slots

export const isHoliday = (panel: Panel, dayIndex: number): number =>
  panel.calendar.holiday[dayIndex + calendarPadDays] ?? 0
export const isSchoolHoliday = (panel: Panel, dayIndex: number): number =>
  panel.calendar.school[dayIndex + calendarPadDays] ?? 0

/** Working day 0, Saturday 1, Sunday or holiday 2. */
export function dayType(panel: Panel, dayIndex: number): number {
  const day = weekday(panel.firstDay + dayIndex)
  if (day === 6 || isHoliday(panel, dayIndex)) return 2
  return day === 5 ? 1 : 0
}
export const dayTypes = 3

export function calendarOf(
  firstDay: number,
  days: number,
  dates: { readonly holidays: ReadonlySet<string>; readonly school: ReadonlySet<string> },
): Calendar {
  const length = days + 2 * calendarPadDays
  const holiday = new Uint8Array(length)
  const school = new Uint8Array(length)
  for (let i = 0; i < length; i++) {
    const date = dateFromDays(firstDay - calendarPadDays + i)
    if (dates.holidays.has(date)) holiday[i] = 1
    if (dates.school.has(date)) school[i] = 1
  }
  return { holiday, school }
}
