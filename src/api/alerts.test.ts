/** Alerts and rules over the API: what is answered, and what people do. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Layout } from '../domain/layout.ts'
import { instant } from '../lib/brand.ts'
import { systemClock } from '../lib/clock.ts'
import type { NotifierPort } from './context.ts'
import { apiUnderTest, bearer, deviceState, layoutOf, type UnderTestOptions } from './testing/api-under-test.ts'

const at = Date.parse('2026-11-23T08:00:00Z')
const layout: Layout = layoutOf(['A', 'B', 'C'])

async function opened(options: UnderTestOptions = {}) {
  const time = { now: at }
  const clock = { ...systemClock, now: () => instant(time.now) }
  const api = await apiUnderTest({ layout, clock, promiseMs: 3_600_000, ...options })
  const call = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: object) => {
    const answer = await api.app.inject({ method, url, headers: bearer, ...(payload ? { payload } : {}) })
    return { status: answer.statusCode, body: answer.body === '' ? undefined : answer.json() }
  }
  return { ...api, call, time, [Symbol.asyncDispose]: () => api[Symbol.asyncDispose]() }
}

const made = { id: 'r-1', title: 'Barrier does not open', severity: 'critical', site: 'south' }

test('an alert that a person raises is listed, acknowledged, resolved and closed', async () => {
  await using api = await opened()
  const raised = await api.call('POST', '/api/v1/alerts', made)
  assert.equal(raised.status, 200, JSON.stringify(raised.body))
  const { id } = raised.body
  const again = await api.call('POST', '/api/v1/alerts', made)
  assert.equal(again.body.id, id)
  const listed = await api.call('GET', '/api/v1/alerts')
  assert.deepEqual(
    listed.body.items.map((one: { id: string }) => one.id),
    [id],
  )
  const act = (action: string, more: object = {}) =>
    api.call('POST', '/api/v1/alerts/actions', { alerts: [id, 'none'], action, ...more })
  const acknowledged = await act('acknowledge')
  assert.deepEqual(
    acknowledged.body.results.map((one: { code: string }) => one.code),
    [null, 'unknown'],
  )
  assert.equal((await api.call('GET', '/api/v1/alerts?group=acknowledged')).body.items.length, 1)
  const none = await api.call('POST', '/api/v1/alerts/actions', { alerts: ['none'], action: 'acknowledge' })
  assert.deepEqual([none.status, none.body.detail], [404, 'there is no alert none: GET /api/v1/alerts lists them'])
  assert.equal((await act('comment')).status, 400)
  assert.equal((await act('comment', { reason: 'Called the company' })).status, 200)
  const resolved = await act('resolve')
  assert.equal(resolved.body.results[0].state, 'normal')
  const detail = await api.call('GET', `/api/v1/alerts/${id}`)
  assert.deepEqual(detail.body.events.map((one: { event: string }) => one.event).slice(0, 3), [
    'resolved',
    'commented',
    'acknowledged',
  ])
  const load = await api.call('GET', '/api/v1/alerts/load')
  assert.equal(load.status, 200, JSON.stringify(load.body))
  assert.equal(load.body.per_operator_hour, 1)
})

test('a rule with a channel or a place that does not exist is refused with those that do', async () => {
  const items = [{ name: 'duty', kind: 'webhook' }]
  const notifier = { report: () => ({ state: 'running', detail: '', items }) } as unknown as NotifierPort
  await using api = await opened({ notifier })
  const rule = {
    ...{ kind: 'own', severity: 'warning', title: 'Nearly full', threshold: 2, clear_at: 4 },
    watch: { quantity: 'free', is: 'below', places: 'zone' },
  }
  const refused = async (more: object, detail: RegExp) => {
    for (const answer of [
      await api.call('PUT', '/api/v1/rules/mine', { ...rule, ...more }),
      await api.call('POST', '/api/v1/rules/dry-run', { days: 7, rule: { ...rule, ...more } }),
    ]) {
      assert.equal(answer.status, 400)
      assert.match(answer.body.detail, detail)
    }
  }
  await refused({ channels: ['duty', 'absent'] }, /channels: no channel absent is configured: there are duty\./)
  await refused({ scope: { sites: ['mars'] } }, /scope\.sites: no site mars is in the layout: there are south\./)
  await refused({ scope: { sites: ['south'], levels: ['l9'] } }, /no level l9 .*: there are l0\./)
  await refused({ scope: { zones: ['deck'] } }, /no zone deck .*: there are z\./)
  const good = { ...rule, channels: ['duty'], scope: { sites: ['south'], levels: ['l0'], zones: ['z'] } }
  assert.equal((await api.call('PUT', '/api/v1/rules/mine', good)).status, 200)
  items.length = 0
  const off = await api.call('PUT', '/api/v1/rules/mine', { ...good, enabled: false })
  assert.equal(off.status, 200, 'a name that the rule had before may stay')
})

test('a rule is written, judges what is stored already, and brings its default back', async () => {
  await using api = await opened()
  await api.commit({
    devices: ['A', 'B', 'C'].map((id, i) =>
      deviceState(i + 1, id, { lastArrived: instant(at), occupied: true, since: instant(at) }),
    ),
  })
  const body = {
    severity: 'warning',
    title: 'Few free',
    threshold: 2,
    watch: { quantity: 'free', is: 'below', places: 'site' },
  }
  const put = await api.call('PUT', '/api/v1/rules/few-free', body)
  assert.equal(put.status, 200, JSON.stringify(put.body))
  assert.equal(put.body.is_built_in, false)
  const rules = await api.call('GET', '/api/v1/rules')
  assert.equal(rules.body.items.length, 20)
  const open = await api.call('GET', '/api/v1/alerts?group=open&rule=few-free')
  assert.deepEqual(
    open.body.items.map((one: { subject_id: string; value: number }) => [one.subject_id, one.value]),
    [['south', 0]],
  )
  assert.equal(
    (await api.call('POST', '/api/v1/alerts/actions', { alerts: [open.body.items[0].id], action: 'resolve' })).status,
    409,
  )
  assert.equal((await api.call('DELETE', '/api/v1/rules/few-free')).status, 204)
  assert.equal((await api.call('GET', '/api/v1/rules/few-free')).status, 404)
  assert.equal((await api.call('GET', '/api/v1/alerts?rule=few-free')).body.items[0].state, 'returned')
  const wrong = await api.call('PUT', '/api/v1/rules/few-free', { ...body, watch: { quantity: 'free', is: 'below' } })
  assert.equal(wrong.status, 400)
})

test('a rule is written only over the one that If-Match names with any open alerts', async () => {
  await using api = await opened()
  const url = '/api/v1/rules/few-free'
  const watch = { quantity: 'free', is: 'below', places: 'site' }
  const put = async (title: string, match: string) => {
    const headers = { ...bearer, 'if-match': match }
    const payload = { severity: 'warning', title, threshold: 2, watch }
    return (await api.app.inject({ method: 'PUT', url, headers, payload })).statusCode
  }
  const tag = async () => String((await api.app.inject({ url, headers: bearer })).headers['etag'])
  assert.equal(await put('None yet', '*'), 412)
  assert.equal((await api.call('PUT', url, { severity: 'warning', title: 'First', threshold: 2, watch })).status, 200)
  const first = await tag()
  await api.commit({
    devices: ['A', 'B', 'C'].map((id, i) =>
      deviceState(i + 1, id, { lastArrived: instant(at), occupied: true, since: instant(at) }),
    ),
  })
  api.time.now += 1_000
  assert.equal(await put('Second', `"x", ${first}`), 200)
  assert.notEqual(await tag(), first)
  assert.equal(await put('Third', first), 412)
  assert.equal((await api.call('GET', url)).body.title, 'Second')
  const remove = (match: string) => api.app.inject({ method: 'DELETE', url, headers: { ...bearer, 'if-match': match } })
  assert.equal((await remove(first)).statusCode, 412)
  assert.equal((await remove(await tag())).statusCode, 204)
  const same = await api.app.inject({ url: '/api/v1/rules/overstay', headers: bearer })
  const again = { ...bearer, 'if-none-match': String(same.headers['etag']) }
  assert.equal((await api.app.inject({ url: '/api/v1/rules/overstay', headers: again })).statusCode, 304)
})

test('built-in rules are written back as they were read, with what they watch, and with nothing else to watch', async () => {
  await using api = await opened()
  const { items } = (await api.call('GET', '/api/v1/rules')).body
  const watching = items.filter((rule: { watch: object | null }) => rule.watch !== null)
  assert.ok(watching.length > 0)
  for (const rule of watching) {
    const names = ['kind', 'enabled', 'severity', 'title', 'next', 'channels', 'scope', 'schedule', 'on_delay_s']
    const fields = [...names, 'off_delay_s', 'threshold', 'clear_at', 'watch']
    const body = Object.fromEntries(fields.map((name) => [name, rule[name]]))
    const written = await api.call('PUT', `/api/v1/rules/${rule.id}`, body)
    assert.equal(written.status, 200, JSON.stringify(written.body))
    assert.deepEqual(written.body.watch, rule.watch)
    const is = rule.watch.is === 'above' ? 'below' : 'above'
    const other = await api.call('PUT', `/api/v1/rules/${rule.id}`, { ...body, watch: { ...rule.watch, is } })
    assert.deepEqual([other.status, other.body.errors[0].path], [400, 'watch'])
  }
})

test('where no channel is configured the list of notifications is empty', async () => {
  await using api = await opened()
  assert.deepEqual(await api.call('GET', '/api/v1/notifications'), { status: 200, body: { items: [], next: null } })
  assert.equal((await api.call('GET', '/api/v1/notifications?cursor=x')).status, 400)
})

test('the load of alerts is of the newest ones, and those that people raised for one lot are not one alert', async () => {
  await using api = await opened()
  for (let n = 1; n <= 4; n++) {
    await api.call('POST', '/api/v1/alerts', { ...made, id: `r-${n}`, title: `Fault ${n}` })
    api.time.now += 60_000
  }
  const titles = (await api.store.alertMarks(instant(at), 2)).map(({ title }) => title)
  assert.deepEqual(titles, ['Fault 3', 'Fault 4'])
  assert.equal(await api.store.openRaisedBefore(instant(at + 60_000)), 1)
  const load = await api.call('GET', '/api/v1/alerts/load')
  assert.deepEqual([load.body.repeating, load.body.open_over_24_h, load.body.counted_from], [[], 0, null])
  api.time.now += 86_400_000
  assert.equal((await api.call('GET', '/api/v1/alerts/load')).body.open_over_24_h, 4)
})

test('all words of a search are found, in any case and in their own pages, and signs of a pattern are letters', async () => {
  await using api = await opened()
  for (const [n, title] of ['Barrier 1 is open', 'Barrier 2 is open', 'Lamp 100% dark', 'Lamp 1000 dark'].entries())
    assert.equal((await api.call('POST', '/api/v1/alerts', { ...made, id: `r-${n}`, title })).status, 200)
  const titles = async (q: string, more = '') => {
    const { status, body } = await api.call('GET', `/api/v1/alerts?sort=severity&q=${encodeURIComponent(q)}${more}`)
    assert.equal(status, 200, JSON.stringify(body))
    return { found: body.items.map((one: { title: string }) => one.title).sort(), next: body.next }
  }
  assert.deepEqual((await titles('OPEN barrier')).found, ['Barrier 1 is open', 'Barrier 2 is open'])
  assert.deepEqual((await titles('100%')).found, ['Lamp 100% dark'])
  assert.equal((await titles('south')).found.length, 4)
  assert.deepEqual((await titles('barrier dark')).found, [])
  const first = await titles('barrier', '&limit=1')
  const second = await titles('barrier', `&limit=1&cursor=${encodeURIComponent(first.next)}`)
  assert.deepEqual([...first.found, ...second.found].sort(), ['Barrier 1 is open', 'Barrier 2 is open'])
})

test('alerts that were open at a moment are those raised by then and not closed yet', async () => {
  await using api = await opened()
  const { body } = await api.call('POST', '/api/v1/alerts', made)
  api.time.now += 60_000
  const closed = await api.call('POST', '/api/v1/alerts/actions', { alerts: [body.id], action: 'resolve' })
  assert.equal(closed.body.results[0].ok, true, JSON.stringify(closed.body))
  const openAt = async (ms: number) =>
    (await api.call('GET', `/api/v1/alerts?group=all&at=${new Date(at + ms).toISOString()}`)).body.items.length
  assert.deepEqual([await openAt(-1), await openAt(0), await openAt(59_999), await openAt(60_000)], [0, 1, 1, 0])
})
