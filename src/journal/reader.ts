/**
 * Reads a journal while another process may be writing it. It is told what is durable and takes nothing beyond, since only what is
 * durable stays as it is; segments may grow, appear and vanish between two calls. It changes nothing in the directory but adds
 * copies of damaged bytes.
 *
 * A listing of the directory made when record n was known to be durable names the segment that holds n: so the directory is listed
 * again whenever more is durable than at the last listing.
 */
import type { Files, OpenFile } from '../lib/files.ts'
import { keepDamagedBytes } from './damaged-bytes.ts'
import { type Directory, listSegments, type Segment, stoppedAt } from './directory.ts'
import type { Damage, JournalReader, ReadLimit, StoredRecord } from './journal.ts'
import { type RecordHead, readRecord, recordFlags, type Totals } from './record.ts'
import { damageOfHole, lostBetween, recover, stored, totalsBefore } from './recovery.ts'
import { headerBytes, segmentSalt } from './segment.ts'
import { verify } from './verify.ts'
import { endsWrites, findRecord, walk } from './walk.ts'
import { createWindow, extend, moveTo } from './window.ts'

export interface ReaderDeps {
  readonly files: Files
}

/** Where the last call stopped. */
interface Cursor {
  readonly segment: Segment
  readonly file: OpenFile
  readonly salt: number
  offset: number
  /** Number expected at `offset`, and the counts before it where they are known. */
  next: number
  totals: Totals | undefined
}

/** A known place inside a segment, so that counts can be found without walking it from its start. */
interface Milestone extends Totals {
  readonly segment: string
  readonly number: number
  /** Behind the record. */
  readonly offset: number
}

const milestonesMax = 4_096

