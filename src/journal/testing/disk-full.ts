/**
 * The disk-full harness: a run of about 2 KB over several segments on a disk that has room for a given number of bytes and not one
 * more. What was accepted must be there, now and after a power cut; what was refused must not; and once there is room the same writer
 * resumes without a restart. `offsetsPerRun` seeds in a row fill the disk at every byte of one run.
 */
import assert from 'node:assert/strict'
import { JournalError, type JournalRecord } from '../journal.ts'
import { createCrashFiles } from './crash-files.ts'
import { journalInMemory } from './journal-in-memory.ts'
import { type Random, seededRandom, upTo } from './seeded-random.ts'

export const offsetsPerRun = 2_048
const appends = 8
/** Cuts the power in one of so many runs. */
const cutEvery = 4

/** Returns 1: one offset. Throws with what is wrong. */
export async function runDiskFull(seed: number): Promise<number> {
  const shape = seededRandom(Math.floor(seed / offsetsPerRun))
  const segmentBytesMax = 600 + upTo(shape, 900)
  const calls = Array.from({ length: appends }, (_, call) => recordsOf(call, shape))
  const disk = createCrashFiles(seededRandom(seed))
  const journal = journalInMemory(disk)
  disk.room = seed % offsetsPerRun
  await using writer = await journal.open({ segmentBytesMax, probeMs: 0 })
  const accepted: string[] = []
  for (const records of calls) {
    try {
      assert.equal(await writer.append(records), accepted.length + records.length)
      accepted.push(...records.map(({ bytes }) => Buffer.from(bytes).toString()))
    } catch (error) {
      assert.ok(error instanceof JournalError && error.code === 'E_JOURNAL_FULL', String(error))
      assert.match(writer.stats().refusing ?? '', /is full/)
    }
  }
  assert.equal(writer.tail().lastRecord, accepted.length)
  if (seed % cutEvery === 0) {
    const image = journalInMemory(disk.cut()())
    await using found = await image.open()
    assert.deepEqual(found.damage, [])
    assert.deepEqual(await image.texts(found.tail().lastRecord), accepted)
    return 1
  }
  disk.room = undefined
  assert.equal(await writer.append([data('there is room again')]), accepted.length + 1)
  assert.doesNotMatch(writer.stats().refusing ?? '', /is full/)
  assert.deepEqual(await journal.texts(accepted.length + 1), [...accepted, 'there is room again'])
  return 1
}

const data = (text: string): JournalRecord => ({ kind: 1, frames: 1, bytes: Buffer.from(text) })
const recordsOf = (call: number, random: Random) =>
  Array.from({ length: 1 + upTo(random, 3) }, (_, i) => data(`${call}.${i} ${'x'.repeat(upTo(random, 150))}`))
