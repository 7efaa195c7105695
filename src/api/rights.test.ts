/** Every route with every role, every scope and every kind of credentials that must not work. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rightNames, roleMay, scopesMay } from '@baykeeper/contract/rights.ts'
import type { Route } from '@baykeeper/contract/route.ts'
import { routes } from '@baykeeper/contract/routes.ts'
import { roles, scopes } from '@baykeeper/contract/vocabulary.ts'
import type { FastifyRequest } from 'fastify'
import { instant } from '../lib/brand.ts'
import { systemClock } from '../lib/clock.ts'
import { authorize } from './access.ts'
import { type ApiUnderTest, apiUnderTest, layoutOf, signedIn } from './testing/api-under-test.ts'

const all: readonly (readonly [name: string, route: Route])[] = Object.entries(routes)
const guarded = all.filter(([, { access }]) => access !== 'open')
/** A stream answers until it is closed: who may open it is asked of the others. */
const answering = guarded.filter(([, { path }]) => !path.endsWith('/stream'))
const refusals = ['E_SCOPE', 'E_ROLE', 'E_NO_RIGHT', 'E_SITE', 'E_UNAUTHORIZED']

interface Asked {
  readonly headers?: Readonly<Record<string, string>>
  readonly id?: string
  readonly query?: string
  readonly body?: unknown
}

/** The code of the refusal; undefined where the caller was let in, also where the request failed then. */
async function refusalOf(
  api: ApiUnderTest,
  { method, path }: Route,
  { headers, id = 'A', query = '', body = {} }: Asked,
) {
  const response = await api.app.inject({
    method,
    url: `${path.replaceAll(/\{\w+\}/g, id)}${query}`,
    headers: { ...headers, ...(method === 'GET' ? {} : { 'content-type': 'application/json' }) },
    ...(method === 'GET' ? {} : { payload: JSON.stringify(body) }),
  })
  const type = String(response.headers['content-type'])
  const code = type.startsWith('application/problem+json') ? response.json<{ code?: string }>().code : undefined
  return refusals.find((one) => one === code)
}

const bearerOf = (key: string) => ({ authorization: `Bearer ${key}` })

test('the table of rights decides for every route and scope, and no other credentials open a route', async (t) => {
  let now = 0
  await using api = await apiUnderTest({ layout: layoutOf(['A']), clock: { ...systemClock, now: () => instant(now) } })
  const { keyring } = api
  const counts = { granted: 0, refused: 0 }
  for (const scope of scopes) {
    const headers = bearerOf(await keyring.createToken({ name: `only-${scope}`, kind: 'api', scopes: [scope] }))
    for (const [name, route] of answering) {
      const refusal = await refusalOf(api, route, { headers })
      const granted = scopesMay([scope], route.access)
      assert.equal(refusal, granted ? undefined : 'E_SCOPE', `${name} with the scope ${scope}`)
      counts[granted ? 'granted' : 'refused']++
    }
  }
  const ofRoles = { granted: 0, refused: 0 }
  for (const role of roles)
    for (const [name, route] of answering) {
      const refusal = await refusalOf(api, route, { headers: signedIn(api, role) })
      const granted = roleMay(role, route.access)
      assert.equal(refusal, granted ? undefined : 'E_ROLE', `${name} as ${role}`)
      ofRoles[granted ? 'granted' : 'refused']++
    }
  const revoked = await keyring.createToken({ name: 'revoked', kind: 'api', scopes })
  await keyring.revoke('revoked', 'api')
  const ended = await keyring.createToken({ name: 'ended', kind: 'api', scopes, expires: instant(1_000) })
  const sending = await keyring.createToken({ name: 'gate', kind: 'ingest' })
  now = 1_000
  let strangers = 0
  const disabled = signedIn(api, 'viewer')
  const { people } = api.accounts
  people.change(people.byEmail('viewer@example.org')?.id as string, { isDisabled: true }, { name: 'test', address: '' })
  for (const headers of [{}, disabled, bearerOf(revoked), bearerOf(ended), bearerOf(sending), bearerOf('wrong')])
    for (const [name, route] of guarded) {
      assert.equal(await refusalOf(api, route, { headers }), 'E_UNAUTHORIZED', name)
      strangers++
    }
  t.diagnostic(`${all.length} routes, ${all.length - guarded.length} of them open`)
  t.diagnostic(`roles: ${ofRoles.granted} granted, ${ofRoles.refused} refused`)
  t.diagnostic(
    `scopes: ${counts.granted} granted, ${counts.refused} refused; no valid credentials: ${strangers} refused`,
  )
  assert.ok(counts.granted > 50 && counts.refused > 100 && strangers > 300)
})

