/**
 * Where a span of time lies in the journals that are kept: found by the times of records, which are those of their arrival. Where the clock of the
 * server was set back, the first record at or after a time decides.
 */
import path from 'node:path'
import { decodeUplink } from '../../domain/uplink.ts'
import { checkpointFacts } from '../../intake/facts.ts'
import { listSegments } from '../../journal/directory.ts'
import { type JournalReader, recordKinds, type StoredRecord } from '../../journal/journal.ts'
import { openReader } from '../../journal/reader.ts'
import { parseSegmentName } from '../../journal/segment.ts'
import { deskCopies } from '../../journal/segment-journal.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import type { Files } from '../../lib/files.ts'
import { filesOf, journalsIn } from '../journal-replay.ts'

/** Of one journal: the records to replay. */
export interface JournalPart {
  readonly journal: string
  /** Of a segment: a replay begins with a whole one. */
  readonly first: number
  readonly last: number
  /** Show the segments from `first` on alone. */
  readonly files: Files
}

export interface JournalRange {
  readonly parts: readonly JournalPart[]
  /** Every journal that is kept, oldest first. */
  readonly journals: readonly string[]
  /** Time of the first record that is replayed. */
  readonly replayedFrom: Instant
  /** True where that is the first record there ever was: nothing before it is missing. */
  readonly isFromBegin: boolean
  readonly from: Instant
  /** Exclusive; not after the newest record. */
  readonly to: Instant
}

export interface RangeAsked {
  /** Undefined: from the first record that is kept. */
  readonly from: Instant | undefined
  /** Exclusive; undefined: up to the newest record. */
  readonly to: Instant | undefined
  /** So long before `from` the replay begins, where records are kept. */
  readonly leadMs: number
}

/** The range cannot be replayed: the message states why, and what is kept. */
export class RangeNotKept extends Error {}

/** A journal with its times, while it is looked at. */
interface Kept {
  readonly id: string
  readonly files: Files
  readonly firsts: readonly number[]
  readonly last: number
  /** Of the records from this one on that have a time. */
  times(record: number): AsyncGenerator<RecordTime>
}

interface RecordTime {
  readonly record: number
  readonly at: Instant
}

/** Throws RangeNotKept. `dataDir`: of the server; `archive`: undefined where there is none. */
export async function journalRange(
  { dataDir, archive }: { readonly dataDir: string; readonly archive: string | undefined },
  { from: fromAsked, to: toAsked, leadMs }: RangeAsked,
): Promise<JournalRange> {
  const iso = (at: number) => new Date(at).toISOString()
  if (fromAsked !== undefined && toAsked !== undefined && fromAsked >= toAsked)
    throw new RangeNotKept(`--from ${iso(fromAsked)} is not before --to ${iso(toAsked)}: exchange them`)
  const dir = path.join(dataDir, 'journal')
  const journals = await journalsIn(dir, archive)
  await using opened = new AsyncDisposableStack()
  const kept: Kept[] = []
  for (const id of journals) {
    const files = filesOf(dir, archive, id)
    kept.push(await keptJournal(id, files, opened.use(await openReader(dir, { files })), dir))
  }
  const whole = await wholeOf(kept)
  const where = archive === undefined ? 'the journal' : 'the journal and the archive'
  if (!whole) throw new RangeNotKept(`there is no message in ${where} of ${dataDir}`)
  const from = fromAsked ?? whole.from
  const to = instant(Math.min(toAsked ?? Number.POSITIVE_INFINITY, whole.to + 1))
  const advice =
    archive === undefined ? 'choose a later --from, or name an archive with --archive' : 'choose a later --from'
  if (from < whole.from)
    throw new RangeNotKept(
      `the range begins at ${iso(from)}, and the oldest record that is kept is of ${iso(whole.from)}: ${advice}`,
    )
  if (from >= to)
    throw new RangeNotKept(
      `the range from ${iso(from)} to ${iso(toAsked ?? to)} holds nothing: the newest record is of ${iso(whole.to)}, so choose an earlier --from and a later --to`,
    )
  const parts: JournalPart[] = []
  let replayedFrom: Instant | undefined
  for (const [at, journal] of kept.entries()) {
    const begin = await beginOf(journal)
    const next = kept[at + 1]
    const nextBegin = next && (await beginOf(next))
    const isBefore = nextBegin !== undefined && nextBegin <= from - leadMs
    if (begin === undefined || begin >= to || isBefore) continue
    const first = await lastSegmentBefore(journal, instant(from - leadMs))
    const last = (await firstAtOrAfter(journal, to)) - 1
    replayedFrom ??= await timeFrom(journal, first)
    parts.push({ journal: journal.id, first, last, files: filesFrom(journal.files, first) })
  }
  const [begin] = parts
  if (!begin || replayedFrom === undefined) throw new RangeNotKept(`there is no message before ${iso(to)} in ${where}`)
  const isFromBegin =
    begin.first === 1 && begin.journal === journals[0] && !(await hasLostJournal(path.join(dataDir, 'desk'), journals))
  return { parts, journals, replayedFrom, isFromBegin, from, to }
}

