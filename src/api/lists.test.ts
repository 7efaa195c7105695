/** What every list of the API has: pages, order, CSV, validators, addresses of the next page. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routes } from '@baykeeper/contract/routes.ts'
import { csvType, listItem, mediaTypes } from './route-facts.ts'
import { type ApiUnderTest, apiUnderTest, bearer, deviceState, layoutOf, until } from './testing/api-under-test.ts'

const ids = ['A', '..', 'a/b', '=1+1', 'ä 😀']

async function withBays() {
  const api = await apiUnderTest({ layout: layoutOf(ids) })
  await api.commit({ devices: ids.slice(0, 3).map((id, i) => deviceState(i + 1, id, { occupied: i === 0 })) })
  await until(async () => (await get(api, '/api/v1/kpi')).json().devices.seen === 3)
  return api
}

const get = ({ app }: ApiUnderTest, url: string, headers: Record<string, string> = {}) =>
  app.inject({ url, headers: { ...bearer, ...headers } })
const idsOf = (items: readonly { id: string }[]) => items.map(({ id }) => id)

test('pages follow each other by cursor and by Link, and hold every bay once', async () => {
  await using api = await withBays()
  for (const [order, expected] of [
    ['', ids],
    ['&sort=plan', ids],
    ['&sort=-plan', ids.toReversed()],
  ] as const) {
    const seen: string[] = []
    for (let url: string | undefined = `/api/v1/bays?limit=2${order}`; url; ) {
      const { headers, ...page } = await get(api, url)
      assert.equal(page.statusCode, 200, page.body)
      seen.push(...idsOf(page.json().items))
      url = /^<([^>]+)>; rel="next"$/.exec(String(headers['link'] ?? ''))?.[1]
      assert.equal(url === undefined, page.json().next === null)
    }
    assert.deepEqual(seen, expected, order)
  }
})

test('a cursor of another list or of another order is refused and names the reason', async () => {
  await using api = await withBays()
  const { next } = (await get(api, '/api/v1/bays?limit=2')).json()
  for (const url of [`/api/v1/devices?cursor=${next}`, `/api/v1/bays?sort=since&cursor=${next}`]) {
    const answer = await get(api, url)
    assert.deepEqual([answer.statusCode, answer.json().code], [400, 'E_BAD_CURSOR'])
    assert.match(answer.json().detail, /of another list or of another order/)
  }
})

test('bays are filtered by id, site, type and state, and the begin of their state orders them', async () => {
  await using api = await withBays()
  const listed = async (query: string) => idsOf((await get(api, `/api/v1/bays?${query}`)).json().items)
  assert.deepEqual(await listed('id=..'), ['..'])
  assert.deepEqual(await listed('id=no'), [])
  assert.deepEqual(await listed('site=north'), [])
  assert.deepEqual(await listed('zone=z'), ['A'])
  assert.deepEqual(await listed('type=ev'), [])
  assert.deepEqual(await listed('state=unknown'), ['=1+1', 'ä 😀'])
  assert.deepEqual((await listed('sort=since')).slice(3).toSorted(), ['=1+1', 'ä 😀'])
})

test('a bay whose id is two dots or holds a slash has an address', async () => {
  await using api = await withBays()
  const base = await api.listen()
  for (const [path, id] of [
    ['~..', '..'],
    ['a%2Fb', 'a/b'],
  ] as const) {
    const answer = await fetch(`${base}/api/v1/bays/${path}`, { headers: bearer })
    assert.deepEqual([answer.status, ((await answer.json()) as { id: string }).id], [200, id])
  }
})

test('CSV has a column for each documented field, and no cell that is a formula', async () => {
  await using api = await withBays()
  const { headers, body } = await get(api, '/api/v1/bays', { accept: 'text/csv' })
  assert.match(String(headers['content-type']), /^text\/csv; charset=utf-8/)
  const [head, ...rows] = body.split('\r\n')
  assert.match(head ?? '', /^\uFEFFid,site,level,zones,types,state,.*device\.id,device\.source,.*rule\.max_stay_min/)
  assert.equal(rows.length, ids.length + 1)
  assert.match(rows[3] ?? '', /^'=1\+1,/)
})

test('every list can be had as CSV, and the reference states it', () => {
  const lists = Object.values(routes).filter((route) => listItem(route))
  assert.ok(lists.length > 15)
  for (const route of lists) assert.ok(mediaTypes(route).includes(csvType), route.path)
})

test('what cannot be had is 406 before anything is done, and names what can', async () => {
  await using api = await withBays()
  const answer = await get(api, '/api/v1/bays', { accept: 'image/png' })
  assert.deepEqual([answer.statusCode, answer.json().code], [406, 'E_NOT_ACCEPTABLE'])
  assert.match(answer.json().detail, /application\/json or text\/csv/)
  const payload = { bays: ['A'], state: 'closed', reason: 'test' }
  const headers = { ...bearer, accept: 'text/csv' }
  const post = await api.app.inject({ method: 'POST', url: '/api/v1/overrides', headers, payload })
  assert.equal(post.statusCode, 406)
  assert.deepEqual((await get(api, '/api/v1/overrides')).json().items, [])
})

test('a layout is read again only when it has changed, and written only over the one that was read', async () => {
  await using api = await withBays()
  const read = await get(api, '/api/v1/layout')
  const { etag } = read.headers
  assert.equal(etag, '"1"')
  assert.equal((await get(api, '/api/v1/layout', { 'if-none-match': String(etag) })).statusCode, 304)
  const payload = read.json().layout
  const put = (match: string) =>
    api.app.inject({ method: 'PUT', url: '/api/v1/layout', headers: { ...bearer, 'if-match': match }, payload })
  assert.deepEqual((await put(String(etag))).json(), { version: 2 })
  for (const match of [String(etag), 'W/"2"', '""', 'x']) assert.equal((await put(match)).statusCode, 412, match)
  assert.deepEqual((await put('"7", "2"')).json(), { version: 3 })
  assert.deepEqual((await put('*')).json(), { version: 4 })
})

test('an answer that has not changed is 304, for each media type alone', async () => {
  await using api = await withBays()
  const url = '/api/v1/layout/versions'
  const json = await get(api, url)
  const csv = await get(api, url, { accept: 'text/csv' })
  const etags = [json, csv].map(({ headers }) => String(headers['etag']))
  assert.notEqual(etags[0], etags[1])
  assert.equal(json.headers['vary'], 'accept')
  for (const value of [etags[0], `"x", ${etags[0]}`, '*', etags[0]?.replace('W/', '')]) {
    const again = await get(api, url, { 'if-none-match': String(value) })
    assert.deepEqual([again.statusCode, again.body, again.headers['etag']], [304, '', etags[0]])
  }
  assert.equal((await get(api, url, { 'if-none-match': String(etags[1]) })).statusCode, 200)
  await api.app.inject({
    ...{ method: 'POST', url: '/api/v1/layout/changes', headers: bearer },
    payload: { changes: [{ bay: 'A', set: { types: ['ev'] } }] },
  })
  assert.equal((await get(api, url, { 'if-none-match': String(etags[0]) })).statusCode, 200)
})

test('a limit that is too big or too small is named in words', async () => {
  await using api = await withBays()
  for (const [limit, words] of [
    ['0', 'query limit: must be at least 1'],
    ['999999', /^query limit: must be at most \d+$/],
  ] as const) {
    const { detail } = (await get(api, `/api/v1/bays?limit=${limit}`)).json()
    if (typeof words === 'string') assert.equal(detail, words)
    else assert.match(detail, words)
  }
})

test('lists that are answered whole have a next too', async () => {
  await using api = await withBays()
  for (const list of ['waits', 'reports', 'notification-channels'])
    assert.equal((await get(api, `/api/v1/${list}`)).json().next, null, list)
})