test('what is not in the table is refused to every role, an administrator included', () => {
  const request = (more: object) => ({ byCookie: false, method: 'GET', headers: {}, ...more }) as FastifyRequest
  const route = { access: 'fly' } as unknown as Route
  const asked = [{ principal: { name: 'key', scopes } }, { principal: { name: 'Ada', scopes: [], role: 'admin' } }]
  for (const more of asked)
    assert.throws(() => authorize(route, request(more)), { status: 403, options: { code: 'E_NO_RIGHT' } })
  for (const word of ['constructor', '__proto__', 'toString'])
    assert.deepEqual([roleMay('admin', word), scopesMay(['admin'], word)], [false, false], word)
  assert.ok(rightNames.every((right) => roleMay('admin', right)))
})

/** Requests that name a place within this site, one for each way that a route names it. */
const placed = (site: string): Readonly<Record<string, { url: string; body?: unknown }>> => {
  const bay = `${site}-1`
  return {
    site: { url: `/api/v1/sites/${site}` },
    siteSnapshot: { url: `/api/v1/sites/${site}/snapshot` },
    siteOccupancy: { url: `/api/v1/sites/${site}/occupancy` },
    siteSessions: { url: `/api/v1/sites/${site}/sessions` },
    occupancyHistory: { url: `/api/v1/sites/${site}/occupancy/history` },
    forecast: { url: `/api/v1/sites/${site}/forecast` },
    forecastQuality: { url: `/api/v1/sites/${site}/forecast/quality` },
    bay: { url: `/api/v1/bays/${bay}` },
    bayHistory: { url: `/api/v1/bays/${bay}/history` },
    baySessions: { url: `/api/v1/bays/${bay}/sessions` },
    changeBay: { url: `/api/v1/bays/${bay}`, body: { label: 'x' } },
    bays: { url: `/api/v1/bays?site=${site}` },
    stays: { url: `/api/v1/stays?bay=${bay}` },
    overstays: { url: `/api/v1/overstays?site=${site}` },
    turnover: { url: `/api/v1/turnover?site=${site}` },
    report: { url: `/api/v1/reports/occupancy?site=${site}&from=2026-11-16&to=2026-11-17` },
    assignments: { url: `/api/v1/assignments?bay=${bay}` },
    pastState: { url: `/api/v1/state?site=${site}` },
    countZones: { url: `/api/v1/count-zones?site=${site}` },
    countTrail: { url: `/api/v1/count-zones/trail?site=${site}&level=l0&zone=z` },
    recount: { url: '/api/v1/recounts', body: { site, level: 'l0', zone: 'z', vehicles: 1, reason: 'x' } },
    beginWait: { url: '/api/v1/waits', body: { site, channel: 'x', until: '2099-01-01T00:00:00Z' } },
    alerts: { url: `/api/v1/alerts?site=${site}` },
    alert: { url: `/api/v1/alerts/${site}-alert` },
    actOnAlerts: { url: '/api/v1/alerts/actions', body: { alerts: [`${site}-alert`], action: 'acknowledge' } },
    makeAlert: { url: '/api/v1/alerts', body: { title: 'x', severity: 'info', bay } },
    override: { url: `/api/v1/overrides/${site}-override` },
    endOverride: { url: `/api/v1/overrides/${site}-override` },
    beginOverride: { url: '/api/v1/overrides', body: { bays: [bay], state: 'closed', reason: 'x' } },
  }
}

