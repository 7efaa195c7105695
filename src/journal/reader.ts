/**
 * Reads a journal while another process may be writing it. It reads only up to the durable number passed to it, because only
 * durable bytes do not change; segments may grow, appear and vanish between two calls. It changes nothing in the directory but adds
 * copies of damaged bytes.
 *
 * A listing of the directory made when record n was known to be durable names the segment that holds n: so the directory is listed
 * again whenever more is durable than at the last listing. Bytes loaded then are good for the same records, and for no later ones.
 */
import type { Files, OpenFile } from '../lib/files.ts'
import { damageOfHole, lostBetween, stored, totalsBefore } from './damage.ts'
import { type Directory, listSegments, refuseNewer, type Segment, stoppedAt } from './directory.ts'
import { type Damage, JournalError, type JournalReader, type ReadLimit, type StoredRecord } from './journal.ts'
import { type RecordHead, readRecord, recordFlags, type Totals } from './record.ts'
import { recover } from './recovery.ts'
import { headerBytes, segmentSalt } from './segment.ts'
import { keepDamagedBytes } from './testing/damaged-bytes.ts'
import { createMilestones, headerAt, walkTo } from './testing/milestones.ts'
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

export async function openReader(dir: string, { files }: ReaderDeps): Promise<JournalReader> {
  const milestones = createMilestones()
  let directory: Directory = await listSegments(files, dir)
  let listedDurable = 0
  let cursor: Cursor | undefined
  const window = createWindow()
  let windowDurable = 0
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
    if (durable > listedDurable) await list(durable)
    if (cursor?.next !== after + 1) await leave()
    // The bytes of the last call end here: from now on, until the first record is taken, the window may move.
    for (let next = after + 1, sure = false; next <= durable; ) {
      const at = await enter(next)
      if (at && (await standsAt(at, durable))) return { records: await take(at, limit), damage: await kept(damage) }
      // Apparently lost records may have moved since the directory was listed and the bytes were loaded.
      if (!sure) {
        sure = true
        await list(durable)
        windowDurable = 0
        continue
      }
      const lost = at ? await skip(at, durable) : missing(next, durable)
      if (lost) damage.push(lost)
      next = lost ? lost.toRecord + 1 : next
      sure = lost === undefined
    }
    return { records: [], damage: await kept(damage) }
  }

  /** True when the cursor's record can be read; the window then holds it. */
  async function standsAt(at: Cursor, durable: number): Promise<boolean> {
    if (windowDurable < at.next) {
      moveTo(window, at.offset)
      windowDurable = durable
    }
    for (;;) {
      const found = readRecord(window, at.offset - window.start, window.length, at.salt)
      if (found !== 'more') return found?.number === at.next && !(found.flags & recordFlags.seal)
      if (window.atEnd) return false
      await extend(window, at.file, at.offset)
    }
  }

  /** Records from the cursor on, out of one segment. From the first on the window only grows: their bytes lie in it. */
  async function take(at: Cursor, { durable, bytesMax, framesMax }: ReadLimit): Promise<readonly StoredRecord[]> {
    const records: StoredRecord[] = []
    const below = Math.min(durable, windowDurable, (firstAbove(at.next, at.segment)?.first ?? Infinity) - 1) + 1
    let bytes = 0
    let frames = 0
    if (at.offset > window.start) await extend(window, at.file, at.offset, 0)
    while (at.next < below && (records.length === 0 || (bytes < bytesMax && frames < framesMax))) {
      const found = readRecord(window, at.offset - window.start, window.length, at.salt)
      if (found === 'more') {
        if (window.atEnd || window.length > bytesMax) break
        await extend(window, at.file, window.start)
        continue
      }
      if (found?.number !== at.next || found.flags & recordFlags.seal) break
      const length = found.to - found.from
      if (records.length > 0 && (bytes + length > bytesMax || frames + found.frames > framesMax)) break
      bytes += length
      frames += found.frames
      records.push({ ...stored(found), bytes: window.bytes.subarray(found.from, found.to) })
      advance(at, found, window.start + found.to)
    }
    const { acceptedFrames, noiseFrames } = at.totals as Totals
    milestones.add({ segment: at.segment.name, number: at.next - 1, offset: at.offset, acceptedFrames, noiseFrames })
    return records
  }

  function advance(at: Cursor, record: RecordHead, offset: number) {
    at.offset = offset
    at.next = record.number + 1
    at.totals = record
  }

  /** Passes over what cannot be read at the cursor; undefined when no record was lost by it. */
  async function skip(at: Cursor, durable: number): Promise<Damage | undefined> {
    const { file, salt, segment, offset, next } = at
    const above = firstAbove(next, segment)
    const below = above?.first ?? Infinity
    const behind = await findRecord(file, { salt, offset, number: next })
    if (!behind || behind.record.number > Math.min(durable + 1, below)) return leaveFor(missing(next, durable, at))
    const { record } = behind
    const ended = (record.flags & recordFlags.seal) !== 0
    if (ended && record.number === next) return leaveFor(missing(next, durable, at))
    const before = at.totals
    at.offset = behind.offset
    at.next = record.number
    at.totals = totalsBefore(record)
    windowDurable = 0
    if (record.number === next) return undefined
    const bytes = behind.offset - offset
    const hole = { fromRecord: next, toRecord: record.number - 1, offset, bytes, next: record }
    const torn = !ended && stoppedAt(segment, above) && (await endsWrites(file, record, behind.offset, { salt, below }))
    return damageOfHole(segment.name, hole, before, torn)
  }

  async function leaveFor(damage: Damage): Promise<Damage> {
    await leave()
    return damage
  }

  /** The range that no segment holds (any more): up to the next segment, or to the durable number. */
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

  async function kept(damage: readonly Damage[]) {
    await keepDamagedBytes(files, dir, damage)
    return damage
  }

  async function list(durable: number) {
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
  }

  /** The segment that holds a record, by the law in segment.ts. */
  const segmentOf = (number: number) => directory.segments.findLast(({ first }) => first <= number)

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

  /** The cursor at a record, in the segment that holds it; undefined when there is none. */
  async function enter(number: number): Promise<Cursor | undefined> {
    const segment = segmentOf(number)
    if (!segment) return undefined
    if (cursor && cursor.segment.name === segment.name && cursor.next === number) return cursor
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
    const totals = segment.header ?? (left?.next === segment.first ? left.totals : undefined)
    cursor = { segment, file, salt: segmentSalt(segment), offset: headerBytes, next: segment.first, totals }
    windowDurable = 0
    await forward(cursor, number)
    return cursor
  }

  /** Moves behind the last record below `number`. */
  async function forward(at: Cursor, number: number) {
    const start = milestones.atOrBelow(at.segment, number - 1)
    if (start) Object.assign(at, { offset: start.offset, next: start.number + 1, totals: start })
    if (at.next >= number) return
    const { file, salt, offset, next } = at
    const end = await walk(
      file,
      { salt, offset, number: next, below: number },
      {
        record(record) {
          at.totals = record
          return undefined
        },
      },
    )
    // The counts before a record behind a hole are known only where the hole ends.
    if (end.number !== number) at.totals = undefined
    at.offset = end.offset
    at.next = number
  }

  async function leave() {
    const left = cursor
    cursor = undefined
    // It was opened for reading only.
    await left?.file.close().catch(() => {})
  }

  async function countsAt(number: number) {
    if (number === 0) return { acceptedFrames: 0, noiseFrames: 0 }
    const known = milestones.at(number) ?? headerAt(directory.segments, number)
    if (known) return counts(known)
    await list(listedDurable)
    const segment = segmentOf(number)
    const found =
      headerAt(directory.segments, number) ?? (segment && (await walkTo(files, segment, number, milestones)))
    return found && counts(found)
  }

  /** Apparent damage may be a concurrent write: it is damage only when a second read finds it too. */
  async function scan(options = {}) {
    const first = await look(options)
    if (first.damage.length === 0) return first
    const seen = new Set(first.damage.map((range) => JSON.stringify(range)))
    const second = await look(options)
    return { ...second, damage: second.damage.filter((range) => seen.has(JSON.stringify(range))) }
  }

  async function look({ whole = true } = {}) {
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
