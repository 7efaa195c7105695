/** Accounts over the API, and attacks on them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isPassword } from '../auth/password.ts'
import { decodeUplink } from '../domain/uplink.ts'
import { systemClock } from '../lib/clock.ts'
import { type Log, silentLog } from '../lib/log.ts'
import { type ApiUnderTest, apiUnderTest, bearer, layoutOf, signedIn } from './testing/api-under-test.ts'

const password = 'seven green bicycles'
/** That run and wait; one more is refused. */
const passwordsAtOnce = 34
const by = { name: 'test', address: '' }

async function withPerson(api: ApiUnderTest, email = 'ada@example.org') {
  const { people } = api.accounts
  const person = people.add({ name: 'Ada', email, role: 'operator', sites: undefined }, by)
  await people.setPassword(person.id, password, by)
  return person
}

const form = (fields: Record<string, string>, headers: Record<string, string> = {}) => ({
  method: 'POST' as const,
  headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin', ...headers },
  payload: new URLSearchParams(fields).toString(),
})
const cookieOf = (headers: Record<string, unknown>) => String(headers['set-cookie']).split(';')[0] as string

test('a person signs in, is known, and signs out; the cookie is of no use afterwards', async () => {
  await using api = await apiUnderTest()
  await withPerson(api)
  const signIn = await api.app.inject({ url: '/signin', ...form({ email: 'ada@example.org', password }) })
  assert.deepEqual([signIn.statusCode, signIn.headers.location], [303, '/desk'])
  const headers = { cookie: cookieOf(signIn.headers), 'sec-fetch-site': 'same-origin' }
  const account = (await api.app.inject({ url: '/api/v1/account', headers })).json()
  assert.deepEqual([account.name, account.role, account.sites], ['Ada', 'operator', null])
  assert.equal(
    (await api.app.inject({ url: '/signout', ...form({}, { ...headers, 'sec-fetch-site': 'cross-site' }) })).statusCode,
    403,
  )
  const out = await api.app.inject({ url: '/signout', ...form({}, headers) })
  assert.equal(out.statusCode, 303)
  assert.equal((await api.app.inject({ url: '/api/v1/account', headers })).statusCode, 401)
})

test('a session that was planted before does not become that of the person who signs in', async () => {
  await using api = await apiUnderTest()
  await withPerson(api)
  for (const planted of ['baykeeper_session=planted', signedIn(api, 'viewer').cookie]) {
    const signIn = await api.app.inject({
      url: '/signin',
      ...form({ email: 'ada@example.org', password }, { cookie: planted }),
    })
    assert.notEqual(cookieOf(signIn.headers), planted)
    assert.equal((await api.app.inject({ url: '/api/v1/account', headers: { cookie: planted } })).statusCode, 401)
  }
})

test('an unknown address, a wrong password and a disabled account are answered alike, and checked alike', async () => {
  await using api = await apiUnderTest()
  await withPerson(api)
  const disabled = await withPerson(api, 'gone@example.org')
  api.accounts.people.change(disabled.id, { isDisabled: true }, by)
  const bodies = new Set<string>()
  for (const [email, given] of [
    ['unknown@example.org', password],
    ['ada@example.org', 'wrong'],
    ['gone@example.org', password],
    ['gone@example.org', 'wrong'],
  ] as const) {
    const answer = await api.app.inject({ url: '/signin', ...form({ email, password: given }) })
    assert.deepEqual([answer.statusCode, answer.headers['set-cookie']], [401, undefined])
    bodies.add(answer.body.replaceAll(email, 'EMAIL'))
  }
  assert.equal(bodies.size, 1)
})

