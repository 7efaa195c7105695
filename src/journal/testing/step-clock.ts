/** A clock that moves only on command, except that each read of `monotonic` adds one millisecond. */
import { instant } from '../../lib/brand.ts'
import type { Clock } from '../../lib/clock.ts'

export interface StepClock extends Clock {
  advance(ms: number): void
}

export function createStepClock(): StepClock {
  let now = 1_700_000_000_000
  return {
    now: () => instant(now),
    monotonic: () => now++,
    sleep: () => Promise.resolve(),
    advance(ms) {
      now += ms
    },
  }
}
