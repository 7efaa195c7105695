/**
 * State of the journal in a directory, found by reading only. Only the newest segment is walked (and older ones only while
 * those above hold no record and no header): the others are trusted by their headers until they are read.
 */
import type { Files } from '../lib/files.ts'
import { findCheckpoint } from './checkpoint.ts'
import { damageOfHole, noTotals } from './damage.ts'
import { type Directory, listSegments, type Segment } from './directory.ts'
import type { Mark } from './groups.ts'
import { type Damage, recordKinds, type StoredRecord } from './journal.ts'
import { recordFlags, recordHeaderBytes, type Totals } from './record.ts'
import { type CheckpointPlace, headerBytes, segmentSalt } from './segment.ts'
import { type Seal, usedBytes, walk } from './walk.ts'

/** Numbers skipped when a whole segment is known to be gone: more than any segment can hold. */
const lostSegmentRecords = 1_000_000_000

export interface Recovered {
  readonly directory: Directory
  readonly fence: number
  /** Newest record, and the counts at it. Numbers up to `usedNumber` must not be given again. */
  readonly lastRecord: number
  readonly usedNumber: number
  readonly totals: Totals
  readonly checkpoint: CheckpointPlace | undefined
  readonly lastCheckpoint: StoredRecord | undefined
  readonly damage: readonly Damage[]
  /** Ordinal of the oldest segment that was looked through: damage in it and those above is known. */
  readonly lookedFrom: number
  /** Where the records end. */
  readonly end: RecordsEnd | undefined
}

export interface RecordsEnd {
  readonly segment: Segment
  readonly offset: number
  readonly seal: Seal | undefined
  readonly sealEnd: number
  /** The seal at its end. */
  readonly mark: Mark
  /** Where the newest write begins: all before it was synced when it was made. */
  readonly lastWrite: number
}

export async function recover(files: Files, dir: string): Promise<Recovered> {
  const directory = await listSegments(files, dir)
  const { segments } = directory
  const tails: Tail[] = []
  for (const segment of segments.toReversed()) {
    const tail = await readTail(files, segment, tails.length === 0)
    tails.unshift(tail)
    if (tail.totals) break
  }
  const lookedFrom = tails[0]?.segment.ordinal ?? 0
  const newest = segments.at(-1)?.ordinal ?? 0
  for (const unused of directory.unreadableSegments)
    if (unused.ordinal > newest) tails.push(await readTail(files, unused, false))
  const oldest = tails.find((tail) => tail.totals)
  const last = oldest && { ...oldest, totals: oldest.totals ?? noTotals }
  const checkpoint = await findCheckpoint(files, segments, last)
  const lastRecord = last?.lastRecord ?? 0
  return {
    directory,
    fence: segments.reduce((fence, { header }) => Math.max(fence, header?.fence ?? 0), 0) + headerless(directory),
    lastRecord,
    usedNumber: Math.max(lastRecord, ...tails.map((tail) => tail.usedNumber)),
    totals: last?.totals ?? noTotals,
    checkpoint: checkpoint?.place,
    lastCheckpoint: checkpoint?.record,
    damage: tails.flatMap((tail) => tail.damage),
    lookedFrom,
    end: last?.readable ? last : undefined,
  }
}

/** A header that cannot be read may have held a separate fence. */
const headerless = ({ segments, unreadableSegments }: Directory) =>
  unreadableSegments.length + segments.filter(({ header }) => !header).length

interface Tail extends RecordsEnd {
  readonly lastRecord: number
  readonly usedNumber: number
  /** Undefined when neither header nor any record could be read. */
  readonly totals: Totals | undefined
  readonly checkpoint: CheckpointPlace | undefined
  /** False where nothing is known of the bytes, so that they must be left as they are. */
  readonly readable: boolean
  readonly damage: readonly Damage[]
}

async function readTail(files: Files, segment: Segment, newest: boolean): Promise<Tail> {
  try {
    return await walkTail(files, segment, newest)
  } catch (error) {
    // The size is for the report alone: the segment counts as unreadable either way.
    const bytes = await files.bytes(segment.path).catch(() => 0)
    return unreadable(segment, bytes, `the file cannot be read: ${(error as Error).message}`)
  }
}

