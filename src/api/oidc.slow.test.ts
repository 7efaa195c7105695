/** Signing in by a real OpenID provider on this machine, and everything that can go wrong there. */
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { createOidcProvider } from '../auth/oidc/provider.ts'
import { type OidcSettings, oidcSection } from '../auth/oidc/settings.ts'
import {
  oidcClient,
  type ProviderUnderTest,
  providerUnderTest,
  signInAtProvider,
} from '../auth/oidc/testing/provider-under-test.ts'
import { systemClock } from '../lib/clock.ts'
import type { Resolve } from '../lib/outbound-request.ts'
import { type ApiUnderTest, apiUnderTest, until } from './testing/api-under-test.ts'

const publicUrl = 'http://localhost:8080'
const roles = [
  { value: 'parking-admins', role: 'admin' as const },
  { value: 'south-team', role: 'operator' as const, sites: ['south'] },
  { value: 'staff', role: 'viewer' as const },
]
const by = { name: 'test', address: '' }

interface World extends AsyncDisposable {
  readonly api: ApiUnderTest
  readonly provider: ProviderUnderTest
  begin(): Promise<{ readonly to: string; readonly cookie: string }>
  signIn(subject: string): Promise<Answer>
  finish(back: URL, cookie: string): Promise<Answer>
}
type Answer = Awaited<ReturnType<typeof answered>>

async function world(
  more: Partial<OidcSettings> = {},
  {
    resolve,
    secret = oidcClient.secret,
    ...deps
  }: { resolve?: Resolve; secret?: string } & Parameters<typeof apiUnderTest>[0] = {},
): Promise<World> {
  const provider = await providerUnderTest(() => `${publicUrl}/sign-in/oidc/callback`)
  const settings = oidcSection.parse({
    ...{
      name: 'Town',
      issuer: provider.issuer,
      clientId: oidcClient.id,
      roles,
      allowAddresses: ['127.0.0.1'],
      timeoutSeconds: 3,
    },
    ...more,
  }) as OidcSettings
  const parts = {
    env: { BAYKEEPER_OIDC_SECRET: secret },
    monotonic: systemClock.monotonic,
    ...(resolve ? { resolve } : {}),
  }
  const api = await apiUnderTest({
    ...deps,
    publicUrl,
    oidc: { settings, provider: createOidcProvider(settings, parts) },
  })
  const begin = async () => {
    const { headers, statusCode, body } = await api.app.inject('/sign-in/oidc?here=1')
    assert.equal(statusCode, 303, body)
    return { to: String(headers.location), cookie: String(headers['set-cookie']).split(';')[0] as string }
  }
  const finish = async (back: URL, cookie: string) => answered(api, `${back.pathname}${back.search}`, cookie)
  return {
    ...{ api, provider, begin, finish },
    async signIn(subject) {
      const { to, cookie } = await begin()
      return finish(await signInAtProvider(to, subject), cookie)
    },
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]()
      await provider[Symbol.asyncDispose]()
    },
  }
}

async function answered({ app }: ApiUnderTest, url: string, cookie: string) {
  const { statusCode, body, cookies, headers } = await app.inject({ url, headers: { cookie } })
  const session = cookies.find(({ name }) => name === 'baykeeper_session')
  return { status: statusCode, body, session: session?.value, cookies, headers }
}
const alertOf = ({ body }: Answer) => /role="alert">([^<]*)</.exec(body)?.[1] ?? ''

