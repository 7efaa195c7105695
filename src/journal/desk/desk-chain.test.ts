import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCrashFiles } from '../testing/crash-files.ts'
import { seededRandom } from '../testing/seeded-random.ts'
import { createStepClock } from '../testing/step-clock.ts'
import type { JournalDeps } from '../writer.ts'
import { chainStart, encodeLink, extended, headOfLink, verifyChain } from './desk-chain.ts'
import { encodeCopy, openDeskJournal, readCopies, recordsOf } from './desk-journal.ts'

const journal = '00000000000000aa'
const copyOf = (record: number, text = `change ${record}`) => ({ journal, record, bytes: Buffer.from(text) })

/** Records of a journal that is written in several runs, and what verifying finds of some records. */
async function written(changes: number) {
  const files = createCrashFiles(seededRandom(1))
  const deps: JournalDeps = {
    ...{ files, clock: createStepClock(), lock: (dir) => files.lock(dir) },
    random: (bytes) => new Uint8Array(bytes).fill(7),
  }
  for (let record = 1; record <= changes; record++) {
    await using desk = await openDeskJournal('/desk', deps, { segmentBytesMax: 4_000 })
    assert.equal(await desk.newestOf(journal), record - 1)
    await desk.append(copyOf(record))
  }
  const records = await Array.fromAsync(recordsOf('/desk', deps), ({ number, bytes }) => ({
    number,
    bytes: bytes.slice(),
  }))
  return { records, copies: await Array.fromAsync(readCopies('/desk', deps), ({ record }) => record) }
}

async function* each(records: readonly { readonly number: number; readonly bytes: Uint8Array }[]) {
  yield* records
}

test('a journal that was written in several runs is whole, and its copies are read without the links', async () => {
  const { records, copies } = await written(6)
  assert.deepEqual(copies, [1, 2, 3, 4, 5, 6])
  const { head, ...report } = await verifyChain(each(records))
  assert.deepEqual(report, { copies: 6, links: 6, unlinked: 0, broken: [], isExpectedFound: true })
  assert.match(head, /^[0-9a-f]{64}$/)
})

test('every record that is changed, removed or put elsewhere is found, links as well as copies', async () => {
  const { records } = await written(5)
  const broken = async (changed: typeof records) => (await verifyChain(each(changed))).broken.length
  for (let i = 0; i < records.length; i++) {
    const { number, bytes } = records[i] as (typeof records)[number]
    const other = bytes.slice()
    other[other.length - 1] = (other.at(-1) ?? 0) ^ 1
    assert.ok((await broken(records.with(i, { number, bytes: other }))) > 0, `changed ${i}`)
    if (headOfLink(bytes) === undefined) assert.ok((await broken(records.toSpliced(i, 1))) > 0, `removed ${i}`)
    // A copy with its link.
    if (i % 2 === 0 && i < 8) assert.ok((await broken(records.toSpliced(i, 2))) > 0, `removed ${i} with its link`)
  }
  const swapped = [...records.slice(2, 4), ...records.slice(0, 2), ...records.slice(4)]
  assert.ok((await broken(swapped)) > 0)
  const copiesSwapped = records.with(0, records[2] as never).with(2, records[0] as never)
  assert.ok((await broken(copiesSwapped)) > 0)
  assert.ok((await broken([...records.slice(0, 2), ...records])) > 0, 'one is there twice')
})

test('an end that was removed is found by a head that was noted before', async () => {
  const { records } = await written(4)
  const { head } = await verifyChain(each(records))
  assert.equal((await verifyChain(each(records), head)).isExpectedFound, true)
  const { broken, isExpectedFound } = await verifyChain(each(records.slice(0, -2)), head)
  assert.deepEqual([broken, isExpectedFound], [[], false])
})

test('copies of a release without links, and one whose link a crash left out, are covered by the next link', async () => {
  const copies = [1, 2, 3].map((record) => encodeCopy(copyOf(record)))
  const head = copies.reduce(extended, chainStart)
  const records = [...copies, encodeLink(head)].map((bytes, i) => ({ number: i + 1, bytes }))
  assert.deepEqual((await verifyChain(each(records))).broken, [])
  const forged = encodeCopy(copyOf(2, 'forged'))
  assert.deepEqual((await verifyChain(each(records.with(1, { number: 2, bytes: forged })))).broken, [4])
  const { unlinked } = await verifyChain(each(records.slice(0, 3)))
  assert.equal(unlinked, 3)
})
