/** What an adversary tries on a server as it is, from outside and with the rights of somebody else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reservedSource } from '../config/reserved-names.ts'
import { createLog } from '../lib/log.ts'
import { openStream } from './live/stream-reader.ts'
import {
  type ApiUnderTest,
  apiUnderTest,
  bearer,
  layoutOf,
  signedIn,
  storeWith,
  until,
} from './testing/api-under-test.ts'

const by = { name: 'test', address: '' }
const password = 'seven green bicycles'

async function withEve(api: ApiUnderTest) {
  const { people } = api.accounts
  const eve = people.add({ name: 'Eve', email: 'eve@example.org', role: 'operator', sites: undefined }, by)
  await people.setPassword(eve.id, password, by)
  return eve
}

/** A sign-in as the page sends it, from an address behind a proxy of this machine. */
const signIn = (api: ApiUnderTest, fields: Readonly<Record<string, string>>, headers: Record<string, string> = {}) =>
  api.app.inject({
    method: 'POST',
    url: '/signin',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin', ...headers },
    payload: new URLSearchParams({ email: '', password: '', key: '', ...fields }).toString(),
  })

test('guesses that are sent all at once get no more tries than those sent one after another', async () => {
  await using api = await apiUnderTest()
  await withEve(api)
  const guesses = Array.from({ length: 30 }, (_, i) =>
    signIn(api, { email: 'eve@example.org', password: `wrong guess ${i}` }, { 'x-forwarded-for': `203.0.113.${i}` }),
  )
  const statuses = (await Promise.all(guesses)).map(({ statusCode }) => statusCode)
  assert.equal(statuses.filter((status) => status === 401).length, 10)
  assert.equal(statuses.filter((status) => status === 429).length, 20)
  const other = await signIn(api, { key: bearer.authorization.slice(7) }, { 'x-forwarded-for': '203.0.113.99' })
  assert.equal(other.statusCode, 303, 'others are not kept waiting')
})

test('one address that guesses at many accounts at once gets ten tries', async () => {
  await using api = await apiUnderTest()
  const guesses = Array.from({ length: 20 }, (_, i) =>
    signIn(api, { email: `p${i}@example.org`, password: 'x' }, { 'x-forwarded-for': '203.0.113.7' }),
  )
  const statuses = (await Promise.all(guesses)).map(({ statusCode }) => statusCode)
  assert.equal(statuses.filter((status) => status === 401).length, 10)
})

