/**
 * Pending appends, encoded on arrival into groups of one write each, so that nothing but the write itself happens
 * between two syncs. A group belongs to one segment; the plan holds the position of the next record, assuming that all earlier writes succeed.
 * When one fails, `replan` encodes the remaining groups again for another position.
 */
import { type JournalRecord, recordKinds } from './journal.ts'
import { type Memory, memory } from './memory.ts'
import { recordFlags, type Totals, writeRecord } from './record.ts'
import { type CheckpointPlace, headerBytes, segmentSalt } from './segment.ts'

const memoryBytesMin = 16 * 1024
const memoryKeptBytesMax = 2 * 1024 * 1024
const memoriesKept = 3

export interface Append {
  readonly records: readonly JournalRecord[]
  /** As they will lie in the segment. */
  readonly bytes: number
  readonly resolve: (lastRecord: number) => void
  readonly reject: (fault: unknown) => void
}

/** The end of the log at some moment. */
export interface Mark extends Totals {
  readonly number: number
}

/** A segment that exists or will exist, by the fields of its header. */
export interface SegmentPlan extends Mark {
  readonly ordinal: number
  readonly salt: number
  /** Last record before the segment; less than `number` where numbers are skipped. */
  readonly prior: number
}

export interface Group {
  readonly segment: SegmentPlan
  readonly offset: number
  memory: Memory
  used: number
  readonly appends: Append[]
  readonly lastRecords: number[]
  end: Mark
  checkpoint: CheckpointPlace | undefined
  /** Being written: takes no more appends. */
  closed: boolean
}

export interface GroupQueue {
  add(append: Append): void
  first(): Group | undefined
  /** Removes the first group once it is settled. */
  shift(): void
  /** Encodes all that is left again, to follow `mark`: in a segment that exists, or in a new one. */
  replan(mark: Mark, into?: { readonly segment: SegmentPlan; readonly offset: number }): void
  /** Numbers up to and including this one are not given. */
  skipTo(number: number): void
  /** The segment the next append would go to. */
  planned(): SegmentPlan
}

export function createGroupQueue(options: {
  readonly id: string
  readonly segmentBytesMax: number
  readonly groupBytesMax: number
  readonly ordinal: number
  readonly mark: Mark
  /** Numbers up to here are not given, even if the mark is below. */
  readonly usedNumber: number
}): GroupQueue {
  const { id, segmentBytesMax, groupBytesMax } = options
  let nextOrdinal = options.ordinal
  let groups: Group[] = []
  let { mark, usedNumber } = options
  let offset = headerBytes
  let segment = beginSegment()
  const memories = createMemories()

  /** The next record begins a new segment. */
  function beginSegment(): SegmentPlan {
    const ordinal = nextOrdinal++
    const prior = mark.number
    mark = { ...mark, number: Math.max(prior, usedNumber) }
    offset = headerBytes
    return { ...mark, ordinal, prior, salt: segmentSalt({ id, ordinal, first: mark.number + 1 }) }
  }

  function add(append: Append) {
    if (offset + append.bytes > segmentBytesMax && offset > headerBytes) segment = beginSegment()
    const group = groupFor(append.bytes)
    const from = group.used
    let at = from
    // One object for all records of the call: this loop is what limits small records.
    const place = { ...mark, flags: 0 }
    for (const record of append.records) {
      place.number++
      place.flags = at === 0 ? recordFlags.firstOfWrite : 0
      if (record.kind === recordKinds.data) place.acceptedFrames += record.frames
      else if (record.kind === recordKinds.noise) place.noiseFrames += record.frames
      else if (record.kind === recordKinds.checkpoint)
        group.checkpoint = { ordinal: segment.ordinal, offset: group.offset + at, number: place.number }
      at = writeRecord(group.memory, at, record, place, segment.salt)
    }
    const { number, acceptedFrames, noiseFrames } = place
    group.used = at
    group.end = mark = { number, acceptedFrames, noiseFrames }
    group.appends.push(append)
    group.lastRecords.push(number)
    offset += at - from
  }

  function groupFor(bytes: number): Group {
    const last = groups.at(-1)
    if (last && !last.closed && last.segment === segment && last.used + bytes <= groupBytesMax) {
      reserve(last, bytes)
      return last
    }
    const fresh = { segment, offset, memory: memories.take(), used: 0, appends: [], lastRecords: [], end: mark }
    const group: Group = { ...fresh, checkpoint: undefined, closed: false }
    reserve(group, bytes)
    groups.push(group)
    return group
  }

  return {
    add,
    first: () => groups[0],
    shift() {
      const group = groups.shift()
      if (group) memories.give(group.memory)
    },
    replan(after, into) {
      const appends = groups.flatMap((group) => group.appends)
      for (const group of groups) memories.give(group.memory)
      groups = []
      mark = into ? { ...after, number: Math.max(after.number, into.segment.number) } : after
      if (into && mark.number >= usedNumber) {
        segment = into.segment
        offset = into.offset
      } else segment = beginSegment()
      for (const append of appends) add(append)
    },
    skipTo(number) {
      usedNumber = Math.max(usedNumber, number)
      if (mark.number < usedNumber) segment = beginSegment()
    },
    planned: () => segment,
  }
}

/** Makes room for so many more bytes. */
function reserve(group: Group, bytes: number) {
  const wanted = group.used + bytes
  if (wanted <= group.memory.bytes.byteLength) return
  const larger = memory(Math.max(wanted, 2 * group.memory.bytes.byteLength))
  larger.bytes.set(group.memory.bytes.subarray(0, group.used))
  group.memory = larger
}

/** Memory of settled groups, for the next ones. */
function createMemories() {
  const free: Memory[] = []
  return {
    take: () => free.pop() ?? memory(memoryBytesMin),
    give(used: Memory) {
      if (free.length < memoriesKept && used.bytes.byteLength <= memoryKeptBytesMax) free.push(used)
    },
  }
}
