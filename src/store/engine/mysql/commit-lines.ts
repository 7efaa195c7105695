/**
 * Commits over two connections: one that is asked for while another is under way goes over the other line, and holds back only where it has to
 * wait for the one before. A server that grants no second connection gets one commit after the other.
 */
import type { Instant } from '../../../lib/brand.ts'
import { type DayNumber, dayNumber } from '../../../lib/utc-day.ts'
import { createCommits } from '../../commits.ts'
import { type BlockOptions, type Blocks, planned, type StoredTail } from '../../readings/stored-tail.ts'
import type { CommitBatch, Store } from '../../store.ts'
import type { StoreDeps } from '../../store-deps.ts'
import { commitMysql } from './commit.ts'
import type { MysqlLine } from './mysql-line.ts'
import { runnerOnSession } from './mysql-runner.ts'
import type { MysqlSession } from './mysql-session.ts'
import { partitionAhead } from './partitions.ts'

/** A server that has no room for a second connection is not asked for one with every batch. */
const asideAgainMs = 30_000

export interface CommitLines {
  readonly line: MysqlLine
  readonly aside: MysqlLine
  readonly tail: StoredTail
  readonly options: BlockOptions
}

/** A commit on its way. */
interface Entered {
  readonly batch: CommitBatch
  /** Ends with the commit before this one; undefined when none is under way. */
  readonly before: Promise<void> | undefined
  readonly now: Instant
  /** The server has taken it up. */
  begun: boolean
  blocks: Blocks | undefined
}

export function commitOverLines({ line, aside, tail, options }: CommitLines, deps: StoreDeps): Store['commit'] {
  const { clock, log } = deps
  const commits = createCommits()
  /** Of the last commit. */
  let committing = line
  let asideFrom = Number.NEGATIVE_INFINITY
  /** The day up to which partitions were last seen to. */
  let partitioned: DayNumber | undefined

  async function commitOn(on: MysqlLine, entered: Entered) {
    committing = on
    await on.use((session) => commitIn(session, entered))
  }

  async function commitIn(session: MysqlSession, entered: Entered) {
    const { batch, before, now } = entered
    const today = dayNumber(now)
    entered.begun = true
    if (partitioned !== undefined && today !== partitioned) {
      await before
      await partitionAhead(session, today, log)
    }
    partitioned = today
    await commitMysql(session, batch, {
      today,
      before,
      async blocks() {
        entered.blocks = await planned(tail, batch, now, options, runnerOnSession(session))
        return entered.blocks
      },
    })
  }

  /** Over the other line, where the one of the last commit is still busy with it. */
  async function commitSomewhere(entered: Entered) {
    const { before } = entered
    if (!before || committing !== line || clock.monotonic() < asideFrom) return commitOn(line, entered)
    try {
      await commitOn(aside, entered)
    } catch (error) {
      if (entered.begun) throw error
      // The server grants no second connection: one after the other, then.
      asideFrom = clock.monotonic() + asideAgainMs
      await before
      await commitOn(line, entered)
    }
  }

  return (batch) =>
    commits.enter(async (before) => {
      const entered: Entered = { batch, before, now: clock.now(), begun: false, blocks: undefined }
      try {
        await commitSomewhere(entered)
      } catch (error) {
        tail.forget()
        throw error
      }
      if (entered.blocks && !batch.dry) tail.moved(entered.blocks)
    })
}
