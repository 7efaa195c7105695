import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { SMTPServer } from 'smtp-server'
import { type Log, silentLog } from '../lib/log.ts'
import { type Notifier, startNotifier } from './notifier.ts'
import { notificationsSchema } from './settings.ts'
import { eventOf, type FeedInMemory, feedInMemory } from './testing/feed-in-memory.ts'
import { answering, httpReceiver } from './testing/http-receiver.ts'

function directory(t: TestContext): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'baykeeper-notify-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

function notifierOn(
  dataDir: string,
  feed: FeedInMemory,
  channels: object,
  more: { log?: Log; env?: object } = {},
): Notifier {
  const settings = notificationsSchema.parse({ channels, allowAddresses: ['127.0.0.0/8'] })
  return startNotifier({ ...{ settings, dataDir, feed, log: silentLog }, ...more, env: { ...more.env } })
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (const end = performance.now() + 15_000; !condition(); await sleep(10))
    if (performance.now() > end) assert.fail(`not in time: ${what}`)
}
const followed = (notifier: Notifier) => until(() => notifier.report().state === 'running', 'the feed is followed')
const keysOf = (requests: readonly { headers: { [name: string]: unknown } }[]) =>
  requests.map(({ headers }) => headers['idempotency-key'])

test('at the first start nothing old is sent, and what comes then is', async (t) => {
  await using receiver = await httpReceiver()
  const feed = feedInMemory()
  feed.add(eventOf(1), eventOf(2))
  await using notifier = notifierOn(directory(t), feed, { hook: { kind: 'webhook', url: receiver.url } })
  await followed(notifier)
  feed.add(eventOf(3))
  await receiver.received(1)
  assert.deepEqual(JSON.parse(receiver.requests[0]?.body ?? '').events[0].alert, 'alert-3')
})

test('events that came while the notifier was away are sent by the next one, each once', async (t) => {
  await using receiver = await httpReceiver()
  const dir = directory(t)
  const feed = feedInMemory()
  const hook = { hook: { kind: 'webhook', url: receiver.url } }
  const first = notifierOn(dir, feed, hook)
  await followed(first)
  feed.add(eventOf(1))
  await receiver.received(1)
  await first[Symbol.asyncDispose]()
  feed.add(eventOf(2))
  await using next = notifierOn(dir, feed, hook)
  await receiver.received(2)
  await until(() => next.report().channels[0]?.sent === 2, 'both are sent')
  assert.equal(new Set(keysOf(receiver.requests)).size, 2)
})

test('a database that was restored, or built again, sends nothing a second time and goes on', async (t) => {
  await using receiver = await httpReceiver()
  const feed = feedInMemory()
  await using notifier = notifierOn(directory(t), feed, { hook: { kind: 'webhook', url: receiver.url } })
  await followed(notifier)
  const known = [eventOf(10), eventOf(20)]
  feed.add(...known)
  await receiver.received(2)
  feed.forget({ rev: 0, part: 0 })
  await sleep(250)
  feed.add(...known, eventOf(21))
  await receiver.received(3)
  assert.deepEqual(JSON.parse(receiver.requests[2]?.body ?? '').events[0].alert, 'alert-21')
})

test('a journal that begins again is followed from its beginning', async (t) => {
  await using receiver = await httpReceiver()
  const dir = directory(t)
  const feed = feedInMemory()
  const hook = { hook: { kind: 'webhook', url: receiver.url } }
  const first = notifierOn(dir, feed, hook)
  await followed(first)
  feed.add(eventOf(5_000))
  await receiver.received(1)
  await first[Symbol.asyncDispose]()
  feed.forget({ rev: 0, part: 0 })
  await using next = notifierOn(dir, feed, hook)
  await followed(next)
  feed.add(eventOf(3))
  await receiver.received(2)
  assert.deepEqual(JSON.parse(receiver.requests[1]?.body ?? '').events[0].alert, 'alert-3')
})

test('a channel that hangs delays no other', async (t) => {
  await using hanging = await httpReceiver(() => {})
  await using receiver = await httpReceiver()
  const feed = feedInMemory()
  await using notifier = notifierOn(directory(t), feed, {
    hanging: { kind: 'webhook', url: hanging.url, concurrency: 1, timeoutSeconds: 60 },
    quick: { kind: 'webhook', url: receiver.url },
  })
  await followed(notifier)
  feed.add(...Array.from({ length: 20 }, (_, n) => eventOf(n + 1)))
  await receiver.received(20)
  assert.equal(hanging.requests.length, 1)
  assert.equal(notifier.report().channels[0]?.pending, 20)
})

