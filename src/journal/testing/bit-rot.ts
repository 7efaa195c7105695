/**
 * The bit-rot harness: a journal is written, its files are damaged in one of the ways disks and people damage files, and it is opened
 * again. What was not touched must be read back; what was must be named; numbers must not return. Everything follows from the seed.
 */
import assert from 'node:assert/strict'
import { listSegments } from '../directory.ts'
import type { Damage, JournalRecord, StoredRecord } from '../journal.ts'
import { openReader } from '../reader.ts'
import { recordHeaderBytes } from '../record.ts'
import { headerBytes, segmentSalt } from '../segment.ts'
import { walk } from '../walk.ts'
import { type JournalDeps, openWriter } from '../writer.ts'
import { type CrashFiles, createCrashFiles } from './crash-files.ts'
import { type Random, seededRandom, upTo } from './seeded-random.ts'
import { createStepClock } from './step-clock.ts'

const dir = '/journal'
const injuriesPerJournal = 10

/** Where a record lies. */
interface Written extends StoredRecord {
  readonly path: string
  readonly from: number
  readonly to: number
  /** A write began with it: what was written before was acknowledged. */
  readonly first: boolean
}

/** The injected damage, and the part of it that cannot be detected afterwards. */
interface Injury {
  readonly what: string
  /** Numbers of records whose bytes were touched. */
  readonly touched: ReadonlySet<number>
  /** Not detectable from the directory: the end of the newest segment is missing. */
  readonly silent: boolean
  /** Gone from the front: only a reader who asks for it misses it. */
  readonly aged?: boolean
}

/** Runs one history: a journal, and that many copies of it each damaged once. Returns how many; throws with what is wrong. */
export async function runBitRot(seed: number, watch?: (disk: CrashFiles, what: string) => void): Promise<number> {
  const random = seededRandom(seed)
  const { disk, firsts } = await write(createCrashFiles(random), random)
  const written = await inventory(disk, firsts)
  const copy = disk.kill()
  for (let i = 0; i < injuriesPerJournal; i++) {
    const damaged = copy()
    const injury = injure(damaged, written, random)
    watch?.(damaged, injury.what)
    try {
      await examine(depsOf(damaged, random), written, injury)
    } catch (error) {
      throw new Error(`${(error as Error).message} (${i}: ${injury.what})`, { cause: error })
    }
  }
  return injuriesPerJournal
}

const depsOf = (files: CrashFiles, random: Random): JournalDeps => ({
  ...{ files, clock: createStepClock() },
  lock: (at) => files.lock(at),
  random: (bytes) => Uint8Array.from({ length: bytes }, () => upTo(random, 255)),
})

/** Some openings and their records. Returns the first number of each write. */
async function write(start: CrashFiles, random: Random) {
  let disk = start
  const firsts = new Set<number>()
  const openings = 1 + upTo(random, 2)
  for (let opening = 0; opening < openings; opening++) {
    const writer = await openWriter(dir, depsOf(disk, random), { segmentBytesMax: 900 + upTo(random, 3_000) })
    for (let i = upTo(random, 12); i >= 0; i--) {
      const records = Array.from({ length: 1 + upTo(random, 3) }, (): JournalRecord => {
        const kind = random() < 0.7 ? 1 : random() < 0.6 ? 2 : 3
        const bytes = Uint8Array.from({ length: upTo(random, 200) }, () => (random() < 0.2 ? 0x42 : upTo(random, 255)))
        return { kind, frames: kind === 3 ? 0 : upTo(random, 9), bytes }
      })
      firsts.add((await writer.append(records)) - records.length + 1)
    }
    const killed = random() < 0.4 ? disk.kill() : undefined
    await writer[Symbol.asyncDispose]()
    if (killed) disk = killed()
  }
  return { disk, firsts }
}

async function inventory(disk: CrashFiles, firsts: ReadonlySet<number>): Promise<readonly Written[]> {
  const written: Written[] = []
  for (const segment of (await listSegments(disk, dir)).segments) {
    const file = await disk.open(segment.path, 'read')
    await walk(
      file,
      { salt: segmentSalt(segment), number: segment.first },
      {
        record(record, from, window) {
          const bytes = window.bytes.slice(record.from, record.to)
          const to = from + recordHeaderBytes + bytes.length
          written.push({ ...record, bytes, path: segment.path, from, to, first: firsts.has(record.number) })
          return undefined
        },
      },
    )
  }
  return written
}

const injuries = ['flip', 'scribble', 'zero', 'cut', 'delete', 'repeat', 'swap', 'garbage', 'header', 'insert'] as const

