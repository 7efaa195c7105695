import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '../lib/brand.ts'
import { systemClock } from '../lib/clock.ts'
import { isUnchanged } from './access.ts'
import type { OpenApi } from './openapi.ts'
import { apiKey, apiUnderTest, bearer, layoutDocument, layoutOf, signedIn } from './testing/api-under-test.ts'

const openPaths = [
  '/',
  '/desk',
  '/setup',
  '/signin',
  '/signout',
  '/password',
  '/healthz',
  '/readyz',
  '/metrics',
  '/openapi.json',
  '/docs',
  '/welcome',
  '/sign-in',
  '/sign-in/code',
  '/sign-in/enrol',
  '/sign-in/oidc',
  '/sign-in/oidc/callback',
  '/sign-in/passkey',
  '/sign-in/passkey/options',
  '/invite/{token}',
  '/lot/{id}',
  '/board/{id}',
  '/kiosk/{id}',
  '/embed/{id}',
  '/public/lots/{id}',
  '/public/lots/{id}/text',
  '/public/lots/{id}/badge',
  '/public/plan',
  '/public/snapshot',
  '/public/sites',
  '/public/stream',
]

test('without a key every route but the open ones answers 401 and any body, and so does a wrong key', async () => {
  await using api = await apiUnderTest({ layout: layoutOf(['A']) })
  const { paths } = (await api.app.inject('/openapi.json')).json<OpenApi>()
  const open = Object.entries(paths)
    .filter(([, methods]) => Object.values(methods).every(({ security }) => security.length === 0))
    .map(([path]) => path)
  assert.deepEqual(open.toSorted(), openPaths.toSorted())
  let guarded = 0
  for (const [path, methods] of Object.entries(paths))
    for (const method of Object.keys(methods)) {
      if (open.includes(path)) continue
      const url = path.replaceAll(/\{\w+\}/g, 'A')
      for (const headers of [
        {},
        { authorization: 'Bearer wrong' },
        { authorization: `Basic ${btoa(`x:${apiKey}`)}` },
        { authorization: apiKey },
        { cookie: `baykeeper_session=${apiKey}` },
        { cookie: 'baykeeper_session=' },
      ])
        for (const payload of [undefined, '{', 'x'.repeat(2_000)]) {
          const response = await api.app.inject({
            method: method.toUpperCase() as 'GET',
            url,
            headers: { ...headers, ...(payload ? { 'content-type': 'application/json' } : {}) },
            ...(payload ? { payload } : {}),
          })
          assert.equal(response.statusCode, 401, `${method} ${url} ${JSON.stringify(headers)}`)
          assert.equal(response.headers['www-authenticate'], 'Bearer')
        }
      if (method === 'get' && !path.endsWith('/stream'))
        assert.equal((await api.app.inject({ method: 'HEAD', url })).statusCode, 401, `HEAD ${url}`)
      guarded++
    }
  assert.ok(guarded >= 18, `${guarded} guarded operations`)
  for (const url of ['/api', '/api/', '/api/v1', '/api/v1/nothing', '/api/v2/plan', '/api/v1/plan/', '//api/v1/plan'])
    assert.notEqual((await api.app.inject(url)).statusCode, 200, url)
  assert.equal((await api.app.inject('/api/v1/nothing')).statusCode, 401)
})

test('a scope that a key lacks is refused', async () => {
  await using api = await apiUnderTest()
  const reader = await api.keyring.createToken({ name: 'reader', kind: 'api', scopes: ['read'] })
  const operator = await api.keyring.createToken({ name: 'operator', kind: 'api', scopes: ['read', 'operate'] })
  const requeue = (key: string) =>
    api.app.inject({
      method: 'POST',
      url: '/api/v1/dead-letters/requeue',
      headers: { authorization: `Bearer ${key}` },
      payload: { all: true },
    })
  const write = (key: string) =>
    api.app.inject({
      method: 'PUT',
      url: '/api/v1/layout',
      headers: { authorization: `Bearer ${key}` },
      payload: layoutDocument([]),
    })
  assert.deepEqual([(await requeue(reader)).statusCode, (await write(reader)).statusCode], [403, 403])
  assert.deepEqual([(await requeue(operator)).statusCode, (await write(operator)).statusCode], [403, 403])
  assert.match((await write(operator)).json().detail, /layout or admin/)
  const devices = await api.keyring.createToken({ name: 'devices', kind: 'api', scopes: ['devices'] })
  assert.deepEqual([(await requeue(devices)).statusCode, (await write(devices)).statusCode], [200, 403])
})