/** Changes by people are kept for ever: those of a journal that is not there show that it was before. */
async function hasLostJournal(desk: string, journals: readonly string[]): Promise<boolean> {
  for await (const { journal } of deskCopies(desk)) if (!journals.includes(journal)) return true
  return false
}

async function keptJournal(id: string, files: Files, reader: JournalReader, dir: string): Promise<Kept> {
  const { segments } = await listSegments(files, dir)
  const { lastRecord: last } = (await reader.scan({ whole: false })).tail
  return {
    ...{ id, files, last, firsts: segments.map(({ first }) => first).filter((first) => first <= last) },
    async *times(record) {
      for (let after = record - 1; after < last; ) {
        const { records, damage } = await reader.read(after, { durable: last, ...atOnce })
        const found = records.flatMap((each): RecordTime[] => {
          const at = timeOf(each)
          return at === undefined ? [] : [{ record: each.number, at }]
        })
        after = Math.max(after + 1, records.at(-1)?.number ?? 0, ...damage.map(({ toRecord }) => toRecord))
        yield* found
      }
    },
  }
}

const atOnce = { bytesMax: 1_048_576, framesMax: 1_000 }

/** Of the first record at or after this one that has a time; undefined: none has. */
async function timeFrom({ times }: Kept, record: number): Promise<Instant | undefined> {
  for await (const { at } of times(record)) return at
  return undefined
}

/** Undefined: it has none, or is of a later release. */
function timeOf(record: StoredRecord): Instant | undefined {
  const at = record.kind === recordKinds.checkpoint ? checkpointFacts(record).at : decodeUplink(record.bytes)?.arrivedAt
  return Number.isSafeInteger(at) ? at : undefined
}

const beginOf = (journal: Kept) => timeFrom(journal, journal.firsts[0] ?? 1)

async function wholeOf(kept: readonly Kept[]): Promise<{ from: Instant; to: Instant } | undefined> {
  let from: Instant | undefined
  let to: Instant | undefined
  for (const journal of kept) {
    from ??= await beginOf(journal)
    to = (await newestTime(journal)) ?? to
  }
  return from === undefined || to === undefined ? undefined : { from, to }
}

/** From its last segment that has a time. */
async function newestTime(journal: Kept): Promise<Instant | undefined> {
  for (const first of journal.firsts.toReversed()) {
    let newest: Instant | undefined
    for await (const { at } of journal.times(first)) newest = instant(Math.max(newest ?? 0, at))
    if (newest !== undefined) return newest
  }
  return undefined
}

/** First record of the last segment that begins at or before the time; else of the oldest one. */
async function lastSegmentBefore(journal: Kept, time: Instant): Promise<number> {
  let [low, high] = [0, journal.firsts.length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    const at = await timeFrom(journal, journal.firsts[middle] as number)
    if (at !== undefined && at <= time) low = middle
    else high = middle - 1
  }
  return journal.firsts[low] ?? 1
}

/** One above the last where there is none. */
async function firstAtOrAfter(journal: Kept, time: Instant): Promise<number> {
  const first = await lastSegmentBefore(journal, instant(time - 1))
  for await (const { record, at } of journal.times(first)) if (at >= time) return record
  return journal.last + 1
}

const filesFrom = (files: Files, first: number): Files => ({
  ...files,
  list: async (of) =>
    (await files.list(of)).filter((name) => {
      const segment = parseSegmentName(name)
      return segment === undefined || segment.first >= first
    }),
})