function injure(disk: CrashFiles, written: readonly Written[], random: Random): Injury {
  const contents = disk.contents()
  const paths = [...contents.keys()].sort()
  const path = paths[upTo(random, paths.length - 1)] as string
  const bytes = contents.get(path) as Uint8Array
  const newest = path === paths.at(-1)
  const at = upTo(random, bytes.length - 1)
  const to = Math.min(bytes.length, at + 1 + upTo(random, 400))
  const kind = injuries[upTo(random, injuries.length - 1)] as (typeof injuries)[number]
  const hit = (from: number, end: number) =>
    new Set(written.filter((w) => w.path === path && w.from < end && w.to > from).map(({ number }) => number))
  const what = `${kind} ${path} ${at}-${to} of ${bytes.length}`
  switch (kind) {
    case 'flip':
      bytes[at] = (bytes[at] as number) ^ (1 << upTo(random, 7))
      disk.put(path, bytes)
      return { what, touched: hit(at, at + 1), silent: false }
    case 'scribble':
      for (let i = at; i < to; i++) bytes[i] = upTo(random, 255)
      disk.put(path, bytes)
      return { what, touched: hit(at, to), silent: false }
    case 'zero':
      bytes.fill(0, at, to)
      disk.put(path, bytes)
      return { what, touched: hit(at, to), silent: newest }
    case 'header':
      bytes.fill(upTo(random, 255), upTo(random, 100), headerBytes)
      disk.put(path, bytes)
      return { what, touched: new Set(), silent: false }
    case 'cut':
      disk.put(path, bytes.slice(0, at))
      return { what, touched: hit(at, bytes.length), silent: newest }
    case 'insert':
      disk.put(path, Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(at)]))
      return { what, touched: hit(at, at + 1), silent: false }
    case 'delete':
      disk.drop(path)
      // Without its first segments a journal looks like after retention; without any, like none.
      return { what, touched: hit(0, bytes.length), silent: paths.length === 1, aged: path === paths[0] }
    case 'repeat':
      disk.put(
        path.replace(/-(\d{8})-/, (_, ordinal) => `-${String(Number(ordinal) + 50).padStart(8, '0')}-`),
        bytes,
      )
      return { what, touched: new Set(), silent: false }
    case 'swap': {
      const other = paths[upTo(random, paths.length - 1)] as string
      disk.put(path, contents.get(other) as Uint8Array)
      disk.put(other, bytes)
      return { what, touched: new Set(), silent: false }
    }
    case 'garbage':
      for (const name of garbageNames(path, random))
        disk.put(
          `${dir}/${name}`,
          Uint8Array.from({ length: upTo(random, 3_000) }, () => upTo(random, 255)),
        )
      return { what, touched: new Set(), silent: false }
  }
}

const garbageNames = (path: string, random: Random) =>
  [
    'README',
    '.hidden',
    'writer.lock',
    `${'f'.repeat(16)}-00000001-000000000000001.segment`,
    `${'f'.repeat(16)}-99999999-000000000000001.segment`,
    'not-00000001-000000000000001.segment',
    path.slice(dir.length + 1).replace(/-\d{8}-/, '-00000077-'),
    path.slice(dir.length + 1).replace(/-\d{15}\./, '-000000000000900.'),
    `${path.slice(dir.length + 1)}/a-directory`,
    '0000000000000000-00000001-000000000000001.segment/a-directory',
  ].filter(() => random() < 0.3)

async function examine(deps: JournalDeps, written: readonly Written[], injury: Injury) {
  const { touched, silent, aged } = injury
  await using beside = await openReader(dir, deps)
  const scanned = await beside.scan()
  await using writer = await openWriter(dir, deps, { segmentBytesMax: 2_000 })
  const { lastRecord } = writer.tail()
  const { records, damage } = await readAll(deps, lastRecord)
  const read = new Map(records.map((record) => [record.number, record]))
  const named = [...damage, ...writer.damage]
  const inside = (ranges: readonly Damage[], number: number) =>
    ranges.some(({ fromRecord, toRecord }) => fromRecord <= number && number <= toRecord)
  for (const record of written) {
    const { number } = record
    const found = read.get(number)
    if (found) assert.deepEqual(plain(found), plain(record), `record ${number} was altered`)
    else if (!touched.has(number)) assert.fail(`record ${number} was not touched and is lost`)
    else if (!silent) {
      assert.ok(inside(named, number), `record ${number} is lost and not named`)
      assert.ok(aged || inside(scanned.damage, number), `record ${number} is lost and a scan does not name it`)
    }
  }
  const known = new Set(written.map(({ number }) => number))
  for (const number of read.keys()) assert.ok(known.has(number), `record ${number} was never written`)
  for (const { torn, segment, toRecord } of named) {
    const follows = ({ path, number, first }: Written) =>
      path === `${dir}/${segment}` && number > toRecord && first && read.has(number)
    assert.ok(!torn || !written.some(follows), `what a later write follows is called torn, up to record ${toRecord}`)
  }
  for (const range of damage) {
    const lost = written.filter(({ number }) => range.fromRecord <= number && number <= range.toRecord)
    for (const { number } of lost)
      assert.ok(touched.has(number), `record ${number} is named as damaged and was not touched`)
    if (range.reason.includes('unknown') || range.torn) continue
    const sum = (kind: number) => lost.reduce((total, each) => total + (each.kind === kind ? each.frames : 0), 0)
    assert.deepEqual([range.frames, range.noiseFrames], [sum(1), sum(2)], `frames lost: ${range.reason}`)
  }
  const copied = [...(deps.files as CrashFiles).contents().keys()].some((path) => path.startsWith(`${dir}/damaged/`))
  if (named.some(({ bytes }) => bytes > 0)) assert.ok(copied, 'damaged bytes are copied aside')
  const highest = written.at(-1)?.number ?? 0
  const next = await writer.append([{ kind: 1, frames: 1, bytes: Uint8Array.of(1) }])
  if (!silent) assert.ok(next > highest, `number ${next} was used before: ${highest} was`)
}

async function readAll(deps: JournalDeps, durable: number) {
  await using reader = await openReader(dir, deps)
  const all: StoredRecord[] = []
  const named: Damage[] = []
  for (let after = 0; after < durable; ) {
    const { records, damage } = await reader.read(after, { durable, bytesMax: 500, framesMax: 20 })
    for (const record of records) all.push({ ...record, bytes: record.bytes.slice() })
    named.push(...damage)
    const next = Math.max(after, records.at(-1)?.number ?? 0, ...damage.map(({ toRecord }) => toRecord))
    assert.ok(next > after, `nothing is read after record ${after}, though ${durable} is durable`)
    after = next
  }
  return { records: all, damage: named }
}

const plain = ({ number, kind, frames, acceptedFrames, noiseFrames, bytes }: StoredRecord) =>
  [number, kind, frames, acceptedFrames, noiseFrames, Buffer.from(bytes).toString('hex')].join(' ')
