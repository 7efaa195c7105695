/** Counts at records: from headers, from places the reader has been at, or by walking the stretch from the nearest of them. */
import type { Files } from '../lib/files.ts'
import { totalsBefore } from './damage.ts'
import type { Segment } from './directory.ts'
import type { Totals } from './record.ts'
import { segmentSalt } from './segment.ts'
import { walk } from './walk.ts'

/** A known place inside a segment. */
export interface Milestone extends Totals {
  readonly segment: string
  readonly number: number
  /** Behind the record. */
  readonly offset: number
}

const milestonesMax = 1_024

export interface Milestones {
  add(milestone: Milestone): void
  /** The nearest one in a segment that is not above `number`. */
  atOrBelow(segment: Segment, number: number): Milestone | undefined
  at(number: number): Milestone | undefined
}

export function createMilestones(): Milestones {
  const known = new Map<number, Milestone>()
  return {
    add(milestone) {
      known.delete(milestone.number)
      known.set(milestone.number, milestone)
      if (known.size > milestonesMax) known.delete(known.keys().next().value as number)
    },
    at: (number) => known.get(number),
    atOrBelow(segment, number) {
      let best: Milestone | undefined
      for (const milestone of known.values()) {
        if (milestone.segment !== segment.name || milestone.number > number) continue
        if (!best || milestone.number > best.number) best = milestone
      }
      return best
    },
  }
}

/** A header that begins behind a record knows the counts at it, whether or not its segment still exists. */
export const headerAt = (segments: readonly Segment[], number: number) =>
  segments.find(({ header }) => header && header.prior <= number && number < header.first)?.header

/** The counts at a record of `segment`; undefined when it is not there, or damage leaves them open. */
export async function walkTo(files: Files, segment: Segment, number: number, milestones: Milestones) {
  const start = milestones.atOrBelow(segment, number)
  const from = { number: (start?.number ?? segment.first - 1) + 1, ...(start ? { offset: start.offset } : {}) }
  let totals: Totals | undefined
  try {
    const file = await files.open(segment.path, 'read')
    try {
      await walk(
        file,
        { salt: segmentSalt(segment), ...from },
        {
          record(record) {
            if (record.number === number) totals = record
            return record.number >= number
          },
          hole(hole) {
            if (hole.toRecord === number) totals = totalsBefore(hole.next)
          },
        },
      )
    } finally {
      await file.close()
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return totals
}
