/**
 * Builds one commit out of decoded records: placement, fold, rows, dead letters and ledger. Works on the fleet in place; the only
 * thing it waits for is a look into the store for what is stored already.
 */

import type { Reading } from '../domain/reading.ts'
import type { Uplink } from '../domain/uplink.ts'
import type { Instant } from '../lib/brand.ts'
import { dayMs, dayNumber } from '../lib/utc-day.ts'
import {
  type DeadLetterRow,
  type HistoryBatch,
  type LossBatch,
  noReadings,
  type ReadingRows,
  type Store,
} from '../store/store.ts'
import {
  conflictOf,
  type DeadLetterHead,
  deadLetter,
  type Outcome,
  readingsPerFrame,
  type SensorFates,
  triedTooOften,
} from './dead-letter.ts'
import type { DecodedFrame, DecodedRecord } from './decode-record.ts'
import type { Fleet, Tracked } from './fleet.ts'
import type { HistoryFold } from './folds.ts'
import { createGapBook } from './gap-book.ts'
import { createLateStays } from './late-stays.ts'
import { createLedgerBook, createSensorDayBook, type LedgerBook } from './ledger-book.ts'
import type { Fate } from './placement/placer-deps.ts'
import { createReadingPlacer } from './reading-placer.ts'
import { createStoredKeys } from './stored-keys.ts'
import { createUndecidedFrames, type Ticket, type Undecided } from './undecided-frames.ts'

export interface BatchRows {
  readonly readings: ReadingRows
  readonly deadLetters: DeadLetterRow[]
  readonly ledger: LedgerBook
  /** Frames that ended as each outcome; one that waits counts as quarantined until it is decided. */
  readonly outcomes: { committed: number; duplicate: number; quarantined: number }
}

type MaybePromise<T> = T | Promise<T>
/** A callback sets it: the compiler would take it for never set. */
const noTicket = (): Ticket | undefined => undefined

export interface BatchBuilder {
  readonly rows: BatchRows
  addRecord(record: DecodedRecord): Promise<void>
  /**
   * One frame again after a requeue; returns how it ended. Its ledger entry is the caller's business, and `before` is what its dead
   * letter says. Of a frame in conflict, what was stored stays as it is: only the sensors in conflict are looked at again.
   */
  addFrame(record: DecodedRecord, frame: DecodedFrame, before?: DeadLetterHead): MaybePromise<Outcome>
  /** Gaps and days of sensors. */
  losses(): Pick<LossBatch, 'sensorDays' | 'gaps' | 'gapsGone'>
  /** Frames that wait, as letters, and letters of those that were decided. */
  undecided(): { readonly letters: readonly DeadLetterRow[]; readonly gone: readonly { pos: number; idx: number }[] }
  /** What the history remembers of the batch, with the stays that late readings repaired. */
  history(): Promise<HistoryBatch | undefined>
}

