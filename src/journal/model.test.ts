/** Random histories of the segment log beside its memory twin: whatever is done to both, both answer alike. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { type CrashFiles, createCrashFiles } from './crash-files.ts'
import {
  JournalError,
  type JournalReader,
  type JournalRecord,
  type JournalWriter,
  type StoredRecord,
} from './journal.ts'
import { createMemoryJournal, type MemoryJournal } from './memory-journal.ts'
import { openReader } from './reader.ts'
import { seededRandom, upTo } from './seeded-random.ts'
import { createStepClock, type StepClock } from './step-clock.ts'
import { type JournalDeps, openWriter } from './writer.ts'

const dir = '/journal'
const budgetMs = Number(process.env['BUDGET_MS'] ?? 2_000)
const runsFull = 5_000

const share = fc.double({ min: 0, max: 1, noNaN: true })
const record = fc.record({
  kind: fc.constantFrom(1, 1, 1, 2, 3),
  frames: fc.nat(9),
  size: fc.oneof(fc.nat(60), fc.nat(700)),
})
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('append'), records: fc.array(record, { minLength: 1, maxLength: 4 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('read'), from: share, bytesMax: fc.nat(2_000), framesMax: fc.nat(30) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('counts'), at: share }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reopen') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('scan') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('full'), room: fc.nat(1_500) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('space') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fail syncs'), count: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rot'), file: share, at: share, bit: fc.nat(7) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('age'), released: share }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

interface Pair {
  readonly clock: StepClock
  readonly options: { segmentBytesMax: number; probeMs: number }
  files: CrashFiles
  deps: JournalDeps
  real: JournalWriter
  reader: JournalReader
  twin: MemoryJournal
  twinWriter: JournalWriter
  /** Records below this may be gone by retention, which the two do not do alike. */
  agedBelow: number
  payload: number
  /** Refused records may lie behind the durable end, until the next success voids them. */
  tainted: boolean
}

it('answers like its memory twin, whatever happens to it', async (t) => {
  let runs = 0
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.integer({ min: 700, max: 4_000 }),
      fc.array(step, { maxLength: 40 }),
      async (seed, bytes, steps) => {
        runs++
        await history(seed, bytes, steps)
      },
    ),
    { numRuns: runsFull, interruptAfterTimeLimit: budgetMs, markInterruptAsFailure: false },
  )
  t.diagnostic(`model: ${runs} / ${runsFull} histories`)
})

async function history(seed: number, segmentBytesMax: number, steps: readonly Step[]) {
  const random = seededRandom(seed)
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
  for (const each of steps) if (!(await take(pair, each))) break
  await pair.real[Symbol.asyncDispose]()
}

/** False ends the history: what follows cannot be compared number by number. */
async function take(pair: Pair, step: Step): Promise<boolean> {
  const { files } = pair
  const { lastRecord } = pair.real.tail()
  switch (step.do) {
    case 'append':
      await append(
        pair,
        step.records.map((each) => recordOf(pair, each)),
      )
      return true
    case 'read':
      await compareRead(pair, Math.floor(step.from * (lastRecord + 2)), step)
      return true
    case 'counts': {
      const at = Math.floor(step.at * (lastRecord + 1))
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
      files.room = step.room
      return true
    case 'space':
      files.room = undefined
      return true
    case 'fail syncs':
      files.failSyncs = step.count
      return true
    case 'rot':
      await rot(pair, step)
      return false
    case 'age':
      pair.clock.advance(100_000)
      pair.real.release(Math.floor(step.released * lastRecord))
      pair.agedBelow = Math.max(pair.agedBelow, Math.floor(step.released * lastRecord) + 1)
      return true
  }
}

function recordOf(pair: Pair, each: { kind: number; frames: number; size: number }): JournalRecord {
  const kind = each.kind as 1 | 2 | 3
  const bytes = new Uint8Array(4 + each.size).fill(pair.payload & 255)
  new DataView(bytes.buffer).setUint32(0, pair.payload++)
  return { kind, frames: kind === 3 ? 0 : each.frames, bytes }
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
  const answered = pair.real.append(offered).catch(() => {})
  const image = pair.files.cut()
  await answered
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

async function rot(pair: Pair, step: { file: number; at: number; bit: number }) {
  pair.files.room = undefined
  pair.files.failSyncs = 0
  await pair.real[Symbol.asyncDispose]()
  const contents = [...pair.files.contents()].filter(([path]) => path.endsWith('.segment'))
  const [path, bytes] = contents[Math.floor(step.file * (contents.length - 1))] ?? []
  if (!path || !bytes || bytes.length === 0) return
  const at = Math.floor(step.at * (bytes.length - 1))
  bytes[at] = (bytes[at] as number) ^ (1 << step.bit)
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
