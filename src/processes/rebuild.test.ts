import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { projectionChecksum } from '../audit/projection-checksum.ts'
import { emptyLayout } from '../domain/layout.ts'
import { encodePublication } from '../domain/layout-publication.ts'
import { encodeUplink } from '../domain/uplink.ts'
import { createArchiver } from '../journal/archive/archiver.ts'
import { type JournalRecord, recordKinds } from '../journal/journal.ts'
import { journalId, oldestRecord, openDesk, openJournalWriter } from '../journal/segment-journal.ts'
import { instant } from '../lib/brand.ts'
import { systemClock } from '../lib/clock.ts'
import { realFiles } from '../lib/files.ts'
import { silentLog } from '../lib/log.ts'
import { packJson } from '../lib/packed-json.ts'
import { openStore } from '../store/engine/open.ts'
import type { Store } from '../store/store.ts'
import { halfBuiltRefusal } from './half-built.ts'
import { type RebuildDeps, rebuild } from './rebuild.ts'

const at = Date.parse('2026-11-23T08:00:00Z')

const reading = (n: number): JournalRecord => {
  const bytes = Buffer.from(JSON.stringify({ device: `A-${n % 3}`, boot: 1, seq: n, occupied: n % 2 === 0 }))
  const uplink = { source: 'http', codec: 'generic', framing: 'json' as const, arrivedAt: instant(at + n * 20_000) }
  return { kind: recordKinds.data, frames: 1, bytes: encodeUplink({ ...uplink, bytes }) }
}
async function layout(name: string): Promise<JournalRecord> {
  const packed = await packJson({ ...emptyLayout, name })
  const publication = { author: 'planner', comment: '', at: instant(at), packed }
  return { kind: recordKinds.desk, frames: 0, bytes: encodePublication(publication) }
}

interface Place {
  readonly dataDir: string
  readonly journalDir: string
  readonly archive: string
}

async function place(t: TestContext): Promise<Place> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'rebuild-'))
  t.after(() => rm(dataDir, { recursive: true, force: true }))
  const archive = path.join(dataDir, 'archive')
  await mkdir(archive)
  return { dataDir, journalDir: path.join(dataDir, 'journal'), archive }
}

/** A journal of several segments whose changes are copied; closed ones are archived, and only the last is kept. */
async function journaled({ dataDir, journalDir, archive }: Place, ...layouts: readonly string[]) {
  const records = await Promise.all(
    layouts.flatMap((name, l) => [layout(name), ...[1, 2, 3, 4, 5].map((n) => reading(l * 5 + n))]),
  )
  {
    await using writer = await openJournalWriter(journalDir, { segmentBytesMax: 900 })
    await using desk = await openDesk(path.join(dataDir, 'desk'))
    for (const record of records) {
      const number = await writer.append([record])
      if (record.kind === recordKinds.desk)
        await desk.append({ journal: writer.id, record: number, bytes: record.bytes })
    }
  }
  const archiver = createArchiver(realFiles, journalDir, archive)
  await archiver.look()
  const { written } = await archiver.look()
  assert.ok(written.length >= 2)
  for (const name of written) await rm(path.join(journalDir, name))
  return { last: records.length }
}

async function withStore<T>({ dataDir }: Place, name: string, body: (store: Store) => Promise<T>): Promise<T> {
  await using store = await openStore(`sqlite:${dataDir}/${name}.db`, { log: silentLog, clock: systemClock })
  await store.migrate()
  return await body(store)
}

const depsOf = ({ dataDir, archive }: Place, store: Store, more: Partial<RebuildDeps> = {}): RebuildDeps => ({
  ...{ store, dataDir, archive, decoding: { codecs: {}, decoders: {} }, promiseMs: 86_400_000 },
  ...{ clock: systemClock, log: silentLog, signal: new AbortController().signal },
  ...more,
})

