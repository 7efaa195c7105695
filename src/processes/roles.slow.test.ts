/** Each process alone, with a channel that the test holds: what it promises to `main` without the others. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { layoutOf } from '../api/testing/api-under-test.ts'
import { decodePublication } from '../domain/layout-publication.ts'
import { encodeUplink } from '../domain/uplink.ts'
import { type JournalWriter, recordKinds } from '../journal/journal.ts'
import { openJournalReader, openJournalWriter } from '../journal/segment-journal.ts'
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { snakeKeys } from '../lib/snake-keys.ts'
import { openStore } from '../store/engine/open.ts'
import { bindPort } from './bound-sockets.ts'
import type { ChildSettings } from './messages.ts'
import { childDirectory, childSettings, startRole } from './testing/child-under-test.ts'

/** Nothing listens on port 1. */
const nowhere = 'mysql://baykeeper:secret@127.0.0.1:1/baykeeper'
const withStore = (settings: ChildSettings, store: string): ChildSettings => ({
  ...settings,
  config: { ...settings.config, store },
})
const storeOf = (dir: string) =>
  openStore(`sqlite:${path.join(dir, 'baykeeper.db')}`, { log: silentLog, clock: systemClock })
const bearer = { authorization: 'Bearer api-key-of-the-tests-all-scopes' }

async function port(t: TestContext) {
  const bound = await bindPort('127.0.0.1', { label: 'test', flag: '--port', port: 0, mayMove: false })
  t.after(() => bound.socket.close())
  return bound
}

const append = (journal: JournalWriter, seq: number) =>
  journal.append([
    {
      kind: recordKinds.data,
      frames: 1,
      bytes: encodeUplink({
        ...{ source: 'north', codec: 'generic', framing: 'json', arrivedAt: systemClock.now() },
        bytes: Buffer.from(JSON.stringify({ device: 'A', seq, occupied: seq % 2 === 1 })),
      }),
    },
  ])

test('the processor stores what main reports as durable, and one that is killed continues where the store is', async (t) => {
  const dir = await childDirectory()
  await using journal = await openJournalWriter(path.join(dir, 'journal'))
  const settings = childSettings(dir, 'processor', { fence: journal.fence })
  const first = startRole(t, settings)
  await first.got('ready')
  assert.equal((await first.got('wake-above')).beyond, 0)
  await append(journal, 1)
  await sleep(100)
  assert.equal(
    first.sent.some(({ type, ...m }) => type === 'committed' && 'position' in m && m.position === 1),
    false,
  )
  first.send({ type: 'durable', record: 1 })
  await first.got('committed', ({ position }) => position === 1)
  first.process.kill('SIGKILL')
  await first.ended
  await append(journal, 2)
  const second = startRole(t, settings)
  assert.equal((await second.got('wake-above')).beyond, 1)
  second.send({ type: 'durable', record: 2 })
  await second.got('committed', ({ position }) => position === 2)
  const { ledger } = await second.got('processor', ({ ledger }) => ledger?.position === 2)
  assert.deepEqual([ledger?.committed, ledger?.duplicate, ledger?.acceptedFrames], [2, 0, 2])
  second.send({ type: 'stop' })
  assert.equal(await second.ended, 0)
})

test('a processor of an earlier writer of the journal is fenced off: it stores nothing', async (t) => {
  const dir = await childDirectory()
  await using journal = await openJournalWriter(path.join(dir, 'journal'))
  await append(journal, 1)
  const newer = startRole(t, childSettings(dir, 'processor', { fence: journal.fence + 1 }))
  await newer.got('wake-above')
  const older = startRole(t, childSettings(dir, 'processor', { fence: journal.fence }))
  await older.got('processor', ({ stats }) => stats.trouble?.kind === 'fenced')
  older.send({ type: 'durable', record: 1 })
  await sleep(200)
  await using store = await storeOf(dir)
  assert.equal((await store.counts()).readings, 0)
})

