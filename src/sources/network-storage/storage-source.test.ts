/** Gaps of a LoRaWAN device, filled from a storage that answers as documented, and as storages do on a bad day. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { MissingNumbers, MissingUplinks } from '../../domain/missing-uplinks.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import { type Clock, systemClock } from '../../lib/clock.ts'
import { createFakeContext } from '../testing/fake-context.ts'
import { networkStorage } from './declaration.ts'
import { storageFindings } from './storage-findings.ts'
import { storageSource } from './storage-source.ts'
import { type StorageUnderTest, storageUnderTest, storedUplink } from './storage-under-test.ts'

const now = Date.parse('2026-11-23T12:00:00Z')
const at = (minute: number): Instant => instant(Date.parse('2026-11-23T10:00:00Z') + minute * 60_000)
const time = (minute: number) => new Date(at(minute)).toISOString()
const gap = (from: number, to: number, more: Partial<MissingNumbers> = {}): MissingNumbers => ({
  ...{ source: 'lot', device: '70B3D57ED0000017', from, to, after: at(from - 1), before: at(to + 1) },
  ...more,
})

/** Sleeps end at once and are remembered; the wall clock moves with them. */
function quickClock() {
  const slept: number[] = []
  let wall = now
  const clock: Clock = {
    now: () => instant(wall),
    monotonic: systemClock.monotonic,
    sleep(ms, signal) {
      slept.push(ms)
      wall += ms
      return systemClock.sleep(1, signal)
    },
  }
  return { clock, slept }
}

function repairing(t: TestContext, storage: StorageUnderTest, missing: Partial<MissingUplinks>, more: object = {}) {
  const { clock, slept } = quickClock()
  const context = createFakeContext({ clock })
  const stopper = new AbortController()
  const [settings] = networkStorage.settings.parse([
    { url: storage.url, application: 'lot', apiKey: 'NNSXS.X', source: 'lot', allowAddresses: ['127.0.0.1'], ...more },
  ])
  assert.ok(settings)
  const { kind: _kind, name: _name, ...rest } = settings
  const all: MissingUplinks = { numbers: [], absence: undefined, ...missing }
  const running = storageSource({ ...rest, name: 'storage', missing: () => all }).run(stopper.signal, context)
  t.after(() => {
    stopper.abort()
    return running
  })
  return { context, slept }
}
const numbersIn = (context: ReturnType<typeof createFakeContext>) =>
  context
    .frames()
    .map(
      (text) =>
        (JSON.parse(text) as { result: { uplink_message: { f_cnt?: number } } }).result.uplink_message.f_cnt ?? 0,
    )

test('the numbers of a gap are brought under the name of their source, and nothing else', async (t) => {
  const other = storedUplink(4, time(4), { eui: '70b3d57ed0000099' })
  const storage = await storageUnderTest(t, [0, 1, 2, 3, 4, 5, 6].map((n) => storedUplink(n, time(n))).concat(other))
  const { context } = repairing(t, storage, { numbers: [gap(3, 4)] })
  await context.until(() => storage.asked.length > 0 && context.durable.length === 2)
  assert.deepEqual(numbersIn(context), [3, 4])
  const [first] = context.durable
  assert.deepEqual([first?.source, first?.codec, first?.time], ['lot', 'lorawan', 'trust'])
  assert.equal(storage.headers[0], 'Bearer NNSXS.X')
  assert.equal(storage.asked[0]?.pathname, '/api/v3/as/applications/lot/packages/storage/uplink_message')
  await context.until(() => context.reported.figures?.['uplinks_repaired'] === 2)
})

test('a counter of 0, which the network leaves out, is a number like another', async (t) => {
  const storage = await storageUnderTest(
    t,
    [0, 1].map((n) => storedUplink(n, time(n))),
  )
  const { context } = repairing(t, storage, { numbers: [gap(0, 0)] })
  await context.until(() => context.durable.length === 1)
  assert.deepEqual(numbersIn(context), [0])
})

test('what the network did not hear is asked for three times and then given up, and shown', async (t) => {
  const storage = await storageUnderTest(t, [storedUplink(1, time(0))])
  const { context, slept } = repairing(t, storage, { numbers: [gap(3, 5)] })
  await context.until(() => context.reported.figures?.['uplinks_not_kept'] === 3)
  const asked = storage.asked.length
  assert.equal(asked, 3)
  const before = slept.length
  await context.until(() => slept.length > before + 50)
  assert.equal(storage.asked.length, asked)
  assert.deepEqual([context.reported.figures?.['uplinks_missing'], context.reported.warnings], [0, undefined])
})

test('where there may be more gaps than are looked at, the figure is a least one', async (t) => {
  const storage = await storageUnderTest(t, [])
  const numbers = Array.from({ length: 500 }, (_, n) => gap(2 * n, 2 * n, { after: at(0), before: at(3) }))
  const { context } = repairing(t, storage, { numbers })
  await context.until(() => context.reported.figures?.['uplinks_missing'] === 500)
  assert.match(context.reported.warnings?.[0] ?? '', /uplinks_missing is at least 500/)
})

