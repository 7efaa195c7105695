/** What strangers are shown of each site, by every page, feed and stream that is open. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routes } from '@baykeeper/contract/routes.ts'
import type { PublicLevel } from '@baykeeper/contract/vocabulary.ts'
import { openStream } from './live/stream-reader.ts'
import {
  type ApiUnderTest,
  apiUnderTest,
  bearer,
  deviceState,
  layoutOf,
  signedIn,
  type UnderTestOptions,
  until,
} from './testing/api-under-test.ts'

const ids = ['south', 'north']
const layout = {
  ...layoutOf([]),
  sites: ids.flatMap((id) =>
    layoutOf([`${id}-1`, `${id}-2`], `Garage ${id}`).sites.map((site) => ({
      ...{ ...site, id },
      levels: site.levels.map((level) => ({ ...level, id: `${id}-l0` })),
    })),
  ),
}
const world = (options: UnderTestOptions = {}) => apiUnderTest({ layout, ...options })
const set = async ({ app, ...api }: ApiUnderTest, sites: Record<string, PublicLevel | null>, others?: PublicLevel) => {
  const payload = { sites, ...(others ? { others } : {}) }
  const answer = await app.inject({ method: 'PATCH', url: '/api/v1/public-access', headers: signedIn(api), payload })
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json()
}
const bodyOf = async ({ app }: ApiUnderTest, url: string, headers = {}) => (await app.inject({ url, headers })).body
/** Everything that is open and is about lots, with `ID` for that of the site. */
const open = Object.values(routes).flatMap(({ access, tag, path, method }) =>
  access === 'open' && tag === 'Public page' && method === 'GET' && !path.endsWith('/stream')
    ? [path.replace('{id}', 'ID')]
    : [],
)
const screens = ['/board/all', '/kiosk/all', '/embed/all']

test('nothing that is open shows a site that is off, neither by its name nor by its bays, and the desk shows all', async () => {
  await using api = await world()
  assert.ok(open.length >= 11, open.join())
  for (const url of [...open, ...screens])
    if (!url.endsWith('/snapshot'))
      assert.match(await bodyOf(api, url.replace('ID', 'north')), /north/i, `${url} shows it before`)
  await set(api, { north: 'off' })
  for (const url of [...open, ...screens]) {
    const { statusCode, body, rawPayload } = await api.app.inject(url.replace('ID', 'north'))
    if (url.includes('ID')) assert.equal(statusCode, 404, url)
    // The address of a page that is asked for may come back in its links; the name and the bays do not.
    assert.doesNotMatch(body, /Garage north|north-[12l]/i, url)
    if (url.endsWith('/snapshot')) assert.equal(rawPayload.length, 2)
  }
  const plan = JSON.parse(await bodyOf(api, '/public/plan'))
  assert.deepEqual(
    [plan.ids, plan.plates.map(({ from, to }: { from: number; to: number }) => [from, to])],
    [['south-1', 'south-2'], [[0, 2]]],
  )
  assert.match(await bodyOf(api, '/'), /Garage south/)
  assert.equal((JSON.parse(await bodyOf(api, '/api/v1/plan', bearer)) as { ids: string[] }).ids.length, 4)
  await set(api, { north: null }, 'off')
  assert.deepEqual(JSON.parse(await bodyOf(api, '/public/sites')).items, [])
  await set(api, {}, 'forecast')
  assert.match(await bodyOf(api, '/'), /Garage north/)
})

test('a person who is limited to a site is shown it, and of the others what is public', async () => {
  await using api = await world()
  await set(api, {}, 'off')
  const headers = signedIn(api, 'viewer', ['north'])
  const sites = JSON.parse(await bodyOf(api, '/api/v1/sites', headers)).items as { id: string }[]
  assert.deepEqual(
    sites.map(({ id }) => id),
    ['north'],
  )
  assert.deepEqual(JSON.parse(await bodyOf(api, '/api/v1/plan', headers)).ids, ['north-1', 'north-2'])
  const city = JSON.parse(await bodyOf(api, '/api/v1/occupancy', headers))
  assert.deepEqual([city.occupancy.capacity, city.sites.length], [2, 1])
  await set(api, { south: 'occupancy' })
  assert.equal(JSON.parse(await bodyOf(api, '/api/v1/plan', headers)).ids.length, 4)
})

test('a site without public forecasts shows free bays now, and states why there is no more', async () => {
  const forecasts = { state: () => ({ state: 'starting' as const, detail: '' }), listen() {} }
  await using api = await world({ forecasts })
  await set(api, { north: 'occupancy' })
  assert.equal(JSON.parse(await bodyOf(api, '/public/lots/north')).ahead.why, 'off')
  assert.notEqual(JSON.parse(await bodyOf(api, '/public/lots/south')).ahead.why, 'off')
  assert.match(await bodyOf(api, '/lot/north'), /No forecast for this car park/)
})

