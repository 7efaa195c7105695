/**
 * The power-loss harness of the second journal: changes are appended to a main journal and copied, checkpoints hold how far the copies are,
 * retention removes what may go, and the power is cut at a random operation. Of each legal image of the disk a start must find every
 * acknowledged change among the copies, once, in order, and no copy of what the main journal does not hold. Everything follows from the seed.
 */
import assert from 'node:assert/strict'
import { silentLog } from '../../lib/log.ts'
import { type DeskCopier, type DeskMark, startDeskCopier } from '../desk/desk-copier.ts'
import { type DeskCopy, openDeskJournal, readCopies } from '../desk/desk-journal.ts'
import { type JournalWriter, type RecordNumber, recordKinds, type StoredRecord } from '../journal.ts'
import { openReader } from '../reader.ts'
import { type JournalDeps, openWriter } from '../writer.ts'
import { type CrashFiles, createCrashFiles } from './crash-files.ts'
import { type Random, seededRandom, upTo } from './seeded-random.ts'
import { createStepClock, type StepClock } from './step-clock.ts'

const dir = '/journal'
const deskDir = '/desk'
const generations = 3
const imagesPerCut = 4
const readAll = { bytesMax: 1e9, framesMax: 1e9 }

/** Changes that were acknowledged, or found in the main journal by a start, by their records. */
type Kept = Map<RecordNumber, string>

interface History {
  readonly random: Random
  readonly clock: StepClock
  readonly kept: Kept
  readonly options: { readonly segmentBytesMax: number; readonly probeMs: 0; readonly retentionMs: number }
  readonly faults: boolean
  changes: number
}

/** Runs one history, with failing and full disks at odd seeds. Returns how many images were judged. */
export async function runDeskPowerLoss(seed: number): Promise<number> {
  const random = seededRandom(seed)
  const history: History = {
    ...{ random, clock: createStepClock(), kept: new Map(), faults: seed % 2 === 1, changes: 0 },
    options: { segmentBytesMax: 600 + upTo(random, 1_500), probeMs: 0, retentionMs: 0 },
  }
  let files = createCrashFiles(random)
  let images = 0
  for (let generation = 0; generation < generations; generation++) {
    const found = await live(history, files)
    for (let i = 0; i < imagesPerCut; i++) {
      await judge(history, found())
      images++
    }
    files = found()
  }
  return images
}

const depsOf = (files: CrashFiles, { clock, random }: History): JournalDeps => ({
  ...{ files, clock },
  lock: (at) => files.lock(at),
  random: (bytes) => Uint8Array.from({ length: bytes }, () => upTo(random, 255)),
})

interface Open {
  readonly main: JournalWriter
  readonly copier: DeskCopier
}

/** As intake opens a channel. */
async function open(deps: JournalDeps, { options }: History): Promise<Open> {
  const main = await openWriter(dir, deps, options)
  const { lastCheckpoint } = main
  const from = lastCheckpoint && (JSON.parse(Buffer.from(lastCheckpoint.bytes).toString()) as DeskMark)
  const copier = await startDeskCopier({
    ...{ main, from, log: silentLog },
    // A retry has its turn behind everything that is under way.
    clock: { sleep: () => new Promise((resolve) => setImmediate(resolve)) },
    openReader: () => openReader(dir, deps),
    openDesk: () => openDeskJournal(deskDir, deps, { segmentBytesMax: options.segmentBytesMax, probeMs: 0 }),
  })
  return { main, copier }
}

/** One life until the power goes; returns the images of its disk. */
async function live(history: History, files: CrashFiles) {
  const { random, faults } = history
  let image: (() => CrashFiles) | undefined
  const isKill = random() < 0.3
  const cut = () => {
    image ??= isKill ? files.kill() : files.cut()
    return image
  }
  files.restless = true
  files.cutAfter(upTo(random, random() < 0.3 ? 40 : 250), cut)
  const deps = depsOf(files, history)
  let opened: Open | undefined
  try {
    for (let attempt = 0; !opened; attempt++) {
      if (faults && attempt === 0 && random() < 0.3) files.failSyncs = 1
      opened = await open(deps, history).catch((fault) => {
        if (image || !faults || attempt > 5) throw fault
        return undefined
      })
    }
    for (const { number, text } of await changesOf(deps, opened.main)) history.kept.set(number, text)
    await act(history, files, opened, () => image !== undefined)
  } catch (fault) {
    if (!image) throw fault
  }
  const found = cut()
  await opened?.copier[Symbol.asyncDispose]()
  // After the cut every operation of the disk fails.
  await Promise.resolve(opened?.main[Symbol.asyncDispose]()).catch(() => {})
  return found
}

