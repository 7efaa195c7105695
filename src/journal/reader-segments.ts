/**
 * The segments that a reader knows, as its last listing of the directory found them. One made when record n was known to be durable names the
 * segment that holds n.
 */
import type { Files } from '../lib/files.ts'
import { listSegments, refuseNewer, type Segment } from './directory.ts'
import { JournalError } from './journal.ts'

export interface ReaderSegments {
  /** Undefined while there is no segment. */
  readonly id: string | undefined
  readonly all: readonly Segment[]
  /** The durable number that was known at the last listing. */
  readonly durable: number
  /** Lists the directory again. */
  list(durable: number): Promise<void>
  /** The segment that holds a record, by the law in segment.ts. */
  holding(number: number): Segment | undefined
  /** The segment where the range of `segment` ends, and of several that begin there the one that knows of the oldest end. */
  firstAbove(number: number, segment: Segment | undefined): Segment | undefined
  /** It vanished since the listing. */
  drop(segment: Segment): void
}

export async function listForReader(files: Files, dir: string): Promise<ReaderSegments> {
  let directory = await listSegments(files, dir)
  let listedDurable = 0
  return {
    get id() {
      return directory.id
    },
    get all() {
      return directory.segments
    },
    get durable() {
      return listedDurable
    },
    async list(durable) {
      const found = await listSegments(files, dir, directory)
      // Deleted as a whole: that is not damage of single records, and the files there now are not this journal.
      if (directory.id !== undefined && found.id !== directory.id)
        throw new JournalError(
          'E_JOURNAL_GONE',
          `the journal ${directory.id} is no longer in ${dir}: stop the server, put it back, and start again`,
        )
      directory = found
      refuseNewer(directory)
      listedDurable = durable
    },
    holding: (number) => directory.segments.findLast(({ first }) => first <= number),
    firstAbove(number, segment) {
      let least: Segment | undefined
      for (const other of directory.segments) {
        if (other.first <= number || (segment && other.ordinal <= segment.ordinal)) continue
        if (!least || other.first < least.first || (other.first === least.first && prior(other) < prior(least)))
          least = other
      }
      return least
    },
    drop(segment) {
      directory = { ...directory, segments: directory.segments.filter((other) => other !== segment) }
    },
  }
}

const prior = ({ first, header }: Segment) => header?.prior ?? first - 1
