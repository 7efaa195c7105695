/**
 * Copies records of kind desk from the main journal into the second one. A change stands in both; the main journal decides.
 *
 * - D1 A copy is made after its record is durable in the main journal, and once.
 * - D2 `upTo` is a record up to which every change is copied and durable. Retention of the main journal does not pass it, and checkpoints
 *   hold it: what a crash left out is found behind it at the next start, and copied before anything else.
 * - D3 Changes are copied in the order of their records. A copy that fails is retried; the change itself is acknowledged already.
 *
 * Its owner reports each change of this run by `track`, so that only what was written before it has to be searched.
 */
import type { Clock } from '../../lib/clock.ts'
import { failPoint } from '../../lib/fail-point.ts'
import type { Log } from '../../lib/log.ts'
import { retryDelayMs } from '../../lib/retry.ts'
import { type JournalReader, type JournalWriter, type RecordNumber, recordKinds } from '../journal.ts'
import type { DeskJournal } from './desk-journal.ts'

const searchAtOnce = { bytesMax: 8 * 1024 * 1024, framesMax: 1_000_000 }
const one = { bytesMax: 1, framesMax: 1 }

/** How far the copies are, as checkpoints of the main journal hold it. */
export interface DeskMark {
  /** Every change up to this record is copied. */
  readonly upTo: RecordNumber
  /** The last record that was copied; 0 for none. */
  readonly newest: RecordNumber
}

export interface DeskCopierDeps {
  readonly main: Pick<JournalWriter, 'id' | 'tail' | 'release'>
  openReader(): Promise<JournalReader>
  openDesk(): Promise<DeskJournal>
  /** Of the newest checkpoint; undefined: everything in the main journal is searched. */
  readonly from: DeskMark | undefined
  readonly clock: Pick<Clock, 'sleep'>
  readonly log: Log
}

export interface DeskCopier extends AsyncDisposable {
  /** Appends a change to the main journal and has it copied. Resolves with its record as soon as it is durable in the main journal. */
  track(append: () => Promise<RecordNumber>): Promise<RecordNumber>
  mark(): DeskMark
  /** Why changes are not copied; undefined while they are. */
  problem(): string | undefined
}

/** What is known of the copies; shared by the loop and its owner. */
interface Progress {
  /** Changes of this run are reported; those of earlier ones are behind `upTo` and not above this record. */
  readonly searchTo: RecordNumber
  upTo: RecordNumber
  newest: RecordNumber
  /** Changes of this run to be copied, ascending. */
  readonly known: RecordNumber[]
  /** Changes of this run that are being appended. */
  inFlight: number
  problem: string | undefined
}

/** Open for reading the main journal and writing the second. */
interface OpenJournals {
  readonly desk: DeskJournal
  readonly reader: JournalReader
}

/** Resolves when the second journal is open, or could not be opened at the first try. */
export async function startDeskCopier(deps: DeskCopierDeps): Promise<DeskCopier> {
  const { main, from } = deps
  const progress: Progress = {
    ...{ searchTo: main.tail().lastRecord, upTo: from?.upTo ?? 0, newest: from?.newest ?? 0 },
    ...{ known: [], inFlight: 0, problem: undefined },
  }
  const stop = new AbortController()
  const signals = { opened: Promise.withResolvers<void>(), wake: Promise.withResolvers<void>() }
  const running = run(deps, progress, signals, stop.signal)
  await signals.opened.promise
  return {
    async track(append) {
      advance(main, progress)
      progress.inFlight++
      try {
        const record = await append()
        progress.known.push(record)
        return record
      } finally {
        progress.inFlight--
        signals.wake.resolve()
      }
    },
    mark: () => ({ upTo: advance(main, progress), newest: progress.newest }),
    problem: () => progress.problem,
    async [Symbol.asyncDispose]() {
      stop.abort()
      signals.wake.resolve()
      await running
    },
  }
}

