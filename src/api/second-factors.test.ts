/** Signing in with a code of an app beside the password, and attacks on it. */
import assert from 'node:assert/strict'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Secret, TOTP } from 'otpauth'
import { openAccounts } from '../auth/accounts.ts'
import { wrongCodesMax } from '../auth/second-factors.ts'
import { instant } from '../lib/brand.ts'
import { systemClock } from '../lib/clock.ts'
import { type ApiUnderTest, apiUnderTest, signedIn, type UnderTestOptions } from './testing/api-under-test.ts'

const password = 'seven green bicycles'
const email = 'ada@example.org'
const by = { name: 'test', address: '' }
const start = Date.parse('2026-11-23T08:00:00Z')

const form = (fields: Record<string, string>, headers: Record<string, string> = {}) => ({
  method: 'POST' as const,
  headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin', ...headers },
  payload: new URLSearchParams(fields).toString(),
})
const cookieOf = (headers: Record<string, unknown>) => String(headers['set-cookie']).split(';')[0] as string
const stepOf = (body: string) => /name="step" value="([\w-]+)"/.exec(body)?.[1] as string

/** A clock that stands where the test puts it. */
function clockAt() {
  const place = { ms: 0 }
  return { place, clock: { ...systemClock, now: () => instant(start + place.ms), monotonic: () => place.ms } }
}

async function withPerson(options: UnderTestOptions = {}, role: 'operator' | 'admin' = 'operator') {
  const { place, clock } = clockAt()
  const api = await apiUnderTest({ clock, ...options })
  const { people, factors } = api.accounts
  const person = people.add({ name: 'Ada', email, role, sites: undefined }, by)
  await people.setPassword(person.id, password, by)
  const codeNow = (secret: string, ms = place.ms) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: start + ms })
  return {
    ...{ api, person, place, codeNow },
    signIn: () => api.app.inject({ url: '/signin', ...form({ email, password }) }),
    give: (step: string, code: string) => api.app.inject({ url: '/sign-in/code', ...form({ step, code }) }),
    /** Set up at a time that is past. */
    enrol() {
      const { secret } = factors.begin(person)
      const codes = factors.confirm(person, codeNow(secret), by) as readonly string[]
      place.ms += 60_000
      return { secret, codes }
    },
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  }
}

const isSignedIn = async (api: ApiUnderTest, cookie: string) =>
  (await api.app.inject({ url: '/api/v1/account', headers: { cookie } })).statusCode === 200

test('a right password opens nothing until the code is given', async () => {
  await using under = await withPerson()
  const { secret } = under.enrol()
  const first = await under.signIn()
  assert.deepEqual([first.statusCode, first.headers['set-cookie']], [200, undefined])
  const wrong = await under.give(stepOf(first.body), '000000')
  assert.deepEqual([wrong.statusCode, wrong.headers['set-cookie']], [401, undefined])
  const second = await under.give(stepOf(first.body), under.codeNow(secret))
  assert.deepEqual([second.statusCode, second.headers.location], [303, '/desk'])
  assert.ok(await isSignedIn(under.api, cookieOf(second.headers)))
  // The step is over too.
  assert.equal((await under.give(stepOf(first.body), under.codeNow(secret))).statusCode, 401)
})

test('a code counts once, and no code of an earlier step counts after it', async () => {
  await using under = await withPerson()
  const { secret } = under.enrol()
  const now = under.codeNow(secret)
  const before = under.codeNow(secret, under.place.ms - 30_000)
  const behind = under.codeNow(secret, under.place.ms + 30_000)
  const outcomes: number[] = []
  for (const code of [now, now, before, behind, under.codeNow(secret, under.place.ms + 90_000)])
    outcomes.push((await under.give(stepOf((await under.signIn()).body), code)).statusCode)
  assert.deepEqual(outcomes, [303, 401, 401, 303, 401])
})

test('five wrong codes end the step, ten the account for a minute', async () => {
  await using under = await withPerson()
  const { secret } = under.enrol()
  const step = stepOf((await under.signIn()).body)
  for (let i = 0; i < 5; i++) assert.equal((await under.give(step, '000000')).statusCode, 401)
  const ended = await under.give(step, under.codeNow(secret))
  assert.match(ended.body, /name="password"/)
  const again = stepOf((await under.signIn()).body)
  for (let i = 0; i < 5; i++) await under.give(again, '000000')
  assert.equal((await under.signIn()).statusCode, 429)
  under.place.ms += 61_000
  assert.equal((await under.give(stepOf((await under.signIn()).body), under.codeNow(secret))).statusCode, 303)
})