test('the time in which no server ran is asked for whole', async (t) => {
  const storage = await storageUnderTest(
    t,
    [1, 2, 3].map((n) => storedUplink(n, time(n * 10))),
  )
  const { context } = repairing(t, storage, { absence: { from: at(5), to: at(25) } })
  await context.until(() => context.durable.length === 2)
  assert.deepEqual(numbersIn(context), [1, 2])
})

test('a long gap is read page by page, each uplink once, also when many have one time', async (t) => {
  const uplinks = Array.from({ length: 650 }, (_, n) => storedUplink(n, time(Math.floor(n / 50))))
  const storage = await storageUnderTest(t, uplinks)
  const { context } = repairing(t, storage, { numbers: [gap(0, 649, { after: at(0), before: at(13) })] })
  await context.until(() => context.durable.length === 650)
  assert.equal(new Set(numbersIn(context)).size, 650)
})

test('a storage that gives out less than it was asked for is read to its end', async (t) => {
  const storage = await storageUnderTest(
    t,
    Array.from({ length: 25 }, (_, n) => storedUplink(n, time(n))),
  )
  const few = (response: import('node:http').ServerResponse, page: readonly string[]) =>
    void response.end(page.slice(0, 10).join(''))
  storage.faults.push(few, few, few, few)
  const { context } = repairing(t, storage, { numbers: [gap(0, 24, { after: at(0) })] })
  await context.until(() => context.durable.length === 25)
})

test('an uplink that the storage has twice is brought once', async (t) => {
  const storage = await storageUnderTest(t, [
    storedUplink(3, time(3)),
    storedUplink(3, time(3)),
    storedUplink(4, time(4)),
  ])
  const { context } = repairing(t, storage, { numbers: [gap(3, 4)] })
  await context.until(() => context.durable.length === 2)
  assert.deepEqual(numbersIn(context), [3, 4])
})

test('429 and 503 wait as long as the answer asks for, no longer than an hour, and are shown so long', async (t) => {
  const storage = await storageUnderTest(t, [storedUplink(3, time(3))])
  storage.faults.push((response) => response.writeHead(429, { 'retry-after': '47' }).end())
  storage.faults.push((response) => response.writeHead(429, { 'x-rate-limit-retry': '999999' }).end())
  storage.faults.push((response) => response.writeHead(503, { 'retry-after': '90' }).end())
  const { context, slept } = repairing(t, storage, { numbers: [gap(3, 3)] })
  await context.until(() => context.durable.length === 1)
  assert.deepEqual(slept.slice(0, 3), [47_000, 3_600_000, 90_000])
  await context.until(() => context.states.at(-1)?.state === 'up')
  assert.deepEqual(
    context.states.slice(0, 4).map(({ state }) => state),
    ['waiting', 'waiting', 'waiting', 'up'],
  )
})

for (const [about, answer, reason] of [
  ['503', (response) => response.writeHead(503).end('later'), /answered 503\. Asked again in \d+ s/],
  ['403', (response) => response.writeHead(403).end('{}'), /check apiKey/],
  ['404', (response) => response.writeHead(404).end('{}'), /storage integration is enabled/],
  ['an answer that is no JSON', (response) => response.end('<html>'), /cut off or is not JSON/],
  [
    'an error in the stream',
    (response, page) => response.end(`${page[0]}{"error":{"message":"context deadline exceeded"}}\n`),
    /deadline/,
  ],
  ['a line that is cut off', (response, page) => response.end(page.join('').slice(0, -20)), /cut off/],
  ['a connection that breaks', (response, page) => void response.write(page[0], () => response.destroy()), /./],
] as [string, NonNullable<StorageUnderTest['faults'][number]>, RegExp][])
  test(`${about}: it is shown, asked again more and more slowly, and each uplink is brought once`, async (t) => {
    const storage = await storageUnderTest(
      t,
      [3, 4, 5].map((n) => storedUplink(n, time(n))),
    )
    storage.faults.push(answer, answer)
    const { context, slept } = repairing(t, storage, { numbers: [gap(3, 5)] })
    await context.until(() => context.durable.length === 3)
    assert.deepEqual(numbersIn(context), [3, 4, 5])
    assert.match(context.states.find(({ state }) => state === 'waiting')?.detail ?? '', reason)
    assert.ok((slept[0] as number) >= 2_500 && (slept[0] as number) <= 5_000, String(slept[0]))
    assert.ok((slept[1] as number) >= 5_000 && (slept[1] as number) <= 10_000, String(slept[1]))
  })