async function walkTail(files: Files, segment: Segment, newest: boolean): Promise<Tail> {
  const { header, first, name, ordinal } = segment
  const file = await files.open(segment.path, 'read')
  try {
    if (segment.newer)
      return unreadable(segment, await file.bytes(), `it has format ${segment.newer}, of a later version`)
    let totals: Totals | undefined = header
    let checkpoint: CheckpointPlace | undefined
    const damage: Damage[] = []
    // Holes inside of one write that nothing follows: that write may never have been whole, so nothing in it was acknowledged.
    let doubtfulFrom: number | undefined
    let lastWrite = headerBytes
    const end = await walk(
      file,
      { salt: segmentSalt(segment), number: first },
      {
        record(record, offset) {
          totals = record
          if (record.flags & recordFlags.firstOfWrite) {
            doubtfulFrom = undefined
            lastWrite = offset
          }
          if (record.kind === recordKinds.checkpoint) checkpoint = { ordinal, offset, number: record.number }
          return undefined
        },
        hole(hole) {
          doubtfulFrom ??= damage.length
          damage.push(damageOfHole(name, hole, totals))
        },
      },
    )
    if (newest && (!end.seal || end.seal === 'recovered'))
      damage.push(...damage.splice(doubtfulFrom ?? damage.length).map((torn) => ({ ...torn, torn: true as const })))
    totals = end.totals ?? totals
    const usedNumber = end.number - 1
    const lastRecord = end.number === first && header ? header.prior : usedNumber
    const used = end.seal ? 0 : await usedBytes(file, end.offset)
    if (!totals) return used > 0 ? unreadable(segment, used, neverCompleted, true) : neverWritten(segment)
    const { offset, seal, sealEnd } = end
    const { acceptedFrames, noiseFrames } = totals
    const mark = { number: usedNumber, acceptedFrames, noiseFrames }
    const found = { segment, offset, seal, sealEnd, mark, lastWrite }
    const tail = { ...found, lastRecord, usedNumber, totals, checkpoint, damage, readable: true }
    const fromRecord = usedNumber + 1
    if (newest && (seal === 'continued' || seal === 'recovered')) {
      const toRecord = usedNumber + lostSegmentRecords
      const reason = 'the segment after this one is gone; how many frames it held is unknown'
      damage.push({ segment: name, fromRecord, toRecord, bytes: 0, frames: 0, reason })
      return { ...tail, usedNumber: toRecord }
    }
    if (used === 0) return tail
    const toRecord = usedNumber + Math.ceil(used / recordHeaderBytes)
    const reason = 'the end was torn when the journal stopped; what it held was most likely never acknowledged'
    damage.push({ segment: name, fromRecord, toRecord, bytes: used, offset: end.offset, frames: 0, torn: true, reason })
    return { ...tail, usedNumber: toRecord }
  } finally {
    await file.close()
  }
}

const nothing = {
  ...{ offset: headerBytes, sealEnd: headerBytes, seal: undefined, mark: { number: 0, ...noTotals } },
  ...{ lastWrite: headerBytes, totals: undefined, checkpoint: undefined, readable: false },
}

/** A segment whose making was cut short: no record in it was ever acknowledged. */
function neverWritten(segment: Segment): Tail {
  const lastRecord = segment.first - 1
  return { segment, ...nothing, lastRecord, usedNumber: lastRecord, damage: [] }
}

const neverCompleted = 'nothing in it can be read: most likely it was being made when the journal stopped'

function unreadable(segment: Segment, bytes: number, reason: string, torn?: true): Tail {
  const { first: fromRecord, name, header } = segment
  const toRecord = fromRecord - 1 + Math.max(1, Math.ceil(bytes / recordHeaderBytes))
  const range: Damage = { segment: name, fromRecord, toRecord, bytes, offset: 0, frames: 0, reason }
  const damage = [torn ? { ...range, torn } : range]
  return { segment, ...nothing, lastRecord: fromRecord - 1, usedNumber: toRecord, totals: header, damage }
}