test('a recovery code signs in once, is noted, and is stored as a hash', async () => {
  await using under = await withPerson()
  const { codes } = under.enrol()
  assert.equal(new Set(codes).size, 10)
  const sign = async (code: string) => (await under.give(stepOf((await under.signIn()).body), code)).statusCode
  const [one = '', two = ''] = codes
  assert.deepEqual(
    [await sign(one.toUpperCase()), await sign(one), await sign(two.replaceAll('-', ' '))],
    [303, 401, 303],
  )
  assert.equal(under.api.accounts.factors.recoveryLeft(under.person.id), 8)
  const actions: string[] = []
  await under.api.accounts.publishEvents(async ({ action, ...event }) => {
    actions.push(action)
    for (const code of codes) assert.ok(!JSON.stringify(event).includes(code.replaceAll('-', '')))
  })
  assert.ok(actions.includes('recovery-code-used') && actions.includes('second-factor-set'))
})

test('a step of one person, a form of another site and an old step open nothing', async () => {
  await using under = await withPerson()
  const { secret } = under.enrol()
  const step = stepOf((await under.signIn()).body)
  const cross = await under.api.app.inject({
    url: '/sign-in/code',
    ...form({ step, code: under.codeNow(secret) }, { 'sec-fetch-site': 'cross-site' }),
  })
  assert.equal(cross.statusCode, 403)
  assert.equal((await under.give('', under.codeNow(secret))).statusCode, 401)
  under.place.ms += 601_000
  assert.match((await under.give(step, under.codeNow(secret))).body, /name="password"/)
})

test('an account that is disabled between the two steps is not opened', async () => {
  await using under = await withPerson()
  const { secret } = under.enrol()
  const step = stepOf((await under.signIn()).body)
  under.api.accounts.people.change(under.person.id, { isDisabled: true }, by)
  assert.equal((await under.give(step, under.codeNow(secret))).statusCode, 401)
})

test('a link to set a password does not get around the code', async () => {
  await using under = await withPerson()
  under.enrol()
  const link = under.api.accounts.people.createLink(under.person.id, by)
  const set = await under.api.app.inject({ url: '/password', ...form({ link, password: 'nine blue umbrellas' }) })
  assert.deepEqual([set.statusCode, set.headers['set-cookie']], [200, undefined])
  assert.match(set.body, /name="code"/)
})

test('a person sets it up with the password, confirms it by a code, and other sessions end', async () => {
  await using under = await withPerson()
  const { api, person, codeNow } = under
  const open = () => api.accounts.sessions.open({ person: person.id, address: '', agent: '' })
  const [mine, other] = [open(), open()].map((session) => `baykeeper_session=${session}`) as [string, string]
  const send = (method: 'POST' | 'PUT', path: string, body: object) =>
    api.app.inject({
      ...{ method, url: `/api/v1/account/${path}`, payload: body },
      headers: { cookie: mine, 'sec-fetch-site': 'same-origin' },
    })
  assert.equal((await send('POST', 'second-factor', { password: 'wrong' })).statusCode, 409)
  const { secret, uri, qr } = (await send('POST', 'second-factor', { password })).json()
  assert.match(uri, /^otpauth:\/\/totp\/Baykeeper:ada%40example\.org\?/)
  assert.ok(qr.size > 20 && qr.path.startsWith('M'))
  // Not confirmed yet: a person who scanned nothing is not locked out.
  assert.equal((await under.signIn()).statusCode, 303)
  assert.equal((await send('PUT', 'second-factor', { code: '000000' })).statusCode, 409)
  const confirmed = await send('PUT', 'second-factor', { code: codeNow(secret) })
  assert.equal(confirmed.json().recovery_codes.length, 10)
  assert.deepEqual([await isSignedIn(api, mine), await isSignedIn(api, other)], [true, false])
  assert.equal((await send('POST', 'recovery-codes', { password })).json().recovery_codes.length, 10)
  assert.equal((await send('POST', 'second-factor/removal', { password: 'wrong' })).statusCode, 409)
  assert.equal((await send('POST', 'second-factor/removal', { password })).statusCode, 204)
  assert.equal((await under.signIn()).statusCode, 303)
})

