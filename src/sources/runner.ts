/**
 * The runner of sources. A source just throws when its line breaks; here it is started again, by the one retry schedule, until the
 * signal aborts. It logs each break once and never gives up. Which sources exist is up to the configuration.
 */
import { retryDelayMs } from '../lib/retry.ts'
import type { Source, SourceContext } from './source.ts'

/** A line that held this long was healthy: the next break starts the schedule from its beginning. */
const wellMs = 60_000

/** Resolves once the signal has aborted and the source has released everything. Never rejects. */
export async function runSource(source: Source, signal: AbortSignal, context: SourceContext): Promise<void> {
  const { clock, log } = context
  let attempt = 0
  while (!signal.aborted) {
    const startedAt = clock.monotonic()
    let reason = 'the source ended without an error'
    try {
      context.status('starting')
      await source.run(signal, context)
    } catch (fault) {
      reason = reasonOf(fault)
    }
    if (signal.aborted) break
    if (clock.monotonic() - startedAt >= wellMs) attempt = 0
    const delayMs = Math.round(retryDelayMs(attempt))
    context.status('waiting', `${reason}; next try in ${(delayMs / 1_000).toFixed(1)} s`)
    const say = attempt === 0 ? log.warn : log.debug
    say('a source lost its line and will be started again', { reason, attempt, delayMs })
    attempt++
    // An aborted sleep ends early: the loop looks at the signal.
    await clock.sleep(delayMs, signal).catch(() => {})
  }
  context.status('down', 'stopped')
}

function reasonOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault)
}
