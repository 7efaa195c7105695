/** The journal on a real disk: what the processes open. */
import { randomBytes } from 'node:crypto'
import { systemClock } from '../lib/clock.ts'
import { realFiles } from '../lib/files.ts'
import { listSegments } from './directory.ts'
import type { JournalOptions, JournalReader, JournalWriter } from './journal.ts'
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
