/** Invitations over a real mail server. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '../lib/brand.ts'
import { systemClock } from '../lib/clock.ts'
import { sendInvitation } from '../notify/invitation.ts'
import { notificationsSchema } from '../notify/settings.ts'
import { headerOf, type SmtpReceiver, smtpReceiver } from '../notify/testing/smtp-receiver.ts'
import { type NotifierPort, NotifierUnavailable } from './context.ts'
import { apiUnderTest, signedIn } from './testing/api-under-test.ts'

const publicUrl = 'https://parking.example.org'

/** The notifier as it sends invitations, in this process. */
function mailing({ port }: Pick<SmtpReceiver, 'port'>, locale = 'en'): NotifierPort {
  const email = {
    kind: 'email',
    host: '127.0.0.1',
    port,
    tls: 'none',
    from: 'bay@example.org',
    to: ['duty@example.org'],
  }
  const settings = notificationsSchema.parse({
    channels: {
      hook: { kind: 'webhook', url: 'https://hooks.example.org' },
      mail: { ...email, locale, timeoutSeconds: 2 },
    },
  })
  const parts = { settings, env: {}, signal: new AbortController().signal, now: Date.now }
  return { invite: (invitation) => sendInvitation(invitation, parts) } as NotifierPort
}

const form = (fields: Record<string, string>) => ({
  method: 'POST' as const,
  headers: { 'content-type': 'application/x-www-form-urlencoded', origin: publicUrl, 'sec-fetch-site': 'same-origin' },
  payload: new URLSearchParams(fields).toString(),
})
const person = { name: 'Grace Hopper', email: 'grace@example.org', role: 'operator' as const }

test('an invitation comes by mail to the person alone, and its link sets the password once, before it expires', async () => {
  await using receiver = await smtpReceiver()
  const time = { ms: Date.now() }
  const clock = { ...systemClock, now: () => instant(time.ms) }
  await using api = await apiUnderTest({ publicUrl, notifier: mailing(receiver), clock })
  const headers = signedIn(api)
  const invite = async (url: string, body: object = {}) =>
    (await api.app.inject({ method: 'POST', url, headers, payload: body })).json()
  const { mail, user } = await invite('/api/v1/users', { ...person, mail: true })
  assert.equal(mail.sent, true, mail.detail)
  const [sent] = receiver.mails
  assert.deepEqual(sent?.to, ['grace@example.org'])
  assert.equal(headerOf(sent?.source ?? '', 'Subject'), 'Your account at Baykeeper')
  const link = /https:\/\/parking\.example\.org(\/invite\/\S+)/.exec(sent?.text ?? '')?.[1] ?? ''
  assert.match(link, /^\/invite\/[\w-]{43}$/)

  // A mail scanner opens the link, several times and by HEAD: that uses nothing up.
  const form_ = (await api.app.inject(link)).headers.location as string
  for (const method of ['GET', 'GET', 'HEAD'] as const) await api.app.inject({ method, url: form_ })
  assert.equal((await api.app.inject(form_)).statusCode, 200)
  const secret = link.split('/')[2] as string
  const set = () => api.app.inject({ url: '/password', ...form({ link: secret, password: 'seven green bicycles' }) })
  assert.equal((await set()).statusCode, 303)
  assert.equal((await set()).statusCode, 403)

  await invite(`/api/v1/users/${user.id}/link?mail=true`)
  const again = /\/invite\/(\S+)/.exec(receiver.mails[1]?.text ?? '')?.[1] as string
  time.ms += 3 * 24 * 3_600_000
  assert.equal((await api.app.inject(`/password?link=${again}`)).statusCode, 403, 'it has expired')
  assert.equal((await invite(`/api/v1/users/${user.id}/link`)).mail, null)
  assert.equal(receiver.mails.length, 2)
})

test('a mail that is not sent is reported with the reason, and the account and its link are there', async () => {
  await using refusing = await smtpReceiver(async () => 554)
  const away: NotifierPort = {
    invite: () => Promise.reject(new NotifierUnavailable('The notifier does not answer.')),
  } as unknown as NotifierPort
  for (const [notifier, why] of [
    [mailing(refusing), /refused the message/],
    [mailing({ port: 1 }), /cannot be reached/],
    [away, /does not answer/],
    [undefined, /No channel of kind email/],
  ] as const) {
    await using api = await apiUnderTest({ publicUrl, ...(notifier ? { notifier } : {}) })
    const asked = {
      method: 'POST',
      url: '/api/v1/users',
      headers: signedIn(api),
      payload: { ...person, mail: true },
    } as const
    const { mail, link } = (await api.app.inject(asked)).json()
    assert.equal(mail.sent, false)
    assert.match(mail.detail, why)
    assert.equal((await api.app.inject(link)).statusCode, 200)
  }
})

test('a link to this machine is not mailed: opened through a tunnel without publicUrl, the page shows why and the link', async () => {
  await using receiver = await smtpReceiver()
  await using api = await apiUnderTest({ notifier: mailing(receiver) })
  const payload = { ...person, mail: true }
  const headers = { ...signedIn(api), host: 'localhost:8080' }
  const { mail, link } = (await api.app.inject({ method: 'POST', url: '/api/v1/users', headers, payload })).json()
  assert.deepEqual([mail.sent, receiver.mails.length], [false, 0])
  assert.match(mail.detail, /set publicUrl/)
  assert.equal((await api.app.inject(link)).statusCode, 200)
})

test('a name makes no header and no markup of the mail, and German channels write German', async () => {
  await using receiver = await smtpReceiver()
  await using api = await apiUnderTest({ publicUrl, notifier: mailing(receiver, 'de') })
  const name = '<b>Grace</b> & "co"'
  const payload = { ...person, name, mail: true }
  await api.app.inject({ method: 'POST', url: '/api/v1/users', headers: signedIn(api), payload })
  const [sent] = receiver.mails
  assert.match(sent?.text ?? '', /Guten Tag/)
  assert.match(sent?.text ?? '', /&#60;b&#62;Grace/)
  assert.equal(headerOf(sent?.source ?? '', 'Bcc'), undefined)
  const bad = { ...person, email: 'x@example.org\r\nBcc: y@example.org', mail: true }
  const refused = await api.app.inject({ method: 'POST', url: '/api/v1/users', headers: signedIn(api), payload: bad })
  assert.deepEqual([refused.statusCode, receiver.mails.length], [400, 1])
})
