/** Whether a site is open at a moment, and when that changes: opening hours of the layout by the clock of the site. Pure. */
import { dayMs } from '../lib/utc-day.ts'
import { countedHours } from './counted-hours.ts'
import type { Site } from './layout.ts'

export interface Opening {
  readonly isOpen: boolean
  /** When it closes or opens next; undefined: not within a week. */
  readonly changes: number | undefined
}

/** Opening hours repeat by the week; a holiday may leave one out. */
const aheadMs = 8 * dayMs

/** A site without opening hours is always open. */
export function openingAt({ open, zone, holidays }: Pick<Site, 'open' | 'zone' | 'holidays'>, at: number): Opening {
  if (!open) return { isOpen: true, changes: undefined }
  let begins: number | undefined
  let ends = at
  countedHours(open, zone, holidays).walk(at, at + aheadMs, (from, to) => {
    // Spans that touch come one after the other, as at midnight.
    if (begins === undefined) begins = from
    else if (from > ends) return true
    ends = to
    return begins > at
  })
  if (begins === undefined) return { isOpen: false, changes: undefined }
  if (begins > at) return { isOpen: false, changes: begins }
  return { isOpen: true, changes: ends < at + aheadMs ? ends : undefined }
}
