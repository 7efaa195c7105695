/**
 * Counters of intake per source: the left side of the message balance. Checkpointed in the journal; after a crash the tail since
 * the checkpoint is rebuilt from the journal itself, so `received = accepted + refused + unframeable` holds across any restart.
 */

import type { RefusalCause } from '@baykeeper/contract/vocabulary.ts'
import type { SystemHealth } from '../domain/folds/fold.ts'
import { decodeUplink } from '../domain/uplink.ts'
import type { DeskMark } from '../journal/desk/desk-copier.ts'
import { recordKinds, type StoredRecord } from '../journal/journal.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import { addSaturating } from '../lib/sum.ts'
import type { SourceLoss } from '../sources/source.ts'
import { createIntakeDays, type IntakeDays } from './days.ts'
import { createLossLog, type NamedLoss } from './loss-log.ts'

export interface SourceCount {
  /** Counted when the bytes come in, before anything is known of their fate. */
  received: number
  /** Received and neither accepted, refused nor kept as noise yet. */
  inFlight: number
  accepted: number
  refused: number
  unframeable: number
  /** Frames known to be lost before us, by cause. */
  lost: Record<string, number>
  /** Losses of unknown size, by cause. Absent in checkpoints of the first release. */
  uncounted?: Record<string, number>
}

export interface IntakeCounters {
  /** Frames on the way to the journal: received, neither accepted nor refused yet. */
  readonly inFlight: number
  source(name: string): SourceCount
  all(): ReadonlyMap<string, SourceCount>
  enter(source: string, frames: number): void
  /** `record`: the journal's number of the last record that became durable with these frames; `at`: their arrival, default now. */
  accept(source: string, frames: number, record: number, at?: number): void
  refuse(source: string, frames: number, entered: boolean, cause?: RefusalCause): void
  unframeable(source: string, frames: number, record: number, at?: number): void
  /** Entered and refused, but its source keeps it and delivers it again: as if it had not come yet. */
  withdraw(source: string, frames: number): void
  lose(source: string, loss: SourceLoss): void
  /** Since the start, oldest first. */
  recentLosses(source: string): readonly SourceLoss[]
  /** True when something changed since the last checkpoint that the journal took. */
  dirty(): boolean
  /** `desk`: how far the copies of changes made by people are. */
  checkpoint(at: number, desk?: DeskMark, health?: SystemHealth): Uint8Array
  /** The checkpoint made last is in the journal. One is made and journaled at a time. */
  checkpointed(): void
  /** Continues from a checkpoint record's bytes. */
  restore(body: CheckpointBody): void
  /** Counts a record that was journaled after the checkpoint. */
  recount(record: StoredRecord): void
}

export interface CheckpointBody {
  readonly at: number
  /** Records up to this number are in the counts; later ones are recounted from the journal. */
  readonly upTo: number
  readonly received: number
  readonly accepted: number
  readonly refused: number
  readonly unframeable: number
  readonly sources: Readonly<Record<string, SourceCount>>
  /** Absent in checkpoints of the first release. */
  readonly days?: IntakeDays
  /** Noticed since the checkpoint before; one that goes on comes again, with the same cause and begin. */
  readonly losses?: readonly NamedLoss[]
  /** Absent in checkpoints of earlier releases. */
  readonly desk?: DeskMark
  /** In some of them; absent in checkpoints of earlier releases. */
  readonly health?: SystemHealth
}

export const parseCheckpoint = (bytes: Uint8Array): CheckpointBody | undefined => {
  try {
    const body = JSON.parse(new TextDecoder().decode(bytes)) as CheckpointBody
    return Number.isSafeInteger(body.received) && Number.isSafeInteger(body.refused) ? body : undefined
  } catch {
    // A body that cannot be read is no checkpoint: the records of the journal are counted again.
    return undefined
  }
}

