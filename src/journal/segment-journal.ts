/** The journal on a real disk: what the processes open. */
import { randomBytes } from 'node:crypto'
import { systemClock } from '../lib/clock.ts'
import { realFiles } from '../lib/files.ts'
import { type DeskCopy, type DeskJournal, openDeskJournal, readCopies, recordsOf } from './desk/desk-journal.ts'
import { listSegments } from './directory.ts'
import type { JournalOptions, JournalReader, JournalWriter, StoredRecord } from './journal.ts'
import { lockDirectory } from './lock.ts'
import { openReader } from './reader.ts'
import { type JournalDeps, openWriter } from './writer.ts'

const realDeps: JournalDeps = { files: realFiles, clock: systemClock, random: randomBytes, lock: lockDirectory }

export const openJournalWriter = (
  dir: string,
  options: JournalOptions = {},
  deps: Partial<JournalDeps> = {},
): Promise<JournalWriter> => openWriter(dir, { ...realDeps, ...deps }, options)

export const openJournalReader = (dir: string, deps: Partial<JournalDeps> = {}): Promise<JournalReader> =>
  openReader(dir, { ...realDeps, ...deps })

/** The id of the journal that lies there; undefined where none does. */
export const journalId = async (dir: string): Promise<string | undefined> => (await listSegments(realFiles, dir)).id

/** The second journal, that of changes made by people. */
export const openDesk = (dir: string): Promise<DeskJournal> => openDeskJournal(dir, realDeps)
/** The copies and the links of the chain over them. */
export const deskRecords = (dir: string): AsyncGenerator<StoredRecord> => recordsOf(dir, realDeps)
export const deskCopies = (dir: string): AsyncGenerator<DeskCopy> => readCopies(dir, realDeps)

/** The oldest record whose segment is kept; undefined where there is no journal. */
export const oldestRecord = async (dir: string): Promise<number | undefined> =>
  (await listSegments(realFiles, dir)).segments[0]?.first