test('a database that is away is waited for, and nothing is lost', async (t) => {
  await using receiver = await httpReceiver()
  const feed = feedInMemory()
  await using notifier = notifierOn(directory(t), feed, { hook: { kind: 'webhook', url: receiver.url } })
  await followed(notifier)
  feed.isAway = true
  feed.add(eventOf(1))
  await until(() => notifier.report().state === 'waiting', 'the outage is reported')
  assert.match(notifier.report().detail, /does not answer/)
  feed.isAway = false
  await receiver.received(1)
})

test('an outage of the database is sent while it lasts, and not once more when it is stored', async (t) => {
  await using receiver = await httpReceiver()
  const feed = feedInMemory()
  await using notifier = notifierOn(directory(t), feed, { hook: { kind: 'webhook', url: receiver.url } })
  await followed(notifier)
  feed.isAway = true
  const since = Date.now() - 30_000
  for (let i = 0; i < 3; i++) notifier.health({ isUp: false, since, detail: 'connection refused' })
  await receiver.received(1)
  const [sent] = JSON.parse(receiver.requests[0]?.body ?? '').events
  assert.deepEqual([sent.rule, sent.event, Date.parse(sent.at)], ['database-outage', 'raised', since])
  notifier.health({ isUp: true, since: null, detail: '' })
  const stored = { alert: sent.alert, rule: sent.rule, severity: 'critical' as const }
  feed.add(eventOf(1, { ...stored, at: since }), eventOf(2, { ...stored, event: 'cleared', at: Date.now() }))
  feed.isAway = false
  await receiver.received(2)
  await until(() => notifier.report().channels[0]?.pending === 0, 'nothing waits')
  const events = receiver.requests.map(({ body }) => JSON.parse(body).events.map((one: { event: string }) => one.event))
  assert.deepEqual(events, [['raised'], ['cleared']])
})

test('what is refused for good is dead, visibly, and is sent again when a person asks', async (t) => {
  await using receiver = await httpReceiver(answering(410))
  const feed = feedInMemory()
  await using notifier = notifierOn(directory(t), feed, { hook: { kind: 'webhook', url: receiver.url } })
  await followed(notifier)
  feed.add(eventOf(1))
  await until(() => notifier.report().channels[0]?.dead === 1, 'it is dead')
  const [dead] = notifier.deliveries({ state: 'dead', limit: 10 })
  assert.match(dead?.last_error ?? '', /answered 410/)
  assert.match(notifier.report().channels[0]?.last_error ?? '', /answered 410/)
  receiver.behave(answering(200))
  assert.equal(notifier.retry(dead?.id ?? 0), true)
  await until(() => notifier.report().channels[0]?.sent === 1, 'it is sent')
  assert.equal(new Set(keysOf(receiver.requests)).size, 1)
  assert.equal(notifier.report().channels[0]?.last_error, '')
})

test('a channel that is not configured any more is not waited for', async (t) => {
  const dir = directory(t)
  const feed = feedInMemory()
  const first = notifierOn(dir, feed, { gone: { kind: 'webhook', url: 'http://127.0.0.1:1/' } })
  await followed(first)
  feed.add(eventOf(1))
  await until(() => first.deliveries({ limit: 1 }).length === 1, 'it is pending')
  await first[Symbol.asyncDispose]()
  await using next = notifierOn(dir, feed, { other: { kind: 'webhook', url: 'http://127.0.0.1:1/' } })
  const [dead] = next.deliveries({ limit: 1 })
  assert.deepEqual([dead?.state, dead?.last_error], ['dead', 'The channel is not configured any more.'])
})

test('a test reports what happened, and no secret', async (t) => {
  await using receiver = await httpReceiver()
  const dir = directory(t)
  const secretFile = path.join(dir, 'secret')
  writeFileSync(secretFile, 'geheim-42\n')
  const lines: string[] = []
  const keep = (message: string, more?: object) => void lines.push(JSON.stringify([message, more]))
  const log: Log = { debug: keep, info: keep, warn: keep, error: keep, with: () => log }
  const channels = { hook: { kind: 'webhook', url: `${receiver.url}?token=t0`, secretFile } }
  await using notifier = notifierOn(dir, feedInMemory(), channels, { log })
  assert.equal(await notifier.test('other'), undefined)
  const good = await notifier.test('hook')
  assert.deepEqual([good?.sent, /answered 200/.test(good?.detail ?? '')], [true, true])
  receiver.behave(answering(500))
  const bad = await notifier.test('hook')
  assert.deepEqual([bad?.sent, /answered 500/.test(bad?.detail ?? '')], [false, true])
  assert.doesNotMatch(JSON.stringify([good, bad, notifier.report(), lines]), /geheim|token=/)
})