test('a stream is not resumed with the numbers of another plan: after a new limit, or without the version of the own one', async () => {
  await using api = await world()
  await set(api, {}, 'off')
  const { cookie } = signedIn(api, 'viewer', ['north'])
  const base = await api.listen()
  const ofSnapshot = async () => {
    const { headers } = await api.app.inject({ url: '/api/v1/plan/snapshot', headers: { cookie } })
    return { q: String(headers['x-seq']), version: String(headers['x-plan-version']) }
  }
  const { q, version } = await ofSnapshot()
  await api.commit({ devices: [deviceState(1, 'north-1', { occupied: true })] })
  await until(async () => (await ofSnapshot()).q !== q)
  const firstWith = async (plan: string) => {
    const headers = { cookie, 'last-event-id': q }
    await using stream = await openStream(base, `/api/v1/stream?topics=bays${plan}`, headers)
    await until(() => stream.events.length > 0)
    return stream.events[0]?.name
  }
  const limitTo = (sites: readonly string[] | undefined) => {
    const { people } = api.accounts
    people.change(people.byEmail('viewer-north@example.org')?.id as string, { sites }, { name: 'test', address: '' })
  }
  assert.deepEqual([await firstWith(`&plan=${version}`), await firstWith('')], ['d', 'reset'])
  for (const sites of [['south'], undefined]) {
    limitTo(sites)
    assert.equal(await firstWith(`&plan=${version}`), 'reset')
  }
})

test('a stream of a stranger gets no change of a hidden bay, and begins again when what is public changes', async () => {
  await using api = await world()
  await set(api, { south: 'off' })
  const url = await api.listen()
  const end = new AbortController()
  const response = await fetch(`${url}/public/stream`, { signal: end.signal })
  let text = ''
  const reading = (async () => {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>)
      text += Buffer.from(chunk).toString()
  })().catch(() => {}) // The test ends the stream.
  await until(() => text.includes('event: sites'))
  await api.commit({
    devices: [deviceState(1, 'south-1', { occupied: true }), deviceState(2, 'north-1', { occupied: true, rev: 2 })],
  })
  await until(() => /event: d\ndata: \{[^}]*"d":\[0,1\]\}/.test(text))
  assert.doesNotMatch(text, /Garage south/)
  assert.deepEqual(
    [...text.matchAll(/"d":\[([^\]]*)\]/g)].map(([, d]) => d).filter((d) => d !== '' && d !== '0,1'),
    [],
  )
  const kpi = [...text.matchAll(/event: kpi\ndata: (.*)/g)].map(([, data]) => JSON.parse(data as string)).at(-1)
  assert.equal(kpi.occupancy.capacity, 2)
  const last = /id: (\d+)/.exec(text)?.[1] as string
  await set(api, { south: 'occupancy' })
  await until(() => /event: reset/.test(text))
  end.abort()
  await reading
  // A stranger who was away meanwhile does not resume with indexes of before.
  const again = new AbortController()
  const resumed = await fetch(`${url}/public/stream`, { headers: { 'last-event-id': last }, signal: again.signal })
  let begun = ''
  const rest = (async () => {
    for await (const chunk of resumed.body as unknown as AsyncIterable<Uint8Array>)
      begun += Buffer.from(chunk).toString()
  })().catch(() => {}) // The test ends the stream.
  await until(() => /event: (reset|kpi)/.test(begun))
  assert.match(begun, /event: reset/)
  again.abort()
  await rest
})

test('changes are in the audit log with what was before, an unknown site is refused, and the simulated city is open', async () => {
  await using api = await world()
  const first = await set(api, { north: 'off' })
  assert.deepEqual(
    first.sites.map(({ id, level, own }: { id: string; level: string; own: boolean }) => [id, level, own]),
    [
      ['south', 'forecast', false],
      ['north', 'off', true],
    ],
  )
  await set(api, { north: 'off' })
  const events: unknown[] = []
  await api.accounts.publishEvents(async ({ action, target, before, after }) => {
    if (action === 'public-access') events.push([target, before, after])
  })
  assert.deepEqual(events, [['public access north', null, 'off']])
  const payload = { sites: { nowhere: 'off' } }
  const refused = await api.app.inject({
    method: 'PATCH',
    url: '/api/v1/public-access',
    headers: signedIn(api),
    payload,
  })
  assert.deepEqual([refused.statusCode, refused.json().code], [400, 'E_INVALID'])
  await using demo = await world({ simulated: () => true })
  await set(demo, {}, 'off')
  assert.match(await bodyOf(demo, '/'), /Garage north/)
})