export function createIntakeCounters(clock: Pick<Clock, 'now'> = systemClock): IntakeCounters {
  const sources = new Map<string, SourceCount>()
  const losses = createLossLog()
  const days = createIntakeDays()
  let upTo = 0
  /** Changes so far, those in the checkpoint made last, and those in the last one that the journal took. */
  let changes = 0
  let inCheckpoint = 0
  let inJournal = 0
  const source = (name: string): SourceCount => sources.getOrInsertComputed(name, emptyCount)
  return {
    get inFlight() {
      return [...sources.values()].reduce((sum, count) => sum + count.inFlight, 0)
    },
    source,
    all: () => sources,
    enter(name, frames) {
      const count = source(name)
      count.inFlight += frames
      count.received += frames
    },
    accept(name, frames, record, at = clock.now()) {
      const count = source(name)
      count.inFlight -= frames
      count.accepted += frames
      days.count(name, at, 'accepted', frames)
      upTo = record
      changes++
    },
    refuse(name, frames, entered, cause = 'protocol') {
      const count = source(name)
      if (entered) count.inFlight -= frames
      else count.received += frames
      count.refused += frames
      days.refuse(name, clock.now(), cause, frames)
      changes++
    },
    unframeable(name, frames, record, at = clock.now()) {
      const count = source(name)
      count.inFlight -= frames
      count.unframeable += frames
      days.count(name, at, 'unframeable', frames)
      upTo = record
      changes++
    },
    withdraw(name, frames) {
      const count = source(name)
      count.inFlight -= frames
      count.received -= frames
    },
    lose(name, loss) {
      const { cause, from, frames } = loss
      const goesOn = losses.add(name, loss)
      if (from === undefined) days.lose(name, clock.now(), loss)
      const { lost, uncounted = {} } = source(name)
      if (frames !== null) lost[cause] = addSaturating(lost[cause] ?? 0, frames)
      else if (!goesOn) {
        uncounted[cause] = (uncounted[cause] ?? 0) + 1
        source(name).uncounted = uncounted
      }
      changes++
    },
    recentLosses: losses.recent,
    dirty: () => changes !== inJournal,
    checkpoint(at, desk, health) {
      inCheckpoint = changes
      const noticed = losses.forCheckpoint()
      const body: CheckpointBody = {
        ...{ at, upTo, ...settledCounts(sources), days: days.all() },
        ...(noticed.length > 0 ? { losses: noticed } : {}),
        ...(desk ? { desk } : {}),
        ...(health ? { health } : {}),
      }
      return new TextEncoder().encode(JSON.stringify(body))
    },
    checkpointed() {
      losses.checkpointed()
      inJournal = inCheckpoint
    },
    restore(body) {
      upTo = body.upTo
      days.restore(body.days)
      for (const [name, count] of Object.entries(body.sources))
        sources.set(name, { ...count, lost: { ...count.lost }, uncounted: { ...count.uncounted } })
    },
    recount(record) {
      upTo = record.number
      if (record.kind === recordKinds.checkpoint || record.kind === recordKinds.desk) return
      const { source: name, arrivedAt } = decodeUplink(record.bytes) ?? { source: 'unknown', arrivedAt: clock.now() }
      const fate = record.kind === recordKinds.data ? 'accepted' : 'unframeable'
      const count = source(name)
      count.received += record.frames
      count[fate] += record.frames
      days.count(name, arrivedAt, fate, record.frames)
      changes++
    },
  }
}

const emptyCount = (): SourceCount => ({
  ...{ received: 0, inFlight: 0, accepted: 0, refused: 0, unframeable: 0 },
  lost: {},
})

/** As if what is in flight had not come yet: it is counted again from the journal, or refused. */
function settledCounts(counts: ReadonlyMap<string, SourceCount>) {
  const sources: Record<string, SourceCount> = {}
  const total = { received: 0, accepted: 0, refused: 0, unframeable: 0 }
  for (const [name, count] of counts) {
    const received = count.received - count.inFlight
    sources[name] = { ...count, received, inFlight: 0 }
    total.received += received
    total.accepted += count.accepted
    total.refused += count.refused
    total.unframeable += count.unframeable
  }
  return { ...total, sources }
}