test('the setup link makes the first administrator once, and sets a cookie that scripts cannot read', async () => {
  await using api = await apiUnderTest()
  const secret = await api.keyring.createSetupLink()
  const admin = { key: secret, name: 'Ada', email: 'ada@example.org', password: 'seven green bicycles' }
  const make = (fields: Partial<typeof admin>) =>
    api.app.inject({
      method: 'POST',
      url: '/setup',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
      payload: new URLSearchParams({ ...admin, ...fields }).toString(),
    })
  assert.equal((await api.app.inject({ method: 'HEAD', url: `/setup?key=${secret}` })).statusCode, 405)
  const ahead = await api.app.inject({ url: `/setup?key=${secret}`, headers: { 'sec-purpose': 'prefetch' } })
  assert.equal(ahead.statusCode, 503)
  const form = await api.app.inject(`/setup?key=${secret}`)
  assert.deepEqual([form.statusCode, form.headers['set-cookie']], [200, undefined])
  for (const fields of [{ password: 'short' }, { password: 'ada@example.org1' }, { email: 'ada' }, { name: ' ' }])
    assert.equal((await make(fields)).statusCode, 400, JSON.stringify(fields))
  assert.equal((await make({ key: 'wrong' })).statusCode, 403)
  const first = await make({})
  assert.deepEqual([first.statusCode, first.headers.location], [303, '/desk'])
  const cookie = String(first.headers['set-cookie'])
  for (const part of ['baykeeper_session=', 'HttpOnly', 'SameSite=Strict', 'Path=/']) assert.ok(cookie.includes(part))
  for (const again of [await make({ email: 'eve@example.org' }), await api.app.inject(`/setup?key=${secret}`)])
    assert.equal(again.statusCode, 403)
  assert.deepEqual(
    api.accounts.people.all().map(({ email, role }) => [email, role]),
    [['ada@example.org', 'admin']],
  )
  // A newer link, printed by a command, is of no use either.
  const newer = await api.keyring.createSetupLink()
  assert.equal((await make({ key: newer, email: 'eve@example.org' })).statusCode, 403)
  const session = { cookie: `theme=dark; ${cookie.split(';')[0]}` }
  const desk = await api.app.inject({ url: '/desk/lots/south', headers: session })
  assert.equal(desk.statusCode, 200)
  assert.match(desk.body, /<div id="app">/)
  assert.equal((await api.app.inject({ url: '/api/v1/plan', headers: session })).statusCode, 200)
  assert.equal((await api.app.inject('/desk')).statusCode, 401)
})

test('a session changes things from its own pages only', async () => {
  await using api = await apiUnderTest()
  const { cookie } = signedIn(api)
  const put = async (headers: Record<string, string>) =>
    (
      await api.app.inject({
        method: 'PUT',
        url: '/api/v1/layout',
        headers: { cookie, host: 'localhost:8080', ...headers },
        payload: layoutDocument([]),
      })
    ).statusCode
  assert.equal(await put({}), 403)
  assert.equal(await put({ origin: 'http://evil.example' }), 403)
  assert.equal(await put({ origin: 'null' }), 403)
  assert.equal(await put({ origin: 'http://localhost:9999' }), 403)
  assert.equal(await put({ 'sec-fetch-site': 'cross-site', origin: 'http://localhost:8080' }), 403)
  assert.equal(await put({ 'sec-fetch-site': 'same-site' }), 403)
  assert.equal(await put({ origin: 'http://localhost:8080' }), 200)
  assert.equal(await put({ 'sec-fetch-site': 'same-origin' }), 200)
  assert.equal(await put({ ...bearer, cookie: '' }), 200)
})

test('an API key signs in through the form, and its session ends with it', async () => {
  await using api = await apiUnderTest()
  const key = await api.keyring.createToken({ name: 'desk', kind: 'api', scopes: ['read'] })
  const signIn = (value: string, headers: Record<string, string> = { 'sec-fetch-site': 'same-origin' }) =>
    api.app.inject({
      method: 'POST',
      url: '/signin',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      payload: new URLSearchParams({ key: value }).toString(),
    })
  assert.equal((await signIn(key, { 'sec-fetch-site': 'cross-site' })).statusCode, 403)
  const wrong = await signIn('wrong')
  assert.deepEqual([wrong.statusCode, wrong.headers['set-cookie']], [401, undefined])
  const { statusCode, headers } = await signIn(` ${key} `)
  assert.equal(statusCode, 303)
  const session = { cookie: String(headers['set-cookie']).split(';')[0] ?? '' }
  assert.equal((await api.app.inject({ url: '/api/v1/kpi', headers: session })).statusCode, 200)
  await api.keyring.revoke('desk', 'api')
  assert.equal((await api.app.inject({ url: '/api/v1/kpi', headers: session })).statusCode, 401)
})

test('an address that keeps failing to sign in has to wait a minute', async () => {
  let passed = 0
  const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + passed }
  await using api = await apiUnderTest({ clock })
  const secret = await api.keyring.createSetupLink()
  const setup = (key: string, remoteAddress = '10.0.0.8') => api.app.inject({ url: `/setup?key=${key}`, remoteAddress })
  for (let i = 0; i < 10; i++) assert.equal((await setup('wrong')).statusCode, 403)
  const refused = await setup(secret)
  assert.deepEqual([refused.statusCode, refused.headers['retry-after']], [429, '60'])
  assert.equal((await setup('wrong', '10.0.0.9')).statusCode, 403)
  passed = 61_000
  assert.equal((await setup(secret)).statusCode, 200)
})