test('only TLS, or a trusted proxy that reports it, makes a cookie of TLS; over TLS no other cookie counts', async () => {
  await using api = await apiUnderTest({ trustedProxies: ['192.0.2.0/24'] })
  const key = bearer.authorization.slice(7)
  const from = (remoteAddress: string, proto: string) =>
    api.app.inject({
      ...{ method: 'POST', url: '/signin', remoteAddress },
      headers: {
        ...{ 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
        'x-forwarded-proto': proto,
      },
      payload: `email=&password=&key=${key}`,
    })
  for (const [address, proto, isTls] of [
    ['127.0.0.1', 'https', true],
    ['192.0.2.9', 'https', true],
    ['192.0.2.9', 'HTTPS, http', true],
    ['192.0.2.9', 'http, https', false],
    ['203.0.113.9', 'https', false],
  ] as const) {
    const { headers } = await from(address, proto)
    const cookie = String(headers['set-cookie'])
    assert.equal(cookie.startsWith('__Host-baykeeper_session='), isTls, `${address} ${proto}`)
    assert.equal(/; Secure/.test(cookie), isTls)
    assert.equal(headers['strict-transport-security'] !== undefined, isTls)
  }
  const { cookie } = signedIn(api)
  const status = async (headers: Record<string, string>) =>
    (await api.app.inject({ url: '/api/v1/account', headers })).statusCode
  const https = { 'x-forwarded-proto': 'https' }
  // A page of another host below the same domain can set a cookie with this name, and not with the prefix.
  assert.equal(await status({ cookie, ...https }), 401, 'a cookie that was planted signs in')
  assert.equal(await status({ cookie: `__Host-${cookie}`, ...https }), 200)
  assert.equal(await status({ cookie }), 200)
})

test('a stream ends when its key ends or is limited to sites, and when its person loses the right', async () => {
  await using api = await apiUnderTest({ layout: layoutOf(['A']) })
  const base = await api.listen()
  const { keyring, accounts } = api
  const key = async (more: object = {}) => ({
    authorization: `Bearer ${await keyring.createToken({ name: 'board', kind: 'api', replace: true, ...more })}`,
  })
  const eve = await withEve(api)
  const cookie = `baykeeper_session=${accounts.sessions.open({ person: eve.id, address: '', agent: '' })}`
  const endings: readonly [what: string, headers: Record<string, string>, end: () => unknown][] = [
    ['revoked', await key(), () => keyring.revoke('board', 'api')],
    ['limited', { cookie }, () => accounts.people.change(eve.id, { sites: ['south'] }, by)],
  ]
  for (const [what, headers, end] of endings) {
    await using stream = await openStream(base, '/api/v1/stream?topics=bays,alerts', headers)
    await until(() => stream.events.length > 0)
    await end()
    await until(() => stream.isEnded())
    assert.ok(stream.isEnded(), what)
  }
})

test('one client that takes every place of the stream makes room for another', async () => {
  await using api = await apiUnderTest({ layout: layoutOf(['A']) })
  const base = await api.listen()
  const streams = await Promise.all(
    Array.from({ length: 250 }, () =>
      openStream(base, '/api/v1/stream', { ...bearer, 'x-forwarded-for': '203.0.113.7' }),
    ),
  )
  await using _all = {
    [Symbol.asyncDispose]: async () => void (await Promise.all(streams.map((s) => s[Symbol.asyncDispose]()))),
  }
  const more = await fetch(`${base}/api/v1/stream`, { headers: { ...bearer, 'x-forwarded-for': '203.0.113.7' } })
  assert.equal(more.status, 503, 'the crowd itself gets no more places')
  await using other = await openStream(base, '/api/v1/stream', { ...bearer, 'x-forwarded-for': '203.0.113.8' })
  assert.equal(other.response.status, 200)
})

test('an ingest token cannot be made for a source of the server itself', async () => {
  await using api = await apiUnderTest({ sourceNameFault: (name) => reservedSource(name, ['north-line']) })
  const make = (name: string) =>
    api.app.inject({ method: 'POST', url: '/api/v1/keys', headers: signedIn(api), payload: { kind: 'ingest', name } })
  for (const name of ['simulator', 'udp', 'Journal', 'mqtt-2', 'North-Line']) {
    const { statusCode, body } = await make(name)
    assert.equal(statusCode, 400, name)
    assert.match(body, /reserved|belongs to a source/)
  }
  assert.equal((await make('my-gateway')).statusCode, 200)
})

test('the secret of a link is in no line of the log, also where a request fails', async () => {
  const lines: string[] = []
  await using api = await apiUnderTest({
    log: createLog({}, { level: 'debug', write: (line) => lines.push(line) }),
    around: (store) => storeWith(store, { waits: () => Promise.reject(new Error('broken on purpose')) }),
  })
  for (const url of ['/setup?key=S3CRET', '/password?link=S3CRET', '/api/v1/waits?key=S3CRET'])
    await api.app.inject({ url, headers: bearer })
  await signIn(api, { email: 'unknown@example.org', password: 'S3CRET' })
  assert.ok(
    lines.some((line) => line.includes('broken on purpose')),
    lines.join('\n'),
  )
  assert.ok(lines.some((line) => line.includes('sign-ins have failed')))
  assert.ok(!lines.join('\n').includes('S3CRET'), lines.join('\n'))
})
