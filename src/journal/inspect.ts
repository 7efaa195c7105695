/** Content of a journal directory by segment. Only reads, so it works beside a running writer and after a crash. */
import { join } from 'node:path'
import { type Files, realFiles } from '../lib/files.ts'
import { copyName, damagedDirectory } from './damaged-bytes.ts'
import { listSegments, type Segment } from './directory.ts'
import type { Damage, JournalTail, StoredRecord } from './journal.ts'
import { openReader } from './reader.ts'
import { formatVersion, segmentSalt } from './segment.ts'
import { type Seal, walk } from './walk.ts'

export interface SegmentFacts {
  readonly name: string
  readonly format: number
  /** Undefined where the header cannot be read. */
  readonly fence: number | undefined
  readonly bytes: number
  /** Up to the end of the last record; what is behind it is room. */
  readonly usedBytes: number
  readonly firstRecord: number
  readonly records: number
  readonly lastRecord: number
  readonly frames: number
  readonly noiseFrames: number
  readonly madeAt: number | undefined
  /** When the next one was made; undefined for the last. */
  readonly endedAt: number | undefined
  readonly sealed: Seal | 'open'
  readonly state: 'whole' | 'damaged' | 'torn' | 'header lost' | 'nothing readable' | 'later version'
}

export interface DamageFound extends Damage {
  /** Where a copy of the bytes lies, if there is one yet. */
  readonly copy?: string
}

export interface JournalFacts {
  readonly tail: JournalTail
  readonly lastCheckpoint: StoredRecord | undefined
  readonly segments: readonly SegmentFacts[]
  readonly damage: readonly DamageFound[]
}

const refuse = () => Promise.reject(Object.assign(new Error('EROFS: looked at, not changed'), { code: 'EROFS' }))

/** The disk for looking: nothing is made, changed or removed. */
export const readOnlyFiles: Files = {
  ...realFiles,
  open: (path, mode) => (mode === 'read' ? realFiles.open(path, mode) : refuse()),
  makeDirectory: refuse,
  syncDirectory: refuse,
  remove: refuse,
  rename: refuse,
}

export async function inspectJournal(dir: string, files: Files = readOnlyFiles): Promise<JournalFacts> {
  await using reader = await openReader(dir, { files })
  const { tail, lastCheckpoint, damage } = await reader.scan()
  const { segments, unreadableSegments } = await listSegments(files, dir)
  const all = [...segments, ...unreadableSegments].sort((a, b) => a.ordinal - b.ordinal)
  const facts: SegmentFacts[] = []
  for (const [i, segment] of all.entries()) {
    const later = all.slice(i + 1).filter(({ isUnreadable }) => !isUnreadable)
    const found = await factsOf(files, segment, later, damage)
    if (found) facts.push(found)
  }
  return {
    tail,
    lastCheckpoint,
    segments: facts,
    damage: await Promise.all(damage.map((each) => withCopy(each, dir, files))),
  }
}

/** Undefined when it was removed meanwhile. */
async function factsOf(files: Files, segment: Segment, later: readonly Segment[], damage: readonly Damage[]) {
  const { name, first, header, newer, isUnreadable } = segment
  const below = later.reduce((least, other) => Math.min(least, other.first), Number.POSITIVE_INFINITY)
  const known = {
    ...{ name, format: newer ?? formatVersion, fence: header?.fence, firstRecord: first },
    madeAt: header?.madeAt,
    endedAt: later.find((other) => other.header)?.header?.madeAt,
  }
  const counts = { records: 0, lastRecord: header?.prior ?? first - 1, frames: 0, noiseFrames: 0 }
  try {
    const file = await files.open(segment.path, 'read')
    try {
      const bytes = await file.bytes()
      if (newer || isUnreadable || first >= below) {
        const state = newer ? 'later version' : isUnreadable ? 'nothing readable' : 'whole'
        return { ...known, ...counts, bytes, usedBytes: 0, sealed: 'open', state } satisfies SegmentFacts
      }
      const end = await walk(
        file,
        { salt: segmentSalt(segment), number: first, below },
        {
          record({ kind, frames, number }) {
            counts.records++
            counts.lastRecord = number
            if (kind === 1) counts.frames += frames
            if (kind === 2) counts.noiseFrames += frames
            return undefined
          },
        },
      )
      const mine = damage.filter((range) => range.segment === name)
      const hurt = mine.some(({ torn }) => !torn) ? 'damaged' : mine.length > 0 ? 'torn' : 'whole'
      const state = header ? hurt : 'header lost'
      const sealed = end.seal ?? 'open'
      return { ...known, ...counts, bytes, usedBytes: end.sealEnd, sealed, state } satisfies SegmentFacts
    } finally {
      await file.close()
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    return {
      ...known,
      ...counts,
      bytes: 0,
      usedBytes: 0,
      sealed: 'open',
      state: 'nothing readable',
    } satisfies SegmentFacts
  }
}

async function withCopy(range: Damage, dir: string, files: Files): Promise<DamageFound> {
  if (range.bytes === 0 || range.offset === undefined) return range
  const copy = join(dir, damagedDirectory, copyName(range, range.offset))
  const there = await files.bytes(copy).then(
    () => true,
    () => false,
  )
  return there ? { ...range, copy } : range
}
