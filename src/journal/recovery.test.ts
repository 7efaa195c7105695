/** Failures found by the random harnesses, one case each: directories as a crash or a bad disk leaves them, and their recovery. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { crc32 } from 'node:zlib'
import type { JournalOptions, JournalRecord } from './journal.ts'
import { headerBytes } from './segment.ts'
import type { CrashFiles } from './testing/crash-files.ts'
import { journalInMemory } from './testing/journal-in-memory.ts'

const data = (text: string): JournalRecord => ({ kind: 1, frames: 1, bytes: Buffer.from(text) })
const numbers = (disk: CrashFiles) =>
  disk
    .contents()
    .keys()
    .toArray()
    .filter((path) => path.endsWith('.segment'))
    .sort()

/** Each inner list is one call; each call of `openings` is one process, the last of them killed. */
async function written(openings: readonly (readonly string[])[][], options: JournalOptions = {}) {
  let journal = journalInMemory()
  for (const [i, calls] of openings.entries()) {
    const writer = await journal.open(options)
    for (const texts of calls) await writer.append(texts.map(data))
    const killed = journal.files.kill()
    if (i === openings.length - 1) return killed()
    journal = journalInMemory(killed())
  }
  return assert.fail('no opening')
}

/** Changes the bytes of a segment, counted from the oldest. */
function rot(disk: CrashFiles, segment: number, change: (bytes: Buffer) => Uint8Array | undefined) {
  const path = numbers(disk)[segment] ?? assert.fail(`no segment ${segment}`)
  const bytes = Buffer.from(disk.contents().get(path) as Uint8Array)
  disk.put(path, change(bytes) ?? bytes)
  return path
}

const zero = (text: string) => (bytes: Buffer) => {
  const at = bytes.indexOf(text)
  bytes.fill(0, at - 36, at + text.length)
  return undefined
}

it('a file whose making was cut short voids nothing that is before it', async () => {
  const disk = await written([[['a'], ['b'], ['c']]])
  const [path = ''] = numbers(disk)
  disk.put(path.replace('-00000001-000000000000001.', '-00000002-000000000000002.'), new Uint8Array(700))
  const { open, texts } = journalInMemory(disk)
  await using writer = await open()
  assert.deepEqual([writer.tail().lastRecord, writer.damage], [3, []])
  assert.deepEqual(await texts(3), ['a', 'b', 'c'])
})

it('a hole in the newest write of a killed process is torn; one that a later write follows is damage', async () => {
  for (const [lost, torn] of [
    ['dd', true],
    ['bb', undefined],
  ] as const) {
    const disk = await written([
      [
        ['aa', 'bb'],
        ['cc', 'dd', 'ee'],
      ],
    ])
    rot(disk, 0, zero(lost))
    await using writer = await journalInMemory(disk).open()
    assert.deepEqual(
      writer.damage.map(({ fromRecord, toRecord, frames, torn: found }) => [fromRecord, toRecord, frames, found]),
      [[lost === 'bb' ? 2 : 4, lost === 'bb' ? 2 : 4, 1, torn]],
    )
  }
})

it('a hole in a write that was acknowledged is damage, even where the next process sealed what it found', async () => {
  const disk = await written([[['aa', 'bb'], ['cc']], [['dd']]])
  rot(disk, 0, zero('bb'))
  await using reader = await journalInMemory(disk).openReader()
  const { damage } = await reader.scan()
  assert.deepEqual(
    damage.map(({ fromRecord, torn }) => [fromRecord, torn]),
    [[2, undefined]],
  )
})

it('a hole in the newest write of a killed process stays torn when the next one has sealed what it found', async () => {
  const torn = await written([[['aa'], ['bb', 'cc', 'dd']]])
  rot(torn, 0, zero('cc'))
  const next = await journalInMemory(torn).open()
  await next.append([data('ee')])
  await next[Symbol.asyncDispose]()
  await using reader = await journalInMemory(torn).openReader()
  assert.deepEqual(
    (await reader.scan()).damage.map(({ fromRecord, torn: found }) => [fromRecord, found]),
    [[3, true]],
  )
})

it('an empty first segment is no damage', async () => {
  const disk = await written([[], [['a']]])
  const { open, openReader, texts } = journalInMemory(disk)
  await using reader = await openReader()
  assert.deepEqual((await reader.scan()).damage, [])
  await using writer = await open()
  assert.deepEqual([writer.damage, await texts(1)], [[], ['a']])
})

it('without its header a segment still counts its frames', async () => {
  const disk = await written([[['a'], ['b', 'c']]])
  rot(disk, 0, (bytes) => {
    bytes.fill(7, 0, headerBytes)
    return undefined
  })
  await using writer = await journalInMemory(disk).open()
  assert.deepEqual([writer.tail().lastRecord, writer.tail().acceptedFrames], [3, 3])
})

it('numbers of a newest segment that is gone are not given again', async () => {
  const disk = await written([[['a']], [['b'], ['c']]])
  disk.drop(numbers(disk).at(-1) ?? '')
  await using writer = await journalInMemory(disk).open()
  assert.equal(writer.tail().lastRecord, 1)
  assert.match(writer.damage[0]?.reason ?? '', /segment after this one is gone/)
  assert.ok((await writer.append([data('d')])) > 3)
})

it('an unreadable first segment is reported by a scan, with the frames it held', async () => {
  const disk = await written([[['a', 'b']], [['c']]])
  rot(disk, 0, (bytes) => bytes.fill(9))
  await using reader = await journalInMemory(disk).openReader()
  const { damage } = await reader.scan()
  assert.deepEqual(
    damage.map(({ fromRecord, toRecord, frames }) => [fromRecord, toRecord, frames]),
    [[1, 2, 2]],
  )
})

it('a segment of which only the seal is left held records', async () => {
  const journal = journalInMemory()
  const writer = await journal.open()
  await writer.append([data('aa'), data('bb')])
  await writer[Symbol.asyncDispose]()
  rot(journal.files, 0, (bytes) => {
    bytes.fill(0, 0, bytes.indexOf('bb') + 2)
    return undefined
  })
  await using next = await journal.open()
  assert.ok((await next.append([data('cc')])) > 2)
  assert.ok(next.damage.length > 0)
})

it('a segment of a later version is named, refused, and left as it is', async () => {
  const disk = await written([[['a']]])
  const later = rot(disk, 0, (bytes) => {
    bytes.writeUInt16LE(2, 8)
    bytes.writeUInt32LE(crc32(bytes.subarray(0, 508)), 508)
    return undefined
  })
  const before = disk.contents()
  const { open, openReader } = journalInMemory(disk)
  const refusal = {
    code: 'E_JOURNAL_NEWER',
    message: new RegExp(`${later.split('/').at(-1)} .*format 2, this program`),
  }
  await assert.rejects(open(), refusal)
  await using reader = await openReader()
  await assert.rejects(reader.read(0, { durable: 1, bytesMax: 1, framesMax: 1 }), refusal)
  assert.match((await reader.scan()).damage[0]?.reason ?? '', /format 2/)
  assert.deepEqual(disk.contents(), before)
})