test('a key that is limited to a site gets nothing of another one, by any id', async (t) => {
  const both = layoutOf([])
  const sites = ['south', 'north'].flatMap((id) =>
    layoutOf([`${id}-1`]).sites.map((site) => ({
      ...site,
      id,
      levels: site.levels.map((level) => ({ ...level, id: `${id}-l0` })),
    })),
  )
  await using api = await apiUnderTest({ layout: { ...both, sites } })
  const key = { name: 'limited', kind: 'api', scopes: ['admin'], sites: ['south'] } as const
  const headers = bearerOf(await api.keyring.createToken(key))
  const free = bearerOf(await api.keyring.createToken({ ...key, name: 'free', sites: ['south', 'north'] }))
  const person = signedIn(api, 'admin', ['south'])
  const counts: Record<string, number> = {}
  const count = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1
  }
  for (const [name, route] of answering) {
    const { sites: reach = 'city', access } = route
    if (!scopesMay(['admin'], access)) continue
    if (reach === 'city') {
      for (const by of [headers, person]) assert.equal(await refusalOf(api, route, { headers: by }), 'E_SITE', name)
      count('of all sites: refused')
    } else if (reach === 'public' || reach === 'none') {
      assert.equal(await refusalOf(api, route, { headers }), undefined, name)
      count('of no site, or public: let in')
    } else {
      const refusal = (site: string, by: Readonly<Record<string, string>> = headers) => {
        const request = placed(site)[name]
        assert.ok(request, `${name} names a site: say how in this test`)
        return refusalOf(api, { ...route, path: request.url }, { headers: by, body: request.body })
      }
      for (const by of [headers, person]) assert.equal(await refusal('north', by), 'E_SITE', `${name} of another site`)
      const isStored = ['alert', 'alerts', 'override'].includes(reach)
      // What does not exist is refused as what is elsewhere.
      assert.equal(await refusal('south'), isStored ? 'E_SITE' : undefined, `${name} of the own site`)
      if (!isStored) assert.equal(await refusal('north', free), undefined, `${name} by a key of both sites`)
      count(`by ${reach}: refused of another site`)
    }
  }
  t.diagnostic(
    Object.entries(counts)
      .map(([what, n]) => `${what} ${n}`)
      .join('; '),
  )
})

test('a request names every place within the limit, not only one of them', async () => {
  const sites = ['south', 'north'].flatMap((id) => layoutOf([`${id}-1`]).sites.map((site) => ({ ...site, id })))
  await using api = await apiUnderTest({ layout: { ...layoutOf([]), sites } })
  const limited = { name: 'limited', kind: 'api', scopes: ['admin'], sites: ['south'] } as const
  const headers = bearerOf(await api.keyring.createToken(limited))
  const code = async (method: 'GET' | 'POST', url: string, payload?: object) =>
    (await api.app.inject({ method, url, headers, ...(payload ? { payload } : {}) })).json<{ code?: string }>().code
  for (const url of [
    '/api/v1/stays?site=south&bay=north-1',
    '/api/v1/overstays?bay=north-1&site=south',
    '/api/v1/bays',
    '/api/v1/alerts',
    '/api/v1/bays/nothing',
  ])
    assert.equal(await code('GET', url), 'E_SITE', url)
  const override = { state: 'closed', reason: 'works' }
  for (const more of [{ bays: ['south-1', 'north-1'] }, { site: 'north' }, { bays: ['nothing'] }])
    assert.equal(await code('POST', '/api/v1/overrides', { ...override, ...more }), 'E_SITE')
  assert.equal(await code('POST', '/api/v1/overrides', { ...override, bays: ['south-1'] }), undefined)
  assert.equal(
    await code('POST', '/api/v1/alerts', { title: 'x', severity: 'info', site: 'south', bay: 'north-1' }),
    'E_SITE',
  )
  assert.equal(await code('POST', '/api/v1/alerts', { title: 'x', severity: 'info' }), 'E_SITE')
})
