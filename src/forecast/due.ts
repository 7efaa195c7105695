/** When each part of forecasting is due next, and how soon it comes again. */
import type { Clock } from '../lib/clock.ts'

export const lookMs = 2_000
/** A layout is looked for this often. */
export const layoutMs = 10_000
/** Issued this often while the first one has not come about: history may just be arriving. */
export const eagerMs = 10_000
const eagerMsMax = 5 * 60_000
/** By then a simulated past is written. */
export const hindcastAfterMs = 30_000
export const hindcastAgainMs = 60_000
export const never = Number.POSITIVE_INFINITY

export interface Due {
  readonly begun: number
  round: number
  layout: number
  past: number
  score: number
  hindcast: number
  /** History may just be arriving. */
  isEager(): boolean
}

export function createDue(clock: Pick<Clock, 'now'>): Due {
  const begun = clock.now()
  return {
    ...{ begun, round: 0, layout: 0, past: 0, score: begun + eagerMsMax, hindcast: never },
    isEager: () => clock.now() - begun < eagerMsMax,
  }
}
