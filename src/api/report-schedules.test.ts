/** Schedules of reports over the API. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from '@baykeeper/contract/client.ts'
import { schedulesMax } from '@baykeeper/contract/report-schedule.ts'
import { routes } from '@baykeeper/contract/routes.ts'
import { schedulesMax as keptMax } from '../domain/report-schedule.ts'
import { instant } from '../lib/brand.ts'
import { systemClock } from '../lib/clock.ts'
import { type NewestReport, type NotifierPort, NotifierUnavailable, type SendOutcome } from './context.ts'
import { apiKey, apiUnderTest, bearer, layoutOf, type UnderTestOptions } from './testing/api-under-test.ts'

const now = instant(Date.parse('2026-11-25T12:00:00Z'))
const weekly = {
  ...{ name: 'Occupancy', kind: 'occupancy', site: 'south', period: 'last-week', every: 'week', weekday: 'mon' },
  ...{ at: '07:00', channel: 'planners' },
}

function notifierUnderTest() {
  const state = { newest: [] as NewestReport[], isAway: false, outcome: undefined as SendOutcome | undefined }
  const sent: string[] = []
  const port = {
    report: () => ({
      ...{ state: 'running', detail: '' },
      items: [
        { name: 'planners', kind: 'email' },
        { name: 'hook', kind: 'webhook' },
      ],
    }),
    async mailedReports() {
      if (state.isAway) throw new NotifierUnavailable('It does not run.')
      return state.newest
    },
    async sendReport(id: string, author: string) {
      if (state.isAway) throw new NotifierUnavailable('It does not run.')
      sent.push(`${id} by ${author}`)
      return state.outcome
    },
  } as unknown as NotifierPort
  return { state, sent, port }
}

async function opened(options: UnderTestOptions = {}) {
  const notifier = notifierUnderTest()
  const clock = { ...systemClock, now: () => now }
  const api = await apiUnderTest({ layout: layoutOf(['A']), notifier: notifier.port, clock, ...options })
  const call = async (method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, payload?: object, headers = bearer) => {
    const answer = await api.app.inject({
      method,
      url: `/api/v1/report-schedules${path}`,
      headers,
      ...(payload ? { payload } : {}),
    })
    return { status: answer.statusCode, body: answer.json() }
  }
  return { ...{ api, call }, ...notifier, [Symbol.asyncDispose]: () => api[Symbol.asyncDispose]() }
}

test('a schedule is set, shown with its next due time, changed and removed, and its author is kept', async () => {
  await using under = await opened()
  const set = await under.call('PUT', '/north-weekly', { ...weekly, reason: 'for the council' })
  assert.equal(set.status, 200, JSON.stringify(set.body))
  // Monday 07:00 in Berlin, the zone of the site.
  assert.deepEqual([set.body.time_zone, set.body.next_due], ['Europe/Berlin', '2026-11-30T06:00:00.000Z'])
  assert.deepEqual([set.body.reason, set.body.format, set.body.compare], ['for the council', 'xlsx', 'none'])
  assert.equal(set.body.last.state, 'none')
  assert.deepEqual((await under.call('GET', '/north-weekly')).body, set.body)
  const paused = await under.call('PUT', '/north-weekly', { ...weekly, paused: true })
  assert.deepEqual([paused.body.paused, paused.body.next_due], [true, null])
  assert.equal((await under.call('GET', '')).body.items.length, 1)
  assert.equal((await under.call('DELETE', '/north-weekly')).status, 200)
  assert.deepEqual((await under.call('GET', '')).body.items, [])
  for (const [method, path] of [
    ['GET', '/north-weekly'],
    ['DELETE', '/north-weekly'],
    ['POST', '/north-weekly/send'],
  ] as const)
    assert.equal((await under.call(method, path)).status, 404, `${method} ${path}`)
  const [row] = await under.api.store.reportSchedules()
  assert.deepEqual([row?.schedule, row?.author.length !== 0], [null, true])
})

test('what cannot be sent is refused, with the place and what to do, and nothing is journaled', async () => {
  await using under = await opened()
  const cases: readonly (readonly [object, number, RegExp])[] = [
    [{ kind: 'nothing' }, 400, /kind/],
    [{ weekday: undefined }, 400, /weekday: name the day of the week/],
    [{ every: 'day' }, 400, /weekday: only a report of every week/],
    [{ every: 'month', weekday: null }, 400, /month_day: name the day/],
    [{ month_day: 3 }, 400, /month_day: only/],
    [{ every: 'month', weekday: null, month_day: 32 }, 400, /month_day/],
    [{ at: '7:00' }, 400, /local time as 07:00/],
    [{ at: '24:00' }, 400, /at/],
    [{ time_zone: 'GMT Standard Time' }, 400, /time_zone: there is no GMT Standard Time/],
    [{ channel: 'other' }, 404, /no channel other/],
    [{ channel: 'hook' }, 400, /channel: hook is of kind webhook/],
    [{ channel: 'ann@example.org' }, 400, /channel/],
    [{ site: 'nowhere' }, 404, /no site nowhere/],
    [{ site: null, level: 'l0' }, 400, /level: name its site/],
    [{ level: 'x' }, 404, /no level x/],
    [{ type: 'staff' }, 404, /no bay of the type staff/],
    [{ table: 'days' }, 400, /table: a workbook holds all/],
    [{ format: 'csv', table: 'x' }, 400, /no table x; it has cells, days/],
    [{ format: 'json' }, 400, /format/],
    [{ compare: 'other' }, 400, /compare/],
    [{ name: 'a\r\nBcc: eve@example.org' }, 400, /control characters/],
    [{ to: ['eve@example.org'] }, 400, /to/],
  ]
  for (const [more, status, detail] of cases) {
    const answer = await under.call('PUT', '/a', { ...weekly, ...more })
    assert.equal(answer.status, status, `${JSON.stringify(more)}: ${JSON.stringify(answer.body)}`)
    assert.match(answer.body.detail, detail, JSON.stringify(more))
  }
  assert.equal((await under.call('PUT', '/A_b', weekly)).status, 400)
  assert.deepEqual(await under.api.store.reportSchedules(), [])
})

test('the zone of a schedule is that of the site, else that of all of them, else that of the notifications', async () => {
  const [site] = layoutOf(['A']).sites
  assert.ok(site)
  const layout = {
    ...layoutOf(['A']),
    sites: [site, { ...site, id: 'far', name: 'Far', zone: 'Asia/Tokyo', levels: [] }],
  }
  await using under = await opened({ layout, notificationZone: 'America/New_York' })
  const zoneOf = async (more: object) => (await under.call('PUT', '/a', { ...weekly, ...more })).body.time_zone
  assert.equal(await zoneOf({}), 'Europe/Berlin')
  assert.equal(await zoneOf({ site: 'far' }), 'Asia/Tokyo')
  assert.equal(await zoneOf({ site: null }), 'America/New_York')
  assert.equal(await zoneOf({ site: null, time_zone: 'UTC' }), 'UTC')
})

test('what became of the newest report is shown, and is unknown where the notifier does not answer', async () => {
  await using under = await opened()
  await under.call('PUT', '/a', weekly)
  under.state.newest = [
    {
      ...{ schedule: 'a', state: 'dead', due: Date.parse('2026-11-23T06:00:00Z'), isAsked: false, attempts: 3 },
      ...{ finished: Date.parse('2026-11-24T06:00:00Z'), detail: 'mail.example.org refused the message.', delivery: 7 },
    },
  ]
  const { last } = (await under.call('GET', '/a')).body
  assert.deepEqual(last, {
    ...{ state: 'dead', due: '2026-11-23T06:00:00.000Z', asked: false, finished: '2026-11-24T06:00:00.000Z' },
    ...{ attempts: 3, detail: 'mail.example.org refused the message.', delivery: 7 },
  })
  under.state.isAway = true
  const [item] = (await under.call('GET', '')).body.items
  assert.deepEqual([item.last.state, item.next_due], ['unknown', '2026-11-30T06:00:00.000Z'])
})

test('a report is sent now by who may operate, and its refusal and a notifier that is away are problems', async () => {
  await using under = await opened()
  await under.call('PUT', '/a', weekly)
  under.state.outcome = { is: 'asked', delivery: 8, key: 'k' }
  const sent = await under.call('POST', '/a/send')
  assert.deepEqual([sent.status, sent.body], [202, { id: 'a', delivery: 8, key: 'k' }])
  under.state.outcome = { is: 'refused', reason: 'One that was asked for has not been sent or given up yet.' }
  const again = await under.call('POST', '/a/send')
  assert.deepEqual([again.status, again.body.code], [409, 'E_NOT_SENT'])
  under.state.isAway = true
  assert.equal((await under.call('POST', '/a/send')).status, 503)
  const reader = await under.api.keyring.createToken({ name: 'reader', kind: 'api', scopes: ['read'] })
  const headers = { authorization: `Bearer ${reader}` }
  assert.equal((await under.call('GET', '', undefined, headers)).status, 200)
  for (const [method, path, body] of [
    ['PUT', '/a', weekly],
    ['DELETE', '/a'],
    ['POST', '/a/send'],
  ] as const)
    assert.equal((await under.call(method, path, body, headers)).status, 403, `${method} ${path}`)
  assert.equal(under.sent.length, 2)
})

test('in the simulated city no report is sent, and without a layout or a channel none can be set up', async () => {
  await using city = await opened({ simulated: () => true })
  await city.call('PUT', '/a', weekly)
  const refused = await city.call('POST', '/a/send')
  assert.deepEqual([refused.status, city.sent], [409, []])
  assert.match(refused.body.detail, /simulated city/)
  await using bare = await apiUnderTest({ notifier: notifierUnderTest().port })
  const client = createClient({ base: await bare.listen(), key: apiKey })
  const body = { ...weekly, kind: 'occupancy', period: 'last-week', every: 'week', weekday: 'mon' } as const
  await assert.rejects(
    client.call(routes.putReportSchedule, { params: { id: 'a' }, body }),
    /no layout yet: publish one first/,
  )
  await using silent = await apiUnderTest({ layout: layoutOf(['A']) })
  const put = { method: 'PUT', url: '/api/v1/report-schedules/a', headers: bearer, payload: weekly } as const
  assert.match((await silent.app.inject(put)).body, /no channel planners is configured/)
})

test('as many schedules as there may be are the same number everywhere', () => assert.equal(schedulesMax, keptMax))
