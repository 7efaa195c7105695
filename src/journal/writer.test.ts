import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import type { JournalRecord } from './journal.ts'
import { openJournalReader, openJournalWriter } from './segment-journal.ts'
import { journalInMemory } from './testing/journal-in-memory.ts'

const data = (text: string): JournalRecord => ({ kind: 1, frames: 1, bytes: Buffer.from(text) })
const full = { code: 'E_JOURNAL_FULL' }
const failed = { code: 'E_JOURNAL_FAILED' }

it('a write that fails once is made durable in a new segment, and no caller gets an error', async () => {
  const { files, open, names, texts } = journalInMemory()
  await using writer = await open()
  await writer.append([data('a')])
  files.failSyncs = 1
  assert.equal(await writer.append([data('b')]), 2)
  assert.equal(names().length, 2)
  assert.equal(writer.stats().refusing, undefined)
  assert.deepEqual(await texts(2), ['a', 'b'])
})

it('a write that fails twice is refused; after a while the next one works', async () => {
  const { files, clock, open, texts } = journalInMemory()
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
  const { files, open, texts } = journalInMemory()
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
  const { files, open, texts } = journalInMemory()
  files.room = 0
  await using writer = await open()
  await assert.rejects(writer.append([data('a')]), full)
  files.room = undefined
  assert.equal(await writer.append([data('b')]), 1)
  assert.deepEqual(await texts(1), ['b'])
})

it('takes no more than it may hold in memory', async () => {
  const { open } = journalInMemory()
  await using writer = await open({ pendingBytesMax: 1_000 })
  const first = writer.append([data('.'.repeat(800))])
  assert.equal(writer.stats().pendingBytes, 836)
  await assert.rejects(writer.append([data('.'.repeat(200))]), { code: 'E_JOURNAL_OVERLOAD' })
  await first
  assert.equal(writer.stats().pendingBytes, 0)
  await writer.append([data('.'.repeat(200))])
})

it('answers many appends of one turn with one write', async () => {
  const { open } = journalInMemory()
  await using writer = await open({ segmentBytesMax: 1_000_000 })
  const before = writer.stats().syncs
  await Promise.all(Array.from({ length: 1_000 }, (_, i) => writer.append([data(`${i}`)])))
  assert.equal(writer.stats().syncs - before, 1)
})

it('warns and then asks for refusal as the disk fills up', async () => {
  const { files, clock, open } = journalInMemory()
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
  const { open } = journalInMemory()
  const first = await open()
  await first.append([data('a'), data('b')])
  first.release(40)
  assert.equal(await first.append([data('c')]), 41)
  await first[Symbol.asyncDispose]()
  await using second = await open()
  assert.equal(await second.append([data('d')]), 42)
})

it('opens with any other files in the directory, and leaves them there', async (t) => {
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
