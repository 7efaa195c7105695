/** How a span of time is asked for, the same wherever the past is read. */
import { type Instant, instant } from '../lib/brand.ts'
import { dayMs } from '../lib/utc-day.ts'
import { ProblemError } from './problem.ts'

export const instantOf = (ms: number | undefined): Instant | undefined => (ms === undefined ? undefined : instant(ms))

export interface Asked {
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** Without an end it is now, without a beginning so many days before the end. */
export function spanOf({ from, to }: Asked, now: Instant, daysUsual: number): { from: Instant; to: Instant } {
  const end = instantOf(to) ?? now
  const begin = instantOf(from) ?? instant(end - daysUsual * dayMs)
  if (begin > end) throw new ProblemError(400, 'query from: is after to', { code: 'E_INVALID' })
  return { from: begin, to: end }
}
