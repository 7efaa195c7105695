/** docs/life-of-a-frame.md: its links are right, and one reading really goes this way. */
import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import type { Plan } from '@baykeeper/contract/live.ts'
import { bayStates } from '@baykeeper/contract/vocabulary.ts'
import { openStream } from '../../src/api/live/stream-reader.ts'
import { apiUnderTest, bearer, layoutOf, until } from '../../src/api/testing/api-under-test.ts'
import { codecOf } from '../../src/codecs/registry.ts'
import { decodeUplink } from '../../src/domain/uplink.ts'
import { openChannel } from '../../src/intake/journal-channel.ts'
import { createContexts } from '../../src/intake/source-contexts.ts'
import { openJournalReader } from '../../src/journal/segment-journal.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { decodeAnyRecord } from '../../src/processing/decode-record.ts'
import { createProcessor, type DurableSignal } from '../../src/processing/processor.ts'
import { httpSource } from '../../src/sources/http/http-source.ts'
import { openStore } from '../../src/store/engine/open.ts'
import { aBatch } from '../../src/store/testing/store-samples.ts'
import { root } from '../../tools/run-command.ts'
import { createTally } from '../../web/src/live/tally.ts'
import { createFloor } from '../../web/src/plan/floor.ts'

const text = await readFile(path.join(root, 'docs/life-of-a-frame.md'), 'utf8')
/** The reading that the document sends. */
const body = /```json\n(.*)\n```/.exec(text)?.[1] ?? assert.fail('the document shows no reading')
const linkOf = /^- \[(\S+?)#L(\d+)\]\(\.\.\/(\S+?)#L(\d+)\): `(.*)`$/

interface Link {
  readonly file: string
  readonly line: number
  readonly quote: string
}

function links(): Link[] {
  return text.split('\n').flatMap((row) => {
    if (!row.startsWith('- ')) return []
    const [, file = '', line, linked, linkedLine, quote = ''] =
      linkOf.exec(row) ?? assert.fail(`not of the form "- [FILE#L1](../FILE#L1): \`CODE\`": ${row}`)
    assert.deepEqual([linked, linkedLine], [file, line], `the link and its text differ: ${row}`)
    return [{ file, line: Number(line), quote }]
  })
}

async function linesWith(file: string, quote: string): Promise<string[]> {
  const lines = (await readFile(path.join(root, file), 'utf8').catch(() => '')).split('\n')
  return lines.flatMap((line, i) => (line.includes(quote) ? [`${file}#L${i + 1}`] : []))
}

async function anywhere(quote: string): Promise<string[]> {
  const files = ['src', 'web/src'].map(async (room) =>
    (await readdir(path.join(root, room), { recursive: true }))
      .filter((file) => file.endsWith('.ts'))
      .map((file) => path.posix.join(room, file)),
  )
  const found = (await Promise.all(files)).flat().map((file) => linesWith(file, quote))
  return (await Promise.all(found)).flat()
}

test('every line that docs/life-of-a-frame.md links holds the code that it quotes', async () => {
  const wrong: string[] = []
  const all = links()
  for (const { file, line, quote } of all) {
    const here = await linesWith(file, quote)
    if (here.includes(`${file}#L${line}`)) continue
    const now = here.length > 0 ? here : await anywhere(quote)
    wrong.push(`${file}#L${line} does not hold ${quote}; it is ${now.length > 0 ? `now ${now.join(', ')}` : 'nowhere'}`)
  }
  assert.ok(all.length >= 13, 'a station without a link')
  assert.deepEqual(wrong, [])
})

test('every section of docs/life-of-a-frame.md is numbered in order and links a line', () => {
  const sections = text.split(/^## /m).slice(1)
  assert.deepEqual(
    sections.map((section, i) => [section.startsWith(`${i + 1}. `), /^- \[/m.test(section)]),
    sections.map(() => [true, true]),
  )
})

async function directory(t: TestContext) {
  const dir = await mkdtemp(path.join(tmpdir(), 'life-'))
  t.after(() => rm(dir, { recursive: true }))
  return dir
}

test('one reading goes the way that docs/life-of-a-frame.md describes, station by station', async (t) => {
  const dir = await directory(t)
  const storeUrl = `sqlite:${path.join(dir, 'store.sqlite')}`
  await using channel = await openChannel('real', dir, { retentionMs: 3_600_000, clock: systemClock, log: silentLog })
  await using reader = await openJournalReader(path.join(dir, 'journal'))
  await using web = await apiUnderTest({ storeUrl, layout: layoutOf(['A1']) })
  const base = await web.listen()
  await using stream = await openStream(base, '/api/v1/stream?topics=bays')
  await until(() => stream.deltas().length === 1)
  const stop = new AbortController()
  const order: string[] = []
  const bell = createBell()
  channel.journal.onDurable(() => order.push('durable'))

  // 1 and 2: the wire and the source.
  const listening = Promise.withResolvers<string>()
  const source = httpSource({
    listen: { host: '127.0.0.1', port: 0 },
    tokens: { ingest: (token) => (token === 'good' ? { source: 'north' } : undefined) },
    onListening: listening.resolve,
    limits: { closeIdleMs: 0 },
  })
  const context = createContexts({
    log: silentLog,
    channelOf: () => channel,
    onFirstReading: () => {},
    trusted: new Set(),
  })
  const serving = source.run(
    stop.signal,
    context(source, () => {}),
  )
  const post = () =>
    listening.promise.then((url) =>
      fetch(`${url}/ingest/v1`, {
        method: 'POST',
        body,
        headers: { authorization: 'Bearer good', 'content-type': 'application/json' },
      }),
    )
  const answer = await post()
  order.push('acknowledged')

  // 5: the acknowledgement comes after the sync. 3: the channel has counted.
  assert.deepEqual(order, ['durable', 'acknowledged'])
  assert.deepEqual([answer.status, await answer.text()], [202, '{"accepted":1}'])
  const { received, accepted, inFlight } = channel.counters.source('north')
  assert.deepEqual([received, accepted, inFlight], [1, 1, 0])

  // 4: one record, which holds the body byte for byte. No row yet: nothing has looked into it.
  const limit = { durable: channel.journal.tail().lastRecord, bytesMax: 1_000_000, framesMax: 1_000 }
  const [record, ...others] = (await reader.read(0, limit)).records
  assert.ok(record)
  assert.deepEqual([record.number, record.frames, others.length], [1, 1, 0])
  const uplink = decodeUplink(record.bytes)
  assert.equal(Buffer.from(uplink?.bytes ?? []).toString(), body)
  assert.deepEqual([uplink?.source, uplink?.codec, uplink?.framing], ['north', 'generic', 'json'])
  assert.equal((await web.store.counts()).readings, 0)

  // 7: one frame, one reading.
  const { result } = decodeAnyRecord(record, codecOf, 0).frame(0)
  assert.ok(result.ok)
  assert.deepEqual(
    result.value.map(({ device, seq, measures: { occupied } }) => [device, seq, occupied]),
    [['A1', 1, true]],
  )

  // 6 to 10: the processor, with a connection of its own.
  await using store = await openStore(storeUrl, { log: silentLog, clock: systemClock })
  const { id, fence } = channel.journal
  const processor = createProcessor({
    ...{ store, fence, codecOf, clock: systemClock, log: silentLog },
    reader,
    durable: bell.signal(() => channel.journal.tail().lastRecord),
  })
  const processing = processor.run(stop.signal)
  await until(async () => (await web.store.cursor(id)).position === 1)
  const [row] = (await web.store.readings({ external: 'A1', limit: 10 })).items
  assert.deepEqual([row?.pos, row?.seq, row?.occupied], [1, 1, true])
  const [device] = await web.store.devices()
  assert.deepEqual([device?.external, device?.occupied, device?.since, device?.rev], ['A1', true, uplink?.arrivedAt, 1])

  // 10: the offset is the first statement. Where it does not fit, nothing is stored.
  const outdated = aBatch({
    journal: id,
    from: 0,
    to: 1,
    fence,
    devices: [{ ...device, id: 2, external: 'A2' }] as never,
  })
  await assert.rejects(store.commit(outdated), { fault: 'fenced' })
  assert.equal((await web.store.counts()).devices, 1)

  // 11 and 12: the cursor of the web process, and one delta.
  await until(() => stream.deltas().length === 2)
  const { d = [] } = stream.deltas()[1]?.data ?? {}
  assert.deepEqual(d, [0, 1])

  // 13: the page.
  const plan = (await web.app.inject({ url: '/api/v1/plan', headers: bearer })).json<Plan>()
  const tally = createTally(createFloor(plan))
  assert.deepEqual([...tally.apply(d)], [0])
  assert.equal(bayStates[tally.states[0] as number], 'occupied')

  // 8: the same body again is a duplicate, and no second row.
  assert.equal((await post()).status, 202)
  bell.ring()
  await until(async () => (await web.store.cursor(id)).position === 2)
  assert.equal((await web.store.counts()).readings, 1)
  assert.deepEqual(rowOf(path.join(dir, 'store.sqlite'), id), { off: 2, committed: 1, duplicate: 1 })
  stop.abort()
  await Promise.all([processing, serving])
})

/** As the supervisor does: passes a wake-up on from intake to the processor. */
function createBell() {
  let wake = () => {}
  return {
    ring: () => wake(),
    signal: (last: () => number): DurableSignal => ({
      async waitBeyond(beyond, signal) {
        while (last() <= beyond)
          await new Promise<void>((resolve, reject) => {
            wake = resolve
            signal.addEventListener('abort', () => reject(signal.reason), { once: true })
          })
        return last()
      },
    }),
  }
}

/** Offset and ledger, as the file of the database holds them. */
function rowOf(file: string, journal: string) {
  using db = new DatabaseSync(file, { readOnly: true })
  const offset = db.prepare('SELECT off FROM journal_offset WHERE journal = ? AND part = 0').get(journal)
  const ledger = db.prepare('SELECT sum(committed) AS committed, sum(duplicate) AS duplicate FROM ledger').get()
  return { ...offset, ...ledger }
}
