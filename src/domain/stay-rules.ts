/**
 * How long a vehicle may stand in a bay, and since when it has stood too long.
 *
 * - R1 The rule of a bay is its own, else the first of its site for one of its types (or for all), else none.
 * - R2 Time counts within the hours of the rule (counted-hours.ts); without any, within the opening hours of the site; without those, always.
 * - R3 A stay may last `maxStayMin` and `graceMin` of counted time. The overstay begins with the first moment beyond that which counts: a limit
 *   that is used up when the hours end is overstayed only when they begin again, if the vehicle still stands there.
 * - R4 Its length is the counted time from there to the departure.
 */
import { type Instant, instant } from '../lib/brand.ts'
import { dayMs, minuteMs } from '../lib/utc-day.ts'
import { countedHours } from './counted-hours.ts'
import type { Bay, Site, StayRule } from './layout.ts'

/** Ten years: of a rule with so little counted time that its limit is not reached within that, no overstay begins. */
const horizonMs = 3_653 * dayMs

/** A rule with the hours, the time zone and the holidays of its site. */
export interface StayLimit {
  readonly rule: StayRule
  /** Maximum stay with its grace, milliseconds of counted time. */
  readonly limitMs: number
  /** The moment from which on it is an overstay; null when it never is. */
  begins(arrival: Instant): Instant | null
  /** Time that counts, whole milliseconds. */
  countedMs(from: Instant, to: Instant): number
}

type RuleSite = Pick<Site, 'zone' | 'open' | 'holidays' | 'stayRules'>

export const stayRuleOf = (
  { rule, types }: Pick<Bay, 'rule' | 'types'>,
  { stayRules = [] }: Pick<Site, 'stayRules'>,
): StayRule | undefined =>
  rule ?? stayRules.find(({ types: of }) => of === undefined || of.some((type) => types.includes(type)))

/** Throws RangeError for a time zone that there is not. */
export function stayLimit(rule: StayRule, { zone, open, holidays }: RuleSite): StayLimit {
  const limitMs = (rule.maxStayMin + (rule.graceMin ?? 0)) * minuteMs
  const hours = rule.hours ?? open
  if (hours === undefined || hours.length === 0)
    return {
      ...{ rule, limitMs },
      begins: (arrival) => instant(arrival + limitMs),
      countedMs: (from, to) => Math.max(0, to - from),
    }
  const counted = countedHours(hours, zone, holidays)
  return {
    ...{ rule, limitMs },
    begins(arrival) {
      let left = limitMs
      let begins: Instant | null = null
      counted.walk(arrival, arrival + horizonMs, (from, to) => {
        if (to - from > left) {
          begins = instant(from + left)
          return true
        }
        left -= to - from
        return false
      })
      return begins
    },
    countedMs(from, to) {
      let sum = 0
      counted.walk(from, to, (begins, ends) => {
        sum += ends - begins
        return false
      })
      return sum
    },
  }
}

/** Whole minutes of a stay beyond its limit; 0 for one within it. */
export const overstayMinutes = ({ limitMs, countedMs }: StayLimit, arrival: Instant, departure: Instant): number =>
  Math.floor(Math.max(0, countedMs(arrival, departure) - limitMs) / minuteMs)

/** The limits of the bays of a layout; one without a rule has none. */
export function stayLimits(sites: readonly Site[]): ReadonlyMap<string, StayLimit> {
  const limits = new Map<string, StayLimit>()
  for (const site of sites) {
    const made = new Map<StayRule, StayLimit>()
    for (const { bays } of site.levels)
      for (const bay of bays) {
        const rule = stayRuleOf(bay, site)
        if (rule)
          limits.set(
            bay.id,
            made.getOrInsertComputed(rule, () => stayLimit(rule, site)),
          )
      }
  }
  return limits
}