test('what was interrupted goes on where it was, and ends as if it had not been; no server continues it before', async (t) => {
  const at = await place(t)
  const { last } = await journaled(at, 'one', 'two', 'three')
  const oldest = (await oldestRecord(at.journalDir)) ?? 0
  assert.ok(oldest > 3)
  const whole = await withStore(at, 'whole', async (store) => {
    await rebuild(depsOf(at, store))
    return projectionChecksum(store)
  })
  await withStore(at, 'interrupted', async (store) => {
    const journal = (await journalId(at.journalDir)) ?? ''
    const stop = new AbortController()
    const onProgress = ({ position }: { position: number }) => {
      if (position > 0) stop.abort(new Error('interrupted'))
    }
    await assert.rejects(rebuild(depsOf(at, store, { signal: stop.signal, onProgress })), /interrupted/)
    const { position } = (await store.ledgerAt(journal)).cursor
    assert.ok(position > 0 && position + 1 < oldest, `${position}`)
    const refusal = `the database was rebuilt up to record ${position} only, and the journal begins with record ${oldest}`
    assert.ok((await halfBuiltRefusal(store, journal, oldest))?.startsWith(refusal))
    const [{ from, to } = assert.fail('nothing')] = await rebuild(depsOf(at, store))
    assert.deepEqual([from, to], [position, last])
    assert.equal(await halfBuiltRefusal(store, journal, oldest), undefined)
    assert.deepEqual(await projectionChecksum(store), whole)
  })
})

test("a server's database is refused, and so is one with rows of another", async (t) => {
  const at = await place(t)
  await journaled(at, 'one')
  const journal = (await journalId(at.journalDir)) ?? ''
  await withStore(at, 'server', async (store) => {
    await store.cursor(journal)
    await store.takeFence(journal, 1)
    // One that continues it would be refused by the database for ever.
    const bounded = depsOf(at, store, { signal: AbortSignal.timeout(10_000) })
    await assert.rejects(rebuild(bounded), { fault: 'config', message: /the database is filled.*--into/ })
    assert.equal((await store.ledgerAt(journal)).cursor.position, 0)
  })
  const other = await place(t)
  await journaled(other, 'one')
  await withStore(other, 'other', async (store) => {
    await rebuild(depsOf(other, store))
    await assert.rejects(rebuild(depsOf(at, store)), { fault: 'config', message: /5 readings of 3 devices/ })
  })
})

test('journals of an archive follow each other as they began, and a change takes effect with its own', async (t) => {
  const at = await place(t)
  await journaled(at, 'first of one', 'second of one')
  const first = await journalId(at.journalDir)
  // A new journal begins; what was left of the one before went to the archive with it.
  await archiveRest(at)
  await journaled(at, 'first of two', 'second of two')
  const second = await journalId(at.journalDir)
  assert.notEqual(first, second)
  await withStore(at, 'both', async (store) => {
    const journals = await rebuild(depsOf(at, store))
    assert.deepEqual(
      journals.map(({ journal, from, oldest }) => [journal, from, oldest]),
      [
        [first, 0, 1],
        [second, 0, 1],
      ],
    )
    const layout = await store.layout()
    assert.deepEqual([layout?.version, layout?.layout.name, layout?.published?.journal], [4, 'second of two', second])
    assert.equal((await store.ledgerAt(first ?? '')).totals.damaged, 0)
  })
  // Without the archive the changes of both are there, in order, before the records that are left.
  await withStore(at, 'desk', async (store) => {
    await rebuild(depsOf(at, store, { archive: undefined }))
    const layout = await store.layout()
    assert.deepEqual([layout?.version, layout?.layout.name], [4, 'second of two'])
  })
})

async function archiveRest({ journalDir, archive, dataDir }: Place) {
  // The next opening closes the last segment.
  await (await openJournalWriter(journalDir))[Symbol.asyncDispose]()
  const archiver = createArchiver(realFiles, journalDir, archive)
  await archiver.look()
  await archiver.look()
  assert.ok((await readdir(archive)).length >= 3)
  await rename(journalDir, path.join(dataDir, 'journal of before'))
}
