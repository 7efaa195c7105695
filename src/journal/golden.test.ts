/** Journals of every format version that was ever released, as files of those releases: this release reads the same records from them. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import type { Damage } from './journal.ts'
import { createCrashFiles } from './testing/crash-files.ts'
import { journalInMemory } from './testing/journal-in-memory.ts'
import { seededRandom } from './testing/seeded-random.ts'

const goldenDir = join(import.meta.dirname, 'golden')
const versions = [1]

interface Golden {
  /** Number, kind, frames, text. */
  readonly records: readonly (readonly [number, number, number, string])[]
  readonly acceptedFrames: number
  readonly noiseFrames: number
  readonly fence: number
  readonly checkpoint?: string
  readonly damage: readonly Partial<Damage>[]
}

const contents: Readonly<Record<string, Golden>> = {
  whole: {
    records: [
      [1, 1, 1, 'first'],
      [2, 2, 1, '\x00\xff'],
      [3, 3, 0, 'counters'],
      [4, 1, 2, 'two\nlines'],
      [5, 1, 0, ''],
    ],
    ...{ acceptedFrames: 3, noiseFrames: 1, fence: 1, checkpoint: 'counters', damage: [] },
  },
  'torn-tail': {
    records: [
      [1, 1, 1, 'whole'],
      [2, 1, 1, 'also whole'],
    ],
    ...{ acceptedFrames: 2, noiseFrames: 0, fence: 1 },
    damage: [{ fromRecord: 3, torn: true, frames: 0, offset: 599, bytes: 46 }],
  },
  'damaged-record': {
    records: [
      [1, 1, 1, 'before'],
      [3, 1, 1, 'after'],
    ],
    ...{ acceptedFrames: 9, noiseFrames: 0, fence: 1 },
    damage: [{ fromRecord: 2, toRecord: 2, frames: 7, offset: 554, bytes: 43 }],
  },
  next: {
    records: [
      [1, 1, 3, 'x'.repeat(600)],
      [2, 1, 2, 'y'.repeat(600)],
      [3, 3, 0, 'kept'],
      [4, 1, 1, 'of the second opening'],
    ],
    ...{ acceptedFrames: 6, noiseFrames: 0, fence: 2, checkpoint: 'kept', damage: [] },
  },
}

for (const version of versions)
  for (const [name, golden] of Object.entries(contents))
    it(`reads the golden journal v${version}-${name}`, async () => {
      const disk = createCrashFiles(seededRandom(1))
      const dir = join(goldenDir, `v${version}-${name}`)
      for (const file of readdirSync(dir)) disk.put(`/journal/${file}`, readFileSync(join(dir, file)))
      const journal = journalInMemory(disk)
      await using reader = await journal.openReader()
      const { tail, lastCheckpoint, damage } = await reader.scan()
      assert.equal(tail.id, '5ba17a11ba7ec0de')
      assert.deepEqual(
        [tail.fence, tail.acceptedFrames, tail.noiseFrames],
        [golden.fence, golden.acceptedFrames, golden.noiseFrames],
      )
      assert.equal(lastCheckpoint && Buffer.from(lastCheckpoint.bytes).toString(), golden.checkpoint)
      assert.equal(damage.length, golden.damage.length)
      for (const [i, range] of damage.entries()) assert.partialDeepStrictEqual(range, golden.damage[i] ?? {})
      const records: (readonly [number, number, number, string])[] = []
      for (let after = 0; after < tail.lastRecord; ) {
        const limit = { durable: tail.lastRecord, bytesMax: 1e6, framesMax: 1e6 }
        const { records: found } = await reader.read(after, limit)
        for (const { number, kind, frames, bytes } of found)
          records.push([number, kind, frames, Buffer.from(bytes).toString('latin1')])
        after = Math.max(after + 1, found.at(-1)?.number ?? 0)
      }
      assert.deepEqual(records, golden.records)
      await using writer = await journal.open()
      assert.equal(writer.fence, golden.fence + 1)
      assert.ok((await writer.append([{ kind: 1, frames: 1, bytes: Buffer.from('next') }])) > tail.lastRecord)
    })
