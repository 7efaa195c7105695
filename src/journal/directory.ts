/** The segments of a journal as they lie in its directory, oldest first. Whatever else lies there is left alone. */
import { join } from 'node:path'
import type { Files } from '../lib/files.ts'
import { memory } from './record.ts'
import { decodeHeader, headerBytes, parseSegmentName, type SegmentHeader, type SegmentName } from './segment.ts'

export interface Segment extends SegmentName {
  readonly name: string
  readonly path: string
  /** Undefined where it cannot be read: never written whole, or damaged. */
  readonly header: SegmentHeader | undefined
  /** True when a later version of the format wrote it. */
  readonly newer: boolean
}

export interface Directory {
  /** Undefined while there is no segment. */
  readonly id: string | undefined
  /** Of this journal, by ordinal. */
  readonly segments: readonly Segment[]
  /** Highest ordinal any name claims, ours or not: the next segment goes above it. */
  readonly ordinalMax: number
}

/** `known`: what an earlier listing found; headers never change once they can be read. */
export async function listSegments(files: Files, dir: string, known: readonly Segment[] = []): Promise<Directory> {
  const before = new Map(known.filter((segment) => segment.header).map((segment) => [segment.name, segment]))
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
  return { id, segments: mine.filter((segment, i) => segment.ordinal !== mine[i - 1]?.ordinal), ordinalMax }
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
  const { bytes } = memory(headerBytes)
  let got: number
  try {
    const file = await files.open(path, 'read')
    try {
      got = await file.read(bytes, 0)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (['ENOENT', 'EISDIR', 'EACCES', 'ELOOP', 'ENXIO'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return undefined
    if ((error as NodeJS.ErrnoException).code !== 'EIO') throw error
    got = 0
  }
  const header = decodeHeader(bytes.subarray(0, got))
  if (!header || header === 'newer') return { ...named, name, path, header: undefined, newer: header === 'newer' }
  return { id: header.id, ordinal: header.ordinal, first: header.first, name, path, header, newer: false }
}
