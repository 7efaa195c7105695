/**
 * Checkpoints of intake: the counters, written into the journal.
 *
 * Promises
 * - One is written when something changed since the last one that the journal took, and otherwise once a minute as a heartbeat:
 *   "intake lived at T". What runs by the clock of the journal reads it there.
 * - One at a time. One that the journal refuses changes nothing: what it held is in the next one, and each named loss is written once.
 * - A refusal is logged when it begins and when it ends.
 */

import type { DeskMark } from '../journal/desk/desk-copier.ts'
import { type JournalWriter, recordKinds } from '../journal/journal.ts'
import { type Instant, instant } from '../lib/brand.ts'
import type { Clock } from '../lib/clock.ts'
import { failPoint } from '../lib/fail-point.ts'
import type { Log } from '../lib/log.ts'
import type { IntakeCounters } from './counters.ts'
import type { HealthReport } from './health.ts'

/** Maximum heartbeat interval; bounds the estimate of how long intake did not run. */
export const heartbeatMs = 60_000

export interface Checkpoints {
  /** When intake lived last, as the journal has it: of this run or the one before. */
  readonly aliveAt: Instant | undefined
  /** Writes one when it is due. Called once a second. */
  tick(): Promise<void>
  /** Writes one at the end if anything changed. */
  last(): Promise<void>
}

export interface CheckpointDeps {
  readonly counters: IntakeCounters
  readonly journal: Pick<JournalWriter, 'append'>
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  readonly log: Log
  /** Of the last checkpoint in the journal. */
  readonly aliveAt: Instant | undefined
  /** How far the copies of changes made by people are. */
  deskMark?(): DeskMark
  /** The system as it is reported with heartbeats. */
  readonly health?: Pick<HealthReport, 'isDue' | 'take'>
}

export function createCheckpoints(deps: CheckpointDeps): Checkpoints {
  const { counters, journal, clock, log } = deps
  let { aliveAt } = deps
  /** On the monotonic clock: a clock that is set back must not stop the heartbeat. */
  let writtenAt: number | undefined
  let writing: Promise<void> | undefined
  let failing = false

  async function write(): Promise<void> {
    const at = clock.now()
    try {
      failPoint('checkpoint')
      await journal.append([
        {
          kind: recordKinds.checkpoint,
          frames: 0,
          bytes: counters.checkpoint(at, deps.deskMark?.(), deps.health?.take()),
        },
      ])
    } catch (error) {
      if (!failing) log.warn('a checkpoint could not be journaled; its counts will be in the next one', { error })
      failing = true
      return
    }
    counters.checkpointed()
    aliveAt = instant(at)
    writtenAt = clock.monotonic()
    if (failing) log.info('checkpoints are journaled again')
    failing = false
  }
  const start = () => {
    writing ??= write().finally(() => {
      writing = undefined
    })
    return writing
  }
  const beatDue = () => writtenAt === undefined || clock.monotonic() - writtenAt >= heartbeatMs

  return {
    get aliveAt() {
      return aliveAt
    },
    async tick() {
      if (counters.dirty() || beatDue() || deps.health?.isDue()) await start()
    },
    async last() {
      await writing
      if (counters.dirty()) await start()
    },
  }
}
