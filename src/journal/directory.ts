/** The segments of a journal as they lie in its directory, oldest first. All else there is left alone. */
import { join } from 'node:path'
import type { Files } from '../lib/files.ts'
import { JournalError } from './journal.ts'
import { memory } from './memory.ts'
import {
  decodeHeader,
  formatVersion,
  headerBytes,
  parseSegmentName,
  type SegmentHeader,
  type SegmentName,
  segmentSalt,
} from './segment.ts'
import { findRecord } from './walk.ts'

export interface Segment extends SegmentName {
  readonly name: string
  readonly path: string
  /** Undefined where it cannot be read: never written whole, or damaged. */
  readonly header: SegmentHeader | undefined
  /** The version of the format, where it is a later one than this program reads. */
  readonly newer: number | undefined
  /** True when it has no header and no record. */
  readonly isUnreadable: boolean
}

export interface Directory {
  /** Undefined while there is no segment. */
  readonly id: string | undefined
  /** Of this journal, by ordinal. */
  readonly segments: readonly Segment[]
  /** Named like segments of this journal, with neither header nor any record: their creation was interrupted, or they are damaged. */
  readonly unreadableSegments: readonly Segment[]
  /** Highest ordinal in any file name, also of another journal: the next segment goes above it. */
  readonly ordinalMax: number
}

/** `known`: what an earlier listing found, so that each file is looked into once. */
export async function listSegments(files: Files, dir: string, known?: Directory): Promise<Directory> {
  const before = new Map(settled(known).map((segment) => [segment.name, segment]))
  const found: Segment[] = []
  let ordinalMax = 0
  for (const name of await list(files, dir)) {
    const named = parseSegmentName(name)
    if (!named) continue
    ordinalMax = Math.max(ordinalMax, named.ordinal)
    const segment = before.get(name) ?? (await readSegment(files, dir, name, named))
    if (segment) found.push(segment)
  }
  for (const segment of found) ordinalMax = Math.max(ordinalMax, segment.ordinal)
  const id = idOf(found)
  const mine = found.filter((segment) => segment.id === id)
  mine.sort((a, b) => a.ordinal - b.ordinal || rank(a) - rank(b) || (a.name < b.name ? -1 : 1))
  const unreadableSegments = mine.filter((segment) => segment.isUnreadable)
  const whole = mine.filter((segment) => !segment.isUnreadable)
  const segments = whole.filter((segment, i) => segment.ordinal !== whole[i - 1]?.ordinal)
  return { id, segments, unreadableSegments, ordinalMax }
}

/** Segments that cannot change any more: headers that were read, and unreadable segments below them; a segment above them may still be being created. */
function settled(known: Directory | undefined): readonly Segment[] {
  if (!known) return []
  const newest = known.segments.findLast(({ header }) => header)?.ordinal ?? 0
  return [...known.segments, ...known.unreadableSegments].filter(({ header, ordinal }) => header || ordinal < newest)
}

/** Of two files with one ordinal the one that bears its own name counts; the other is a copy. */
const rank = ({ name, header }: Segment) => (header ? 0 : 2) + (name.includes(`-${ordinalText(header)}-`) ? 0 : 1)
const ordinalText = (header: SegmentHeader | undefined) => String(header?.ordinal ?? 0).padStart(8, '0')

/** A directory may hold segments of another journal: this one is whose writer opened it last, then whose segments are more. */
function idOf(segments: readonly Segment[]): string | undefined {
  const score = new Map<string, { fence: number; count: number }>()
  for (const { id, header } of segments) {
    const { fence, count } = score.get(id) ?? { fence: 0, count: 0 }
    score.set(id, { fence: Math.max(fence, header?.fence ?? 0), count: count + 1 })
  }
  return [...score].sort(([, a], [, b]) => b.fence - a.fence || b.count - a.count)[0]?.[0]
}

async function list(files: Files, dir: string): Promise<readonly string[]> {
  try {
    return await files.list(dir)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** Undefined for what is no file, or vanished meanwhile. */
async function readSegment(files: Files, dir: string, name: string, named: SegmentName): Promise<Segment | undefined> {
  const path = join(dir, name)
  const lost = { ...named, name, path, header: undefined, newer: undefined }
  try {
    const file = await files.open(path, 'read')
    try {
      const { bytes } = memory(headerBytes)
      const header = decodeHeader(bytes.subarray(0, await file.read(bytes, 0)))
      if (header && 'newer' in header) return { ...lost, newer: header.newer, isUnreadable: false }
      if (header) {
        const { id, ordinal, first } = header
        return { ...{ id, ordinal, first }, name, path, header, newer: undefined, isUnreadable: false }
      }
      const any = await findRecord(file, { salt: segmentSalt(named), offset: headerBytes, number: named.first })
      return { ...lost, isUnreadable: any === undefined }
    } finally {
      await file.close()
    }
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (['ENOENT', 'EISDIR', 'EACCES', 'ELOOP', 'ENXIO'].includes(code)) return undefined
    if (code === 'EIO') return { ...lost, isUnreadable: true }
    throw error
  }
}

/** True when the writer of a segment stopped in it: what follows was made by another opening of the journal, or nothing follows. */
export const stoppedAt = (segment: Segment, above: Segment | undefined) =>
  !above || (above.header !== undefined && above.header.fence !== segment.header?.fence)

/** Writing next to a segment of a later version would count all its records as lost. */
export function refuseNewer({ segments }: Directory) {
  const newer = segments.find((segment) => segment.newer !== undefined)
  if (!newer) return
  const versions = `format ${newer.newer}, this program reads ${formatVersion}`
  const message = `${newer.name} was written by a later version of baykeeper (${versions}): start that one again; nothing was changed`
  throw new JournalError('E_JOURNAL_NEWER', message)
}