async function act(history: History, files: CrashFiles, { main, copier }: Open, isOver: () => boolean) {
  const { random, clock, kept, faults } = history
  const waiting: Promise<unknown>[] = []
  for (let step = 3 + upTo(random, 25); step > 0 && !isOver(); step--) {
    if (faults && random() < 0.1) files.failSyncs = 1 + upTo(random, 1)
    if (faults) files.room = random() < 0.1 ? upTo(random, 2_000) : undefined
    const done = something(history, main, copier).catch((fault) => {
      if (!isOver() && !faults) throw fault
    })
    waiting.push(done)
    if (random() < 0.5) await done
    if (random() < 0.3) await new Promise((resolve) => setImmediate(resolve))
    clock.advance(10_000)
    // The consumer has committed everything; retention goes as far as the channel allows.
    if (random() < 0.3 && !isOver()) main.release(main.tail().lastRecord, copier.mark().upTo)
  }
  await Promise.all(waiting)

  async function something({ random }: History, main: JournalWriter, copier: DeskCopier) {
    const chance = random()
    if (chance < 0.4) {
      const bytes = new Uint8Array(20 + upTo(random, 200)).fill(1)
      return void (await main.append([{ kind: recordKinds.data, frames: 1, bytes }]))
    }
    if (chance < 0.6) {
      const bytes = Buffer.from(JSON.stringify(copier.mark()))
      return void (await main.append([{ kind: recordKinds.checkpoint, frames: 0, bytes }]))
    }
    const text = `change ${history.changes++} ${'x'.repeat(upTo(random, random() < 0.2 ? 900 : 90))}`
    const change = { kind: recordKinds.desk, frames: 0, bytes: Buffer.from(text) }
    const record = await copier.track(() => main.append([change]))
    if (!isOver()) kept.set(record, text)
  }
}

/** A start on a disk that does what it should. */
async function judge(history: History, image: CrashFiles) {
  const deps = depsOf(image, history)
  const { main, copier } = await openBeside(deps, history)
  const { lastRecord } = main.tail()
  for (let turns = 0; copier.mark().upTo < lastRecord; turns++) {
    assert.ok(turns < 100_000, `copying does not end: ${copier.problem()}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
  const copies = await all(readCopies(deskDir, deps))
  const byRecord = new Map(copies.map(({ record, bytes }) => [record, Buffer.from(bytes).toString()]))
  for (const [record, text] of history.kept)
    assert.equal(byRecord.get(record), text, `change ${record} was acknowledged and has no copy`)
  const records = copies.map(({ record }) => record)
  assert.deepEqual(
    records,
    records.toSorted((a, b) => a - b),
    'copies are in the order of their records',
  )
  await copier[Symbol.asyncDispose]()
  await main[Symbol.asyncDispose]()
}

/** Before anything is copied: what has a copy is in the main journal, or behind its oldest segment. */
async function openBeside(deps: JournalDeps, history: History): Promise<Open> {
  const before = await all(readCopies(deskDir, deps))
  const opened = await open(deps, history)
  const { id } = opened.main
  const { lastRecord } = opened.main.tail()
  const changes = await changesOf(deps, opened.main)
  const oldest = await oldestOf(deps)
  for (const { journal, record, bytes } of before) {
    assert.equal(journal, id, 'a copy names its main journal')
    assert.ok(record <= lastRecord, `record ${record} has a copy, and the main journal ends with ${lastRecord}`)
    const text = changes.find(({ number }) => number === record)?.text
    if (record >= oldest) assert.equal(Buffer.from(bytes).toString(), text, `record ${record} and its copy differ`)
  }
  return opened
}

async function changesOf(deps: JournalDeps, main: Pick<JournalWriter, 'tail'>) {
  await using reader = await openReader(dir, deps)
  const { lastRecord: durable } = main.tail()
  const found: { readonly number: RecordNumber; readonly text: string }[] = []
  for (let after = 0; after < durable; ) {
    const { records, damage } = await reader.read(after, { durable, ...readAll })
    for (const { kind, number, bytes } of records as readonly StoredRecord[])
      if (kind === recordKinds.desk) found.push({ number, text: Buffer.from(bytes).toString() })
    after = Math.max(after + 1, records.at(-1)?.number ?? 0, ...damage.map(({ toRecord }) => toRecord))
  }
  return found
}

/** The first record that can still be read. */
async function oldestOf(deps: JournalDeps): Promise<RecordNumber> {
  await using reader = await openReader(dir, deps)
  const { lastRecord: durable } = (await reader.scan({ whole: false })).tail
  for (let after = 0; after < durable; ) {
    const { records, damage } = await reader.read(after, { durable, ...readAll })
    if (records[0]) return records[0].number
    after = Math.max(after + 1, ...damage.map(({ toRecord }) => toRecord))
  }
  return Number.POSITIVE_INFINITY
}

async function all(copies: AsyncIterable<DeskCopy>): Promise<DeskCopy[]> {
  const found: DeskCopy[] = []
  for await (const copy of copies) found.push(copy)
  return found
}
