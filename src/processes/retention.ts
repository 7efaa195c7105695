/** Old rows are forgotten a minute after the start, so that a server that is started often forgets too, and every hour after that. */
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'

const firstMs = 60_000
const everyMs = 3_600_000

export interface RetentionDeps {
  /** Forgets what is due; what could not be forgotten is due the next time too. */
  readonly forget: () => Promise<void>
  readonly clock: Pick<Clock, 'sleep'>
  readonly log: Pick<Log, 'warn' | 'info'>
}

export function keepForgetting({ forget, clock, log }: RetentionDeps) {
  let failed = false
  async function once() {
    try {
      await forget()
      if (failed) log.info('old rows are forgotten again')
      failed = false
    } catch (fault) {
      if (!failed)
        log.warn('old rows could not be forgotten: the database grows until it succeeds; it is tried every hour', {
          reason: fault instanceof Error ? fault.message : String(fault),
        })
      failed = true
    }
  }
  return {
    async run(signal: AbortSignal) {
      for (let waitMs = firstMs; ; waitMs = everyMs) {
        await clock.sleep(waitMs, signal)
        await once()
      }
    },
  }
}
