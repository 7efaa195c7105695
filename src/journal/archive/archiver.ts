/**
 * Copies closed segments of a journal into an archive. It reads the journal's directory and changes nothing there; retention is the writer's,
 * and does not pass what is not archived.
 *
 * - A1 What is reported as archived was read back and is, byte for byte, the segment; it is durable under its name.
 * - A2 A segment that is archived is not written again. After a start each is compared once with its file: a torn or other one is made again.
 * - A3 Nothing is ever removed from the archive but a partial file of its own.
 */
import { join } from 'node:path'
import type { Files } from '../../lib/files.ts'
import { type Directory, listSegments, type Segment } from '../directory.ts'
import type { RecordNumber } from '../journal.ts'
import { archivedName, archiveSegment, holdsSegment } from './archived-segment.ts'

export interface Archived {
  /** Everything up to this record is in the archive, or was removed before. */
  readonly upTo: RecordNumber
  /** Segments that this look has written. */
  readonly written: readonly string[]
}

export interface Archiver {
  /** Archives what is closed. Throws what the disk throws; what was archived before the fault counts at the next look. */
  look(): Promise<Archived>
}

export function createArchiver(files: Files, dir: string, archive: string): Archiver {
  let directory: Directory | undefined
  const whole = new Set<string>()
  /** Bytes of segments at the last look. */
  let sizes = new Map<string, number>()

  /** The end of a segment is cut and sealed just after the next one was begun. */
  async function isSettled({ name, path }: Segment, now: Map<string, number>): Promise<boolean> {
    const bytes = await files.bytes(path)
    now.set(name, bytes)
    return sizes.get(name) === bytes
  }

  async function keep({ name, path }: Segment): Promise<boolean> {
    if (whole.has(name)) return false
    const isThere = await holdsSegment(files, join(archive, archivedName(name)), path)
    if (!isThere) await archiveSegment(files, path, name, archive)
    whole.add(name)
    return !isThere
  }

  return {
    async look() {
      // A directory that is not there (no disk mounted) is a fault, and is not made.
      await files.list(archive)
      directory = await listSegments(files, dir, directory)
      const { segments } = directory
      const newest = segments.findLast(({ header }) => header)
      const written: string[] = []
      const now = new Map<string, number>()
      let open = newest
      for (const segment of segments) {
        if (!newest || segment.ordinal >= newest.ordinal) break
        if (whole.has(segment.name)) continue
        if (await isSettled(segment, now)) {
          if (await keep(segment)) written.push(segment.name)
        } else if (open === newest) open = segment
      }
      sizes = now
      return { upTo: (open?.first ?? 1) - 1, written }
    },
  }
}
