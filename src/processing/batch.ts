/**
 * Builds one commit out of decoded records: placement, fold, rows, dead letters and ledger. Works on the fleet in place; the only
 * thing it waits for is a look into the store for what is stored already. How a frame ends is decided in frame-fates.ts, and counted in
 * frame-counts.ts.
 */

import {
  type DeadLetterRow,
  type HistoryBatch,
  type LossBatch,
  noReadings,
  type ReadingRows,
  type RowMemory,
  type Store,
} from '../store/store.ts'
import type { DecodedRecord } from './decode-record.ts'
import type { Fleet } from './fleet.ts'
import type { HistoryFold } from './folds.ts'
import { createFrameCounts, noOutcomes, type Outcomes } from './frame-counts.ts'
import { createFrameFates, type FrameFates } from './frame-fates.ts'
import { createGapBook } from './gap-book.ts'
import { createLateStays } from './late-stays.ts'
import type { LedgerBook } from './ledger-book.ts'
import { createReadingPlacer } from './reading-placer.ts'
import { createStoredKeys } from './stored-keys.ts'
import { createUndecidedFrames } from './undecided-frames.ts'

export interface BatchRows {
  readonly readings: ReadingRows
  readonly deadLetters: DeadLetterRow[]
  readonly ledger: LedgerBook
  /** Frames that ended as each outcome; one that waits counts as quarantined until it is decided. */
  readonly outcomes: Outcomes
}

export interface BatchBuilder {
  readonly rows: BatchRows
  addRecord(record: DecodedRecord): Promise<void>
  /**
   * One frame again after a requeue; returns how it ended. Its ledger entry is the caller's business, and `before` is the head of its
   * dead letter. Of a frame in conflict, what was stored stays as it is: only the sensors in conflict are looked at again.
   */
  readonly addFrame: FrameFates['add']
  /** Gaps and days of sensors. `memory`: of the latter. */
  losses(memory?: RowMemory): Pick<LossBatch, 'sensorDays' | 'gaps' | 'gapsGone'>
  /** Frames that wait, as letters, and letters of those that were decided. */
  undecided(): { readonly letters: readonly DeadLetterRow[]; readonly gone: readonly { pos: number; idx: number }[] }
  /** What the history remembers of the batch, with the stays that late readings repaired. */
  history(): Promise<HistoryBatch | undefined>
}

export type BatchStore = Pick<
  Store,
  'findSeqs' | 'findTimes' | 'newestOf' | 'epochSpan' | 'gapsFrom' | 'readingsBetween' | 'staysAround'
>

/**
 * `revMin`: positions before it were seen by the feeds already; what changes now must come after. `readings`: where they go, empty rows.
 */
export function createBatch(
  fleet: Fleet,
  batchStore: BatchStore,
  revMin = 0,
  history?: HistoryFold,
  readings: ReadingRows = noReadings(),
): BatchBuilder {
  const counts = createFrameCounts(fleet)
  const rows: BatchRows = { readings, deadLetters: [], ledger: counts.ledger, outcomes: counts.outcomes }
  const gaps = createGapBook(batchStore)
  const undecided = createUndecidedFrames()
  /** The newest record: frames that waited are of those before it, and those of a requeue too. */
  let newest = Number.POSITIVE_INFINITY
  const lateStays = createLateStays(batchStore, readings, fleet, history)
  const placer = createReadingPlacer({
    fleet,
    rows: readings,
    stored: createStoredKeys(batchStore, readings),
    ...{ gaps, history, lateStays, revMin },
    missed: ({ device, uplink }, day, by) => counts.missed(device, uplink, day, by),
    added({ device, uplink, pos, reading }) {
      counts.sensor(device, uplink.arrivedAt, 'readings')
      fleet.scripts.stored(device.state.id, pos, reading, pos >= newest)
    },
    ticketOf: undecided.ticketOf,
    refile: undecided.refile,
    decided(entry, fate) {
      if (undecided.decide(entry, fate === 'committed')) counts.decided(entry.ticket)
    },
  })
  const { add: addFrame } = createFrameFates({ fleet, placer, counts, undecided, deadLetters: rows.deadLetters })

  return {
    rows,
    async addRecord(record) {
      if (record.counted === 0) return
      newest = record.pos
      history?.position(record.pos)
      const ended = noOutcomes()
      const letters = rows.deadLetters.length
      for (let next = 0; next < record.length; next++) {
        const outcome = addFrame(record, record.frame(next))
        ended[typeof outcome === 'string' ? outcome : await outcome] += record.whole ? record.counted : 1
      }
      counts.record(record.uplink, ended)
      const { arrivedAt: time } = record.uplink
      for (const { source, code } of rows.deadLetters.slice(letters)) history?.letter({ source, code, time })
    },
    addFrame,
    losses: (memory) => ({ sensorDays: counts.sensorDays(memory), ...gaps.rows() }),
    undecided: () => ({ letters: undecided.letters(), gone: undecided.gone() }),
    async history() {
      if (!history) return undefined
      const { gone, added } = lateStays.changes()
      return { ...history.take(), sessionsGone: gone, sessionsAdded: added }
    },
  }
}
