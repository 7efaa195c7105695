/** Short runs that are stopped at each of their operations in turn: what the random harness finds now and then is found here always. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { effort } from '../../test/fixtures/effort.ts'
import type { JournalOptions, JournalRecord, JournalWriter } from './journal.ts'
import { type CrashFiles, createCrashFiles } from './testing/crash-files.ts'
import { journalInMemory } from './testing/journal-in-memory.ts'
import { seededRandom } from './testing/seeded-random.ts'

const data = (text: string): JournalRecord => ({ kind: 1, frames: 1, bytes: Buffer.from(text) })
type Journal = ReturnType<typeof journalInMemory>
/** Images looked at of each stop. */
const images = effort(10)

it('keeps on a failing disk what was acknowledged before a segment that could not be taken back', async () => {
  const { files, open } = journalInMemory()
  const writer = await open({ segmentBytesMax: 600, probeMs: 0 })
  await writer.append([data('a')])
  // The next two segments get their records, but neither their names nor their removal become durable.
  files.failDirectorySyncs = 4
  await assert.rejects(writer.append([data('x'.repeat(500))]), { code: 'E_JOURNAL_FAILED' })
  assert.equal(await writer.append([data('b')]), 2)
  for (const image of cuts(files)) {
    const { open: openImage, texts } = journalInMemory(image)
    await using found = await openImage()
    assert.equal(found.tail().lastRecord, 2)
    assert.deepEqual(await texts(2), ['a', 'b'])
  }
})

for (const failSyncs of [0, 1, 2, 9])
  it(`reports nothing as durable that a killed process had not synced, ${failSyncs} syncs failing`, async () => {
    const run = async ({ files }: Journal, writer: JournalWriter) => {
      files.failSyncs = failSyncs
      for (let i = 0; i < 4; i++) await writer.append([data(`${i}`.repeat(100)), data('y')]).catch(() => {})
    }
    await stopEverywhere('kill', { segmentBytesMax: 600, probeMs: 0 }, run, async (stopped) => {
      stopped.room = 0
      const { lastRecord } = (await journalInMemory(stopped).open()).tail()
      for (const image of cuts(stopped)) {
        await using found = await journalInMemory(image).open()
        assert.ok(found.tail().lastRecord >= lastRecord, `${lastRecord} reported, ${found.tail().lastRecord} there`)
      }
    })
  })

for (const [where, segmentBytesMax] of [
  ['in a new segment', 800],
  ['in a segment that holds others', 4_000],
] as const)
  it(`what was refused for want of room stays away wherever the power goes afterwards: ${where}`, async () => {
    for (let room = 0; room < 2_000; room += 20) {
      const { files, open } = journalInMemory(createCrashFiles(seededRandom(room)))
      const writer = await open({ segmentBytesMax })
      await writer.append([data('a'.repeat(200))])
      files.room = room
      const many = Array.from({ length: 20 }, (_, i) => data(`refused ${i}`))
      const refused = await writer.append(many).then(
        () => false,
        () => true,
      )
      for (const image of cuts(files)) {
        await using found = await journalInMemory(image).open()
        assert.equal(found.tail().lastRecord, refused ? 1 : 21, `room for ${room} bytes`)
      }
    }
  })

it('old segments go in order, so that what a crash leaves of them has no gap', async () => {
  const run = async ({ clock }: Journal, writer: JournalWriter) => {
    for (let i = 0; i < 8; i++) await writer.append([data('x'.repeat(300))]).catch(() => {})
    clock.advance(10_000)
    writer.release(8)
    for (let i = 0; i < 100; i++) await new Promise((done) => setImmediate(done))
  }
  await stopEverywhere('cut', { segmentBytesMax: 600, retentionMs: 0 }, run, async (stopped) => {
    await using reader = await journalInMemory(stopped).openReader()
    for (const { torn, reason } of (await reader.scan()).damage) assert.ok(torn, reason)
  })
})

it('an unreadable segment is removed with the segments around it', async () => {
  const first = journalInMemory()
  const writer = await first.open({ segmentBytesMax: 600 })
  await writer.append([data('x'.repeat(300))])
  await writer[Symbol.asyncDispose]()
  const [name = ''] = first.names()
  first.files.put(name.replace('-00000001-000000000000001.', '-00000002-000000000000002.'), new Uint8Array(600))
  const second = await first.open({ segmentBytesMax: 600, retentionMs: 0 })
  for (let i = 0; i < 4; i++) await second.append([data('x'.repeat(300))])
  assert.equal(first.names().length, 6)
  first.clock.advance(10_000)
  second.release(5)
  await second[Symbol.asyncDispose]()
  assert.equal(first.names().length, 1)
})

it('an unreadable segment is removed before the segment that holds its numbers, at every power cut', async () => {
  for (let operations = 0, reached = true; reached; operations++) {
    const first = journalInMemory(createCrashFiles(seededRandom(operations)))
    const writer = await first.open()
    await writer.append([data('a')])
    await writer[Symbol.asyncDispose]()
    const [name = ''] = first.names()
    first.files.put(name.replace('-00000001-', '-00000002-'), new Uint8Array())
    const second = await first.open({ retentionMs: 0 })
    await second.append([data('b')])
    first.clock.advance(10_000)
    let found: (() => CrashFiles) | undefined
    first.files.cutAfter(operations, () => {
      found = first.files.cut()
    })
    second.release(1)
    for (let i = 0; i < 100; i++) await new Promise((done) => setImmediate(done))
    reached = found !== undefined
    for (let i = 0; found && i < images; i++) {
      await using reader = await journalInMemory(found()).openReader()
      for (const { torn, reason } of (await reader.scan()).damage) assert.ok(torn, reason)
    }
    assert.ok(reached || operations > 2)
  }
})

it('numbers behind a torn end are not given again', async () => {
  const { files, open, names } = journalInMemory()
  const writer = await open()
  await writer.append([data('a'), data('b'), data('c')])
  const [path = ''] = names()
  const whole = files.contents().get(path) as Uint8Array
  const end = Buffer.from(whole).indexOf('c') + 1
  const stopped = files.kill()()
  stopped.put(path, whole.slice(0, end - 20))
  await using next = await journalInMemory(stopped).open()
  assert.equal(next.tail().lastRecord, 2)
  assert.equal(next.damage[0]?.torn, true)
  assert.ok((await next.append([data('d')])) > 3)
})

function* cuts(files: CrashFiles) {
  const image = files.cut()
  for (let i = 0; i < images; i++) yield image()
}

/** Stops the run after 0, 1, 2 ... operations, until it completes, and checks what is on the disk then. */
async function stopEverywhere(
  how: 'cut' | 'kill',
  options: JournalOptions,
  run: (journal: Journal, writer: JournalWriter) => Promise<void>,
  check: (stopped: CrashFiles) => Promise<void>,
) {
  for (let operations = 0, reached = true; reached; operations++) {
    const journal = journalInMemory(createCrashFiles(seededRandom(operations)))
    const writer = await journal.open(options)
    let found: (() => CrashFiles) | undefined
    journal.files.cutAfter(operations, () => {
      found = journal.files[how]()
    })
    await run(journal, writer)
    reached = found !== undefined
    for (let i = 0; found && i < (how === 'cut' ? images : 1); i++) await check(found())
    assert.ok(reached || operations > 10)
  }
}