test('a storage that always breaks off at the same place is read in smaller pages', async (t) => {
  const storage = await storageUnderTest(
    t,
    Array.from({ length: 20 }, (_, n) => storedUplink(n, time(n))),
  )
  const broken = (response: import('node:http').ServerResponse, page: readonly string[]) =>
    page.length <= 5 ? void response.end(page.join('')) : void response.write(page[0], () => response.destroy())
  storage.faults.push(...Array.from({ length: 40 }, () => broken))
  const { context } = repairing(t, storage, { numbers: [gap(0, 19, { after: at(0) })] })
  await context.until(() => context.durable.length === 20)
  assert.equal(new Set(numbersIn(context)).size, 20)
})

test('a storage that failed often is read to its end, in pages that grow again', async (t) => {
  const storage = await storageUnderTest(
    t,
    Array.from({ length: 20 }, (_, n) => storedUplink(n, time(n))),
  )
  storage.faults.push(
    ...Array.from({ length: 8 }, () => (response: import('node:http').ServerResponse) => response.writeHead(503).end()),
  )
  const { context } = repairing(t, storage, { numbers: [gap(0, 19, { after: at(0) })] })
  await context.until(() => context.durable.length === 20)
  await context.until(() => / the next gap is due later/.test(context.states.at(-1)?.detail ?? ''))
  const limits = storage.asked.map(({ searchParams }) => Number(searchParams.get('limit')))
  assert.deepEqual(limits.slice(6, 12), [3, 1, 1, 2, 4, 8])
  assert.ok(storage.asked.length < 20, String(limits))
})

test('more uplinks of one millisecond than a page holds are all brought, and the window ends', async (t) => {
  const storage = await storageUnderTest(
    t,
    Array.from({ length: 450 }, (_, n) => storedUplink(n, time(3))),
  )
  const { context } = repairing(t, storage, { numbers: [gap(0, 449, { after: at(0), before: at(13) })] })
  await context.until(() => context.durable.length === 450)
  await context.until(() => / the next gap is due later/.test(context.states.at(-1)?.detail ?? ''))
  assert.equal(new Set(numbersIn(context)).size, 450)
  assert.ok(storage.asked.length < 8, String(storage.asked.length))
})

test('what intake refuses is asked for again, and nothing is counted as refused', async (t) => {
  const storage = await storageUnderTest(t, [storedUplink(3, time(3))])
  const { context } = repairing(t, storage, { numbers: [gap(3, 3)] })
  context.refuse('journal', 2)
  await context.until(() => context.durable.length === 1)
  assert.deepEqual([numbersIn(context), context.refusedByIntake], [[3], 0])
  assert.match(context.states[0]?.detail ?? '', /intake refuses/)
  assert.deepEqual(
    context.states.slice(0, 2).map(({ state }) => state),
    ['waiting', 'waiting'],
  )
  await context.until(() => context.reported.figures?.['uplinks_repaired'] === 1)
})

test('requests keep their distance, and a private address that is not allowed is never called', async (t) => {
  const storage = await storageUnderTest(
    t,
    Array.from({ length: 450 }, (_, n) => storedUplink(n, time(n / 10))),
  )
  const { context, slept } = repairing(
    t,
    storage,
    { numbers: [gap(0, 449, { after: at(0), before: at(45) })] },
    { everyS: 10 },
  )
  await context.until(() => context.durable.length === 450)
  assert.ok(
    slept.slice(0, 2).every((ms) => ms > 9_000),
    String(slept),
  )
  const unlisted = await storageUnderTest(t, [storedUplink(3, time(3))])
  const closed = repairing(t, unlisted, { numbers: [gap(3, 3)] }, { allowAddresses: [] })
  await closed.context.until(() => closed.context.states.some(({ state }) => state === 'waiting'))
  assert.match(closed.context.states.at(-1)?.detail ?? '', /loopback address/)
  assert.equal(unlisted.asked.length, 0)
})

test('gaps that the network keeps no longer are not asked for', async (t) => {
  const storage = await storageUnderTest(t, [storedUplink(3, time(3))])
  const { context, slept } = repairing(t, storage, { numbers: [gap(3, 3)] }, { keepsHours: 1 })
  await context.until(() => slept.length > 3)
  assert.deepEqual([storage.asked.length, context.durable.length], [0, 0])
})

test('doctor asks once, and names what is wrong', async (t) => {
  const storage = await storageUnderTest(t, [storedUplink(3, new Date(Date.now() - 3_600_000).toISOString())])
  const settings = {
    url: storage.url,
    application: 'lot',
    apiKey: 'NNSXS.X',
    source: 'lot',
    allowAddresses: ['127.0.0.1'],
  }
  storage.faults.push(undefined, (response) => response.writeHead(403).end())
  const [good] = await storageFindings(settings)
  assert.deepEqual([good?.level, /has uplinks of the last day/.test(good?.what ?? '')], ['ok', true])
  const [bad] = await storageFindings(settings)
  assert.equal(bad?.level, 'fault')
  assert.match(bad?.what ?? '', /answered 403: check apiKey/)
  assert.equal(storage.asked.length, 2)
})
