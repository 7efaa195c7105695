/** One journal with its counters and checkpoints, opened as a crash or a clean end left it. */
import path from 'node:path'
import type { JournalReader, JournalWriter } from '../journal/journal.ts'
import { openJournalReader, openJournalWriter } from '../journal/segment-journal.ts'
import { instant } from '../lib/brand.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { type Checkpoints, createCheckpoints } from './checkpoints.ts'
import { createIntakeCounters, type IntakeCounters, parseCheckpoint } from './counters.ts'
import { type JournalPresence, journalPresence } from './journal-presence.ts'
import type { Lane } from './source-contexts.ts'

export interface OpenLane extends Lane, AsyncDisposable {
  readonly checkpoints: Checkpoints
  readonly presence: JournalPresence
}

const recountAtOnce = { bytesMax: 8 * 1024 * 1024, framesMax: 1_000_000 }

export async function openLane(
  name: Lane['name'],
  dir: string,
  { retentionMs, clock, log }: { readonly retentionMs: number; readonly clock: Clock; readonly log: Log },
): Promise<OpenLane> {
  const journalDir = path.join(dir, 'journal')
  const journal = await openJournalWriter(journalDir, { retentionMs })
  for (const damage of journal.damage)
    if (damage.torn) log.warn('the journal was not closed cleanly; its torn end was truncated', { ...damage })
    else log.error('the journal is damaged; the range was copied and counted as lost', { ...damage })
  await using reader = await openJournalReader(journalDir)
  const counters = createIntakeCounters(clock)
  const aliveAt = await restoreCounters(counters, journal, reader)
  const checkpoints = createCheckpoints({ counters, journal, clock, log, aliveAt })
  return {
    name,
    journal,
    counters,
    checkpoints,
    bytesOnTheWay: 0,
    nearlyFull: undefined,
    missing: undefined,
    presence: await journalPresence(journalDir),
    [Symbol.asyncDispose]: () => journal[Symbol.asyncDispose](),
  }
}

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
