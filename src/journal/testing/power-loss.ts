/**
 * The power-loss harness: a writer is driven on a disk in memory, the power is cut at a random operation, several legal images of
 * the disk are opened with the real recovery, and an oracle that knows what was acknowledged judges each. The last image lives on as
 * the next generation. Everything follows from the seed.
 */
import assert from 'node:assert/strict'
import type { Clock } from '../../lib/clock.ts'
import { noTotals, totalsBefore } from '../damage.ts'
import {
  type Damage,
  JournalError,
  type JournalRecord,
  type JournalTail,
  type JournalWriter,
  type StoredRecord,
} from '../journal.ts'
import { openReader } from '../reader.ts'
import { type JournalDeps, openWriter } from '../writer.ts'
import { type CrashFiles, createCrashFiles } from './crash-files.ts'
import { type Random, seededRandom, upTo } from './seeded-random.ts'
import { createStepClock, type StepClock } from './step-clock.ts'

const dir = '/journal'
const generations = 3
/** A life takes about as long as this many images to judge. */
const imagesPerCut = 8
/** Every so many images are also looked at by a reader alone, before the writer. */
const scanEvery = 4

/** Expectations for every image: records by number, with everything that was ever appended. */
interface Oracle {
  /** Acknowledged, or read back after a recovery. */
  readonly kept: Map<number, JournalRecord>
  /** Every payload ever handed to `append`, and those refused because the disk was full. */
  readonly offered: Map<number, JournalRecord>
  readonly refused: Set<number>
  /** Records up to here were released, and may be gone. */
  released: number
  numberMax: number
  fenceMax: number
  id: string | undefined
}

/** Runs one history, with disk full, failing writes and failing syncs at odd seeds. Returns how many images were judged. */
export async function runPowerLoss(seed: number, watch?: (image: CrashFiles) => void): Promise<number> {
  const faults = seed % 2 === 1
  const random = seededRandom(seed)
  const clock = createStepClock()
  const oracle: Oracle = {
    ...{ kept: new Map(), offered: new Map(), refused: new Set() },
    ...{ released: 0, numberMax: 0, fenceMax: 0, id: undefined },
  }
  const options = { segmentBytesMax: 700 + upTo(random, 2_500), probeMs: 0, retentionMs: random() < 0.5 ? 0 : 1e12 }
  let images = 0
  let files = createCrashFiles(random)
  for (let generation = 0; generation < generations; generation++) {
    const deps = depsOf(files, clock, random)
    const found = await live(deps, options, oracle, random, faults)
    for (let i = 0; i < imagesPerCut; i++) {
      const image = found()
      images++
      watch?.(image)
      await judge(depsOf(image, clock, random), options, oracle, i % scanEvery === 0)
    }
    // The next run opens its own image, with the disk faults of that run.
    files = found()
    watch?.(files)
  }
  return images
}

const depsOf = (files: CrashFiles, clock: Clock, random: Random): JournalDeps => ({
  ...{ files, clock },
  lock: (at) => files.lock(at),
  random: (bytes) => Uint8Array.from({ length: bytes }, () => upTo(random, 255)),
})