test('only loopback and configured host names are served', async () => {
  await using api = await apiUnderTest({ hosts: ['Parking.example.org', '192.168.1.5:8080'] })
  const status = async (host: string) => (await api.app.inject({ url: '/healthz', headers: { host } })).statusCode
  for (const host of [
    'localhost',
    'localhost:8080',
    'LOCALHOST.',
    'desk.localhost:1',
    '127.0.0.1:8080',
    '127.255.3.9',
    '[::1]:8080',
    'parking.example.org',
    'PARKING.example.org:443',
    '192.168.1.5',
  ])
    assert.equal(await status(host), 200, host)
  for (const host of [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.0.0.1@evil.example',
    'notlocalhost',
    '127.1.evil',
    '128.0.0.1',
    '127.0.0.256',
    '[::2]',
    '[::1].evil',
    '192.168.1.55',
    'sub.parking.example.org',
    '0.0.0.0',
    ':80',
  ])
    assert.equal(await status(host), 421, host)
})

test('every answer carries a policy that lets nothing foreign in', async () => {
  await using api = await apiUnderTest({ layout: layoutOf(['A']) })
  for (const url of ['/', '/desk', '/docs', '/api/v1/plan', '/public/plan', '/nothing', '/metrics']) {
    const { headers } = await api.app.inject(url)
    const policy = String(headers['content-security-policy'])
    for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"])
      assert.ok(policy.includes(part), url)
    assert.doesNotMatch(policy, /unsafe|\*|https?:/)
    assert.equal(headers['referrer-policy'], url === '/desk' ? 'same-origin' : 'no-referrer')
    assert.equal(headers['access-control-allow-origin'], url === '/public/plan' ? '*' : undefined)
  }
})

test('a foreign page may read what is public, and nothing else', async () => {
  await using api = await apiUnderTest({ layout: layoutOf(['A']) })
  const origin = 'https://www.town.example'
  const allowed = async (method: 'GET' | 'HEAD' | 'POST' | 'OPTIONS', url: string) =>
    (await api.app.inject({ method, url, headers: { origin } })).headers['access-control-allow-origin']
  for (const url of ['/public/plan', '/public/snapshot', '/public/sites']) {
    assert.equal(await allowed('GET', url), '*', url)
    assert.equal(await allowed('POST', url), undefined, url)
  }
  for (const url of ['/', '/publicity', '/api/v1/plan', '/api/v1/sites', '/readyz'])
    assert.equal(await allowed('GET', url), undefined, url)
})

test('a stranger sees no ledger and no sources, unless the city is simulated', async () => {
  const ledger = {
    received: 1,
    accepted: 1,
    refused: 0,
    unframeable: 0,
    committed: 1,
    duplicate: 0,
    quarantined: 0,
    tentative: 0,
    damaged: 0,
    pending: 0,
    lost: 0,
    difference: 0,
    checked: new Date(instant(0)).toISOString(),
  }
  for (const simulated of [false, true]) {
    await using api = await apiUnderTest({
      simulated: () => simulated,
      status: () => ({ version: '1', startedAt: 0, ready: {}, sources: [], ledger, eventsPerSecond: 5 }),
    })
    const base = await api.listen()
    const text = await firstEvents(`${base}/public/stream?topics=kpi`)
    const kpi = JSON.parse(/event: kpi\ndata: (.*)/.exec(text)?.[1] ?? '')
    assert.deepEqual([kpi.ledger !== undefined, kpi.events_per_second !== undefined], [simulated, simulated])
    assert.equal((await api.app.inject('/')).body.includes('Simulated'), simulated)
  }
})

async function firstEvents(url: string): Promise<string> {
  const stop = new AbortController()
  const { body } = await fetch(url, { signal: stop.signal })
  let text = ''
  for await (const piece of body as ReadableStream<Uint8Array>) {
    text += Buffer.from(piece).toString()
    if (text.includes('event: kpi')) break
  }
  stop.abort()
  return text
}

test('a wrong key is refused beside a valid session: a script with an old key does not act as the person who is signed in', async () => {
  await using api = await apiUnderTest({ layout: layoutOf(['A']) })
  const { cookie } = signedIn(api)
  const status = async (headers: Record<string, string>) =>
    (await api.app.inject({ url: '/api/v1/plan', headers })).statusCode
  assert.equal(await status({ cookie }), 200)
  assert.equal(await status({ cookie, authorization: 'Bearer wrong' }), 401)
})

test('a limit to one site whose id has a comma is not a limit to two', () => {
  const limited = (sites?: readonly string[]) => ({
    ...{ name: 'eve', scopes: ['read'] as const },
    ...(sites ? { sites } : {}),
  })
  assert.equal(isUnchanged(limited(['a,b']), limited(['a', 'b'])), false)
  assert.equal(isUnchanged(limited([]), limited()), false)
  assert.equal(isUnchanged(limited(['a', 'b']), limited(['b', 'a'])), true)
})
