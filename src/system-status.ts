/** Puts the figures of intake and processor together into what the API shows, the conservation law included. */
import type { SystemStatus } from './api/status.ts'
import { conservation } from './conservation.ts'
import type { ChildSettings, IntakeFigures, LedgerTotals, ToChild } from './messages.ts'

type Figures = Omit<Extract<ToChild, { type: 'figures' }>, 'forecaster'>

export function systemStatus(
  settings: ChildSettings,
  { intake, processor, alive }: Figures,
  now: number,
): SystemStatus {
  const stats = processor?.stats
  const pipeline = !alive.includes('intake')
    ? 'intake-down'
    : !stats || stats.state === 'database-down'
      ? 'database-down'
      : stats.state === 'behind' || stats.lagMs > 5_000
        ? 'behind'
        : 'ok'
  const ledger = intake && processor?.ledger ? balance(intake, processor.ledger) : undefined
  return {
    version: settings.version,
    startedAt: settings.startedAt,
    ready: { intake: alive.includes('intake'), processor: alive.includes('processor'), web: true },
    pipeline,
    ...(stats
      ? {
          eventsPerSecond: stats.eventsPerSecond,
          commitMsP50: stats.commitMsP50,
          commitMsP99: stats.commitMsP99,
          lagMs: stats.lagMs,
        }
      : {}),
    ...(ledger ? { ledger: { ...ledger, checked: new Date(now).toISOString() }, pendingFrames: ledger.pending } : {}),
    sources: (intake?.sources ?? []).map(({ facts, ...source }) => ({ ...source, ...facts })),
    ...(intake ? { journal: intake.journal } : {}),
  }
}

/**
 * The two samples are up to a second apart. What the database has committed beyond intake's sample was received and accepted in
 * between: it is added to both, never shown as a negative number of waiting frames.
 */
function balance(intake: IntakeFigures, committed: LedgerTotals) {
  const since = Math.max(0, committed.acceptedFrames - intake.tail.acceptedFrames)
  return conservation({
    received: intake.received - intake.inFlight + since,
    refused: intake.refused,
    unframeable: intake.unframeable,
    acceptedFrames: intake.tail.acceptedFrames + since,
    committed,
  })
}
