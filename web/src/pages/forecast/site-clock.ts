/** Times in the time zone of the site, in any time zone of the reader. Pure. */

const minuteMs = 60_000
const dayMinutes = 24 * 60
export const quarterMs = 15 * minuteMs
export const hourMs = 60 * minuteMs

/** "18:30" */
export function clockAt(at: number, zone: string | undefined): string {
  const style = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...(zone ? { timeZone: zone } : {}) } as const
  return new Intl.DateTimeFormat('en-GB', style).format(at)
}

const minutesOf = (clock: string): number | undefined => {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(clock) ?? []
  if (hours === undefined || Number(hours) > 23 || Number(minutes) > 59) return undefined
  return Number(hours) * 60 + Number(minutes)
}

/** The first time after `from` at which the clock shows this; undefined for what is no time, or one that the clocks skip. */
export function nextAt(clock: string, from: number, zone: string | undefined): number | undefined {
  const wanted = minutesOf(clock)
  if (wanted === undefined) return undefined
  const start = Math.floor(from / minuteMs) * minuteMs
  const away = (at: number) => {
    const ahead = (wanted - (minutesOf(clockAt(at, zone)) as number) + dayMinutes) % dayMinutes
    return ahead > dayMinutes / 2 ? ahead - dayMinutes : ahead
  }
  const first = (wanted - (minutesOf(clockAt(start, zone)) as number) + dayMinutes) % dayMinutes
  let at = start + (first === 0 ? dayMinutes : first) * minuteMs
  // Between here and there the clocks may have been changed.
  at += away(at) * minuteMs
  return away(at) === 0 && at > from ? at : undefined
}

export const roundUp = (at: number, ms: number): number => Math.ceil(at / ms) * ms

/** Minutes past local midnight. */
export const minuteOfDay = (at: number, zone: string | undefined): number => minutesOf(clockAt(at, zone)) as number

/** Days from today to the day of `at`, by the calendar of the site. */
export function daysAhead(at: number, now: number, zone: string | undefined): number {
  const dayOf = (moment: number) => {
    const style = { year: 'numeric', month: '2-digit', day: '2-digit', ...(zone ? { timeZone: zone } : {}) } as const
    // Sweden writes dates as ISO 8601 does.
    return Date.parse(new Intl.DateTimeFormat('sv-SE', style).format(moment))
  }
  return Math.round((dayOf(at) - dayOf(now)) / (dayMinutes * minuteMs))
}
