import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { openReader } from '../reader.ts'
import { createCrashFiles } from '../testing/crash-files.ts'
import { journalInMemory } from '../testing/journal-in-memory.ts'
import { seededRandom } from '../testing/seeded-random.ts'
import { filesWithArchive } from './archived-files.ts'
import { createArchiver } from './archiver.ts'

const record = (i: number) => ({ kind: 1 as const, frames: 1, bytes: Buffer.from(`${i} `.repeat(150)) })
const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)

/** A journal of several segments of 4,000 bytes, and an archive on the same disk. */
async function place(files = createCrashFiles(seededRandom(11))) {
  const { open } = journalInMemory(files)
  files.put('/archive/.keep', new Uint8Array())
  const writer = await open()
  for (let i = 1; i <= 60; i++) await writer.append([record(i)])
  const archiver = () => createArchiver(files, '/journal', '/archive')
  const archived = () => [...files.contents()].filter(([path]) => path.endsWith('.zst'))
  const segments = () => [...files.contents().keys()].filter((path) => path.endsWith('.segment')).sort()
  /** The archiver takes what has not changed since its last look. */
  const looked = async (by = archiver()) => {
    await by.look()
    return by.look()
  }
  return { files, writer, archiver, archived, segments, looked }
}

describe('the archive', () => {
  test('holds every closed segment byte for byte, and not the one that is written to', async () => {
    const { files, writer, archived, segments, looked } = await place()
    const { upTo, written } = await looked()
    const closed = segments().slice(0, -1)
    assert.ok(closed.length >= 3)
    assert.deepEqual(written, closed.map(nameOf))
    assert.equal(upTo + 1, Number(segments().at(-1)?.slice(-23, -8)))
    const contents = files.contents()
    for (const [path, bytes] of archived())
      assert.deepEqual(
        zstdDecompressSync(bytes),
        Buffer.from(contents.get(`/journal/${nameOf(path).slice(0, -4)}`) as Uint8Array),
      )
    await writer[Symbol.asyncDispose]()
  })

  test('is not written again after a restart, and a torn or other file is made again', async () => {
    const { files, archived, looked } = await place()
    const { upTo } = await looked()
    assert.deepEqual(await looked(), { upTo, written: [] })
    const whole = files.contents()
    const paths = archived().map(([path]) => path)
    const [torn, flipped, other, shorter] = paths as [string, string, string, string]
    const bytes = whole.get(torn) as Uint8Array
    files.put(torn, bytes.subarray(0, -9))
    const flip = Uint8Array.from(whole.get(flipped) as Uint8Array)
    flip[40] = (flip[40] as number) ^ 1
    files.put(flipped, flip)
    files.put(other, whole.get(torn) as Uint8Array)
    const segment = whole.get(`/journal/${nameOf(shorter).slice(0, -4)}`) as Uint8Array
    files.put(shorter, zstdCompressSync(segment.subarray(0, -40)))
    const made = await looked()
    assert.deepEqual(
      made.written.toSorted(),
      [torn, flipped, other, shorter].map((path) => nameOf(path).slice(0, -4)).sort(),
    )
    for (const path of [torn, flipped, other, shorter]) assert.deepEqual(files.contents().get(path), whole.get(path))
  })

  test('never names a file that does not read back, and reports no segment before it is durable', async () => {
    for (let operations = 1; operations < 120; operations += 4) {
      const { files, archiver, looked, segments } = await place(createCrashFiles(seededRandom(operations)))
      const by = archiver()
      await by.look()
      let images: (() => typeof files) | undefined
      files.cutAfter(operations, () => {
        images = files.cut()
      })
      const reported = await by.look().then(
        ({ upTo }) => upTo,
        () => 0,
      )
      const image = (images ?? files.cut())()
      const contents = image.contents()
      for (const [path, bytes] of contents)
        if (path.endsWith('.zst')) assert.ok(zstdDecompressSync(bytes).length > 0, path)
      if (reported > 0)
        for (const path of segments().slice(0, -1)) assert.ok(contents.has(`/archive/${nameOf(path)}.zst`), path)
      // What was left behind is in the way of nothing.
      const after = createArchiver(image, '/journal', '/archive')
      assert.ok((await looked(after)).upTo > 0)
      assert.deepEqual(
        [...image.contents().keys()].filter((path) => path.endsWith('.partial')),
        [],
      )
    }
  })

  test('on a full disk leaves nothing half written, reports what is archived so far, and goes on when there is room', async () => {
    const { files, archiver, archived, segments } = await place()
    const by = archiver()
    await by.look()
    files.room = 300
    await assert.rejects(by.look(), { code: 'ENOSPC' })
    assert.deepEqual(
      [...files.contents().keys()].filter((path) => path.endsWith('.partial')),
      [],
    )
    const before = archived().length
    assert.ok(before < segments().length - 1)
    files.room = undefined
    assert.equal((await by.look()).written.length, segments().length - 1 - before)
  })

  test('that is not there is a fault, and is not made', async () => {
    const { files } = await place()
    const absent = () => Promise.reject(Object.assign(new Error('ENOENT'), { code: 'ENOENT' }))
    const missing = { ...files, list: async (dir: string) => (dir === '/archive' ? absent() : files.list(dir)) }
    await assert.rejects(createArchiver(missing, '/journal', '/archive').look(), { code: 'ENOENT' })
  })
})

test('a journal is read from its first record on when its oldest segments are in the archive alone', async () => {
  const { files, writer, segments, looked } = await place()
  await looked()
  await writer[Symbol.asyncDispose]()
  for (const path of segments().slice(0, -1)) files.drop(path)
  await using reader = await openReader('/journal', {
    files: filesWithArchive('/journal', '/archive', undefined, files),
  })
  const { tail, damage } = await reader.scan()
  assert.deepEqual([tail.lastRecord, tail.acceptedFrames, damage], [60, 60, []])
  let next = 1
  while (next <= 60) {
    const found = await reader.read(next - 1, { durable: 60, bytesMax: 1_000, framesMax: 100 })
    assert.deepEqual(found.damage, [])
    for (const { number, bytes } of found.records) {
      assert.equal(number, next++)
      assert.deepEqual(Buffer.from(bytes), record(number).bytes)
    }
  }
})
