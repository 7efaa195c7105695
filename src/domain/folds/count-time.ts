/** When what a gate has counted counts. */
import { type Instant, instant } from '../../lib/brand.ts'
import type { CountStep } from './fold.ts'

/** The clock of a gate may be ahead: it counts from the arrival of its message then, and its report before was as far ahead. */
export function notAhead(
  step: CountStep,
  time: Instant,
  arrived: Instant,
): { readonly step: CountStep; readonly time: Instant } {
  if (time <= arrived) return { step, time }
  return { step: { ...step, from: instant(step.from - (time - arrived)) }, time: arrived }
}
