/**
 * What keeps the processor from advancing: since when, how often it was tried, why, and what to do about it. It lasts until a batch is
 * committed (or nothing waits any more), not until the next reload, so that waits grow and the log stays short: one line when it
 * begins or turns into another kind, one a minute while it lasts, one when it is over.
 */
import { JournalError } from '../journal/journal.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { type RetrySchedule, retryDelayMs } from '../lib/retry.ts'
import { StoreError, type StoreFault } from '../store/store.ts'

export interface Trouble {
  readonly kind: StoreFault
  /** The journal cannot be read: no fault of the database. */
  readonly isOfJournal?: boolean
  readonly reason: string
  /** Milliseconds since the epoch. */
  readonly since: number
  readonly tries: number
  /** Reported as "processing is not advancing": it did not pass within ten tries or 20 s. */
  readonly isReported: boolean
  readonly statement?: string
  /** Name and version of the database server. */
  readonly server?: string
  readonly nextStep: string
}

/** A try costs a database next to nothing, and a backlog of seconds is worth more: it goes on at most this long after its return. */
const databaseRetry: RetrySchedule = { firstMs: 100, capMs: 2_000 }
const reportedAfterTries = 10
const reportedAfterMs = 20_000
const summaryEveryMs = 60_000

export const nextSteps: Record<StoreFault, string> = {
  transient: 'check that the database runs and can be reached; processing goes on when it answers',
  capacity: 'free space or raise the limit that the database names; processing goes on when it can write',
  data: 'nothing: the messages that the database refuses are set aside as dead letters',
  fenced: 'another server works on this journal or this database: stop one of the two',
  newer: 'upgrade this server: the database belongs to a newer release',
  gone: 'stop the server, put the file of the database back if there is a copy, and start again: what the journal keeps is read again',
  config: 'correct the address, the account or the rights of the database (--store)',
  unknown: 'look up the error of the database server; if it stays, report it with the version of the server',
}

/** A journal that cannot be read is no fault of the database. */
const isOfJournal = (fault: unknown) => fault instanceof JournalError
const journalStep = 'stop the server, put its data directory back, and start again'

export interface TroubleBook {
  /** Undefined while processing advances. */
  current(): Trouble | undefined
  add(fault: unknown, server: () => Promise<string | undefined>): Promise<Trouble>
  /** How long to wait before the next try: doubling, capped, with jitter. */
  delayMs(): number
  /** A batch was committed, or nothing waits. */
  over(): void
}

export const kindOf = (fault: unknown): StoreFault => (fault instanceof StoreError ? fault.fault : 'unknown')

export function createTroubleBook({ clock, log }: { readonly clock: Clock; readonly log: Log }): TroubleBook {
  let current: Trouble | undefined
  let begunMs = 0
  let saidMs = 0
  let saidReport = false

  const facts = ({ kind, reason, tries, statement, server, nextStep }: Trouble) => ({
    ...{ fault: kind, reason, tries, ...(statement ? { statement } : {}), ...(server ? { server } : {}), nextStep },
  })

  return {
    current: () => current,
    async add(fault, serverOf) {
      const kind = kindOf(fault)
      const now = clock.monotonic()
      if (!current) begunMs = now
      const before = current
      const tries = (before?.tries ?? 0) + 1
      const isReported = tries >= reportedAfterTries || now - begunMs >= reportedAfterMs
      // The report names the server where it answers, and leaves it out where not.
      const server = before?.server ?? (isReported ? await serverOf().catch(() => undefined) : undefined)
      const statement = fault instanceof StoreError ? fault.statement : undefined
      current = {
        ...{
          kind,
          reason: fault instanceof Error ? fault.message : String(fault),
          since: before?.since ?? clock.now(),
        },
        ...(isOfJournal(fault) ? { isOfJournal: true } : {}),
        ...{ tries, isReported, nextStep: isOfJournal(fault) ? journalStep : nextSteps[kind] },
        ...(statement ? { statement } : {}),
        ...(server ? { server } : {}),
      }
      if (isReported && !saidReport) {
        saidReport = true
        saidMs = now
        log.error(
          'processing is not advancing; intake goes on, and everything accepted waits in the journal',
          facts(current),
        )
      } else if (before?.kind !== kind || now - saidMs >= summaryEveryMs) {
        saidMs = now
        log.warn('a batch was not committed; nothing is lost, it is tried again', facts(current))
        if (kind === 'unknown' && !isOfJournal(fault)) log.error('unexpected fault in the processor', { error: fault })
      }
      return current
    },
    delayMs: () => retryDelayMs(Math.max(0, (current?.tries ?? 1) - 1), databaseRetry),
    over() {
      if (!current) return
      const { kind, tries } = current
      log.info('processing advances again', { fault: kind, tries, afterMs: Math.round(clock.monotonic() - begunMs) })
      current = undefined
      saidReport = false
    },
  }
}