test('where the role needs it, it is set up at sign-in, and a session without it is none', async () => {
  await using dir = await mkdtempDisposable(join(tmpdir(), 'factors-'))
  const { clock, place } = clockAt()
  using accounts = openAccounts(dir.path, clock, { secondFactorFor: ['admin'] })
  await using under = await withPerson({ accounts, clock })
  const person = accounts.people.add({ name: 'Eve', email, role: 'admin', sites: undefined }, by)
  await accounts.people.setPassword(person.id, password, by)
  const weak = `baykeeper_session=${accounts.sessions.open({ person: person.id, address: '', agent: '' })}`
  assert.equal(await isSignedIn(under.api, weak), false)
  const page = await under.signIn()
  assert.deepEqual([page.statusCode, page.headers['set-cookie']], [200, undefined])
  const secret = accounts.factors.waiting(person)?.secret as string
  const confirm = (code: string) =>
    under.api.app.inject({ url: '/sign-in/enrol', ...form({ step: stepOf(page.body), code }) })
  assert.equal((await confirm('000000')).statusCode, 401)
  const done = await confirm(under.codeNow(secret, place.ms))
  assert.equal(done.body.match(/<li><code>/g)?.length, 10)
  const cookie = cookieOf(done.headers)
  assert.ok(await isSignedIn(under.api, cookie))
  const removal = await under.api.app.inject({
    ...{ method: 'POST', url: '/api/v1/account/second-factor/removal', payload: { password } },
    headers: { cookie, 'sec-fetch-site': 'same-origin' },
  })
  assert.equal(removal.json().code, 'E_REQUIRED')
})

test('an administrator removes it of a person who has lost it, and the sessions end', async () => {
  await using under = await withPerson()
  under.enrol()
  const cookie = `baykeeper_session=${under.api.accounts.sessions.open({ person: under.person.id, address: '', agent: '' })}`
  const remove = () =>
    under.api.app.inject({
      ...{ method: 'DELETE', url: `/api/v1/users/${under.person.id}/second-factor`, headers: signedIn(under.api) },
    })
  assert.deepEqual([(await remove()).statusCode, (await remove()).statusCode], [204, 404])
  assert.equal(await isSignedIn(under.api, cookie), false)
  assert.equal((await under.signIn()).statusCode, 303)
})

test('a new password ends the step of who knew the old one', async () => {
  await using under = await withPerson()
  const { secret } = under.enrol()
  const step = stepOf((await under.signIn()).body)
  await under.api.accounts.people.setPassword(under.person.id, `${password} more`, by)
  const { statusCode, headers } = await under.give(step, under.codeNow(secret))
  assert.deepEqual([statusCode, headers['set-cookie']], [401, undefined])
})

test('a step shows and confirms the app that was set up in it, and none that is set up beside it', async () => {
  await using dir = await mkdtempDisposable(join(tmpdir(), 'factors-'))
  const { clock, place } = clockAt()
  using accounts = openAccounts(dir.path, clock, { secondFactorFor: ['admin'] })
  await using under = await withPerson({ accounts, clock })
  const person = accounts.people.add({ name: 'Eve', email, role: 'admin', sites: undefined }, by)
  await accounts.people.setPassword(person.id, password, by)
  const enrol = (step: string, code: string) => under.api.app.inject({ url: '/sign-in/enrol', ...form({ step, code }) })
  const first = await under.signIn()
  const second = await under.signIn()
  const secret = accounts.factors.waiting(person)?.secret as string
  const shows = (body: string) => body.replaceAll(/\s|<[^>]*>/g, '').includes(secret)
  assert.ok(shows(second.body))
  const answer = await enrol(stepOf(first.body), '000000')
  assert.equal(answer.statusCode, 401)
  assert.ok(!shows(answer.body), 'the secret of the other step is not shown')
  const code = under.codeNow(secret, place.ms)
  assert.equal((await enrol(stepOf(first.body), code)).headers['set-cookie'], undefined)
  assert.ok((await enrol(stepOf(second.body), code)).headers['set-cookie'])
})

test('fifty wrong codes within a day, however slowly, end it: no code is right any more until the day is over', async () => {
  await using under = await withPerson()
  const { api, person } = under
  const { secret } = under.enrol()
  const { factors } = api.accounts
  for (let i = 0; i < wrongCodesMax; i++) assert.equal(factors.use(person, '000000', by), false)
  assert.equal(factors.use(person, under.codeNow(secret), by), false)
  const { body } = await under.give(stepOf((await under.signIn()).body), under.codeNow(secret))
  assert.match(body, /too many wrong codes within a day/)
  const events: string[] = []
  await api.accounts.publishEvents(async ({ action }) => events.push(action))
  assert.equal(events.filter((action) => action === 'second-factor-blocked').length, 1)
  under.place.ms += 24 * 3_600_000
  assert.equal(factors.use(person, under.codeNow(secret), by), true)
  assert.equal(factors.use(person, '000000', by), false)
  assert.equal(factors.blockedUntil(person.id), undefined, 'a right code begins again')
})
