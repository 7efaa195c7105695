import assert from 'node:assert/strict'
import { mkdir, mkdtemp, open as openFile, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { encodeUplink } from '../domain/uplink.ts'
import { type JournalRecord, recordKinds } from '../journal/journal.ts'
import { deskCopies } from '../journal/segment-journal.ts'
import { systemClock } from '../lib/clock.ts'
import { createLog, silentLog } from '../lib/log.ts'
import { parseCheckpoint } from './counters.ts'
import { openChannel } from './journal-channel.ts'

async function directory(t: TestContext) {
  const dir = await mkdtemp(path.join(tmpdir(), 'channel-'))
  t.after(() => rm(dir, { recursive: true }))
  return dir
}
const open = (dir: string, log = silentLog) =>
  openChannel('real', dir, { retentionMs: 3_600_000, clock: systemClock, log })
const record = (source: string, frames: number, kind: 1 | 2 = recordKinds.data): JournalRecord => ({
  ...{ kind, frames },
  bytes: encodeUplink({
    ...{ source, codec: 'generic', framing: 'lines', arrivedAt: systemClock.now() },
    bytes: Buffer.from('{"device":"A"}\n'.repeat(frames)),
  }),
})
const counted = (channel: Awaited<ReturnType<typeof open>>, source: string) => {
  const { received, accepted, refused, unframeable } = channel.counters.source(source)
  return { received, accepted, refused, unframeable }
}

test('a channel continues from its last checkpoint and counts what was journaled after it, by source', async (t) => {
  const dir = await directory(t)
  {
    await using channel = await open(dir)
    channel.counters.enter('north', 2)
    channel.counters.refuse('north', 2, true)
    channel.counters.enter('north', 3)
    channel.counters.accept('north', 3, await channel.journal.append([record('north', 3)]))
    await channel.checkpoints.last()
    // A crash: these are in the journal, and in no checkpoint.
    await channel.journal.append([record('north', 4), record('south', 1)])
    await channel.journal.append([record('south', 1, recordKinds.noise)])
  }
  await using channel = await open(dir)
  assert.deepEqual(counted(channel, 'north'), { received: 9, accepted: 7, refused: 2, unframeable: 0 })
  assert.deepEqual(counted(channel, 'south'), { received: 2, accepted: 1, refused: 0, unframeable: 1 })
  assert.ok(Math.abs((channel.checkpoints.aliveAt ?? 0) - Date.now()) < 60_000)
})

test('a new channel has no checkpoint, counts nothing and refuses nothing', async (t) => {
  await using channel = await open(await directory(t))
  assert.deepEqual([channel.checkpoints.aliveAt, channel.counters.all().size], [undefined, 0])
  assert.deepEqual([channel.missing, channel.nearlyFull, channel.bytesOnTheWay], [undefined, undefined, 0])
})

test('a second channel on the same journal is refused while the first is open', async (t) => {
  const dir = await directory(t)
  await using _channel = await open(dir)
  await assert.rejects(open(dir), { code: 'E_JOURNAL_LOCKED' })
})

test('a channel notices that its directory was moved away, and that it is back', async (t) => {
  const dir = await directory(t)
  await using channel = await open(dir)
  assert.equal(await channel.presence.look(), undefined)
  await rename(path.join(dir, 'journal'), path.join(dir, 'elsewhere'))
  assert.match((await channel.presence.look()) ?? '', /was deleted while the server ran/)
  await rename(path.join(dir, 'elsewhere'), path.join(dir, 'journal'))
  assert.equal(await channel.presence.look(), undefined)
})

test('damage in the journal is an error in the log, and the channel opens and counts the records around it', async (t) => {
  const dir = await directory(t)
  {
    await using channel = await open(dir)
    for (let i = 0; i < 3; i++) await channel.journal.append([record('north', 1)])
  }
  const journal = path.join(dir, 'journal')
  const files = (await readdir(journal)).map((name) => path.join(journal, name))
  const marked = await Promise.all(files.map(async (file) => ({ file, at: (await readFile(file)).indexOf('device') })))
  const { file, at } = marked.find((one) => one.at > 0) ?? assert.fail('no record in any file')
  await using handle = await openFile(file, 'r+')
  await handle.write('X', at)
  const lines: string[] = []
  await using channel = await open(dir, createLog({}, { write: (line) => void lines.push(line) }))
  assert.equal(counted(channel, 'north').accepted, 2)
  assert.deepEqual(
    lines.map((line) => /error the journal is damaged/.test(line)),
    [true],
  )
})

type Channel = Awaited<ReturnType<typeof open>>
const change = (text: string) => Buffer.from(text)

async function until(what: string, isSo: () => boolean) {
  for (let looks = 0; !isSo(); looks++) {
    assert.ok(looks < 2_000, `never: ${what}`)
    await systemClock.sleep(5)
  }
}

/** What retention may pass, as it is passed to the journal from now on. */
function released({ journal }: Channel) {
  const passed: [number, number | undefined][] = []
  journal.release = (upTo, held) => void passed.push([upTo, held])
  return passed
}

async function copiesIn(dir: string) {
  const found: string[] = []
  for await (const { record, bytes } of deskCopies(path.join(dir, 'desk')))
    found.push(`${record} ${Buffer.from(bytes).toString()}`)
  return found
}

test('retention does not pass a change that is not copied yet, and passes it once it is', async (t) => {
  const dir = await directory(t)
  // In the place of the directory.
  await writeFile(path.join(dir, 'desk'), '')
  await using channel = await open(dir)
  const passed = released(channel)
  await channel.journal.append([record('north', 1)])
  assert.equal(await channel.publish(change('a')), 2)
  await channel.journal.append([record('north', 1)])
  channel.release(3)
  assert.deepEqual(passed, [[3, 1]])
  await until('reported', () => channel.desk.problem() !== undefined)
  await rm(path.join(dir, 'desk'))
  await until('copied', () => channel.desk.mark().newest === 2)
  channel.retain()
  assert.deepEqual(passed.at(-1), [3, 3])
  assert.deepEqual(await copiesIn(dir), ['2 a'])
})

test('retention waits for the archive, and names it as the reason while it is not there', async (t) => {
  const dir = await directory(t)
  const archive = path.join(dir, 'archive')
  {
    await using channel = await open(dir)
    await channel.journal.append([record('north', 1)])
  }
  const options = { retentionMs: 3_600_000, archive, clock: systemClock, log: silentLog }
  await using channel = await openChannel('real', dir, options)
  await until('copied', () => channel.desk.mark().upTo === 1)
  const passed = released(channel)
  channel.release(1)
  assert.deepEqual(passed, [[1, 0]])
  await until('reported', () => channel.archiving?.problem() !== undefined)
  assert.match(channel.archiving?.problem() ?? '', /archive is not there: make the directory/)
  await mkdir(archive)
  await until('archived', () => channel.archiving?.upTo() === 1)
  assert.equal(channel.archiving?.problem(), undefined)
  channel.retain()
  assert.deepEqual(passed.at(-1), [1, 1])
  assert.equal((await readdir(archive)).length, 1)
})

test('a checkpoint holds how far the copies are, and the next start looks only behind it', async (t) => {
  const dir = await directory(t)
  {
    await using channel = await open(dir)
    await channel.publish(change('a'))
    await until('copied', () => channel.desk.mark().newest === 1)
    await channel.checkpoints.tick()
    // As if the process had ended behind the first of the two appends.
    await channel.journal.append([{ kind: recordKinds.desk, frames: 0, bytes: change('b') }])
  }
  await using channel = await open(dir)
  const checkpoint = channel.journal.lastCheckpoint ?? assert.fail('no checkpoint')
  assert.deepEqual(parseCheckpoint(checkpoint.bytes)?.desk, { upTo: 1, newest: 1 })
  await until('copied', () => channel.desk.mark().newest === 3)
  assert.deepEqual(await copiesIn(dir), ['1 a', '3 b'])
})
