import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordKinds } from '../journal.ts'
import { createCrashFiles } from '../testing/crash-files.ts'
import { seededRandom } from '../testing/seeded-random.ts'
import { createStepClock } from '../testing/step-clock.ts'
import { type JournalDeps, openWriter } from '../writer.ts'
import { type DeskCopy, decodeCopy, encodeCopy, openDeskJournal, readCopies } from './desk-journal.ts'

const [one, other] = ['00000000000000aa', '00000000000000bb']
const copy = (journal: string, record: number): DeskCopy => ({ journal, record, bytes: Buffer.from(`${record}`) })

function place() {
  const files = createCrashFiles(seededRandom(1))
  const deps: JournalDeps = {
    ...{ files, clock: createStepClock(), lock: (dir) => files.lock(dir) },
    random: (bytes) => new Uint8Array(bytes).fill(7),
  }
  const open = () => openDeskJournal('/desk', deps, { segmentBytesMax: 4_000 })
  const all = async () => {
    const found: string[] = []
    for await (const { journal, record } of readCopies('/desk', deps)) found.push(`${journal.slice(-2)} ${record}`)
    return found
  }
  return { deps, open, all, segments: () => files.contents().size }
}

test('a copy has the bytes of the record and its place, as docs/specs/journal.md has it', () => {
  const bytes = encodeCopy({ journal: '0123456789abcdef', record: 0x0605_0403_0201, bytes: Uint8Array.of(9, 8) })
  assert.equal(Buffer.from(bytes).toString('hex'), '01000123456789abcdef0102030405060908')
  const { journal, record, bytes: content } = decodeCopy(bytes) ?? assert.fail('unread')
  assert.deepEqual([journal, record, [...content]], ['0123456789abcdef', 0x0605_0403_0201, [9, 8]])
  assert.equal(decodeCopy(Uint8Array.of(2, ...bytes.subarray(1))), undefined)
  assert.equal(decodeCopy(bytes.subarray(0, 15)), undefined)
})

test('copies of several main journals are read in order, and the newest of each is known', async () => {
  const { open, all } = place()
  for (const [journal, record] of [
    [one, 5],
    [one, 9],
    [other, 2],
  ] as const) {
    await using desk = await open()
    await desk.append(copy(journal, record))
  }
  await using desk = await open()
  assert.deepEqual([await desk.newestOf(one), await desk.newestOf(other), await desk.newestOf('00')], [9, 2, 0])
  assert.deepEqual(await all(), ['aa 5', 'aa 9', 'bb 2'])
})

test('what a failed write left behind and was written again is read once', async () => {
  const { deps, all } = place()
  await using writer = await openWriter('/desk', deps, { segmentBytesMax: 4_000 })
  for (const record of [1, 2, 2, 3])
    await writer.append([{ kind: recordKinds.desk, frames: 0, bytes: encodeCopy(copy(one, record)) }])
  assert.deepEqual(await all(), ['aa 1', 'aa 2', 'aa 3'])
})

test('starts without a change make no segment, and a directory that is not there holds nothing', async () => {
  const { open, all, segments } = place()
  assert.deepEqual(await all(), [])
  for (let start = 0; start < 3; start++) await (await open())[Symbol.asyncDispose]()
  assert.equal(segments(), 0)
  await using desk = await open()
  await desk.append(copy(one, 1))
  await desk[Symbol.asyncDispose]()
  for (let start = 0; start < 3; start++) await (await open())[Symbol.asyncDispose]()
  assert.equal(segments(), 1)
})