test('a person is made by the subject, gets role and sites of the claim at each sign-in, and loses access with it', async () => {
  await using at = await world()
  const { people, sessions } = at.api.accounts
  at.provider.accounts.set('sub-1', { name: 'Ada Lovelace', email: 'ada@example.org', groups: ['x', 'south-team'] })
  const first = await at.signIn('sub-1')
  assert.equal(first.status, 200, first.body)
  const cookie = first.cookies.find(({ name }) => name === 'baykeeper_session')
  assert.deepEqual([cookie?.httpOnly, cookie?.sameSite], [true, 'Strict'])
  // The cookie is not sent on a redirect that another site has begun: the page itself goes on.
  assert.match(first.body, /<meta http-equiv="refresh" content="0; url=\/desk">/)
  const ada = people.byEmail('ada@example.org')
  assert.deepEqual([ada?.name, ada?.role, ada?.sites], ['Ada Lovelace', 'operator', ['south']])

  // Name and e-mail belong to the provider's subject, however they change later.
  at.provider.accounts.set('sub-1', { name: 'Ada', email: 'countess@example.org', groups: 'parking-admins' })
  assert.equal((await at.signIn('sub-1')).status, 200)
  const [same] = people.all()
  assert.deepEqual([people.all().length, same?.id, same?.role, same?.sites], [1, ada?.id, 'admin', undefined])

  people.add({ name: 'Grace', email: 'grace@example.org', role: 'admin', sites: undefined }, by)
  at.provider.accounts.set('sub-1', { email: 'ada@example.org', groups: ['others'] })
  const lost = await at.signIn('sub-1')
  assert.equal(lost.status, 403)
  assert.match(alertOf(lost), /gives no role here/)
  assert.deepEqual([people.byId(ada?.id as string)?.isDisabled, sessions.ofPerson(ada?.id as string).length], [true, 0])

  at.provider.accounts.set('sub-1', { email: 'ada@example.org', groups: ['staff'] })
  assert.equal((await at.signIn('sub-1')).status, 200, 'the claim gives a role again')
  assert.deepEqual(people.byId(ada?.id as string)?.role, 'viewer')
  people.change(ada?.id as string, { isDisabled: true }, by)
  const disabled = await at.signIn('sub-1')
  assert.equal(disabled.status, 403, 'what an administrator has disabled stays so')
  assert.match(alertOf(disabled), /disabled/)
  const events: string[] = []
  await at.api.accounts.publishEvents(async ({ action }) => events.push(action))
  for (const action of ['user-added', 'identity-linked', 'signed-in', 'user-changed', 'sign-in-refused'])
    assert.ok(events.includes(action), action)
})

test('an account that exists is matched by a verified e-mail, and only where the setting allows it', async () => {
  const groups = ['staff']
  for (const [matchEmail, verified, status] of [
    [false, true, 403],
    [true, false, 403],
    [true, undefined, 403],
    [true, true, 200],
  ] as const) {
    await using at = await world({ matchEmail })
    const { people } = at.api.accounts
    people.add({ name: 'Ada', email: 'Ada@example.org', role: 'operator', sites: undefined }, by)
    at.provider.accounts.set('sub-1', {
      email: 'ada@example.org',
      groups,
      ...(verified === undefined ? {} : { email_verified: verified }),
    })
    const answer = await at.signIn('sub-1')
    assert.equal(answer.status, status, answer.body)
    if (status === 403) assert.match(alertOf(answer), /account with your e-mail address/)
    assert.deepEqual([people.all().length, people.all()[0]?.role], [1, status === 200 ? 'viewer' : 'operator'])
  }
})

test('the last administrator keeps the role, and gets no session by claims that say another one', async () => {
  await using at = await world()
  at.provider.accounts.set('sub-1', { email: 'ada@example.org', groups: ['parking-admins'] })
  assert.equal((await at.signIn('sub-1')).status, 200)
  for (const groups of [['staff'], []]) {
    at.provider.accounts.set('sub-1', { email: 'ada@example.org', groups })
    const answer = await at.signIn('sub-1')
    assert.deepEqual([answer.status, answer.session], [403, undefined])
    const [ada] = at.api.accounts.people.all()
    assert.deepEqual([ada?.role, ada?.isDisabled], ['admin', false])
  }
})

test('an answer that is not of this browser, this sign-in or this moment begins no session', async () => {
  await using at = await world()
  at.provider.accounts.set('sub-1', { email: 'ada@example.org', groups: ['staff'] })
  const refused = (answer: Answer, status: number, what: RegExp) => {
    assert.deepEqual([answer.status, answer.session], [status, undefined], answer.body)
    assert.match(alertOf(answer), what)
  }
  const mine = await at.begin()
  const back = await signInAtProvider(mine.to, 'sub-1')
  refused(await at.finish(back, ''), 401, /another window/)
  refused(await at.finish(back, 'baykeeper_oidc=AAAA'), 401, /another window/)
  const other = await at.begin()
  refused(await at.finish(back, other.cookie), 502, /cannot be used/)
  const query = new URLSearchParams(new URL(mine.to).searchParams)
  assert.deepEqual([query.get('code_challenge_method'), query.get('response_type')], ['S256', 'code'])
  assert.ok((query.get('nonce') ?? '').length > 20 && (query.get('state') ?? '').length > 20)

  const again = await at.begin()
  refused(await at.finish(await signInAtProvider(again.to, 'sub-1', 'break off'), again.cookie), 401, /broken off/)
  const edits: readonly (readonly [edit: NonNullable<ProviderUnderTest['edit']>, what: RegExp])[] = [
    [(claims) => Object.assign(claims, { aud: 'another application' }), /another application/],
    [(claims) => Object.assign(claims, { iss: 'https://elsewhere.example.org' }), /another application/],
    [(claims) => Object.assign(claims, { nonce: 'of another sign-in' }), /cannot be used/],
    [(claims) => Object.assign(claims, { exp: Math.floor(Date.now() / 1_000) - 120 }), /clock/],
    [(claims) => Object.assign(claims, { nbf: Math.floor(Date.now() / 1_000) + 120 }), /clock/],
    [(claims) => Object.assign(claims, { sub: 'somebody else' }), /cannot be used/],
  ]
  for (const [edit, what] of edits) {
    at.provider.edit = edit
    refused(await at.signIn('sub-1'), 502, what)
  }
  at.provider.edit = (claims) => Object.assign(claims, { exp: Math.floor(Date.now() / 1_000) - 10 })
  assert.equal((await at.signIn('sub-1')).status, 200, 'clocks may differ a little')
  assert.equal(at.api.accounts.people.all().length, 1)
})

