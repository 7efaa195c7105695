/** The report of unreadable records: how many frames were lost, from the counts around them. */
import type { Segment } from './directory.ts'
import type { Damage, StoredRecord } from './journal.ts'
import { recordKinds } from './journal.ts'
import type { Totals } from './record.ts'
import type { Hole } from './walk.ts'

export const noTotals: Totals = { acceptedFrames: 0, noiseFrames: 0 }

/** Frames lost between two counts; none are claimed where one of them is unknown. */
export function lostBetween(before: Totals | undefined, after: Totals | undefined) {
  if (!before || !after) return { frames: 0, noiseFrames: 0 }
  return {
    frames: Math.max(0, after.acceptedFrames - before.acceptedFrames),
    noiseFrames: Math.max(0, after.noiseFrames - before.noiseFrames),
  }
}

/** Counts before a record, given the record with the counts after it. */
export function totalsBefore(record: Totals & { readonly kind: number; readonly frames: number }): Totals {
  const { kind, frames, acceptedFrames, noiseFrames } = record
  return {
    acceptedFrames: acceptedFrames - (kind === recordKinds.data ? frames : 0),
    noiseFrames: noiseFrames - (kind === recordKinds.noise ? frames : 0),
  }
}

export function damageOfHole(segment: string, hole: Hole, before: Totals | undefined, torn = false): Damage {
  const { fromRecord, toRecord, offset, bytes, next } = hole
  const unknown = before ? '' : '; how many frames is unknown'
  return {
    ...{ segment, fromRecord, toRecord, bytes, offset },
    ...lostBetween(before, totalsBefore(next)),
    ...(torn ? { torn: true as const } : {}),
    reason: (bytes > 0 ? 'the bytes are no valid records' : 'the records are missing') + unknown,
  }
}

/**
 * The range that no segment holds (any more): from a record up to the segment `above`, or to the durable number. `at`: where the reader stood,
 * undefined where it stood in no segment.
 */
export function missingRecords(
  fromRecord: number,
  durable: number,
  above: Segment | undefined,
  at?: { readonly segment: Segment; readonly totals: Totals | undefined },
): Damage {
  const toRecord = Math.min(durable, above ? above.first - 1 : durable)
  const before = at ? at.totals : fromRecord === 1 ? noTotals : undefined
  const skipped = above?.header && above.header.prior < fromRecord
  const gone = at ? 'the records are missing' : 'the segments are gone: removed after their release, or by hand'
  const unknown = before && above?.header ? '' : '; how many frames is unknown'
  return {
    ...{ segment: at?.segment.name ?? above?.name ?? '', fromRecord, toRecord, bytes: 0 },
    ...lostBetween(before, above?.header),
    ...(skipped ? { torn: true as const } : {}),
    reason: skipped ? 'the end was torn when the journal stopped: these numbers were skipped' : gone + unknown,
  }
}

export const stored = (record: Omit<StoredRecord, 'bytes'>) => {
  const { number, kind, frames, acceptedFrames, noiseFrames } = record
  return { number, kind, frames, acceptedFrames, noiseFrames }
}
