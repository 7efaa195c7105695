/**
 * The model harness: random histories of the segment log and its memory twin. Both must give the same answers. Everything
 * follows from the seed.
 */
import assert from 'node:assert/strict'
import {
  JournalError,
  type JournalReader,
  type JournalRecord,
  type JournalWriter,
  type StoredRecord,
} from '../journal.ts'
import { openReader } from '../reader.ts'
import { type JournalDeps, openWriter } from '../writer.ts'
import { type CrashFiles, createCrashFiles } from './crash-files.ts'
import { createMemoryJournal, type MemoryJournal } from './memory-journal.ts'
import { type Random, seededRandom, upTo } from './seeded-random.ts'
import { createStepClock, type StepClock } from './step-clock.ts'

const dir = '/journal'
const stepsMax = 40

/** Possible operations with their weights. */
const steps = {
  append: 8,
  read: 4,
  counts: 2,
  reopen: 2,
  scan: 1,
  crash: 1,
  full: 1,
  space: 2,
  'fail syncs': 1,
  rot: 1,
  age: 1,
} as const
type Step = keyof typeof steps
const drawn: readonly Step[] = Object.entries(steps).flatMap(([step, weight]) => Array<Step>(weight).fill(step as Step))

interface Pair {
  readonly random: Random
  readonly clock: StepClock
  readonly options: { segmentBytesMax: number; probeMs: number }
  files: CrashFiles
  deps: JournalDeps
  real: JournalWriter
  reader: JournalReader
  twin: MemoryJournal
  twinWriter: JournalWriter
  /** Retention may have removed records below this number; the two remove different ones. */
  agedBelow: number
  payload: number
  /** Refused records may lie behind the durable end, until the next success voids them. */
  tainted: boolean
}

/** Runs one history; throws with what is wrong. */
export async function runModel(seed: number): Promise<void> {
  const random = seededRandom(seed)
  const segmentBytesMax = 700 + upTo(random, 3_300)
  const clock = createStepClock()
  const options = { segmentBytesMax, probeMs: 0, retentionMs: 60_000 }
  const files = createCrashFiles(random)
  const deps: JournalDeps = {
    ...{ files, clock },
    lock: (at) => pair.files.lock(at),
    random: (bytes) => Uint8Array.from({ length: bytes }, () => upTo(random, 255)),
  }
  const twin = createMemoryJournal(clock)
  const real = await openWriter(dir, { ...deps, lock: (at) => files.lock(at) }, options)
  const reader = await openReader(dir, deps)
  const twinWriter = await twin.openWriter(options)
  const pair: Pair = {
    random,
    clock,
    options,
    files,
    deps,
    real,
    reader,
    twin,
    twinWriter,
    agedBelow: 1,
    payload: 0,
    tainted: false,
  }
  for (let i = upTo(random, stepsMax); i > 0; i--)
    if (!(await take(pair, drawn[upTo(random, drawn.length - 1)] as Step))) break
  await pair.real[Symbol.asyncDispose]()
}

/** False ends the history: what follows cannot be compared number by number. */
async function take(pair: Pair, step: Step): Promise<boolean> {
  const { files, random } = pair
  const { lastRecord } = pair.real.tail()
  switch (step) {
    case 'append':
      await append(
        pair,
        Array.from({ length: 1 + upTo(random, 3) }, () => anyRecord(pair)),
      )
      return true
    case 'read':
      await compareRead(pair, upTo(random, lastRecord + 1), {
        bytesMax: upTo(random, 2_000),
        framesMax: upTo(random, 30),
      })
      return true
    case 'counts': {
      const at = upTo(random, lastRecord)
      if (at > 0 && at < pair.agedBelow) return true
      assert.deepEqual(
        await pair.reader.countsAt(at),
        await (await pair.twin.openReader()).countsAt(at),
        `counts at ${at}`,
      )
      return true
    }
    case 'scan': {
      if (pair.tainted) return true
      const found = await pair.reader.scan()
      const { acceptedFrames, noiseFrames } = pair.twinWriter.tail()
      assert.deepEqual(found.damage, [])
      assert.deepEqual(found.tail, { ...pair.real.tail(), lastRecord, acceptedFrames, noiseFrames })
      return true
    }
    case 'reopen':
      files.room = undefined
      files.failSyncs = 0
      await pair.real[Symbol.asyncDispose]()
      await open(pair)
      return true
    case 'crash':
      return !pair.tainted && crash(pair)
    case 'full':
      files.room = upTo(random, 1_500)
      return true
    case 'space':
      files.room = undefined
      return true
    case 'fail syncs':
      files.failSyncs = 1 + upTo(random, 2)
      return true
    case 'rot':
      await rot(pair)
      return false
    case 'age': {
      const released = upTo(random, lastRecord)
      pair.clock.advance(100_000)
      pair.real.release(released)
      pair.agedBelow = Math.max(pair.agedBelow, released + 1)
      return true
    }
  }
}

function anyRecord(pair: Pair): JournalRecord {
  const { random } = pair
  const kind = ([1, 1, 1, 2, 3] as const)[upTo(random, 4)] ?? 1
  const size = upTo(random, random() < 0.5 ? 60 : 700)
  return recordOf(pair, { kind, frames: kind === 3 ? 0 : upTo(random, 9), size })
}

