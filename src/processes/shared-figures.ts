/** The newest figures of every child, as `main` shares them with the pages and the forecasts. */
import type { Clock } from '../lib/clock.ts'
import type { NotifierReport } from '../notify/notifier.ts'
import type { ForecasterReport, Role, ToChild, ToMain } from './messages.ts'
import { roles } from './messages.ts'
import { createProgressWatch } from './progress-watch.ts'

/** Figures come every second. */
const silentAfterMs = 15_000

export interface SharedFigures {
  intake(message: Extract<ToMain, { type: 'intake' }>): void
  processor(message: Extract<ToMain, { type: 'processor' }>): void
  committed(position: number): void
  forecaster(state: ForecasterReport): void
  notifier(report: NotifierReport): void
  exited(role: Role): void
  /** Another journal is followed from now on. */
  reset(): void
  message(): Extract<ToChild, { type: 'figures' }>
}

export function createSharedFigures(
  clock: Pick<Clock, 'monotonic'>,
  isReady: (role: Role) => boolean,
  hasForecasts: boolean,
): SharedFigures {
  const progress = createProgressWatch(clock)
  let intake: Extract<ToMain, { type: 'intake' }> | undefined
  let processor: Extract<ToMain, { type: 'processor' }> | undefined
  let forecaster: ForecasterReport = hasForecasts
    ? { state: 'starting', detail: 'The forecasts have not begun.' }
    : { state: 'off', detail: 'Forecasts are switched off in the configuration.' }
  let notifier: NotifierReport | undefined
  /** When the last figures came from a process that sends some. */
  const figuresAt = new Map<Role, number>()
  const isSilent = (role: Role) =>
    isReady(role) && clock.monotonic() - (figuresAt.get(role) ?? Number.POSITIVE_INFINITY) > silentAfterMs

  return {
    intake(message) {
      intake = message
      figuresAt.set('intake', clock.monotonic())
      progress.tail(message.figures.tail.lastRecord)
    },
    processor(message) {
      processor = message
      figuresAt.set('processor', clock.monotonic())
    },
    committed: progress.committed,
    forecaster(state) {
      forecaster = state
    },
    notifier(report) {
      notifier = report
      figuresAt.set('notifier', clock.monotonic())
    },
    exited(role) {
      figuresAt.delete(role)
      if (role === 'forecasts') forecaster = { state: 'down', detail: 'The forecasts ended and are started again.' }
    },
    reset() {
      processor = undefined
      progress.reset()
    },
    message: () => ({
      type: 'figures',
      intake: isReady('intake') ? intake?.figures : undefined,
      processor: isReady('processor') ? processor : undefined,
      alive: roles.filter(isReady),
      silent: roles.filter(isSilent),
      standstill: progress.standstill(),
      forecaster,
      // A report of long ago shows nothing about the channels now.
      notifier: isReady('notifier') && !isSilent('notifier') ? notifier : undefined,
    }),
  }
}
