/** Reports by e-mail against a real SMTP server: what arrives, and kill -9 of the notifier while it makes and sends them. */
import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { silentLog } from '../lib/log.ts'
import { startNotifier } from './notifier.ts'
import { fileBytesMax } from './report-agenda.ts'
import { notificationsSchema } from './settings.ts'
import { silentFeed } from './stored-feed.ts'
import { reportsInMemory, rowOf, scheduleOf } from './testing/reports-in-memory.ts'
import { attachmentOf, headerOf, type ReceivedMail, smtpReceiver } from './testing/smtp-receiver.ts'

/** A Monday, a minute after seven in Berlin. */
const now = Date.parse('2026-11-23T06:01:00Z')
const hourMs = 3_600_000

async function directory(t: TestContext) {
  const dir = await mkdtemp(path.join(tmpdir(), 'baykeeper-reports-'))
  t.after(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }))
  return dir
}

const settingsFor = (port: number, more: object = {}) => ({
  channels: {
    planners: {
      ...{ kind: 'email', host: '127.0.0.1', port, tls: 'none', from: 'parking@example.org', timeoutSeconds: 5 },
      ...{ to: ['ann@example.org', 'bob@example.org'], ...more },
    },
  },
  link: 'https://parking.example.org',
})

async function until(isTrue: () => boolean, what: string, ms = 20_000) {
  for (const end = performance.now() + ms; !isTrue(); await sleep(10)) assert.ok(performance.now() < end, what)
}

/** The notifier of one process, on a clock that stands at a minute past the due time, with one schedule since an hour before. */
async function sentFrom(t: TestContext, source = reportsInMemory(), more: object = {}) {
  await using receiver = await smtpReceiver()
  const at = { now: now - hourMs }
  await using notifier = startNotifier({
    ...{ settings: notificationsSchema.parse(settingsFor(receiver.port, more)), dataDir: await directory(t) },
    ...{ feed: silentFeed, reports: source, reportPollMs: 5, log: silentLog, now: () => at.now },
    backoff: { firstMs: 20, capMs: 50 },
  })
  at.now = now
  notifier.retry(0)
  await until(() => receiver.mails.length > 0, 'no mail has come')
  await until(() => notifier.mailedReports()[0]?.state === 'sent', 'it is not noted as sent')
  assert.equal(receiver.mails.length, 1)
  return receiver.mails[0] as ReceivedMail
}

test('a report arrives as a file, with its text in the language of the channel, its key, and in no thread', async (t) => {
  const source = reportsInMemory()
  source.file = Buffer.from([0x50, 0x4b, 3, 4, 0, 255, 13, 10])
  source.put(rowOf(scheduleOf('north-weekly', { name: 'Größe\r\nBcc: eve@example.org' }), now - 24 * hourMs))
  const mail = await sentFrom(t, source, { locale: 'de' })
  assert.deepEqual(mail.to, ['ann@example.org', 'bob@example.org'])
  assert.equal(headerOf(mail.source, 'Bcc'), undefined)
  assert.equal(headerOf(mail.source, 'References'), undefined)
  assert.match(headerOf(mail.source, 'Subject') ?? '', /^=\?UTF-8\?Q\?Gr=C3=B6/)
  assert.match(headerOf(mail.source, 'Idempotency-Key') ?? '', /^[0-9a-f]{32}$/)
  const { name, type, bytes } = attachmentOf(mail.source)
  assert.deepEqual([name, type], ['baykeeper_occupancy.xlsx', 'application/x-test'])
  assert.deepEqual([...bytes], [0x50, 0x4b, 3, 4, 0, 255, 13, 10])
  assert.match(mail.text, /Zeitraum: 16\.11\.2026 bis 22\.11\.2026 \(Europe\/Berlin\)/)
  assert.match(mail.text, /Bericht.{0,3}ffnen/)
})

test('the largest file that is sent arrives whole, and one that is larger is a sentence with the way to it', async (t) => {
  const source = reportsInMemory()
  source.file = Buffer.alloc(fileBytesMax, 'x')
  source.put(rowOf(scheduleOf('a'), now - 24 * hourMs))
  const { bytes } = attachmentOf((await sentFrom(t, source)).source)
  assert.equal(bytes.byteLength, fileBytesMax)
  source.file = undefined
  const { text, source: raw } = await sentFrom(t, source)
  assert.match(text, /is not attached/)
  assert.match(text, /parking\.example\.org\/desk\/reports\?from=/)
  assert.doesNotMatch(raw, /Content-Disposition: attachment/)
})

test('no report is lost or sent under two keys, and each key has one file, while the notifier is killed', async (t) => {
  let mailed = 0
  await using receiver = await smtpReceiver(async () => {
    await sleep(15)
    // Some are refused for now, so that they are sent again.
    return ++mailed % 7 === 0 ? 451 : undefined
  })
  const dir = await directory(t)
  const ids = Array.from({ length: 24 }, (_, n) => `s${n}`)
  const daily = ids.map((id) => scheduleOf(id, { interval: 'day', weekday: null }))
  const channel = { rate: { messages: 1_000, minutes: 1 }, concurrency: 2 }
  const settings = JSON.stringify(settingsFor(receiver.port, channel))
  let child: ChildProcess | undefined
  t.after(() => child?.kill('SIGKILL'))
  const begin = async (at: number) => {
    const args = [dir, settings, JSON.stringify(daily), String(at)]
    child = fork(path.join(import.meta.dirname, 'testing/report-process.ts'), args, { silent: true })
    await once(child, 'message')
  }
  const kill = async () => {
    child?.kill('SIGKILL')
    await once(child as ChildProcess, 'exit')
  }
  const keys = () => new Set(receiver.mails.map(({ source }) => headerOf(source, 'Idempotency-Key')))
  // The first start is before the due time.
  await begin(now - 2 * hourMs)
  await sleep(150)
  await kill()
  for (let n = 0; n < 6; n++) {
    await begin(now)
    await sleep(60 + Math.random() * 250)
    await kill()
  }
  await begin(now)
  await until(() => keys().size === ids.length, `only ${keys().size} of ${ids.length} have come`)
  await sleep(300)
  await kill()
  assert.equal(keys().size, ids.length, 'a report was sent under two keys')
  const files = new Map<string, Set<string>>()
  for (const { source } of receiver.mails) {
    const key = headerOf(source, 'Idempotency-Key') ?? ''
    files.set(key, (files.get(key) ?? new Set()).add(attachmentOf(source).bytes.toString()))
  }
  assert.deepEqual(
    [...files.values()].filter(({ size }) => size !== 1),
    [],
    'attempts under one key carried different files',
  )
  const names = [...files.values()].map((set) => [...set][0]?.split(' ')[0])
  assert.deepEqual(names.toSorted(), ids.toSorted())
})
