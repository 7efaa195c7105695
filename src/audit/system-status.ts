/** Puts the figures of intake and processor together into what the API shows, the message balance included. */
import type { HealthCode, HealthProblem } from '@baykeeper/contract/health.ts'
import type { SystemStatus } from '../api/status.ts'
import type { ChildSettings, IntakeFigures, LedgerTotals, Role, ToChild } from '../processes/messages.ts'
import { nextSteps, type Trouble } from '../processing/trouble.ts'
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
    : !stats || stats.state === 'database-down' || processor?.gone !== undefined
      ? 'database-down'
      : stands
        ? 'not-advancing'
        : stats.state === 'behind' || stats.lagMs > 5_000
          ? 'behind'
          : 'ok'
  const ledger = intake && processor?.ledger ? balanceOf(intake, processor.ledger) : undefined
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

/** Why the server is not ready although its processes are up. */
function problemsOf(figures: Figures): readonly HealthProblem[] {
  const { intake, silent = [], ageMs = 0 } = figures
  const problems: HealthProblem[] = [...standstillOf(figures)]
  const { gone } = figures.processor ?? {}
  if (gone !== undefined && !problems.some(({ code }) => code === 'store-gone'))
    problems.push({
      ...{ code: 'store-gone', params: { reason: gone } },
      detail: `nothing is stored: ${gone}. Readings are taken and wait in the journal. Next step: ${nextSteps.gone}.`,
    })
  const seconds = Math.round(ageMs / 1_000)
  if (ageMs > figuresAgeMsMax)
    problems.push({
      ...{ code: 'main-silent', params: { seconds } },
      detail: `the main process does not answer: nothing is known of the others for ${seconds} s`,
    })
  if (silent.includes('intake'))
    problems.push({ code: 'intake-silent', params: {}, detail: 'the intake process does not answer' })
  const reason = intake?.journal.refusing
  if (reason !== undefined)
    problems.push({
      ...{ code: refusalCodes[intake?.journal.refusal ?? 'failed'], params: { reason } },
      detail: `readings are rejected: ${reason}`,
    })
  return [...problems, ...waiting(figures)]
}

/** What retention waits for: nothing is lost, and the disk of the journal fills. */
function* waiting({ intake }: Figures): Iterable<HealthProblem> {
  const { archiveProblem, deskProblem } = intake ?? {}
  if (archiveProblem !== undefined)
    yield {
      ...{ code: 'archive-waits', params: { reason: archiveProblem } },
      detail: `segments of the journal are not archived and not removed: ${archiveProblem}`,
    }
  if (deskProblem !== undefined)
    yield {
      ...{ code: 'desk-waits', params: { reason: deskProblem } },
      detail: `changes made by people are not copied to desk/, and the journal is not removed: ${deskProblem}`,
    }
}

const refusalCodes = {
  ...{ full: 'disk-full', 'nearly-full': 'disk-nearly-full', failed: 'disk-failed', gone: 'journal-gone' },
} as const satisfies Record<NonNullable<IntakeFigures['journal']['refusal']>, HealthCode>

function* standstillOf({ processor, alive, silent = [], standstill }: Figures): Iterable<HealthProblem> {
  const trouble = processor?.stats.trouble
  if (!standstill && !trouble?.isReported) return
  const seconds = Math.round((standstill?.forMs ?? 0) / 1_000)
  const [waiting, figures] = standstill
    ? [
        `${standstill.records} journal records wait, and the last commit was ${seconds} s ago`,
        { records: standstill.records, seconds },
      ]
    : [`${trouble?.tries} tries have failed`, { tries: trouble?.tries ?? 0 }]
  const { code, params, because } = causeOf(trouble, alive, silent)
  const detail = `processing is not advancing: ${waiting}. ${because}`
  yield { code, params: { ...figures, ...params }, detail }
}

interface Cause {
  readonly code: HealthCode
  readonly params: HealthProblem['params']
  readonly because: string
}

function causeOf(trouble: Trouble | undefined, alive: readonly Role[], silent: readonly Role[]): Cause {
  const plain = (code: HealthCode, because: string) => ({ code, params: {}, because })
  if (!alive.includes('processor'))
    return plain('processor-down', 'The processor is not running. See its log for the reason.')
  if (silent.includes('processor'))
    return plain('processor-silent', 'The processor does not answer. Kill it (SIGKILL); it is restarted automatically.')
  if (!trouble) return plain('store-silent', 'The processor reports no fault: a call to the database may hang.')
  const { reason, statement, server, nextStep } = trouble
  // Some reasons name them already.
  const where = [server, statement && `statement: ${statement}`]
    .filter((part) => part !== undefined)
    .filter((_, i) => !reason.includes((i === 0 ? server : statement) ?? ''))
    .join(', ')
  const whole = `${reason}${where ? ` (${where})` : ''}`
  const code = trouble.isOfJournal ? 'journal-unreadable' : (`store-${trouble.kind}` as const)
  return { code, params: { reason: whole }, because: `Reason: ${whole}. Next step: ${nextStep}.` }
}

/**
 * The two samples are up to a second apart. What the database has committed beyond intake's sample was received and accepted in
 * between: it is added to both, never shown as a negative number of waiting frames.
 */
export function balanceOf(intake: IntakeFigures, committed: LedgerTotals) {
  const since = Math.max(0, committed.acceptedFrames - intake.tail.acceptedFrames)
  return conservation({
    received: intake.received - intake.inFlight + since,
    refused: intake.refused,
    unframeable: intake.unframeable,
    acceptedFrames: intake.tail.acceptedFrames + since,
    committed,
  })
}