test('a provider that is away, refuses this server or sends nonsense leaves the other ways to sign in', async () => {
  await using at = await world()
  at.provider.accounts.set('sub-1', { email: 'ada@example.org', groups: ['staff'] })
  const { to, cookie } = await at.begin()
  const back = await signInAtProvider(to, 'sub-1')
  for (const [status, type, body, what] of [
    [500, 'text/html', '<h1>Oops</h1>', /does not answer/],
    [200, 'text/html', '<h1>Maintenance</h1>', /does not answer/],
    [200, 'application/json', '{"access_token":"x","token_type":"bearer"}', /cannot be used/],
    [401, 'application/json', '{"error":"invalid_client"}', /does not accept this server/],
    [302, 'text/html', '', /does not answer/],
  ] as const) {
    at.provider.atToken = (response) =>
      response.writeHead(status, { 'content-type': type, location: 'http://127.0.0.1:1/' }).end(body)
    const answer = await at.finish(back, cookie)
    assert.deepEqual([answer.status, answer.session], [502, undefined], body)
    assert.match(alertOf(answer), what, body)
    assert.match(answer.body, /name="password"/)
  }
  await at.provider[Symbol.asyncDispose]()
  const answer = await at.finish(back, cookie)
  assert.match(alertOf(answer), /does not answer/)
})

test('no address that is not allowed is asked, also not one that the metadata name', async () => {
  const asked = async (more: Partial<OidcSettings>, resolve?: Resolve) => {
    await using at = await world(more, resolve ? { resolve } : {})
    const { statusCode, body } = await at.api.app.inject('/sign-in/oidc?here=1')
    return { statusCode, body, paths: at.provider.asked }
  }
  const refused = await asked({ allowAddresses: [] })
  assert.deepEqual([refused.statusCode, refused.paths], [502, []])
  // A name that stands for this machine.
  const named = await asked({ issuer: 'https://login.example.org', allowAddresses: [] }, async () => [
    { address: '127.0.0.1', family: 4 },
  ])
  assert.deepEqual([named.statusCode, named.paths], [502, []])
  assert.equal((await asked({})).statusCode, 303)

  await using at = await world()
  at.provider.accounts.set('sub-1', { email: 'ada@example.org', groups: ['staff'] })
  // 127.0.0.2 is this machine too, and not in the list: the code and the secret of the client are not sent there.
  const elsewhere = at.provider.issuer.replace('127.0.0.1', '127.0.0.2')
  at.provider.metadata = { token_endpoint: `${elsewhere}/token` }
  const answer = await at.signIn('sub-1')
  assert.deepEqual([answer.status, answer.session, at.provider.asked.includes('/token')], [502, undefined, false])
})

test('without a secret, a wrong one, or a provider of another name: the page reports it', async () => {
  for (const [more, parts, status, what] of [
    [{}, { secret: '' }, 503, /not set up completely/],
    [{ issuer: 'WITH-PATH' }, {}, 502, /from another provider/],
  ] as const) {
    await using other = await providerUnderTest(() => `${publicUrl}/sign-in/oidc/callback`)
    const issuer = 'issuer' in more ? { issuer: `${other.issuer}/realm` } : {}
    await using at = await world(issuer, parts)
    const { statusCode, body } = await at.api.app.inject('/sign-in/oidc?here=1')
    assert.equal(statusCode, status, body)
    assert.match(body, what)
  }
  await using at = await world({}, { secret: 'wrong' })
  at.provider.accounts.set('sub-1', { email: 'ada@example.org', groups: ['staff'] })
  const answer = await at.signIn('sub-1')
  assert.match(alertOf(answer), /does not accept this server/)
})

