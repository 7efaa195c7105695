/**
 * A time of day by the wall clock of a time zone, once on each local day: at the change of the clocks where they skip it, and the first time
 * where they repeat it.
 */
import { dayMs } from '../lib/utc-day.ts'
import { zoneClock } from './zone-clock.ts'

export interface DailyTime {
  /** The newest one at or before `at`, milliseconds since 1970. */
  last(at: number): number
  /** The first one after `at`. */
  next(at: number): number
}

/** A time of day as it comes on each local day; days are counted from 1970. */
export interface TimeOfDays {
  dayOf(at: number): number
  on(day: number): number
}

/** `time`: `HH:MM`. Throws RangeError for a zone that there is not. */
export function timeOfDays(time: string, zone: string): TimeOfDays {
  const clock = zoneClock(zone)
  const [hours, minutes] = time.split(':')
  const timeMs = (Number(hours) * 60 + Number(minutes)) * 60_000
  return {
    dayOf: (at) => Math.floor((at + clock(at).offsetMs) / dayMs),
    on(day) {
      const local = day * dayMs + timeMs
      // No clock is a whole day from UTC: this span begins before the moment that is looked for.
      for (let span = clock(local - dayMs); ; span = clock(span.to)) {
        const at = local - span.offsetMs
        if (at < span.to) return Math.max(at, span.from)
      }
    },
  }
}

/** `time`: `HH:MM`. Throws RangeError for a zone that there is not. */
export function dailyTime(time: string, zone: string): DailyTime {
  const { dayOf, on } = timeOfDays(time, zone)
  return {
    last(at) {
      for (let day = dayOf(at) + 1; ; day--) {
        const found = on(day)
        if (found <= at) return found
      }
    },
    next(at) {
      for (let day = dayOf(at) - 1; ; day++) {
        const found = on(day)
        if (found > at) return found
      }
    },
  }
}