test('intake journals what is posted and published, wakes main once, and refuses what needs a city that does not run', async (t) => {
  const dir = await childDirectory()
  const { fd, port: number } = await port(t)
  const settings = childSettings(dir, 'intake', { listeners: { ingest: 4 } })
  const config = { ...settings.config, ingest: { ...settings.config.ingest, port: number } }
  const intake = startRole(t, { ...settings, config }, [fd])
  assert.equal((await intake.got('ready')).fence, 1)
  intake.send({ type: 'wake-above', beyond: 0 })
  const answer = await fetch(`http://127.0.0.1:${number}/ingest/v1`, {
    method: 'POST',
    body: '{"device":"A","occupied":true}',
    headers: { authorization: 'Bearer good-token', 'content-type': 'application/json' },
  })
  assert.equal(answer.status, 202)
  assert.equal((await intake.got('durable')).record, 1)
  intake.send({ type: 'publish', request: 1, channel: 'real', record: Uint8Array.of(5, 6, 7) })
  intake.send({ type: 'publish', request: 2, channel: 'demo', record: Uint8Array.of(8) })
  const published = await intake.got('published', ({ request }) => request === 1)
  const refused = await intake.got('published', ({ request }) => request === 2)
  assert.ok(published.answer.ok)
  assert.equal(published.answer.record, 2)
  assert.equal(!refused.answer.ok && refused.answer.reason, 'refused')
  // Not asked for again: the second record rings no bell.
  assert.equal(intake.sent.filter(({ type }) => type === 'durable').length, 1)
  const { figures } = await intake.got('intake', ({ figures }) => figures.tail.lastRecord === 2)
  assert.deepEqual([figures.received, figures.tail.acceptedFrames], [1, 1])
  intake.send({ type: 'stop' })
  assert.equal(await intake.ended, 0)
  await using reader = await openJournalReader(path.join(dir, 'journal'))
  const { records } = await reader.read(0, { durable: 3, bytesMax: 1_000_000, framesMax: 1_000 })
  assert.deepEqual(
    records.map(({ kind }) => kind),
    [recordKinds.data, recordKinds.desk, recordKinds.checkpoint],
  )
  assert.deepEqual([...(records[1]?.bytes ?? [])], [5, 6, 7])
})

test('intake without any source stays, and journals what people change', async (t) => {
  const dir = await childDirectory()
  const intake = startRole(t, childSettings(dir, 'intake'))
  await intake.got('ready')
  await sleep(200)
  intake.send({ type: 'publish', request: 1, channel: 'real', record: Uint8Array.of(5) })
  assert.equal((await intake.got('published')).answer.ok, true)
  intake.send({ type: 'stop' })
  assert.equal(await intake.ended, 0)
})

test('the pages come up without a database, and pass on that main refuses a publication', async (t) => {
  const dir = await childDirectory()
  const { fd, port: number } = await port(t)
  const web = startRole(t, withStore(childSettings(dir, 'web', { listeners: { web: 4 } }), nowhere), [fd])
  await web.got('ready')
  const base = `http://127.0.0.1:${number}`
  assert.equal((await fetch(`${base}/healthz`)).status, 200)
  assert.equal((await fetch(`${base}/readyz`)).status, 503)
  assert.equal((await fetch(`${base}/api/v1/plan`)).status, 401)
  const down = await fetch(`${base}/api/v1/devices`, { headers: bearer })
  assert.equal(down.status, 503)
  const writing = fetch(`${base}/api/v1/layout`, {
    method: 'PUT',
    body: JSON.stringify(snakeKeys(layoutOf(['A1']))),
    headers: { ...bearer, 'content-type': 'application/json' },
  })
  const { request, record } = await web.got('publish')
  assert.ok(decodePublication(record))
  const answer = { ok: false, reason: 'unavailable', message: 'intake is starting' } as const
  web.send({ type: 'publish-answer', request, answer })
  const refused = await writing
  assert.equal(refused.status, 503)
  assert.match(await refused.text(), /intake is starting: nothing was changed/)
  web.send({ type: 'stop' })
  assert.equal(await web.ended, 0)
})

test('forecasts report that they are ready without a database, and leave when they are asked to', async (t) => {
  const dir = await childDirectory()
  const away = startRole(t, withStore(childSettings(dir, 'forecasts'), nowhere))
  const idle = startRole(t, childSettings(dir, 'forecasts'))
  await Promise.all([away.got('ready'), idle.got('ready')])
  assert.match((await idle.got('forecaster')).detail, /no layout yet/i)
  for (const child of [away, idle]) child.send({ type: 'stop' })
  assert.deepEqual(await Promise.all([away.ended, idle.ended]), [0, 0])
})
