/** How a span of time is asked for, the same wherever the past is read. */
import * as z from 'zod'
import { type Instant, instant } from '../lib/brand.ts'
import { dayMs } from '../lib/utc-day.ts'
import { ProblemError } from './problem.ts'

export const timeField = () =>
  z.iso
    .datetime({
      offset: true,
      error: 'must be ISO 8601 with offset, such as 2026-11-23T08:00:00Z (write + as %2B)',
    })
    .transform((text) => instant(Date.parse(text)))
    .optional()

interface Asked {
  readonly from?: Instant | undefined
  readonly to?: Instant | undefined
}

/** Without an end it is now, without a beginning so many days before the end. */
export function spanOf({ from, to }: Asked, now: Instant, daysUsual: number): { from: Instant; to: Instant } {
  const end = to ?? now
  const begin = from ?? instant(end - daysUsual * dayMs)
  if (begin > end) throw new ProblemError(400, 'query from: is after to', { code: 'E_INVALID' })
  return { from: begin, to: end }
}