/** One life: open, append, read and release until the power goes. */
async function live(deps: JournalDeps, options: object, oracle: Oracle, random: Random, faults: boolean) {
  const files = deps.files as CrashFiles
  files.restless = true
  let dead = false
  let image: (() => CrashFiles) | undefined
  const killed = random() < 0.3
  const cut = () => {
    dead = true
    image ??= killed ? files.kill() : files.cut()
    return image
  }
  files.cutAfter(upTo(random, random() < 0.3 ? 12 : 150), cut)
  let writer: JournalWriter | undefined
  for (let attempt = 0; !writer; attempt++) {
    const ill = faults && attempt === 0 ? random() : 1
    if (ill < 0.2) files.failSyncs = 1 + upTo(random, 2)
    else if (ill < 0.35) files.room = upTo(random, 600)
    if (ill < 0.1) files.failDirectorySyncs = upTo(random, 3)
    try {
      writer = await openWriter(dir, deps, options)
    } catch (error) {
      if (dead) return cut()
      if (!faults || attempt > 10) throw error
    }
  }
  const { append, tail } = writer
  try {
    for (const record of await checkRecords(deps, writer, oracle)) oracle.kept.set(record.number, copyOf(record))
  } catch (error) {
    if (dead) return cut()
    throw error
  }
  const waiting: Promise<unknown>[] = []
  const steps = 2 + upTo(random, 16)
  for (let step = 0; step < steps && !dead; step++) {
    if (faults) misbehave(files, random)
    const records = offer(oracle, random)
    const answered = append(records).then(
      (last) => {
        if (!dead) accept(oracle, tail(), records, last)
      },
      (error: unknown) => {
        if (dead) return
        assert.ok(error instanceof JournalError, `append threw ${String(error)}`)
        assert.ok(faults, `append was refused on a healthy disk: ${error.message}`)
        if (error.code === 'E_JOURNAL_FULL') for (const record of records) oracle.refused.add(keyOf(record))
        if (random() < 0.2) cut()
      },
    )
    waiting.push(answered)
    if (random() < 0.5) await answered
    if (dead) break
    if (random() < 0.1) await readBeside(deps, writer, oracle, () => dead)
    if (random() < 0.1) {
      release(deps, writer, oracle, random)
      if (random() < 0.4) files.cutAfter(upTo(random, 8), cut)
    }
  }
  await Promise.all(waiting)
  if (!dead && random() < 0.3) await writer[Symbol.asyncDispose]()
  // The torn writer stops because every operation fails. It must not run on into the next generation.
  const found = cut()
  // After the cut every file operation fails.
  await Promise.resolve(writer[Symbol.asyncDispose]()).catch(() => {})
  return found
}

/** A concurrent reader finds every durable record; after the power cut it may fail. */
async function readBeside(deps: JournalDeps, writer: JournalWriter, oracle: Oracle, dead: () => boolean) {
  try {
    await readAll(deps, writer.tail().lastRecord, oracle)
  } catch (error) {
    if (!dead()) throw error
  }
}

/** Released and old segments may be removed from now on. */
function release({ clock }: JournalDeps, writer: JournalWriter, oracle: Oracle, random: Random) {
  oracle.released = Math.max(oracle.released, upTo(random, writer.tail().lastRecord))
  ;(clock as StepClock).advance(10_000)
  writer.release(oracle.released)
}

function misbehave(files: CrashFiles, random: Random) {
  if (random() < 0.08) files.room = upTo(random, 2_500)
  else if (random() < 0.2) files.room = undefined
  if (random() < 0.06) files.failSyncs = 1 + upTo(random, 1)
  if (random() < 0.04) files.failDirectorySyncs = 1 + upTo(random, 5)
  if (random() < 0.04) files.failWrites = 1
}

function offer(oracle: Oracle, random: Random): readonly JournalRecord[] {
  const same = random() < 0.5
  return Array.from({ length: 1 + upTo(random, 4) }, () => {
    const kind = random() < 0.7 ? 1 : random() < 0.5 ? 2 : 3
    // Many records of one size: stale bytes then lie exactly where a record may begin.
    const bytes = new Uint8Array(same ? 60 : 8 + upTo(random, random() < 0.1 ? 900 : 120)).fill(upTo(random, 255))
    new DataView(bytes.buffer).setUint32(0, oracle.offered.size, true)
    const record = { kind, frames: kind === 3 ? 0 : upTo(random, 9), bytes } as const
    oracle.offered.set(keyOf(record), record)
    return record
  })
}

function accept(oracle: Oracle, { id, fence }: JournalTail, records: readonly JournalRecord[], last: number) {
  oracle.id = id
  oracle.fenceMax = fence
  records.forEach((record, i) => {
    const number = last - records.length + 1 + i
    assert.ok(!oracle.kept.has(number), `number ${number} was given twice`)
    assert.ok(number > oracle.numberMax, `number ${number} is not above ${oracle.numberMax}`)
    oracle.kept.set(number, record)
  })
  oracle.numberMax = last
}

/** A recovery of an image, on a disk that does what it should. */
async function judge(deps: JournalDeps, options: object, oracle: Oracle, scanned: boolean) {
  const beside = scanned ? await (await openReader(dir, deps)).scan() : undefined
  const writer = await openWriter(dir, deps, options)
  await checkRecords(deps, writer, oracle)
  if (!beside) return
  const { tail, lastCheckpoint, damage } = beside
  assert.equal(tail.lastRecord, writer.tail().lastRecord, 'a scan finds the end that the writer finds')
  assert.equal(lastCheckpoint?.number, writer.lastCheckpoint?.number, 'a scan finds the checkpoint of the writer')
  for (const range of damage) assert.ok(range.torn, `damage without damage: ${range.reason}`)
  await writer[Symbol.asyncDispose]()
}