test('guessing the password of one account from many addresses is refused, and from one address too', async () => {
  let passed = 0
  const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + passed }
  await using api = await apiUnderTest({ clock })
  await withPerson(api)
  await withPerson(api, 'bob@example.org')
  const signIn = (email: string, given: string, remoteAddress: string) =>
    api.app.inject({ url: '/signin', remoteAddress, ...form({ email, password: given }) })
  for (let i = 0; i < 10; i++) assert.equal((await signIn('ada@example.org', 'wrong', `10.0.${i}.1`)).statusCode, 401)
  // Also the right one, and in any case of the address: else it would be found.
  for (const email of ['ada@example.org', 'ADA@example.org ']) {
    const refused = await signIn(email, password, '10.9.9.9')
    assert.deepEqual([refused.statusCode, refused.headers['retry-after']], [429, '60'])
  }
  assert.equal((await signIn('bob@example.org', password, '10.9.9.9')).statusCode, 303)
  // One subscriber has the whole /64.
  for (let i = 0; i < 10; i++) await signIn(`x${i}@example.org`, 'wrong', `2001:db8::${i}`)
  assert.equal((await signIn('bob@example.org', password, '2001:db8::ffff')).statusCode, 429)
  passed = 61_000
  assert.equal((await signIn('ada@example.org', password, '10.9.9.9')).statusCode, 303)
})

test('a form of another site signs no person in, sets no password and makes no administrator', async () => {
  await using api = await apiUnderTest()
  const person = await withPerson(api)
  const link = api.accounts.people.createLink(person.id, by)
  const key = await api.keyring.createSetupLink()
  const fields = { link, key: '', name: 'Eve', email: 'ada@example.org', password }
  for (const headers of [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
  ])
    for (const url of ['/signin', '/password', '/setup'])
      assert.equal(
        (await api.app.inject({ url, ...form({ ...fields, ...(url === '/setup' ? { key } : {}) }, headers) }))
          .statusCode,
        403,
        url,
      )
  assert.equal(api.accounts.people.ofLink(link)?.id, person.id)
})

test('a person sees and ends own sessions only', async () => {
  await using api = await apiUnderTest()
  const one = signedIn(api, 'viewer')
  const other = signedIn(api, 'admin')
  const list = async (headers: Record<string, string>) =>
    (await api.app.inject({ url: '/api/v1/account/sessions', headers })).json<{
      items: { id: string; current: boolean }[]
    }>().items
  const [mine] = await list(one)
  assert.deepEqual([(await list(one)).length, mine?.current], [1, true])
  const end = (id: string | undefined, headers: Record<string, string>) =>
    api.app.inject({ method: 'DELETE', url: `/api/v1/account/sessions/${id}`, headers })
  assert.equal((await end(mine?.id, other)).statusCode, 404)
  assert.equal((await list(one)).length, 1)
  assert.equal((await end(mine?.id, one)).statusCode, 204)
  assert.equal((await api.app.inject({ url: '/api/v1/account', headers: one })).statusCode, 401)
  assert.equal((await api.app.inject({ url: '/api/v1/account', headers: bearer })).statusCode, 403)
})

test('a person cannot get another role by any field, and an administrator of some sites manages no users', async () => {
  await using api = await apiUnderTest()
  const person = await withPerson(api)
  const admin = signedIn(api, 'admin')
  const own = {
    cookie: `baykeeper_session=${api.accounts.sessions.open({ person: person.id, address: '', agent: '' })}`,
    'sec-fetch-site': 'same-origin',
  }
  const send = (method: 'PUT' | 'PATCH' | 'POST', url: string, headers: Record<string, string>, payload: object) =>
    api.app.inject({ method, url, headers, payload })
  const change = { current: password, new: 'nine blue umbrellas', role: 'admin' }
  assert.equal((await send('PUT', '/api/v1/account/password', own, change)).statusCode, 400)
  assert.equal((await send('PATCH', `/api/v1/users/${person.id}`, own, { role: 'admin' })).statusCode, 403)
  for (const field of ['password', 'id', 'email', 'isDisabled', 'hasPassword', '__proto__x'])
    assert.equal(
      (await send('PATCH', `/api/v1/users/${person.id}`, admin, { role: 'viewer', [field]: 'x' })).statusCode,
      400,
      field,
    )
  assert.equal(api.accounts.people.byId(person.id)?.role, 'operator')
  const limited = signedIn(api, 'admin', ['south'])
  for (const url of ['/api/v1/users', '/api/v1/keys'])
    assert.equal((await api.app.inject({ url, headers: limited })).json().code, 'E_SITE')
  assert.equal(
    (await send('POST', '/api/v1/keys', limited, { kind: 'api', name: 'wide', scopes: ['admin'] })).json().code,
    'E_SITE',
  )
})

