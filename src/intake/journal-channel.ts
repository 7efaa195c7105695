/** One journal with its counters and checkpoints, opened as a crash or a clean end left it. */
import path from 'node:path'
import { type DeskCopier, startDeskCopier } from '../journal/desk/desk-copier.ts'
import { type JournalReader, type JournalWriter, type RecordNumber, recordKinds } from '../journal/journal.ts'
import { openDesk, openJournalReader, openJournalWriter } from '../journal/segment-journal.ts'
import { instant } from '../lib/brand.ts'
import type { Clock } from '../lib/clock.ts'
import { realFiles } from '../lib/files.ts'
import type { Log } from '../lib/log.ts'
import { type Archiving, startArchiving } from './archiving.ts'
import { type Checkpoints, createCheckpoints } from './checkpoints.ts'
import { createIntakeCounters, type IntakeCounters, parseCheckpoint } from './counters.ts'
import { createHealthReport, type HealthDeps, type HealthReport } from './health.ts'
import { type JournalPresence, journalPresence } from './journal-presence.ts'
import type { JournalChannel } from './source-contexts.ts'

export interface OpenChannel extends JournalChannel, AsyncDisposable {
  readonly checkpoints: Checkpoints
  readonly presence: JournalPresence
  /** Copies changes made by people into the journal that is kept for ever. */
  readonly desk: DeskCopier
  /** Undefined where no archive is configured. */
  readonly archiving: Archiving | undefined
  readonly health: HealthReport
  /** Journals a change made by a person; resolves with its record once it is durable. */
  publish(bytes: Uint8Array): Promise<RecordNumber>
  /** The processor has committed up to `position`, and another consumer up to `held`. */
  release(position: RecordNumber, held?: RecordNumber): void
  /** Lets retention pass what has been released and kept elsewhere meanwhile. Called once a second. */
  retain(): void
}

export interface ChannelOptions {
  readonly retentionMs: number
  /** Directory; closed segments are kept there before retention removes them. */
  readonly archive?: string | undefined
  readonly clock: Clock
  readonly log: Log
  /** As they report themselves. */
  readonly sources?: HealthDeps['sources']
}

const recountAtOnce = { bytesMax: 8 * 1024 * 1024, framesMax: 1_000_000 }

export async function openChannel(
  name: JournalChannel['name'],
  dir: string,
  { retentionMs, archive, clock, log, sources = () => new Map() }: ChannelOptions,
): Promise<OpenChannel> {
  const journalDir = path.join(dir, 'journal')
  const journal = await openJournalWriter(journalDir, { retentionMs })
  for (const damage of journal.damage)
    if (damage.torn) log.warn('the journal was not closed cleanly; its torn end was truncated', { ...damage })
    else log.error('the journal is damaged; the range was copied and counted as lost', { ...damage })
  await using reader = await openJournalReader(journalDir)
  const counters = createIntakeCounters(clock)
  const aliveAt = await restoreCounters(counters, journal, reader)
  const desk = await startDeskCopier({
    ...{ main: journal, clock, log, from: deskMark(journal) },
    openReader: () => openJournalReader(journalDir),
    openDesk: () => openDesk(path.join(dir, 'desk')),
  })
  const health = createHealthReport({ dir: journalDir, files: realFiles, clock, sources })
  const parts = { counters, journal, clock, log, aliveAt, health }
  const checkpoints = createCheckpoints({ ...parts, deskMark: desk.mark })
  const archiving = archive === undefined ? undefined : startArchiving({ dir: journalDir, archive }, log)
  let released: { readonly position: number; readonly held: number } | undefined
  const retain = () => {
    if (!released) return
    const { upTo } = desk.mark()
    journal.release(released.position, Math.min(released.held, upTo, archiving?.upTo() ?? upTo))
  }
  return {
    name,
    journal,
    counters,
    checkpoints,
    bytesOnTheWay: 0,
    nearlyFull: undefined,
    missing: undefined,
    presence: await journalPresence(journalDir),
    ...{ desk, archiving, health },
    publish: (bytes) => desk.track(() => journal.append([{ kind: recordKinds.desk, frames: 0, bytes }])),
    release(position, held = position) {
      released = { position, held }
      retain()
    },
    retain,
    async [Symbol.asyncDispose]() {
      await archiving?.[Symbol.asyncDispose]()
      await desk[Symbol.asyncDispose]()
      await journal[Symbol.asyncDispose]()
    },
  }
}

/** Undefined in the checkpoints of earlier releases. */
const deskMark = ({ lastCheckpoint }: JournalWriter) => lastCheckpoint && parseCheckpoint(lastCheckpoint.bytes)?.desk

/** Continues from the last checkpoint and counts what was journaled after it. Returns when intake lived last. */
export async function restoreCounters(
  counters: IntakeCounters,
  journal: Pick<JournalWriter, 'lastCheckpoint' | 'tail'>,
  reader: Pick<JournalReader, 'read'>,
) {
  const checkpoint = journal.lastCheckpoint && parseCheckpoint(journal.lastCheckpoint.bytes)
  if (checkpoint) counters.restore(checkpoint)
  let after = checkpoint?.upTo ?? 0
  const { lastRecord: durable } = journal.tail()
  while (after < durable) {
    const { records, damage } = await reader.read(after, { durable, ...recountAtOnce })
    for (const record of records) counters.recount(record)
    const next = Math.max(after, records.at(-1)?.number ?? 0, ...damage.map((range) => range.toRecord))
    if (next === after) break
    after = next
  }
  return checkpoint && instant(checkpoint.at)
}
