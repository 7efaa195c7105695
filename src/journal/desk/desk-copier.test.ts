import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createLog, type Log, silentLog } from '../../lib/log.ts'
import { recordKinds } from '../journal.ts'
import { openReader } from '../reader.ts'
import { type CrashFiles, createCrashFiles } from '../testing/crash-files.ts'
import { seededRandom } from '../testing/seeded-random.ts'
import { createStepClock } from '../testing/step-clock.ts'
import { type JournalDeps, openWriter } from '../writer.ts'
import { type DeskMark, startDeskCopier } from './desk-copier.ts'
import { openDeskJournal, readCopies } from './desk-journal.ts'

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
const change = (text: string) => ({ kind: recordKinds.desk, frames: 0, bytes: Buffer.from(text) })
const data = { kind: recordKinds.data, frames: 1, bytes: Buffer.from('data') }

function place(files: CrashFiles = createCrashFiles(seededRandom(3)), ids = seededRandom(5)) {
  const deps: JournalDeps = {
    ...{ files, clock: createStepClock(), lock: (dir) => files.lock(dir) },
    random: (bytes) => Uint8Array.from({ length: bytes }, () => Math.floor(ids() * 256)),
  }
  const disk = { refusesDesk: false }
  const deskFiles: CrashFiles = {
    ...files,
    open: async (path, mode) => {
      if (disk.refusesDesk && mode !== 'read') throw Object.assign(new Error('EACCES: refused'), { code: 'EACCES' })
      return files.open(path, mode)
    },
  }
  const openDesk = () => openDeskJournal('/desk', { ...deps, files: deskFiles }, { segmentBytesMax: 4_000, probeMs: 0 })
  return {
    ...{ files, disk },
    deps,
    openDesk,
    async open(from?: DeskMark, log: Log = silentLog) {
      const main = await openWriter('/journal', deps, { segmentBytesMax: 4_000, probeMs: 0 })
      const copier = await startDeskCopier({
        ...{ main, from, log, clock: { sleep: turn }, openDesk },
        openReader: () => openReader('/journal', deps),
      })
      return {
        main,
        copier,
        publish: (text: string) => copier.track(() => main.append([change(text)])),
        async copied(record: number) {
          for (let turns = 0; copier.mark().newest < record; turns++) {
            assert.ok(turns < 100_000, `never copied: ${copier.problem()}`)
            await turn()
          }
        },
        async close() {
          await copier[Symbol.asyncDispose]()
          await main[Symbol.asyncDispose]()
        },
      }
    },
    /** Records in desk/, read or passed over. */
    async written() {
      await using reader = await openReader('/desk', deps)
      return (await reader.scan()).tail.lastRecord
    },
    async copies() {
      const found: [number, string][] = []
      for await (const { record, bytes } of readCopies('/desk', deps))
        found.push([record, Buffer.from(bytes).toString()])
      return found
    },
  }
}