test('a password is changed with the old one only, and every other session ends', async () => {
  await using api = await apiUnderTest()
  const { id } = await withPerson(api)
  const { sessions } = api.accounts
  const [first, second] = [1, 2].map(() => ({
    cookie: `baykeeper_session=${sessions.open({ person: id, address: '', agent: '' })}`,
    'sec-fetch-site': 'same-origin',
  })) as unknown as [Record<string, string>, Record<string, string>]
  const change = async (current: string, next: string) =>
    (
      await api.app.inject({
        method: 'PUT',
        url: '/api/v1/account/password',
        headers: first,
        payload: { current, new: next },
      })
    ).statusCode
  assert.equal(await change('wrong', 'nine blue umbrellas'), 409)
  assert.equal(await change(password, 'short'), 400)
  assert.equal(await change(password, 'nine blue umbrellas'), 204)
  const status = async (headers: Record<string, string>) =>
    (await api.app.inject({ url: '/api/v1/account', headers })).statusCode
  assert.deepEqual([await status(first), await status(second)], [200, 401])
})

test('an invited person sets a password by the link, once, and a key is shown once and can be revoked', async () => {
  await using api = await apiUnderTest()
  const headers = signedIn(api)
  const post = (url: string, payload: object) => api.app.inject({ method: 'POST', url, headers, payload })
  const invite = { name: 'Bob', email: 'bob@example.org', role: 'planner', sites: null }
  const { link, user } = (await post('/api/v1/users', invite)).json<{ link: string; user: { id: string } }>()
  assert.equal((await post('/api/v1/users', invite)).json().code, 'E_PERSON_EXISTS')
  assert.match((await api.app.inject(link)).body, /Bob \(bob@example.org\)/)
  const secret = new URL(link, 'http://x').searchParams.get('link') as string
  const set = (given: string) => api.app.inject({ url: '/password', ...form({ link: secret, password: given }) })
  assert.equal((await set('short')).statusCode, 400)
  assert.equal((await set(password)).statusCode, 303)
  assert.equal((await set(password)).statusCode, 403)
  assert.equal((await post(`/api/v1/users/${user.id}/link`, {})).statusCode, 200)
  const { token, key } = (await post('/api/v1/keys', { kind: 'api', name: 'board', sites: ['south'] })).json()
  assert.deepEqual([key.scopes, key.sites, key.last_used], [['read'], ['south'], null])
  await api.app.inject({ url: '/api/v1/signs', headers: { authorization: `Bearer ${token}` } })
  const listed = (await api.app.inject({ url: '/api/v1/keys', headers })).body
  assert.ok(!listed.includes(token))
  assert.match(listed, /"name":"board".*"last_used":"20/)
  for (const bad of [
    { kind: 'api', name: 'a b' },
    { kind: 'ingest', name: 'x', sites: ['south'] },
    { kind: 'api', name: 'x', expires: '2020-01-01T00:00:00Z' },
  ])
    assert.equal((await post('/api/v1/keys', bad)).statusCode, 400)
  assert.equal((await api.app.inject({ method: 'DELETE', url: '/api/v1/keys/api/board', headers })).statusCode, 204)
  assert.equal(
    (await api.app.inject({ url: '/api/v1/signs', headers: { authorization: `Bearer ${token}` } })).statusCode,
    401,
  )
})

test('no password, cookie, key or link is in the log', async () => {
  const lines: string[] = []
  const write = (...parts: unknown[]) => void lines.push(JSON.stringify(parts))
  const log = { ...silentLog, debug: write, info: write, warn: write, error: write } as Log
  await using api = await apiUnderTest({ log })
  const person = await withPerson(api)
  const link = api.accounts.people.createLink(person.id, by)
  const secrets = [password, link, 'a wrong password', 'bka_wrong']
  const signIn = await api.app.inject({ url: '/signin', ...form({ email: 'ada@example.org', password }) })
  secrets.push(cookieOf(signIn.headers).split('=')[1] as string)
  await api.app.inject({ url: '/signin', ...form({ email: 'ada@example.org', password: 'a wrong password' }) })
  await api.app.inject({ url: '/signin', ...form({ key: 'bka_wrong' }) })
  await api.app.inject({ url: '/password', ...form({ link, password: 'nine blue umbrellas' }) })
  assert.ok(lines.length > 0)
  for (const secret of secrets) assert.ok(!lines.some((line) => line.includes(secret)), secret)
})

test('a visitor of the simulated city looks and does nothing, on this machine and not through a proxy', async () => {
  let simulated = true
  await using api = await apiUnderTest({ simulated: () => simulated })
  const status = async (url: string, more: object = {}) => (await api.app.inject({ url, ...more })).statusCode
  assert.equal(await status('/api/v1/kpi'), 200)
  assert.equal(await status('/desk'), 200)
  for (const more of [
    { remoteAddress: '10.0.0.8' },
    { headers: { 'x-forwarded-for': '10.0.0.8' } },
    { headers: { forwarded: 'for=10.0.0.8' } },
    { headers: { authorization: 'Bearer wrong' } },
  ])
    assert.equal(await status('/api/v1/kpi', more), 401, JSON.stringify(more))
  for (const url of ['/api/v1/users', '/api/v1/keys', '/api/v1/account']) assert.equal(await status(url), 403, url)
  assert.equal(await status('/api/v1/dead-letters/requeue', { method: 'POST', payload: { all: true } }), 403)
  simulated = false
  assert.equal(await status('/api/v1/kpi'), 401)
})

test('behind TLS the answer asks the browser to stay with it, and the cookie is sent over it only', async () => {
  await using api = await apiUnderTest()
  await withPerson(api)
  const https = { 'x-forwarded-proto': 'https' }
  const { headers } = await api.app.inject({ url: '/signin', ...form({ email: 'ada@example.org', password }, https) })
  assert.match(String(headers['strict-transport-security']), /max-age=31536000/)
  assert.match(String(headers['set-cookie']), /Secure/)
  assert.equal((await api.app.inject('/')).headers['strict-transport-security'], undefined)
})

test('the record of a change has the name, the account and the address of the person, and a key is named as one', async () => {
  const records: Uint8Array[] = []
  await using api = await apiUnderTest({
    layout: layoutOf(['A']),
    aroundPublisher: (publisher) => ({
      publish(record) {
        records.push(record)
        return publisher.publish(record)
      },
    }),
  })
  const person = signedIn(api, 'operator')
  const close = (headers: Record<string, string>) =>
    api.app.inject({
      ...{ method: 'POST', url: '/api/v1/overrides', headers: { ...headers, 'x-forwarded-for': '192.0.2.7' } },
      payload: { bays: ['A'], state: 'closed', reason: 'works' },
    })
  for (const headers of [person, bearer]) assert.equal((await close(headers)).statusCode, 200)
  const { id } = api.accounts.people.byEmail('operator@example.org') ?? {}
  assert.deepEqual(
    records.map((record) => decodeUplink(record)?.meta),
    [
      { author: 'Ada operator', reason: 'works', account: `person:${id}`, address: '192.0.2.7' },
      { author: 'env', reason: 'works', account: 'key:env', address: '192.0.2.7' },
    ],
  )
})

test('while too many passwords are checked the setup link is not used up: it works a moment later', async () => {
  await using api = await apiUnderTest()
  const key = await api.keyring.createSetupLink()
  const make = () =>
    api.app.inject({ url: '/setup', ...form({ key, name: 'Ada', email: 'ada@example.org', password }) })
  const checks = Array.from({ length: passwordsAtOnce }, () => isPassword(password, undefined))
  const refused = await make()
  assert.deepEqual([refused.statusCode, refused.headers['retry-after']], [503, '5'])
  await Promise.all(checks)
  assert.deepEqual([api.accounts.people.all().length, (await make()).statusCode], [0, 303])
})