/** All records that an opened journal holds, held against what is known of them. */
async function checkRecords(
  deps: JournalDeps,
  writer: JournalWriter,
  oracle: Oracle,
): Promise<readonly StoredRecord[]> {
  checkOpening(writer, oracle)
  for (const range of writer.damage) assert.ok(range.torn, `damage without damage: ${range.reason}`)
  const { records, damage: torn } = await readAll(deps, writer.tail().lastRecord, oracle)
  const [oldest] = records
  const byNumber = new Map(records.map((record) => [record.number, record]))
  for (const [number, record] of oracle.kept) {
    const read = byNumber.get(number)
    if (!read && number <= oracle.released && number < (oldest?.number ?? Infinity)) continue
    assert.ok(read, `record ${number} was acknowledged and is lost`)
    assert.ok(same(read, record), `record ${number} was altered`)
  }
  const seen = new Set<number>()
  // Of what was released and removed only the counts are left.
  const removed = oldest !== undefined && torn.some((range) => !range.torn && range.toRecord < oldest.number)
  let { acceptedFrames, noiseFrames } = removed ? totalsBefore(oldest) : noTotals
  let holes = removed ? torn.filter(({ fromRecord }) => fromRecord > oldest.number) : torn
  for (const record of records) {
    // Frames of a torn write were counted when it began: they are in the counts and in the damage.
    for (const range of holes.filter(({ toRecord }) => toRecord < record.number)) {
      acceptedFrames += range.frames
      noiseFrames += range.noiseFrames ?? 0
    }
    if (holes.length > 0) holes = holes.filter(({ toRecord }) => toRecord >= record.number)
    const key = keyOf(record)
    const offered = oracle.offered.get(key)
    assert.ok(offered && same(record, offered), `record ${record.number} was never appended`)
    assert.ok(!seen.has(key), `record ${record.number} is there twice`)
    assert.ok(!oracle.refused.has(key), `record ${record.number} was refused and is there`)
    seen.add(key)
    if (record.kind === 1) acceptedFrames += record.frames
    if (record.kind === 2) noiseFrames += record.frames
    assert.equal(record.acceptedFrames, acceptedFrames, `the frames counted at record ${record.number}`)
    assert.equal(record.noiseFrames, noiseFrames, `the noise counted at record ${record.number}`)
  }
  if (oldest) assert.equal(writer.tail().acceptedFrames, acceptedFrames, 'the frames counted at the end')
  assert.equal(
    writer.lastCheckpoint?.number,
    records.findLast(({ kind }) => kind === 3)?.number,
    'the newest checkpoint is found',
  )
  return records
}

/** An acknowledged record implies that its id and fence are on the disk. */
function checkOpening(writer: JournalWriter, oracle: Oracle) {
  if (oracle.id !== undefined) assert.equal(writer.id, oracle.id, 'the journal keeps its id')
  assert.ok(writer.fence > oracle.fenceMax, `the fence grows: ${writer.fence} after ${oracle.fenceMax}`)
}

async function readAll(deps: JournalDeps, durable: number, { released }: Oracle) {
  await using reader = await openReader(dir, deps)
  const all: StoredRecord[] = []
  const torn: Damage[] = []
  for (let after = 0; after < durable; ) {
    const { records, damage } = await reader.read(after, { durable, bytesMax: 1_500, framesMax: 100 })
    for (const range of damage)
      assert.ok(range.torn || range.toRecord <= released, `damage without damage: ${JSON.stringify(range)}`)
    torn.push(...damage)
    for (const record of records) all.push({ ...record, bytes: record.bytes.slice() })
    const next = Math.max(after, records.at(-1)?.number ?? 0, ...damage.map(({ toRecord }) => toRecord))
    assert.ok(next > after, `nothing is read after record ${after}, though ${durable} is durable`)
    after = next
  }
  return { records: all, damage: torn }
}

const keyOf = ({ bytes }: { readonly bytes: Uint8Array }) =>
  (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8) | ((bytes[2] ?? 0) << 16)
const copyOf = ({ kind, frames, bytes }: StoredRecord): JournalRecord => ({ kind, frames, bytes: bytes.slice() })

const same = (a: JournalRecord, b: JournalRecord) =>
  a.kind === b.kind && a.frames === b.frames && Buffer.compare(a.bytes, b.bytes) === 0