function recordOf(pair: Pair, { kind, frames, size }: Omit<JournalRecord, 'bytes'> & { size: number }): JournalRecord {
  const bytes = new Uint8Array(4 + size).fill(pair.payload & 255)
  new DataView(bytes.buffer).setUint32(0, pair.payload++)
  return { kind, frames, bytes }
}

async function append(pair: Pair, records: readonly JournalRecord[]) {
  try {
    const last = await pair.real.append(records)
    pair.tainted = false
    assert.equal(last, await pair.twinWriter.append(records), 'the number answered')
  } catch (error) {
    assert.ok(error instanceof JournalError, String(error))
    pair.tainted ||= error.code === 'E_JOURNAL_FAILED'
    assert.ok(['E_JOURNAL_FULL', 'E_JOURNAL_FAILED'].includes(error.code), error.code)
  }
  const { lastRecord, acceptedFrames, noiseFrames } = pair.twinWriter.tail()
  assert.deepEqual(pair.real.tail(), { ...pair.real.tail(), lastRecord, acceptedFrames, noiseFrames })
}

async function compareRead(pair: Pair, after: number, limits: { bytesMax: number; framesMax: number }) {
  if (after + 1 < pair.agedBelow) return
  const { lastRecord: durable } = pair.real.tail()
  const limit = { durable, bytesMax: limits.bytesMax, framesMax: limits.framesMax }
  const got = await pair.reader.read(after, limit)
  const want = await (await pair.twin.openReader()).read(after, limit)
  assert.deepEqual(got.damage, [])
  // A call may end early where a segment does; what it returns is the beginning of what the twin returns.
  assert.deepEqual(got.records.map(plain), want.records.slice(0, got.records.length).map(plain))
  assert.equal(got.records.length > 0, want.records.length > 0)
}

async function open(pair: Pair) {
  pair.tainted = false
  pair.real = await openWriter(dir, pair.deps, pair.options)
  assert.deepEqual(pair.real.damage, [])
  const checkpoint = (await (await pair.twin.openReader()).scan()).lastCheckpoint
  assert.equal(pair.real.lastCheckpoint?.number, checkpoint?.number)
  assert.equal(pair.real.tail().lastRecord, pair.twinWriter.tail().lastRecord)
}

/** Appends under way when the power goes may be there or not; the twin takes over what is. */
async function crash(pair: Pair): Promise<boolean> {
  const offered = Array.from({ length: 3 }, () => recordOf(pair, { kind: 1, frames: 1, size: 50 }))
  // The crash decides whether it is there; the image is what is judged.
  const answered = pair.real.append(offered).catch(() => {})
  const image = pair.files.cut()
  await answered
  // After the cut every file operation fails.
  await Promise.resolve(pair.real[Symbol.asyncDispose]()).catch(() => {})
  pair.files = image()
  pair.deps = { ...pair.deps, files: pair.files }
  const before = pair.twinWriter.tail().lastRecord
  pair.real = await openWriter(dir, pair.deps, pair.options)
  pair.reader = await openReader(dir, pair.deps)
  const { lastRecord } = pair.real.tail()
  assert.ok(lastRecord >= before, `${before} records were acknowledged, ${lastRecord} are there`)
  if (pair.real.damage.length > 0) return false
  await pair.twinWriter.append(offered.slice(0, lastRecord - before))
  assert.equal(pair.twinWriter.tail().acceptedFrames, pair.real.tail().acceptedFrames)
  return true
}

async function rot(pair: Pair) {
  const { random } = pair
  pair.files.room = undefined
  pair.files.failSyncs = 0
  await pair.real[Symbol.asyncDispose]()
  const contents = [...pair.files.contents()].filter(([path]) => path.endsWith('.segment'))
  const [path, bytes] = contents[upTo(random, contents.length - 1)] ?? []
  if (!path || !bytes || bytes.length === 0) return
  const at = upTo(random, bytes.length - 1)
  bytes[at] = (bytes[at] as number) ^ (1 << upTo(random, 7))
  pair.files.put(path, bytes)
  pair.real = await openWriter(dir, pair.deps, pair.options)
  const reader = await openReader(dir, pair.deps)
  const durable = pair.real.tail().lastRecord
  const everything = { durable: Number.MAX_SAFE_INTEGER, bytesMax: 1e9, framesMax: 1e9 }
  const want = await (await pair.twin.openReader()).read(pair.agedBelow - 1, everything)
  const lost = new Set(want.records.map(({ number }) => number))
  for (let after = pair.agedBelow - 1; after < durable; ) {
    const { records, damage } = await reader.read(after, { ...everything, durable })
    for (const found of records) {
      assert.equal(plain(found), plain(want.records[found.number - pair.agedBelow] as StoredRecord))
      lost.delete(found.number)
    }
    after = Math.max(after + 1, records.at(-1)?.number ?? 0, ...damage.map(({ toRecord }) => toRecord))
  }
  assert.ok(lost.size <= 1, `one bit cost ${lost.size} records`)
}

const plain = ({ number, kind, frames, acceptedFrames, noiseFrames, bytes }: StoredRecord) =>
  [number, kind, frames, acceptedFrames, noiseFrames, Buffer.from(bytes).toString('base64')].join(' ')