export type BatchStore = Pick<
  Store,
  'findSeqs' | 'findTimes' | 'newestOf' | 'epochSpan' | 'gapsFrom' | 'readingsBetween'
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
  const rows: BatchRows = {
    readings,
    deadLetters: [],
    ledger: createLedgerBook(),
    outcomes: { committed: 0, duplicate: 0, quarantined: 0 },
  }
  const days = createSensorDayBook()
  const gaps = createGapBook(batchStore)
  const undecided = createUndecidedFrames()
  const lateStays = createLateStays(batchStore, rows.readings, fleet)
  /** Of the frame in hand, once one of its readings waits. */
  let ticket: Ticket | undefined = noTicket()
  const placer = createReadingPlacer({
    fleet,
    rows: rows.readings,
    stored: createStoredKeys(batchStore, rows.readings),
    ...{ gaps, history, lateStays, revMin },
    missed({ device, uplink }, of, by) {
      rows.ledger.add(uplink.source, of * dayMs, 'lost', by)
      days.add(device.state.id, of, 'lost', by)
    },
    added: ({ device, uplink }) => tally(device, uplink.arrivedAt, 'readings'),
    ticketOf(record, frame) {
      ticket = undecided.ticketOf(record, frame)
      return ticket
    },
    refile: (changed) => undecided.refile(changed),
    decided,
  })

  async function addRecord(record: DecodedRecord) {
    if (record.counted === 0) return
    const ended: Record<Outcome, number> = { committed: 0, duplicate: 0, quarantined: 0 }
    for (let next = 0; next < record.length; next++) {
      const outcome = addFrame(record, record.frame(next))
      ended[typeof outcome === 'string' ? outcome : await outcome] += record.whole ? record.counted : 1
    }
    const { source, arrivedAt } = record.uplink
    for (const outcome of outcomeNames) {
      rows.outcomes[outcome] += ended[outcome]
      rows.ledger.add(source, arrivedAt, outcome, ended[outcome])
    }
  }

  /** Nearly every frame is one reading of one sensor and needs nobody else: no promise, no map. */
  function addFrame(record: DecodedRecord, frame: DecodedFrame, before?: DeadLetterHead): MaybePromise<Outcome> {
    const { result, idx } = frame
    if (!result.ok) {
      const head = record.whole ? { frames: record.counted } : {}
      rows.deadLetters.push(deadLetter(record, frame, result.error, head))
      return 'quarantined'
    }
    const [only] = result.value
    if (only === undefined || result.value.length > 1 || before)
      return addReadings(record, frame, result.value, before ?? {})
    const { source, arrivedAt } = record.uplink
    const device = fleet.meet(source, only.device, arrivedAt)
    ticket = noTicket()
    const fate = placer.add(device, only, record, frame, { idx: idx * readingsPerFrame, k: 0 })
    if (typeof fate !== 'string') return fate.then((waited) => endOnly(device, only, record, frame, waited))
    return endOnly(device, only, record, frame, fate)
  }

  function endOnly(device: Tracked, only: Reading, record: DecodedRecord, frame: DecodedFrame, fate: Fate): Outcome {
    if (fate === 'undecided') {
      undecided.file(ticket as Ticket)
      return 'quarantined'
    }
    tally(device, record.uplink.arrivedAt, fate)
    if (fate === 'quarantined')
      rows.deadLetters.push(deadLetter(record, frame, conflictOf(only), { sensors: [[only.device, fate]], stored: 0 }))
    return fate
  }

  async function addReadings(
    record: DecodedRecord,
    frame: DecodedFrame,
    readings: readonly Reading[],
    { sensors: counted = [], stored: taken = 0 }: DeadLetterHead,
  ): Promise<Outcome> {
    const { uplink } = record
    const waiting = readings.filter((reading) => !isStored(reading, counted))
    if (taken + waiting.length > readingsPerFrame) {
      rows.deadLetters.push(deadLetter(record, frame, triedTooOften, { sensors: counted, stored: taken }))
      return 'quarantined'
    }
    const fates = new Map<Tracked, Outcome>()
    let conflict: Reading | undefined
    ticket = noTicket()
    for (const [k, reading] of waiting.entries()) {
      const device = fleet.meet(uplink.source, reading.device, uplink.arrivedAt)
      const at = { idx: frame.idx * readingsPerFrame + taken + k, k: readings.indexOf(reading) }
      const fate = await placer.add(device, reading, record, frame, at)
      if (fate === 'quarantined') conflict = reading
      if (fate === 'undecided') continue
      fates.set(device, worse(fates.get(device), fate))
    }
    // One letter cannot wait for both: what is in conflict waits for a person.
    if (conflict && ticket) placer.giveUp(ticket)
    countSensors(uplink, fates, counted)
    if (ticket && waits(ticket, fates)) return 'quarantined'
    if (conflict) {
      const now = new Map([...counted, ...[...fates].map(([{ state }, fate]) => [state.external, fate] as const)])
      const head = { sensors: [...now], stored: taken + waiting.length }
      rows.deadLetters.push(deadLetter(record, frame, conflictOf(conflict), head))
      return 'quarantined'
    }
    const isDuplicate = fates.size > 0 && [...fates.values()].every((fate) => fate === 'duplicate')
    return isDuplicate && ticket?.committed !== true ? 'duplicate' : 'committed'
  }

  function waits(open: Ticket, fates: ReadonlyMap<Tracked, Outcome>): boolean {
    open.committed ||= [...fates.values()].includes('committed')
    return undecided.file(open)
  }

  /** A frame that waited ends with the last of its readings. */
  function decided(entry: Undecided, fate: 'committed' | 'duplicate') {
    const { ticket: of } = entry
    if (!undecided.decide(entry, fate === 'committed')) return
    const { source, arrivedAt } = of.uplink
    const outcome = of.committed ? 'committed' : 'duplicate'
    rows.ledger.add(source, arrivedAt, 'quarantined', -1)
    rows.ledger.add(source, arrivedAt, outcome, 1)
    rows.outcomes[outcome]++
    rows.outcomes.quarantined--
    for (const device of of.devices) tally(device, arrivedAt, outcome)
  }

  /** A frame that comes again counts anew only for sensors for which it was quarantined, or not counted at all. */
  function countSensors({ source, arrivedAt }: Uplink, fates: ReadonlyMap<Tracked, Outcome>, counted: SensorFates) {
    const day = dayNumber(arrivedAt)
    for (const [external, fate] of counted) {
      const device = fleet.find(source, external)
      if (device && fate === 'quarantined') days.add(device.state.id, day, 'quarantined', -1)
    }
    for (const [device, fate] of fates) {
      const before = counted.find(([external]) => external === device.state.external)
      if (!before || before[1] === 'quarantined') tally(device, arrivedAt, fate)
    }
  }

  /** Counts with the device, and by day only when the day is another or the batch is whole. */
  function tally(device: Tracked, arrivedAt: Instant, what: Outcome | 'readings') {
    const day = dayNumber(arrivedAt)
    if (device.day !== day) {
      settleDay(device)
      device.day = day
    }
    device.counts[what]++
  }

  function settleDay({ state, day, counts }: Tracked) {
    for (const what of countNames) {
      if (counts[what] > 0) days.add(state.id, day, what, counts[what])
      counts[what] = 0
    }
  }

  return {
    rows,
    addRecord,
    addFrame,
    losses() {
      for (const device of fleet.dirty()) settleDay(device)
      return { sensorDays: days.rows(), ...gaps.rows() }
    },
    undecided: () => ({ letters: undecided.letters(), gone: undecided.gone() }),
    async history() {
      if (!history) return undefined
      const { gone, added } = await lateStays.repair(({ state }) => history.bayOf(state))
      return { ...history.take(), sessionsGone: gone, sessionsAdded: added }
    },
  }
}

const outcomeNames = ['committed', 'duplicate', 'quarantined'] as const
const countNames = [...outcomeNames, 'readings'] as const

/** Stored when the frame came first: all of a sensor that was in no conflict, and what has no number, which is never in one. */
function isStored({ device, seq }: Reading, counted: SensorFates): boolean {
  const before = counted.find(([external]) => external === device)
  return before !== undefined && (seq === undefined || before[1] !== 'quarantined')
}

const fateRank: Record<Outcome, number> = { duplicate: 0, committed: 1, quarantined: 2 }
/** Several readings of one sensor in a frame: a conflict outweighs a new one, a new one a duplicate. */
const worse = (a: Outcome | undefined, b: Outcome) => (a === undefined || fateRank[b] > fateRank[a] ? b : a)
