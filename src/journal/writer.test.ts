import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { createCrashFiles } from './crash-files.ts'
import type { JournalOptions, JournalRecord } from './journal.ts'
import { memory } from './memory.ts'
import { openReader } from './reader.ts'
import { seededRandom } from './seeded-random.ts'
import { openJournalReader, openJournalWriter } from './segment-journal.ts'
import { createStepClock } from './step-clock.ts'
import { openWriter } from './writer.ts'

const data = (text: string): JournalRecord => ({ kind: 1, frames: 1, bytes: Buffer.from(text) })
const full = { code: 'E_JOURNAL_FULL' }
const failed = { code: 'E_JOURNAL_FAILED' }

function inMemory(files = createCrashFiles(seededRandom(7))) {
  const clock = createStepClock()
  const deps = { files, clock, lock: (dir: string) => files.lock(dir), random: (bytes: number) => memory(bytes).bytes }
  return {
    files,
    clock,
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

it('a write that fails once is made durable in a new segment, and nobody notices', async () => {
  const { files, open, names, texts } = inMemory()
  await using writer = await open()
  await writer.append([data('a')])
  files.failSyncs = 1
  assert.equal(await writer.append([data('b')]), 2)
  assert.equal(names().length, 2)
  assert.equal(writer.stats().refusing, undefined)
  assert.deepEqual(await texts(2), ['a', 'b'])
})

it('a write that fails twice is refused; after a while the next one works', async () => {
  const { files, clock, open, texts } = inMemory()
  await using writer = await open({ probeMs: 10_000 })
  await writer.append([data('a')])
  files.failSyncs = 2
  await assert.rejects(writer.append([data('b')]), failed)
  assert.match(writer.stats().refusing ?? '', /refuses to write/)
  await assert.rejects(writer.append([data('too soon')]), failed)
  clock.advance(20_000)
  assert.equal(await writer.append([data('c')]), 2)
  assert.equal(writer.stats().refusing, undefined)
  assert.deepEqual(await texts(2), ['a', 'c'])
})

it('a full disk refuses what does not fit, keeps what was accepted, and goes on when there is room', async () => {
  const { files, open, texts } = inMemory()
  await using writer = await open()
  await writer.append([data('a')])
  for (const room of [0, 1, 35, 36, 100, 500]) {
    files.room = room
    await assert.rejects(writer.append([data('.'.repeat(500))]), full)
    assert.match(writer.stats().refusing ?? '', /full/)
  }
  assert.equal(writer.tail().lastRecord, 1)
  files.room = undefined
  assert.equal(await writer.append([data('b')]), 2)
  assert.equal(writer.stats().refusing, undefined)
  assert.deepEqual(await texts(2), ['a', 'b'])
})

it('opens on a full disk, refuses, and accepts once there is room', async () => {
  const { files, open, texts } = inMemory()
  files.room = 0
  await using writer = await open()
  await assert.rejects(writer.append([data('a')]), full)
  files.room = undefined
  assert.equal(await writer.append([data('b')]), 1)
  assert.deepEqual(await texts(1), ['b'])
})

it('takes no more than it may hold in memory', async () => {
  const { open } = inMemory()
  await using writer = await open({ pendingBytesMax: 1_000 })
  const first = writer.append([data('.'.repeat(800))])
  assert.equal(writer.stats().pendingBytes, 836)
  await assert.rejects(writer.append([data('.'.repeat(200))]), { code: 'E_JOURNAL_OVERLOAD' })
  await first
  assert.equal(writer.stats().pendingBytes, 0)
  await writer.append([data('.'.repeat(200))])
})

it('answers many appends of one turn with one write', async () => {
  const { open } = inMemory()
  await using writer = await open({ segmentBytesMax: 1_000_000 })
  const before = writer.stats().syncs
  await Promise.all(Array.from({ length: 1_000 }, (_, i) => writer.append([data(`${i}`)])))
  assert.equal(writer.stats().syncs - before, 1)
})

it('warns and then asks for refusal as the disk fills up', async () => {
  const { files, clock, open } = inMemory()
  await using writer = await open()
  const look = async (room: number) => {
    files.room = room
    clock.advance(10_000)
    writer.stats()
    for (let i = 0; i < 5; i++) await new Promise((done) => setImmediate(done))
    const { warning, refusing } = writer.stats()
    return [warning !== undefined, refusing !== undefined]
  }
  assert.deepEqual(await look(300_000), [false, false])
  assert.deepEqual(await look(150_000), [true, false])
  assert.deepEqual(await look(90_000), [true, true])
  assert.equal(await writer.append([data('who to refuse is the owner of the journal to say')]), 1)
})

it('gives no number that its consumer has seen already, should the end of the journal have been lost', async () => {
  const { open } = inMemory()
  const first = await open()
  await first.append([data('a'), data('b')])
  first.release(40)
  assert.equal(await first.append([data('c')]), 41)
  await first[Symbol.asyncDispose]()
  await using second = await open()
  assert.equal(await second.append([data('d')]), 42)
})

it('keeps on a failing disk what was acknowledged before a segment that could not be taken back', async () => {
  const { files, open } = inMemory()
  const writer = await open({ segmentBytesMax: 600, probeMs: 0 })
  await writer.append([data('a')])
  // The next two segments get their records, but neither their names nor their removal become durable.
  files.failDirectorySyncs = 4
  await assert.rejects(writer.append([data('x'.repeat(500))]), failed)
  assert.equal(await writer.append([data('b')]), 2)
  for (let i = 0; i < 20; i++) {
    const { open: openImage, texts } = inMemory(files.cut()())
    await using image = await openImage()
    assert.equal(image.tail().lastRecord, 2)
    assert.deepEqual(await texts(2), ['a', 'b'])
  }
})

it('makes durable, before it tells of it, what a process that was killed had not synced', async () => {
  for (let operations = 1, reached = true; reached; operations++) {
    const { files, open } = inMemory()
    let killed: (() => typeof files) | undefined
    const writer = await open({ segmentBytesMax: 600 })
    files.cutAfter(operations, () => {
      killed = files.kill()
    })
    for (let i = 0; i < 4; i++) await writer.append([data('x'.repeat(300))]).catch(() => {})
    reached = killed !== undefined
    assert.ok(reached || operations > 10)
    const after = inMemory(killed?.())
    after.files.room = 0
    const { lastRecord } = (await after.open()).tail()
    const image = after.files.cut()
    for (let i = 0; i < 10; i++) {
      await using found = await inMemory(image()).open()
      assert.ok(found.tail().lastRecord >= lastRecord, `${lastRecord} was told, ${found.tail().lastRecord} is there`)
    }
  }
})

it('opens whatever lies in the directory, and leaves it there', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'journal-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  const id = 'abcdefabcdefabcd'
  await mkdir(join(dir, `${id}-00000001-000000000000001.segment`))
  await mkdir(join(dir, 'writer.lock'))
  await writeFile(join(dir, `${id}-00000002-000000000000001.segment`), '')
  await writeFile(join(dir, `${id}-00000003-000000000000001.segment`), 'garbage'.repeat(500))
  await symlink('nowhere', join(dir, `${id}-00000004-000000000000001.segment`))
  await writeFile(join(dir, 'notes.txt'), 'mine')
  const writer = await openJournalWriter(dir)
  const last = await writer.append([data('a')])
  await writer[Symbol.asyncDispose]()
  await using reader = await openJournalReader(dir)
  const { records } = await reader.read(last - 1, { durable: last, bytesMax: 1_000, framesMax: 10 })
  assert.deepEqual(
    records.map(({ bytes }) => Buffer.from(bytes).toString()),
    ['a'],
  )
  assert.equal((await stat(join(dir, `${id}-00000003-000000000000001.segment`))).size, 3_500)
  assert.equal((await stat(join(dir, 'notes.txt'))).size, 4)
})
