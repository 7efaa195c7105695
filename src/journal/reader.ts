/**
 * Reads a journal while another process may be writing it. It reads only up to the durable number passed to it, because only
 * durable bytes do not change; segments may grow, appear and vanish between two calls. It changes nothing in the directory but adds
 * copies of damaged bytes.
 *
 * A listing of the directory made when record n was known to be durable names the segment that holds n: so the directory is listed
 * again whenever more is durable than at the last listing. Bytes loaded then are good for the same records, and for no later ones.
 * What it knows of the segments is in reader-segments.ts, where it stands in reader-cursor.ts.
 */
import type { Files } from '../lib/files.ts'
import { missingRecords } from './damage.ts'
import { keepDamagedBytes } from './damaged-bytes.ts'
import type { Damage, JournalReader, ReadLimit } from './journal.ts'
import { createMilestones, headerAt, type Milestones, walkTo } from './milestones.ts'
import { createReaderCursor } from './reader-cursor.ts'
import { listForReader, type ReaderSegments } from './reader-segments.ts'
import type { Totals } from './record.ts'
import { scan } from './scan.ts'

export interface ReaderDeps {
  readonly files: Files
}

export async function openReader(dir: string, { files }: ReaderDeps): Promise<JournalReader> {
  const milestones = createMilestones()
  const segments = await listForReader(files, dir)
  const cursor = createReaderCursor(files, segments, milestones)
  let turn: Promise<unknown> = Promise.resolve()

  /** Calls take turns: a cursor has one position. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = turn.then(work)
    // The caller gets the fault; the queue continues.
    turn = result.catch(() => {})
    return result
  }

  async function read(after: number, limit: ReadLimit) {
    const { durable } = limit
    const damage: Damage[] = []
    if (after >= durable) return { records: [], damage }
    if (durable > segments.durable) await segments.list(durable)
    if (cursor.next !== after + 1) await cursor.leave()
    // The bytes of the last call end here: from now on, until the first record is taken, the window may move.
    for (let next = after + 1, sure = false; next <= durable; ) {
      const at = await cursor.enter(next)
      if (at && (await cursor.standsAt(at, durable)))
        return { records: await cursor.take(at, limit), damage: await kept(damage) }
      // Apparently lost records may have moved since the directory was listed and the bytes were loaded.
      if (!sure) {
        sure = true
        await segments.list(durable)
        cursor.doubt()
        continue
      }
      const lost = at
        ? await cursor.skip(at, durable)
        : missingRecords(next, durable, segments.firstAbove(next, undefined))
      if (lost) damage.push(lost)
      next = lost ? lost.toRecord + 1 : next
      sure = lost === undefined
    }
    return { records: [], damage: await kept(damage) }
  }

  async function kept(damage: readonly Damage[]) {
    await keepDamagedBytes(files, dir, damage)
    return damage
  }

  return {
    get id() {
      return segments.id ?? ''
    },
    read: (after, limit) => inTurn(() => read(after, limit)),
    countsAt: (number) => countsAt(number, files, segments, milestones),
    scan: ({ whole = true } = {}) => scan(files, dir, whole),
    [Symbol.asyncDispose]: () => inTurn(cursor.leave),
  }
}

async function countsAt(number: number, files: Files, segments: ReaderSegments, milestones: Milestones) {
  if (number === 0) return { acceptedFrames: 0, noiseFrames: 0 }
  const known = milestones.at(number) ?? headerAt(segments.all, number)
  if (known) return counts(known)
  await segments.list(segments.durable)
  const segment = segments.holding(number)
  const found = headerAt(segments.all, number) ?? (segment && (await walkTo(files, segment, number, milestones)))
  return found && counts(found)
}

const counts = ({ acceptedFrames, noiseFrames }: Totals) => ({ acceptedFrames, noiseFrames })
