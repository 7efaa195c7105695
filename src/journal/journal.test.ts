import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { openReader } from './reader.ts'
import { openJournalReader, openJournalWriter } from './segment-journal.ts'
import { createCrashFiles } from './testing/crash-files.ts'
import { journalContract } from './testing/journal-contract.ts'
import { createMemoryJournal } from './testing/memory-journal.ts'
import { seededRandom } from './testing/seeded-random.ts'
import { openSqliteReader, openSqliteWriter } from './testing/sqlite-journal.ts'
import { createStepClock } from './testing/step-clock.ts'
import { openWriter } from './writer.ts'

const made: string[] = []
const temporary = async () => {
  const dir = await mkdtemp(join(tmpdir(), 'journal-'))
  made.push(dir)
  return join(dir, 'journal')
}
after(() => Promise.all(made.map((dir) => rm(dir, { recursive: true, force: true }))))

journalContract('segments on the disk', async () => {
  const clock = createStepClock()
  const dir = await temporary()
  return {
    clock,
    openWriter: (options) => openJournalWriter(dir, options, { clock }),
    openReader: () => openJournalReader(dir, { clock }),
  }
})

journalContract('segments on the disk in memory', async () => {
  const clock = createStepClock()
  const random = seededRandom(1)
  const files = createCrashFiles(random)
  const deps = { files, clock, lock: (dir: string) => files.lock(dir), random: randomBytes }
  return {
    clock,
    // What is allocated at once is memory here.
    openWriter: (options) => openWriter('/journal', deps, { segmentBytesMax: 1_000_000, ...options }),
    openReader: () => openReader('/journal', deps),
  }
})

journalContract('memory twin', async () => {
  const clock = createStepClock()
  return { clock, ...createMemoryJournal(clock) }
})

journalContract('SQLite reference', async () => {
  const clock = createStepClock()
  const dir = await temporary()
  return {
    clock,
    openWriter: (options) => openSqliteWriter(dir, { clock, random: randomBytes }, options),
    openReader: () => openSqliteReader(dir),
  }
})
