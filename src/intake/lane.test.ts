import assert from 'node:assert/strict'
import { mkdtemp, open as openFile, readdir, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { encodeUplink } from '../domain/uplink.ts'
import { type JournalRecord, recordKinds } from '../journal/journal.ts'
import { systemClock } from '../lib/clock.ts'
import { createLog, silentLog } from '../lib/log.ts'
import { openLane } from './lane.ts'

async function directory(t: TestContext) {
  const dir = await mkdtemp(path.join(tmpdir(), 'lane-'))
  t.after(() => rm(dir, { recursive: true }))
  return dir
}
const open = (dir: string, log = silentLog) =>
  openLane('real', dir, { retentionMs: 3_600_000, clock: systemClock, log })
const record = (source: string, frames: number, kind: 1 | 2 = recordKinds.data): JournalRecord => ({
  ...{ kind, frames },
  bytes: encodeUplink({
    ...{ source, codec: 'generic', framing: 'lines', arrivedAt: systemClock.now() },
    bytes: Buffer.from('{"device":"A"}\n'.repeat(frames)),
  }),
})
const counted = (lane: Awaited<ReturnType<typeof open>>, source: string) => {
  const { received, accepted, refused, unframeable } = lane.counters.source(source)
  return { received, accepted, refused, unframeable }
}

test('a lane continues from its last checkpoint and counts what was journaled after it, by source', async (t) => {
  const dir = await directory(t)
  {
    await using lane = await open(dir)
    lane.counters.enter('north', 2)
    lane.counters.refuse('north', 2, true)
    lane.counters.enter('north', 3)
    lane.counters.accept('north', 3, await lane.journal.append([record('north', 3)]))
    await lane.checkpoints.last()
    // A crash: these are in the journal, and in no checkpoint.
    await lane.journal.append([record('north', 4), record('south', 1)])
    await lane.journal.append([record('south', 1, recordKinds.noise)])
  }
  await using lane = await open(dir)
  assert.deepEqual(counted(lane, 'north'), { received: 9, accepted: 7, refused: 2, unframeable: 0 })
  assert.deepEqual(counted(lane, 'south'), { received: 2, accepted: 1, refused: 0, unframeable: 1 })
  assert.ok(Math.abs((lane.checkpoints.aliveAt ?? 0) - Date.now()) < 60_000)
})

test('a new lane has no checkpoint, counts nothing and refuses nothing', async (t) => {
  await using lane = await open(await directory(t))
  assert.deepEqual([lane.checkpoints.aliveAt, lane.counters.all().size], [undefined, 0])
  assert.deepEqual([lane.missing, lane.nearlyFull, lane.bytesOnTheWay], [undefined, undefined, 0])
})

test('a second lane on the same journal is refused while the first is open', async (t) => {
  const dir = await directory(t)
  await using _lane = await open(dir)
  await assert.rejects(open(dir), { code: 'E_JOURNAL_LOCKED' })
})

test('a lane notices that its directory was moved away, and that it is back', async (t) => {
  const dir = await directory(t)
  await using lane = await open(dir)
  assert.equal(await lane.presence.look(), undefined)
  await rename(path.join(dir, 'journal'), path.join(dir, 'elsewhere'))
  assert.match((await lane.presence.look()) ?? '', /was deleted while the server ran/)
  await rename(path.join(dir, 'elsewhere'), path.join(dir, 'journal'))
  assert.equal(await lane.presence.look(), undefined)
})

test('damage in the journal is an error in the log, and the lane opens and counts the records around it', async (t) => {
  const dir = await directory(t)
  {
    await using lane = await open(dir)
    for (let i = 0; i < 3; i++) await lane.journal.append([record('north', 1)])
  }
  const journal = path.join(dir, 'journal')
  const files = (await readdir(journal)).map((name) => path.join(journal, name))
  const marked = await Promise.all(files.map(async (file) => ({ file, at: (await readFile(file)).indexOf('device') })))
  const { file, at } = marked.find((one) => one.at > 0) ?? assert.fail('no record in any file')
  await using handle = await openFile(file, 'r+')
  await handle.write('X', at)
  const lines: string[] = []
  await using lane = await open(dir, createLog({}, { write: (line) => void lines.push(line) }))
  assert.equal(counted(lane, 'north').accepted, 2)
  assert.deepEqual(
    lines.map((line) => /error the journal is damaged/.test(line)),
    [true],
  )
})