test('the secret of the environment comes before the file', async (t) => {
  await using receiver = await httpReceiver()
  const dir = directory(t)
  const channels = { 'my-hook': { kind: 'webhook', url: receiver.url } }
  await using notifier = notifierOn(dir, feedInMemory(), channels, { env: { BAYKEEPER_NOTIFY_SECRET_MY_HOOK: 's' } })
  await notifier.test('my-hook')
  assert.match(String(receiver.requests[0]?.headers['baykeeper-signature']), /^t=\d+,v1=/)
})

test('the database of notifications is readable for its owner alone, and one that is damaged is replaced', async (t) => {
  const dir = directory(t)
  const file = path.join(dir, 'notify.db')
  writeFileSync(file, 'this is no database, and it is long enough to be read as one'.repeat(100))
  await using notifier = notifierOn(dir, feedInMemory(), { hook: { kind: 'webhook', url: 'http://127.0.0.1:1/' } })
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.deepEqual(notifier.deliveries({ limit: 1 }), [])
})

test('a second notifier on the same directory is refused', async (t) => {
  const dir = directory(t)
  await using _first = notifierOn(dir, feedInMemory(), {})
  assert.throws(() => notifierOn(dir, feedInMemory(), {}), /another process works on/)
})

/** Refuses receivers at `gone.example` as mail servers do: with their address. */
async function mailServer(t: TestContext) {
  const receivers: string[] = []
  const server = new SMTPServer({
    ...{ authOptional: true, disabledCommands: ['STARTTLS'], logger: false },
    onRcptTo({ address }, _, done) {
      const isGone = address.endsWith('@gone.example')
      done(isGone ? Object.assign(new Error(`5.1.1 <${address}>: user unknown`), { responseCode: 550 }) : undefined)
    },
    onData(stream, { envelope }, done) {
      stream.resume().on('end', () => {
        receivers.push(...envelope.rcptTo.map(({ address }) => address))
        done()
      })
    },
  })
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  t.after(() => new Promise<void>((resolve) => server.close(resolve)))
  const { port } = server.server.address() as AddressInfo
  const mail = { kind: 'email', host: '127.0.0.1', port, tls: 'none', from: 'p@example.org', to: ['duty@example.org'] }
  return { receivers, mail }
}
const met = { event: 'wait-met' as const, channels: ['mail'] }

test('a message about a wait goes to its own address, and not without it', async (t) => {
  const { receivers, mail } = await mailServer(t)
  const feed = feedInMemory()
  await using notifier = notifierOn(directory(t), feed, { mail })
  await followed(notifier)
  assert.equal(notifier.contacts.add('w1', 'ann@example.org', Date.now() + 60_000), 'kept')
  feed.add(eventOf(1, { ...met, alert: 'w1' }), eventOf(2, { ...met, alert: 'w2' }))
  await until(() => receivers.length === 2, 'both messages')
  assert.deepEqual(receivers.sort(), ['ann@example.org', 'duty@example.org'])
})

test('an address of a person that a mail server repeats is neither logged nor stored', async (t) => {
  const { receivers, mail } = await mailServer(t)
  const feed = feedInMemory()
  const logged: unknown[] = []
  const note = (...line: unknown[]) => void logged.push(line)
  const log = { ...silentLog, info: note, warn: note, error: note }
  const dir = directory(t)
  await using notifier = notifierOn(dir, feed, { mail }, { log })
  await followed(notifier)
  notifier.contacts.add('w1', 'ann@gone.example', Date.now() + 60_000)
  feed.add(eventOf(1, { ...met, alert: 'w1' }))
  await until(() => notifier.report().channels[0]?.dead === 1, 'it is given up')
  const [delivery] = notifier.deliveries({ limit: 1 })
  assert.match(JSON.stringify(delivery), /not accepted for the address of the person \(550\)/)
  assert.doesNotMatch(JSON.stringify([delivery, notifier.report(), logged]), /ann@/)
  assert.match(JSON.stringify(logged), /\(550\)/)
  for (const file of readdirSync(dir)) assert.ok(!readFileSync(path.join(dir, file)).includes('ann@'), file)
  assert.deepEqual(receivers, [])
})
