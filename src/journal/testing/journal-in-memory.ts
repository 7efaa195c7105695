/** A journal on a disk in memory, for tests that make the disk fail. */
import assert from 'node:assert/strict'
import type { JournalOptions } from '../journal.ts'
import { memory } from '../memory.ts'
import { openReader } from '../reader.ts'
import { openWriter } from '../writer.ts'
import { createCrashFiles } from './crash-files.ts'
import { seededRandom } from './seeded-random.ts'
import { createStepClock } from './step-clock.ts'

export function journalInMemory(files = createCrashFiles(seededRandom(7))) {
  const clock = createStepClock()
  const deps = { files, clock, lock: (dir: string) => files.lock(dir), random: (bytes: number) => memory(bytes).bytes }
  return {
    files,
    clock,
    openReader: () => openReader('/journal', deps),
    open: (options: JournalOptions = {}) => openWriter('/journal', deps, { segmentBytesMax: 4_000, ...options }),
    async texts(durable: number) {
      await using reader = await openReader('/journal', deps)
      const texts: string[] = []
      while (texts.length < durable) {
        const { records } = await reader.read(texts.length, { durable, bytesMax: 1e9, framesMax: 1e9 })
        assert.ok(records.length > 0)
        texts.push(...records.map(({ bytes }) => Buffer.from(bytes).toString()))
      }
      return texts
    },
    names: () => [...files.contents().keys()].filter((path) => path.endsWith('.segment')),
  }
}
