/**
 * How one frame ends, by the fates of its readings: committed, duplicate or quarantined. One that waits for a decision ends as quarantined, with a
 * letter of its own kind (undecided-frames.ts). Nearly every frame is one reading of one sensor: that one needs no promise and no map.
 */
import type { Reading } from '../domain/reading.ts'
import type { DeadLetterRow } from '../store/store.ts'
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
import type { FrameCounts } from './frame-counts.ts'
import type { Fate, MaybePromise } from './placement/placer-deps.ts'
import type { ReadingPlacer } from './reading-placer.ts'
import type { UndecidedFrames } from './undecided-frames.ts'

export interface FrameFatesDeps {
  readonly fleet: Fleet
  readonly placer: ReadingPlacer
  readonly counts: FrameCounts
  readonly undecided: UndecidedFrames
  /** Where the letters go. */
  readonly deadLetters: DeadLetterRow[]
}

export interface FrameFates {
  /** Places the readings of a frame. `before`: its dead letter, where it comes again. */
  add(record: DecodedRecord, frame: DecodedFrame, before?: DeadLetterHead): MaybePromise<Outcome>
}

export function createFrameFates(deps: FrameFatesDeps): FrameFates {
  const { undecided, deadLetters } = deps
  const addOnly = frameOfOne(deps)
  const addSeveral = frameOfSeveral(deps)
  return {
    add(record, frame, before) {
      const { result } = frame
      if (!result.ok) {
        const head = record.whole ? { frames: record.counted } : {}
        deadLetters.push(deadLetter(record, frame, result.error, head))
        return 'quarantined'
      }
      undecided.begin()
      const [only] = result.value
      if (only === undefined || result.value.length > 1 || before)
        return addSeveral(record, frame, result.value, before ?? {})
      return addOnly(record, frame, only)
    },
  }
}

function frameOfOne({ fleet, placer, counts, undecided, deadLetters }: FrameFatesDeps) {
  function end(device: Tracked, only: Reading, record: DecodedRecord, frame: DecodedFrame, fate: Fate): Outcome {
    if (fate === 'undecided') {
      undecided.file(undecided.ticketOf(record, frame))
      return 'quarantined'
    }
    counts.sensor(device, record.uplink.arrivedAt, fate)
    if (fate === 'quarantined')
      deadLetters.push(deadLetter(record, frame, conflictOf(only), { sensors: [[only.device, fate]], stored: 0 }))
    return fate
  }

  return (record: DecodedRecord, frame: DecodedFrame, only: Reading): MaybePromise<Outcome> => {
    const { source, arrivedAt } = record.uplink
    const device = fleet.meet(source, only.device, arrivedAt)
    const fate = placer.add(device, only, record, frame, { idx: frame.idx * readingsPerFrame, k: 0 })
    if (typeof fate !== 'string') return fate.then((waited) => end(device, only, record, frame, waited))
    return end(device, only, record, frame, fate)
  }
}

function frameOfSeveral({ fleet, placer, counts, undecided, deadLetters }: FrameFatesDeps) {
  return async (
    record: DecodedRecord,
    frame: DecodedFrame,
    readings: readonly Reading[],
    { sensors: counted = [], stored: taken = 0 }: DeadLetterHead,
  ): Promise<Outcome> => {
    const { uplink } = record
    const waiting = readings.filter((reading) => !isStored(reading, counted))
    if (taken + waiting.length > readingsPerFrame) {
      deadLetters.push(deadLetter(record, frame, triedTooOften, { sensors: counted, stored: taken }))
      return 'quarantined'
    }
    const fates = new Map<Tracked, Outcome>()
    let conflict: Reading | undefined
    for (const [k, reading] of waiting.entries()) {
      const device = fleet.meet(uplink.source, reading.device, uplink.arrivedAt)
      const at = { idx: frame.idx * readingsPerFrame + taken + k, k: readings.indexOf(reading) }
      const fate = await placer.add(device, reading, record, frame, at)
      if (fate === 'quarantined') conflict = reading
      if (fate === 'undecided') continue
      fates.set(device, worse(fates.get(device), fate))
    }
    const ticket = undecided.inHand
    // One letter cannot wait for both: what is in conflict waits for a person.
    if (conflict && ticket) placer.giveUp(ticket)
    counts.sensors(uplink, fates, counted)
    if (ticket) ticket.committed ||= [...fates.values()].includes('committed')
    if (ticket && undecided.file(ticket)) return 'quarantined'
    if (conflict) {
      const now = new Map([...counted, ...[...fates].map(([{ state }, fate]) => [state.external, fate] as const)])
      const head = { sensors: [...now], stored: taken + waiting.length }
      deadLetters.push(deadLetter(record, frame, conflictOf(conflict), head))
      return 'quarantined'
    }
    const isDuplicate = fates.size > 0 && [...fates.values()].every((fate) => fate === 'duplicate')
    return isDuplicate && ticket?.committed !== true ? 'duplicate' : 'committed'
  }
}

/** Stored when the frame came first: all of a sensor that was in no conflict, and what has no number, which is never in one. */
function isStored({ device, seq }: Reading, counted: SensorFates): boolean {
  const before = counted.find(([external]) => external === device)
  return before !== undefined && (seq === undefined || before[1] !== 'quarantined')
}

const fateRank: Record<Outcome, number> = { duplicate: 0, committed: 1, quarantined: 2 }
/** Several readings of one sensor in a frame: a conflict outweighs a new one, a new one a duplicate. */
const worse = (a: Outcome | undefined, b: Outcome) => (a === undefined || fateRank[b] > fateRank[a] ? b : a)