export async function openReader(dir: string, { files }: ReaderDeps): Promise<JournalReader> {
  let directory: Directory = await listSegments(files, dir)
  let listedDurable = 0
  let cursor: Cursor | undefined
  let window = createWindow()
  /** What the window holds of records above this was not durable when it was loaded. */
  let windowDurable = 0
  const milestones = new Map<number, Milestone>()
  let turn: Promise<unknown> = Promise.resolve()

  async function list(durable: number) {
    directory = await listSegments(files, dir, directory)
    listedDurable = durable
  }

  /** Calls take turns: a cursor has one position. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = turn.then(work)
    turn = result.catch(() => {})
    return result
  }

  async function read(after: number, limit: ReadLimit) {
    const records: StoredRecord[] = []
    const damage: Damage[] = []
    let bytes = 0
    let frames = 0
    let next = after + 1
    let listed = false
    if (next > limit.durable) return { records, damage }
    if (limit.durable > listedDurable) await list(limit.durable)
    if (cursor?.next !== next) await leave()
    else if (windowDurable < next) moveTo(window, cursor.offset)
    // Views of the last call end here.
    let keep = cursor?.offset ?? 0
    while (next <= limit.durable) {
      const at = await enter(next)
      if (!at) {
        const gap = missing(next, limit.durable)
        if (!listed) {
          await list(limit.durable)
          listed = true
          continue
        }
        damage.push(gap)
        next = gap.toRecord + 1
        continue
      }
      if (at.fresh) keep = at.cursor.offset
      const { file, salt, segment } = at.cursor
      const found = readRecord(window, at.cursor.offset - window.start, window.length, salt)
      if (found === 'more' && !window.atEnd) {
        if (records.length > 0 && window.length >= limit.bytesMax) break
        // Moving the window would pull the bytes from under the records found in it.
        await extend(window, file, records.length > 0 ? window.start : keep)
        windowDurable = limit.durable
        continue
      }
      let record: RecordHead | undefined = found === 'more' ? undefined : found
      let offset = at.cursor.offset
      if (record?.number !== next) {
        if (windowDurable < limit.durable) {
          // What looks damaged may have been written since it was loaded.
          if (records.length > 0) break
          moveTo(window, at.cursor.offset)
          windowDurable = limit.durable
          continue
        }
        if (records.length > 0) break
        const behind = await findRecord(file, { salt, offset, number: next }, window)
        record = behind?.record
        offset = behind?.offset ?? offset
        keep = offset
      }
      const below = firstAbove(next, segment)?.first ?? Number.POSITIVE_INFINITY
      if (!record || record.flags & recordFlags.seal || record.number >= below || record.number > limit.durable) {
        if (!listed) {
          await list(limit.durable)
          listed = true
          moveTo(window, at.cursor.offset)
          keep = at.cursor.offset
          continue
        }
        const gap = missing(next, limit.durable, at.cursor)
        damage.push(gap)
        next = gap.toRecord + 1
        await leave()
        continue
      }
      if (record.number > next) {
        const bytes = offset - at.cursor.offset
        const hole = { fromRecord: next, toRecord: record.number - 1, offset: at.cursor.offset, bytes, next: record }
        const above = firstAbove(next, segment)
        const torn = stoppedAt(segment, above) && (await endsWrites(file, record, offset, { salt, below }))
        damage.push(damageOfHole(segment.name, hole, at.cursor.totals, torn))
      }
      const full = bytes + record.to - record.from > limit.bytesMax || frames + record.frames > limit.framesMax
      if (full && records.length > 0) break
      bytes += record.to - record.from
      frames += record.frames
      records.push({ ...stored(record), bytes: window.bytes.subarray(record.from, record.to) })
      next = record.number + 1
      at.cursor.offset = window.start + record.to
      at.cursor.next = next
      at.cursor.totals = record
      if (bytes >= limit.bytesMax || frames >= limit.framesMax) break
    }
    remember()
    await keepDamagedBytes(files, dir, damage)
    return { records, damage }
  }

  /** The segment that holds a record, by the law in segment.ts. */
  function segmentOf(number: number): Segment | undefined {
    return directory.segments.findLast(({ first }) => first <= number)
  }

  /** The segment where the range of `segment` ends, and of several that begin there the one that knows of the oldest end. */
  function firstAbove(number: number, segment: Segment | undefined): Segment | undefined {
    let least: Segment | undefined
    for (const other of directory.segments) {
      if (other.first <= number || (segment && other.ordinal <= segment.ordinal)) continue
      if (!least || other.first < least.first || (other.first === least.first && prior(other) < prior(least)))
        least = other
    }
    return least
  }

  async function enter(number: number): Promise<{ cursor: Cursor; fresh: boolean } | undefined> {
    const segment = segmentOf(number)
    if (!segment) return undefined
    if (cursor && cursor.segment.name === segment.name && cursor.next === number) return { cursor, fresh: false }
    const left = cursor
    await leave()
    let file: OpenFile
    try {
      file = await files.open(segment.path, 'read')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      directory = { ...directory, segments: directory.segments.filter((other) => other !== segment) }
      return enter(number)
    }
    window = createWindow()
    windowDurable = 0
    cursor = {
      segment,
      file,
      salt: segmentSalt(segment),
      offset: headerBytes,
      next: segment.first,
      totals: segment.header ?? (left?.next === segment.first ? left.totals : undefined),
    }
    await forward(cursor, number)
    moveTo(window, cursor.offset)
    return { cursor, fresh: true }
  }

  /** Moves to the first record that is not below `number`. */
  async function forward(to: Cursor, number: number) {
    const start = milestoneBelow(to.segment, number)
    if (start) {
      to.offset = start.offset
      to.next = start.number + 1
      to.totals = start
    }
    if (to.next >= number) return
    const end = await walk(
      to.file,
      { salt: to.salt, offset: to.offset, number: to.next },
      {
        record(record) {
          if (record.number >= number) return true
          to.totals = record
          return undefined
        },
        hole(hole) {
          if (hole.toRecord >= number) to.totals = undefined
        },
      },
    )
    to.offset = end.offset
    to.next = number
  }

  /** The range that no segment holds (any more): up to the next one that exists, or to all that was said to be durable. */
  function missing(from: number, durable: number, at?: Cursor): Damage {
    const above = firstAbove(from, at?.segment)
    const toRecord = Math.min(durable, above ? above.first - 1 : durable)
    const before = at ? at.totals : from === 1 ? { acceptedFrames: 0, noiseFrames: 0 } : undefined
    const skipped = above?.header && above.header.prior < from
    const gone = at ? 'the records are missing' : 'the segments are gone: removed after their release, or by hand'
    const unknown = before && above?.header ? '' : '; how many frames is unknown'
    return {
      ...{ segment: at?.segment.name ?? above?.name ?? '', fromRecord: from, toRecord, bytes: 0 },
      ...lostBetween(before, above?.header),
      ...(skipped ? { torn: true as const } : {}),
      reason: skipped ? 'the end was torn when the journal stopped: these numbers were skipped' : gone + unknown,
    }
  }

  async function leave() {
    const left = cursor
    cursor = undefined
    await left?.file.close().catch(() => {})
  }

  function remember() {
    if (!cursor?.totals || cursor.next <= cursor.segment.first) return
    const { acceptedFrames, noiseFrames } = cursor.totals
    const number = cursor.next - 1
    milestones.delete(number)
    milestones.set(number, { segment: cursor.segment.name, number, offset: cursor.offset, acceptedFrames, noiseFrames })
    if (milestones.size > milestonesMax) milestones.delete(milestones.keys().next().value as number)
  }

  function milestoneBelow(segment: Segment, number: number): Milestone | undefined {
    let best: Milestone | undefined
    for (const milestone of milestones.values())
      if (milestone.segment === segment.name && milestone.number < number && milestone.number > (best?.number ?? 0))
        best = milestone
    return best
  }

  async function countsAt(number: number) {
    if (number === 0) return { acceptedFrames: 0, noiseFrames: 0 }
    const known = milestones.get(number) ?? headerAt(number)
    if (known) return counts(known)
    await list(listedDurable)
    const segment = segmentOf(number)
    const begun = headerAt(number)
    if (begun || !segment) return begun && counts(begun)
    return walkTo(segment, number)
  }

  /** A header that begins behind the record knows the counts at it. */
  const headerAt = (number: number) =>
    directory.segments.find(({ header }) => header && header.prior <= number && number < header.first)?.header

  async function walkTo(segment: Segment, number: number) {
    const start = milestoneBelow(segment, number + 1)
    let totals: Totals | undefined
    try {
      const file = await files.open(segment.path, 'read')
      try {
        const from = { number: (start?.number ?? segment.first - 1) + 1, ...(start ? { offset: start.offset } : {}) }
        await walk(
          file,
          { salt: segmentSalt(segment), ...from },
          {
            record(record) {
              if (record.number === number) totals = record
              return record.number >= number ? true : undefined
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
    return totals && counts(totals)
  }

  async function scan({ whole = true } = {}) {
    const recovered = await recover(files, dir)
    const { directory: found, fence, lastRecord, totals, lastCheckpoint } = recovered
    const damage = whole ? await verify(files, recovered) : recovered.damage
    return { tail: { id: found.id ?? '', fence, lastRecord, ...counts(totals) }, lastCheckpoint, damage }
  }

  return {
    get id() {
      return directory.id ?? ''
    },
    read: (after, limit) => inTurn(() => read(after, limit)),
    countsAt,
    scan,
    [Symbol.asyncDispose]: () => inTurn(leave),
  }
}

const prior = ({ first, header }: Segment) => header?.prior ?? first - 1
const counts = ({ acceptedFrames, noiseFrames }: Totals) => ({ acceptedFrames, noiseFrames })