test('without an e-mail address there is no account, and the button is on the page in both languages', async () => {
  await using at = await world()
  at.provider.accounts.set('sub-1', { groups: ['staff'] })
  const answer = await at.signIn('sub-1')
  assert.deepEqual([answer.status, at.api.accounts.people.all().length], [403, 0])
  assert.match(alertOf(answer), /no e-mail address/)
  const page = async (language: string) =>
    (await at.api.app.inject({ url: '/signin', headers: { 'accept-language': language } })).body
  assert.match(await page('en'), /<a class="button" href="\/sign-in\/oidc">Sign in with Town<\/a>/)
  assert.match(await page('de'), />Mit Town anmelden</)
  await using plain = await apiUnderTest()
  assert.doesNotMatch((await plain.app.inject('/signin')).body, /oidc/)
  assert.equal((await plain.app.inject('/sign-in/oidc')).statusCode, 404)
})

test('a provider whose name ends with a slash is found without it, and by the address of its metadata', async () => {
  for (const written of ['/realm', '/realm/', '/realm/.well-known/openid-configuration']) {
    const provider = await providerUnderTest(() => `${publicUrl}/sign-in/oidc/callback`)
    provider.metadata = { issuer: `${provider.issuer}/realm/` }
    provider.edit = (claims) => Object.assign(claims, { iss: `${provider.issuer}/realm/` })
    provider.accounts.set('sub-1', { email: 'ada@example.org', groups: ['staff'] })
    await using at = await world({ issuer: `${provider.issuer}${written}` })
    const { to, cookie } = await at.begin()
    const back = await signInAtProvider(to, 'sub-1')
    back.searchParams.set('iss', `${provider.issuer}/realm/`)
    const answer = await at.finish(back, cookie)
    assert.equal(answer.status, 200, `${written}: ${alertOf(answer)}`)
    await provider[Symbol.asyncDispose]()
  }
})

test('a person whose groups the provider leaves out loses nothing, and reads why there is no session', async () => {
  await using at = await world()
  at.provider.accounts.set('sub-1', { email: 'ada@example.org', groups: ['staff'] })
  assert.equal((await at.signIn('sub-1')).status, 200)
  at.provider.accounts.set('sub-1', { email: 'ada@example.org' })
  at.provider.edit = (claims) => Object.assign(claims, { _claim_names: { groups: 'src1' } })
  const answer = await at.signIn('sub-1')
  assert.deepEqual([answer.status, answer.session], [403, undefined])
  assert.match(alertOf(answer), /leaves out your groups/)
  assert.equal(at.api.accounts.people.all()[0]?.isDisabled, false)
})

test('a sign-in that is begun under another name of the server goes on under the one that the provider knows', async () => {
  await using at = await world()
  const { statusCode, headers } = await at.api.app.inject({ url: '/sign-in/oidc', headers: { host: '127.0.0.1:8080' } })
  assert.deepEqual([statusCode, headers.location], [303, `${publicUrl}/sign-in/oidc?here=1`])
  const right = await at.api.app.inject({ url: '/sign-in/oidc', headers: { host: 'localhost:8080' } })
  assert.match(String(right.headers.location), /\/auth\?/)
})

test('who repeats an answer of the provider is slowed down, and one address holds two questions to it at most', async () => {
  await using at = await world()
  const { to, cookie } = await at.begin()
  const state = new URL(to).searchParams.get('state') as string
  const again = async (client: number) => {
    const url = `/sign-in/oidc/callback?code=x&state=${state}&iss=${encodeURIComponent(at.provider.issuer)}`
    const headers = { cookie, 'x-forwarded-for': `203.0.113.${client}` }
    return at.api.app.inject({ url, headers, remoteAddress: '127.0.0.1' })
  }
  const asked = () => at.provider.asked.filter((path) => path === '/token').length
  const statuses: number[] = []
  for (let i = 0; i < 13; i++) statuses.push((await again(1)).statusCode)
  assert.deepEqual(statuses, [...new Array<number>(10).fill(502), 429, 429, 429])
  assert.equal(asked(), 10)

  const held: ServerResponse[] = []
  at.provider.atToken = (response) => void held.push(response)
  const first = Array.from({ length: 5 }, () => again(2))
  const others = [3, 4, 5, 6, 7].flatMap((client) => [again(client), again(client)])
  await until(() => held.length === 8)
  const busy = (await Promise.all(first.slice(2))).map(({ statusCode, body }) => [statusCode, /too many/i.test(body)])
  assert.deepEqual(busy, new Array(3).fill([503, true]))
  assert.deepEqual(
    (await Promise.all(others.slice(6))).map(({ statusCode }) => statusCode),
    new Array(4).fill(503),
  )
  for (const response of held) response.writeHead(400, { 'content-type': 'application/json' }).end('{}')
  await Promise.all([...first, ...others])
  at.provider.atToken = undefined
  assert.equal((await again(9)).statusCode, 502, 'places are free again')
})
