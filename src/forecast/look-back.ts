/** What would have been forecast, a few origins a turn: the scoreboard of a new place has something to show. */
import { type Due, hindcastAgainMs, never } from './due.ts'
import type { ForecastService } from './forecasting.ts'
import type { Subject } from './forecasting-state.ts'
import { hindcasts } from './hindcasts.ts'

const turnMs = 4_000

/** Takes one turn. */
export function createLookBack(
  { store, clock, signal }: ForecastService,
  due: Due,
): (subject: Subject) => Promise<void> {
  let lookingBack: ReturnType<typeof hindcasts> | undefined
  let siteLookedAt = 0
  let made = 0

  return async ({ sites, forecaster }) => {
    if (!lookingBack) {
      const each = sites[siteLookedAt++ % sites.length]
      if (each) lookingBack = hindcasts({ store, forecaster, rates: each.rates, calendar: each.plan.calendar })
    }
    for (const until = performance.now() + turnMs; performance.now() < until; ) {
      signal.throwIfAborted()
      const next = await lookingBack?.next()
      if (next && !next.done) continue
      lookingBack = undefined
      const isRoundOver = siteLookedAt % sites.length === 0
      made += next?.value ?? 0
      if (next?.value) due.score = 0
      if (!isRoundOver) return
      // What was made up for is looked at again: a past may go on arriving.
      due.hindcast = made > 0 || due.isEager() ? clock.now() + hindcastAgainMs : never
      made = 0
      return
    }
  }
}
