/** E-mail against a real SMTP server, which refuses, drops and hangs in every phase. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { createAddressList } from '../../lib/address-list.ts'
import { type Certificates, certificates } from '../../lib/testing/certificates.ts'
import type { NotifiedEvent, Outcome } from '../delivery.ts'
import { type MessageOptions, messageOf, type OutgoingMessage } from '../message.ts'
import { type ChannelSettingsOf, notificationsSchema } from '../settings.ts'
import { emailChannel } from './email.ts'

let dir: string
let files: Certificates
before(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'baykeeper-smtp-'))
  files = certificates(dir)
  writeFileSync(path.join(dir, 'secret'), 'pä ss\n')
})
after(() => rmSync(dir, { recursive: true, force: true }))

interface Mail {
  readonly from: string
  readonly to: readonly string[]
  readonly source: string
  readonly isSecure: boolean
  readonly user: string | undefined
}

async function smtpServer(t: TestContext, options: SMTPServerOptions = {}) {
  const mails: Mail[] = []
  const server = new SMTPServer({
    ...{ key: files.key, cert: files.cert, authOptional: true, disabledCommands: [], logger: false },
    onAuth: ({ username, password }, _, done) =>
      username === 'duty' && password === 'pä ss' ? done(null, { user: username }) : done(new Error('wrong password')),
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        mails.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          source: Buffer.concat(chunks).toString(),
          isSecure: session.secure,
          user: session.user,
        })
        done()
      })
    },
    ...options,
  })
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  t.after(() => new Promise<void>((resolve) => server.close(resolve)))
  return { mails, port: (server.server.address() as AddressInfo).port }
}

function settingsOf(port: number, more: object = {}): ChannelSettingsOf<'email'> {
  const channel = { kind: 'email', host: 'localhost', port, from: 'parking@example.org', to: ['duty@example.org'] }
  const fast = { caFile: files.caFile, timeoutSeconds: 1 }
  const { channels } = notificationsSchema.parse({ channels: { mail: { ...channel, ...fast, ...more } } })
  return channels['mail'] as ChannelSettingsOf<'email'>
}

const event: NotifiedEvent = {
  ...{ alert: 'a1', event: 'raised', at: Date.parse('2026-11-23T08:00:00Z'), author: '', comment: '' },
  ...{
    severity: 'critical',
    rule: 'silent',
    site: 'north',
    title: 'Säule <3> is "silent"',
    text: 'Check & restart it.',
  },
}
const english: MessageOptions = { locale: 'en', timeZone: 'UTC', link: 'https://parking.example.org' }
const messageFor = (events: readonly NotifiedEvent[], options = english): OutgoingMessage =>
  messageOf(
    {
      ...{ key: 'k1', channel: 'mail', kind: 'alert', attempt: 1, isFixed: false, count: events.length, beganAt: 0 },
      events,
    },
    options,
  )

function send(settings: ChannelSettingsOf<'email'>, message = messageFor([event]), secret?: string): Promise<Outcome> {
  const channel = emailChannel(settings, {
    secret: () => secret,
    ca: () => readFileSync(files.caFile, 'utf8'),
    outbound: { isAllowed: createAddressList([]) },
    now: Date.now,
  })
  return channel.send(message, new AbortController().signal)
}

const headerOf = (source: string, name: string) =>
  new RegExp(`^${name}: (.*(?:\r\n[ \t].*)*)`, 'im').exec(source)?.[1]?.replace(/\r\n[ \t]/g, ' ')

test('a message arrives over STARTTLS, signed in, with text and HTML, its key and its thread', async (t) => {
  const { mails, port } = await smtpServer(t)
  const outcome = await send(settingsOf(port, { user: 'duty' }), undefined, 'pä ss')
  assert.equal(outcome.is, 'sent', outcome.detail)
  const [mail] = mails
  assert.ok(mail)
  assert.deepEqual(
    [mail.isSecure, mail.user, mail.from, mail.to],
    [true, 'duty', 'parking@example.org', ['duty@example.org']],
  )
  assert.equal(headerOf(mail.source, 'Message-ID'), '<k1@example.org>')
  assert.match(headerOf(mail.source, 'References') ?? '', /^<alert\.[0-9a-f]{32}@example\.org>$/)
  assert.equal(headerOf(mail.source, 'References'), headerOf(mail.source, 'In-Reply-To'))
  assert.equal(headerOf(mail.source, 'Auto-Submitted'), 'auto-generated')
  assert.match(mail.source, /text\/plain/)
  assert.match(mail.source, /text\/html/)
  assert.doesNotMatch(mail.source, /<3>/, 'the title was not escaped in HTML')
})

test('messages of one alert are one thread, and of another alert another', async (t) => {
  const { mails, port } = await smtpServer(t)
  for (const each of [event, { ...event, event: 'cleared' as const }, { ...event, alert: 'a2' }])
    await send(settingsOf(port), messageFor([each]))
  const threads = mails.map(({ source }) => headerOf(source, 'References'))
  assert.equal(threads[0], threads[1])
  assert.notEqual(threads[0], threads[2])
})

test('a title with line ends and addresses adds no header and no receiver', async (t) => {
  const { mails, port } = await smtpServer(t)
  const title = 'Bay\r\nBcc: eve@example.org\r\n\r\nbody\u2028x\u0000'
  const outcome = await send(settingsOf(port), messageFor([{ ...event, title, site: 'a\r\nTo: eve@example.org' }]))
  assert.equal(outcome.is, 'sent', outcome.detail)
  assert.deepEqual(mails[0]?.to, ['duty@example.org'])
  assert.equal(headerOf(mails[0]?.source ?? '', 'Bcc'), undefined)
  assert.equal(mails[0]?.source.match(/^To:/gim)?.length, 1)
})

test('German text arrives as it was written', async (t) => {
  const { mails, port } = await smtpServer(t)
  await send(
    settingsOf(port, { locale: 'de' }),
    messageFor([{ ...event, title: 'Säule' }], { ...english, locale: 'de' }),
  )
  const subject = headerOf(mails[0]?.source ?? '', 'Subject') ?? ''
  assert.match(subject, /=\?UTF-8\?Q\?Ausgel=C3=B6st/)
  assert.match(mails[0]?.source ?? '', /<html lang=3D"de">|<html lang="de">/)
})

test('a server without STARTTLS gets neither the password nor the message', async (t) => {
  const { mails, port } = await smtpServer(t, { hideSTARTTLS: true, disabledCommands: ['STARTTLS'] })
  const outcome = await send(settingsOf(port, { user: 'duty' }), undefined, 'pä ss')
  assert.equal(outcome.is, 'failed')
  assert.equal(mails.length, 0)
})

test('a certificate that is not trusted gets nothing', async (t) => {
  const { mails, port } = await smtpServer(t)
  const channel = emailChannel(settingsOf(port), {
    ...{ secret: () => undefined, ca: () => undefined, outbound: { isAllowed: createAddressList([]) }, now: Date.now },
  })
  const outcome = await channel.send(messageFor([event]), new AbortController().signal)
  assert.deepEqual([outcome.is, mails.length], ['failed', 0])
})

const refusal = (responseCode: number, text: string) => Object.assign(new Error(text), { responseCode })
const failing: Record<string, { options: SMTPServerOptions; expected: Partial<Outcome>; more?: object }> = {
  'a receiver that is refused for good': {
    options: { onRcptTo: (_, __, done) => done(refusal(550, 'no such user')) },
    expected: { permanent: true, reached: false, unreachable: false },
  },
  'a receiver that is refused for now': {
    options: { onRcptTo: (_, __, done) => done(refusal(451, 'greylisted, try later')) },
    expected: { permanent: false, reached: false, unreachable: false },
  },
  'a sender that is refused for good': {
    options: { onMailFrom: (_, __, done) => done(refusal(553, 'sender not allowed')) },
    expected: { permanent: true, reached: false },
  },
  'a message that is refused for now after its data': {
    options: {
      onData: (stream, _, done) => void stream.resume().on('end', () => done(refusal(452, 'mailbox is full'))),
    },
    expected: { permanent: false, reached: false },
  },
  'a message that is refused for good after its data': {
    options: { onData: (stream, _, done) => void stream.resume().on('end', () => done(refusal(554, 'spam'))) },
    expected: { permanent: true },
  },
  'a server that is closed for now': {
    options: { onConnect: (_, done) => done(refusal(554, 'no service')) },
    expected: { permanent: false, reached: false },
  },
  'a wrong password': {
    options: {},
    more: { user: 'duty' },
    expected: { permanent: false, reached: false },
  },
  'a connection that is dropped after the data': {
    options: {
      onData(stream, session) {
        stream.resume().on('end', () => (session as unknown as { connection?: { close(): void } }).connection?.close())
      },
    },
    expected: { permanent: false, reached: true },
  },
}
for (const [name, { options, expected, more }] of Object.entries(failing))
  test(`${name} is a failure of its kind`, async (t) => {
    const { mails, port } = await smtpServer(t, options)
    const outcome = await send(settingsOf(port, more), undefined, more ? 'wrong' : undefined)
    assert.equal(outcome.is, 'failed')
    assert.deepEqual({ ...outcome, ...expected }, outcome, outcome.detail)
    assert.doesNotMatch(outcome.detail, /wrong$|pä ss/)
    assert.equal(mails.length, 0)
  })

test('a server that refuses one of two receivers has the message, and the refusal is noted', async (t) => {
  const { mails, port } = await smtpServer(t, {
    onRcptTo: ({ address }, _, done) => (address.startsWith('gone') ? done(refusal(550, 'no such user')) : done()),
  })
  const outcome = await send(settingsOf(port, { to: ['duty@example.org', 'gone@example.org'] }))
  assert.deepEqual([outcome.is, mails[0]?.to], ['sent', ['duty@example.org']])
  assert.match(outcome.is === 'sent' ? (outcome.note ?? '') : '', /refused 1 of 2/)
})

test('a personal address takes the place of the configured receivers', async (t) => {
  const { mails, port } = await smtpServer(t)
  await send(settingsOf(port), { ...messageFor([event]), address: 'ann@example.org' })
  assert.deepEqual(mails[0]?.to, ['ann@example.org'])
  assert.doesNotMatch(mails[0]?.source ?? '', /duty@example.org/)
})

test('a server that hangs after the data may have the message', async (t) => {
  const { port } = await smtpServer(t, { onData: (stream) => void stream.resume() })
  const outcome = await send(settingsOf(port))
  assert.ok(outcome.is === 'failed' && outcome.reached, outcome.detail)
})

test('a server that is not there has nothing, and the channel knows', async () => {
  const outcome = await send(settingsOf(1))
  assert.ok(outcome.is === 'failed' && outcome.unreachable && !outcome.reached, outcome.detail)
})
