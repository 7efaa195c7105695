/** Reads every record of every segment, as `ledger verify` does. */
import type { Files } from '../lib/files.ts'
import { damageOfHole, lostBetween } from './damage.ts'
import { type Segment, stoppedAt } from './directory.ts'
import type { Damage } from './journal.ts'
import type { Totals } from './record.ts'
import type { Recovered } from './recovery.ts'
import { segmentSalt } from './segment.ts'
import { endsWrites, type Hole, walk } from './walk.ts'

/** All damage in the order of the records; that of the newest segment is what recovery found. */
export async function verify(
  files: Files,
  { directory, damage: newest, lookedFrom }: Recovered,
): Promise<readonly Damage[]> {
  const { segments, unreadableSegments } = directory
  const damage: Damage[] = []
  const [oldest] = segments
  const unreadable = unreadableSegments[0]
  // Ruins further back show as a gap between the segments around them.
  if (oldest?.header && unreadable && unreadable.first <= oldest.header.prior) {
    const range = { segment: unreadable.name, fromRecord: unreadable.first, toRecord: oldest.header.prior, bytes: 0 }
    const before = unreadable.first === 1 ? { acceptedFrames: 0, noiseFrames: 0 } : undefined
    const reason = `nothing in the segment can be read${before ? '' : '; how many frames is unknown'}`
    damage.push({ ...range, ...lostBetween(before, oldest.header), reason })
  }
  for (const [i, segment] of segments.entries()) {
    if (segment.ordinal >= lookedFrom) break
    const later = segments.slice(i + 1)
    const below = later.reduce((least, { first }) => Math.min(least, first), Number.POSITIVE_INFINITY)
    damage.push(...(await verifySegment(files, segment, below, later)))
  }
  return [...damage, ...newest]
}

async function verifySegment(files: Files, segment: Segment, below: number, later: readonly Segment[]) {
  const { name, first } = segment
  const salt = segmentSalt(segment)
  const damage: Damage[] = []
  if (first >= below) return damage
  let totals: Totals | undefined = segment.header
  let next = first
  const holes: { hole: Hole; totals: Totals | undefined }[] = []
  const above = later.filter((other) => other.first === below)
  const stopped = above.some((other) => stoppedAt(segment, other))
  try {
    const file = await files.open(segment.path, 'read')
    try {
      const end = await walk(
        file,
        { salt, number: first, below },
        {
          record(record) {
            totals = record
            return undefined
          },
          hole(hole) {
            holes.push({ hole, totals })
          },
        },
      )
      next = end.number
      for (const { hole, totals: before } of holes) {
        const at = hole.offset + hole.bytes
        const torn = stopped && (await endsWrites(file, hole.next, at, { salt, below }))
        damage.push(damageOfHole(name, hole, before, torn))
      }
    } finally {
      await file.close()
    }
  } catch (error) {
    // Retention may have taken it meanwhile.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
  }
  const prior = above.reduce((least, { header }) => Math.min(least, header?.prior ?? below - 1), below - 1)
  if (next <= prior) {
    const range = { segment: name, fromRecord: next, toRecord: prior, bytes: 0 }
    const header = above.find((other) => other.header)?.header
    damage.push({ ...range, ...lostBetween(totals, header), reason: 'the records are missing' })
  }
  return damage
}
