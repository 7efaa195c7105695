/** What is kept for some days only, forgotten once a day. */
import type { Config } from '../config/config.ts'
import { quarterMs } from '../domain/occupancy-span.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { dayName, dayNumber, minuteMs } from '../lib/utc-day.ts'
import type { Store } from '../store/store.ts'

interface ForgettingDeps {
  readonly store: Store
  readonly log: Log
  /** 0: kept for ever; of raw frames: none is kept. */
  readonly days: Pick<
    Config,
    'readingDays' | 'rawDays' | 'minuteDays' | 'quarterDays' | 'healthDays' | 'bayDays' | 'alertDays'
  >
  readonly clock: Clock
}

/** Does nothing on a day on which it has succeeded. Throws what the store throws. */
export function createForgetting({ store, log, days, clock }: ForgettingDeps): () => Promise<void> {
  const { readingDays, rawDays, minuteDays, quarterDays, healthDays, bayDays, alertDays } = days
  let forgottenOn = 0
  return async () => {
    const today = dayNumber(clock.now())
    if (today === forgottenOn) return
    const readings = readingDays > 0 ? await store.forgetDays(today - readingDays) : []
    if (readings.length > 0) log.info('readings of old days are forgotten', { days: readings.map(dayName) })
    const raw = await store.forgetRaw(today - rawDays)
    if (raw.length > 0) log.info('raw frames of old days are forgotten', { days: raw.map(dayName) })
    const gone = {
      minutes: minuteDays > 0 ? await store.forgetOccupancy(minuteMs, today - minuteDays) : 0,
      quarters: quarterDays > 0 ? await store.forgetOccupancy(quarterMs, today - quarterDays) : 0,
      overstays: readingDays > 0 ? await store.forgetOverstays(today - readingDays) : 0,
      counts: quarterDays > 0 ? await store.forgetCounts(today - quarterDays) : 0,
      bays: bayDays > 0 ? await store.forgetBayChanges(today - bayDays) : 0,
      countStates: bayDays > 0 ? await store.forgetCountStates(today - bayDays) : 0,
      alerts: alertDays > 0 ? await store.forgetAlerts(today - alertDays) : 0,
      health: healthDays > 0 ? await store.forgetHealth(today - healthDays) : 0,
    }
    if (Object.values(gone).some((rows) => rows > 0)) log.info('rows of the history of old days are forgotten', gone)
    forgottenOn = today
  }
}