/** With nothing on its way, every change up to the end of the main journal is copied. */
function advance(main: DeskCopierDeps['main'], progress: Progress): RecordNumber {
  const { searchTo, inFlight, known } = progress
  if (progress.upTo >= searchTo && inFlight === 0 && known.length === 0)
    progress.upTo = Math.max(progress.upTo, main.tail().lastRecord)
  return progress.upTo
}

async function run(
  deps: DeskCopierDeps,
  progress: Progress,
  signals: { readonly opened: PromiseWithResolvers<void>; wake: PromiseWithResolvers<void> },
  signal: AbortSignal,
) {
  const { clock, log } = deps
  let journals: OpenJournals | undefined
  for (let attempt = 0; !signal.aborted; ) {
    const woken = signals.wake.promise
    try {
      journals ??= await openJournals(deps, progress)
      signals.opened.resolve()
      await search(deps, progress, journals)
      await copyKnown(deps, progress, journals)
    } catch (fault) {
      reportProblem(log, progress, fault)
      signals.opened.resolve()
      // An aborted sleep ends early: the loop looks at the signal.
      await clock.sleep(retryDelayMs(attempt++), signal).catch(() => {})
      continue
    }
    if (progress.problem !== undefined) log.info('changes made by people are copied to desk/ again')
    progress.problem = undefined
    attempt = 0
    await woken
    signals.wake = Promise.withResolvers()
  }
  await journals?.reader[Symbol.asyncDispose]()
  await journals?.desk[Symbol.asyncDispose]()
}

function reportProblem(log: Log, progress: Progress, fault: unknown) {
  const reason = fault instanceof Error ? fault.message : String(fault)
  if (progress.problem === undefined)
    log.error('changes made by people are not copied to desk/: the journal keeps them until they are', { reason })
  progress.problem = reason
}

async function openJournals(deps: DeskCopierDeps, progress: Progress): Promise<OpenJournals> {
  const { main, log } = deps
  const desk = await deps.openDesk()
  const found = await desk.newestOf(main.id)
  if (found < progress.newest) {
    log.warn('copies of changes are missing in desk/: those that the journal still holds are copied again', {
      found,
      expected: progress.newest,
    })
    progress.upTo = 0
  }
  progress.newest = found
  // The end of the main journal was lost: its numbers must not be given to other changes.
  if (found > progress.searchTo) main.release(found, 0)
  return { desk, reader: await deps.openReader() }
}

/** Changes that an earlier run journaled and did not copy. */
async function search({ main }: DeskCopierDeps, progress: Progress, { desk, reader }: OpenJournals) {
  const { searchTo } = progress
  while (progress.upTo < searchTo) {
    const { records, damage } = await reader.read(progress.upTo, { durable: searchTo, ...searchAtOnce })
    for (const { kind, number, bytes } of records)
      if (kind === recordKinds.desk) await copy(main.id, progress, desk, { record: number, bytes })
    const reached = Math.max(records.at(-1)?.number ?? 0, ...damage.map(({ toRecord }) => toRecord))
    progress.upTo = reached > progress.upTo ? reached : searchTo
  }
}

async function copyKnown({ main, log }: DeskCopierDeps, progress: Progress, { desk, reader }: OpenJournals) {
  for (let record = progress.known[0]; record !== undefined; record = progress.known[0]) {
    const { records } = await reader.read(record - 1, { durable: main.tail().lastRecord, ...one })
    const [found] = records
    if (found?.number === record) await copy(main.id, progress, desk, { record, bytes: found.bytes })
    else log.error('a change can no longer be read from the journal: it is not copied to desk/', { record })
    progress.upTo = Math.max(progress.upTo, record)
    progress.known.shift()
  }
}

async function copy(
  journal: string,
  progress: Progress,
  desk: DeskJournal,
  { record, bytes }: { readonly record: RecordNumber; readonly bytes: Uint8Array },
) {
  if (record <= progress.newest) return
  failPoint('desk-copying')
  await desk.append({ journal, record, bytes })
  failPoint('desk-copied')
  progress.newest = record
}
