/** Puts the figures of intake and processor together into what the API shows, the message balance included. */
import type { SystemStatus } from '../api/status.ts'
import type { ChildSettings, IntakeFigures, LedgerTotals, Role, ToChild } from '../processes/messages.ts'
import type { Trouble } from '../processing/trouble.ts'
import { conservation } from './conservation.ts'

/** `ageMs`: since they came from the main process. */
type Figures = Omit<Extract<ToChild, { type: 'figures' }>, 'forecaster'> & { readonly ageMs?: number }
/** They come every second. */
const figuresAgeMsMax = 15_000

export function systemStatus(settings: ChildSettings, figures: Figures, now: number): SystemStatus {
  const { intake, processor, alive, standstill } = figures
  const stats = processor?.stats
  const stands = standstill !== undefined || stats?.trouble?.isReported === true
  const pipeline = !alive.includes('intake')
    ? 'intake-down'
    : !stats || stats.state === 'database-down'
      ? 'database-down'
      : stands
        ? 'not-advancing'
        : stats.state === 'behind' || stats.lagMs > 5_000
          ? 'behind'
          : 'ok'
  const ledger = intake && processor?.ledger ? balance(intake, processor.ledger) : undefined
  return {
    version: settings.version,
    startedAt: settings.startedAt,
    ready: { intake: alive.includes('intake'), processor: alive.includes('processor'), web: true },
    pipeline,
    advancing: !stands,
    problems: problemsOf(figures),
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

/** Why the server is not ready although its processes are up, each as a sentence for people. */
function problemsOf({ intake, processor, alive, silent = [], standstill, ageMs = 0 }: Figures): readonly string[] {
  const trouble = processor?.stats.trouble
  const problems: string[] = []
  if (standstill || trouble?.isReported) {
    const waiting = standstill
      ? `${standstill.records} journal records wait, and the last commit was ${Math.round(standstill.forMs / 1_000)} s ago`
      : `${trouble?.tries} tries have failed`
    problems.push(`processing is not advancing: ${waiting}. ${reasonOf(trouble, alive, silent)}`)
  }
  if (ageMs > figuresAgeMsMax)
    problems.push(`the main process does not answer: nothing is known of the others for ${Math.round(ageMs / 1_000)} s`)
  if (silent.includes('intake')) problems.push('the intake process does not answer')
  if (intake?.journal.refusing !== undefined) problems.push(`readings are rejected: ${intake.journal.refusing}`)
  return problems
}

function reasonOf(trouble: Trouble | undefined, alive: readonly Role[], silent: readonly Role[]): string {
  if (!alive.includes('processor')) return 'The processor is not running. See its log for the reason.'
  if (silent.includes('processor'))
    return 'The processor does not answer. Kill it (SIGKILL); it is restarted automatically.'
  if (!trouble) return 'The processor reports no fault: a call to the database may hang.'
  const { reason, statement, server, nextStep } = trouble
  // Some reasons name them already.
  const where = [server, statement && `statement: ${statement}`]
    .filter((part) => part !== undefined)
    .filter((_, i) => !reason.includes((i === 0 ? server : statement) ?? ''))
    .join(', ')
  return `Reason: ${reason}${where ? ` (${where})` : ''}. Next step: ${nextStep}.`
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
