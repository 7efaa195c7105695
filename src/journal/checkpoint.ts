/** Finds the newest checkpoint record: what its owner resumes its counters from. */
import type { Files } from '../lib/files.ts'
import { stored } from './damage.ts'
import type { Segment } from './directory.ts'
import { recordKinds, type StoredRecord } from './journal.ts'
import { type CheckpointPlace, segmentSalt } from './segment.ts'
import { walk } from './walk.ts'

/** The newest segment with anything in it, and the newest checkpoint that a walk through it met. */
interface LastSegment {
  readonly segment: Segment
  readonly checkpoint: CheckpointPlace | undefined
}

interface FoundCheckpoint {
  readonly place: CheckpointPlace
  readonly record: StoredRecord
}

/** Headers point at the newest checkpoint before them; only where that thread is torn are segments searched. */
export async function findCheckpoint(files: Files, segments: readonly Segment[], last: LastSegment | undefined) {
  if (!last) return undefined
  const place = last.checkpoint ?? last.segment.header?.checkpoint
  if (!place && last.segment.header) return undefined
  const pointed = place && (await checkpointIn(files, segments, place.ordinal, place))
  if (pointed) return pointed
  for (const { ordinal } of segments.filter((segment) => segment.ordinal <= last.segment.ordinal).reverse()) {
    const found = await checkpointIn(files, segments, ordinal)
    if (found) return found
  }
  return undefined
}

async function checkpointIn(
  files: Files,
  segments: readonly Segment[],
  ordinal: number,
  place?: CheckpointPlace,
): Promise<FoundCheckpoint | undefined> {
  const at = segments.findIndex((segment) => segment.ordinal === ordinal)
  const segment = segments[at]
  if (!segment) return undefined
  let found: FoundCheckpoint | undefined
  try {
    const file = await files.open(segment.path, 'read')
    try {
      const below = segments
        .slice(at + 1)
        .reduce((least, { first }) => Math.min(least, first), Number.POSITIVE_INFINITY)
      const start = { salt: segmentSalt(segment), number: segment.first, below, ...place }
      await walk(file, start, {
        record(record, offset, window) {
          if (record.kind === recordKinds.checkpoint)
            found = {
              place: { ordinal, offset, number: record.number },
              record: { ...stored(record), bytes: window.bytes.slice(record.from, record.to) },
            }
          return place ? true : undefined
        },
      })
    } finally {
      await file.close()
    }
  } catch {
    // A segment that cannot be read holds no checkpoint: an earlier one is looked for, and the journal behind it is counted.
    return undefined
  }
  return place && found?.place.number !== place.number ? undefined : found
}
