/** When a rule counts: its hours in the time zone of the site, with the holidays of the site (counted-hours.ts). */
import { dayMs } from '../../lib/utc-day.ts'
import { type CountedHours, countedHours } from '../counted-hours.ts'
import type { Hours } from '../layout.ts'

export interface SiteHours {
  /** IANA time zone. */
  readonly zone: string
  readonly holidays: readonly string[]
}

export interface Schedule {
  /** The moment at which this much counted time has passed since `from`, milliseconds; null: not within a year. */
  after(from: number, lastsMs: number): number | null
  /** Whether the moment counts. */
  includes(at: number): boolean
  /** End of the counted time that includes `at`; null: `at` does not count, or it never ends. */
  endOf(at: number): number | null
}

const horizonMs = 366 * dayMs

const always: Schedule = { after: (from, lastsMs) => from + lastsMs, includes: () => true, endOf: () => null }

/** Of a site, or in UTC where a subject has none. */
export function scheduleOf(hours: readonly Hours[], { zone, holidays }: SiteHours): Schedule {
  if (hours.length === 0) return always
  const counted = countedHours(hours, zone, holidays)
  return {
    after: (from, lastsMs) => countedAfter(counted, from, lastsMs),
    includes(at) {
      let isIn = false
      counted.walk(at, at + 1, () => {
        isIn = true
        return true
      })
      return isIn
    },
    endOf: (at) => endOfCounted(counted, at),
  }
}

function countedAfter(counted: CountedHours, from: number, lastsMs: number): number | null {
  let left = lastsMs
  let found: number | null = null
  counted.walk(from, from + horizonMs, (begins, ends) => {
    if (ends - begins > left) {
      found = begins + left
      return true
    }
    left -= ends - begins
    return false
  })
  return found
}

/** Spans that touch are one. */
function endOfCounted(counted: CountedHours, at: number): number | null {
  let end = at
  counted.walk(at, at + horizonMs, (begins, ends) => {
    if (begins > end) return true
    end = ends
    return false
  })
  return end === at || end >= at + horizonMs ? null : end
}