describe('changes made by people', () => {
  test('are copied in order, with their places in the main journal, and no other record is', async () => {
    const { open, copies } = place()
    const { main, publish, copied, close } = await open()
    await main.append([data, data])
    assert.equal(await publish('a'), 3)
    await main.append([data])
    assert.deepEqual(await Promise.all([publish('b'), publish('c')]), [5, 6])
    await copied(6)
    assert.deepEqual(await copies(), [
      [3, 'a'],
      [5, 'b'],
      [6, 'c'],
    ])
    await close()
  })

  test('that a crash left between the two appends are copied at the next start, once', async () => {
    const { open, copies, written } = place()
    const first = await open()
    await first.publish('a')
    await first.copied(1)
    const mark = first.copier.mark()
    // Not reported to the copier: as if the process had ended right behind the first append.
    await first.main.append([change('b')])
    await first.main.append([data])
    await first.close()
    const second = await open(mark)
    await second.copied(2)
    await second.close()
    const third = await open(mark)
    await third.publish('c')
    await third.copied(4)
    await third.close()
    assert.deepEqual(await copies(), [
      [1, 'a'],
      [2, 'b'],
      [4, 'c'],
    ])
    // Each copy with its link of the chain.
    assert.equal(await written(), 6)
  })

  test('are not passed by the mark while their record is durable and its answer is on the way', async () => {
    const { open } = place()
    const { main, copier, close } = await open()
    await main.append([data])
    const answer = Promise.withResolvers<void>()
    const tracked = copier.track(async () => {
      const record = await main.append([change('a')])
      await answer.promise
      return record
    })
    while (main.tail().lastRecord < 2) await turn()
    assert.equal(copier.mark().upTo, 1)
    answer.resolve()
    await tracked
    while (copier.mark().upTo < 2) await turn()
    await close()
  })

  test('are kept by the mark while desk/ refuses them, and copied when it takes them again', async () => {
    const lines: string[] = []
    const { open, copies, disk } = place()
    const { publish, copier, copied, close } = await open(
      undefined,
      createLog({}, { write: (line) => void lines.push(line) }),
    )
    disk.refusesDesk = true
    await publish('a')
    await publish('b')
    while (copier.problem() === undefined) await turn()
    assert.deepEqual(copier.mark(), { upTo: 0, newest: 0 })
    disk.refusesDesk = false
    await copied(2)
    while (copier.problem() !== undefined) await turn()
    await close()
    assert.equal((await copies()).length, 2)
    assert.deepEqual(
      lines.map((line) => /(error|info) +changes made by people are (not )?copied/.test(line)),
      [true, true],
    )
  })

  test('that are copied according to a checkpoint, and are not in desk/, are copied again', async () => {
    const { open, copies, files } = place()
    const first = await open()
    for (const text of ['a', 'b']) await first.publish(text)
    await first.copied(2)
    const mark = first.copier.mark()
    await first.close()
    for (const path of files.contents().keys()) if (path.startsWith('/desk/')) files.drop(path)
    const second = await open(mark)
    await second.copied(2)
    await second.close()
    assert.equal((await copies()).length, 2)
  })

  test('do not get the numbers of changes that the main journal has lost', async () => {
    const { open, copies, files } = place()
    const first = await open()
    for (const text of ['a', 'b', 'c']) await first.publish(text)
    await first.copied(3)
    const { id } = first.main
    await first.close()
    // The main journal as it was after its first record.
    for (const path of files.contents().keys()) if (path.startsWith('/journal/')) files.drop(path)
    const { deps } = place(files)
    const restored = await openWriter('/journal', { ...deps, random: () => Uint8Array.fromHex(id) }, {})
    await restored.append([change('a')])
    await restored[Symbol.asyncDispose]()
    const second = await open()
    assert.equal(await second.publish('d'), 4)
    await second.copied(4)
    await second.close()
    assert.deepEqual(
      (await copies()).map(([record]) => record),
      [1, 2, 3, 4],
    )
  })
})

test('a change that is reported as copied stays when the power goes, wherever the process before was killed', async () => {
  let reported = 0
  for (let operations = 1; operations < 60; operations++) {
    const first = place(createCrashFiles(seededRandom(operations)))
    let killed: CrashFiles | undefined
    first.files.cutAfter(operations, () => {
      killed ??= first.files.kill()()
    })
    await publishOne(first, () => killed !== undefined)
    const second = place(killed ?? first.files.kill()())
    const { copier, main } = await second.open()
    while (copier.mark().upTo < main.tail().lastRecord) await turn()
    const { newest } = copier.mark()
    const images = second.files.cut()
    await copier[Symbol.asyncDispose]()
    // After the cut every operation of the disk fails.
    await Promise.resolve(main[Symbol.asyncDispose]()).catch(() => {})
    if (newest === 0) continue
    reported++
    for (let i = 0; i < 4; i++) assert.deepEqual(await place(images()).copies(), [[1, 'a']], `killed at ${operations}`)
  }
  assert.ok(reported > 5)
})

async function publishOne(at: ReturnType<typeof place>, isOver: () => boolean) {
  let opened: Awaited<ReturnType<typeof at.open>> | undefined
  try {
    opened = await at.open()
    await opened.publish('a')
    while (!isOver() && opened.copier.mark().newest < 1) await turn()
  } catch {
    // The process was killed.
  }
  await opened?.copier[Symbol.asyncDispose]()
  await Promise.resolve(opened?.main[Symbol.asyncDispose]()).catch(() => {})
}
