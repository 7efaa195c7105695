import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { InjectOptions } from 'fastify'
import { type NotifierPort, PublicationRefused, type Publisher } from './context.ts'
import { type ApiUnderTest, apiUnderTest, bearer, layoutOf } from './testing/api-under-test.ts'

const layout = layoutOf(['A', 'B'])
const closing = { bays: ['A'], state: 'closed', reason: 'painting' }

const post = (url: string, payload: object, key?: string, headers: Record<string, string> = bearer): InjectOptions => ({
  ...{ method: 'POST', url, payload },
  headers: key === undefined ? headers : { ...headers, 'idempotency-key': key },
})
const overrides = async ({ app }: ApiUnderTest) =>
  (await app.inject({ url: '/api/v1/overrides', headers: bearer })).json().items as { id: string }[]

test('the same key and content get the first answer and make one override, and without a key there are two', async () => {
  await using api = await apiUnderTest({ layout })
  const first = await api.app.inject(post('/api/v1/overrides', closing, 'k1'))
  assert.equal(first.statusCode, 200, first.body)
  const again = await api.app.inject(post('/api/v1/overrides', closing, 'k1'))
  assert.deepEqual([again.statusCode, again.body], [first.statusCode, first.body])
  assert.equal(again.headers['content-type'], first.headers['content-type'])
  assert.deepEqual(
    [first, again].map(({ headers }) => headers['idempotency-replayed']),
    [undefined, 'true'],
  )
  assert.equal((await overrides(api)).length, 1)
  await api.app.inject(post('/api/v1/overrides', closing))
  await api.app.inject(post('/api/v1/overrides', closing))
  assert.equal((await overrides(api)).length, 3)
})

test('two at once with one key are one request', async () => {
  await using api = await apiUnderTest({ layout })
  const both = await Promise.all([1, 2, 3].map(() => api.app.inject(post('/api/v1/overrides', closing, 'k'))))
  assert.equal(new Set(both.map(({ body }) => body)).size, 1)
  assert.equal((await overrides(api)).length, 1)
})

test('the same key with another content or address is 422 and changes nothing', async () => {
  await using api = await apiUnderTest({ layout })
  await api.app.inject(post('/api/v1/overrides', closing, 'k'))
  for (const options of [
    post('/api/v1/overrides', { ...closing, bays: ['B'] }, 'k'),
    post('/api/v1/layout/changes', { changes: [{ bay: 'A', set: { types: ['ev'] } }] }, 'k'),
  ]) {
    const { statusCode, headers, ...answer } = await api.app.inject(options)
    assert.equal(statusCode, 422)
    assert.equal(answer.json().code, 'E_IDEMPOTENCY_KEY_REUSED')
    assert.match(String(headers['content-type']), /problem\+json/)
  }
  assert.equal((await overrides(api)).length, 1)
})

test('a key of another caller is another key', async () => {
  await using api = await apiUnderTest({ layout })
  const other = {
    authorization: `Bearer ${await api.keyring.createToken({ name: 'other', kind: 'api', scopes: ['admin'] })}`,
  }
  await api.app.inject(post('/api/v1/overrides', closing, 'k'))
  const theirs = await api.app.inject(post('/api/v1/overrides', { ...closing, bays: ['B'] }, 'k', other))
  assert.equal(theirs.statusCode, 200)
  assert.equal((await overrides(api)).length, 2)
})

test('a refusal is not kept: what was wrong is put right under the same key', async () => {
  await using api = await apiUnderTest({ layout })
  const wrong = await api.app.inject(post('/api/v1/overrides', { ...closing, bays: ['no'] }, 'k'))
  assert.equal(wrong.statusCode, 400)
  assert.equal((await api.app.inject(post('/api/v1/overrides', closing, 'k'))).statusCode, 200)
})

test('a key that is empty, too long or not ASCII is refused with the reason', async () => {
  await using api = await apiUnderTest({ layout })
  for (const key of ['', 'x'.repeat(256), 'a b']) {
    const answer = await api.app.inject(post('/api/v1/overrides', closing, key))
    assert.deepEqual([answer.statusCode, answer.json().code], [400, 'E_IDEMPOTENCY_KEY'], key)
  }
})

/** A database that outlives the server. */
async function placed(t: { after(end: () => Promise<void>): void }) {
  const dir = await mkdtemp(join(tmpdir(), 'idempotency-'))
  t.after(() => rm(dir, { recursive: true }))
  return `sqlite:${join(dir, 'kept.sqlite')}`
}

test('after a restart the key is known from the journal: the override and the swap are made once', async (t) => {
  const storeUrl = await placed(t)
  const swap = { swap: ['a', 'b'] }
  const assign = (device: string, bay: string) => ({ device, bay })
  const devicesAt = async ({ app }: ApiUnderTest, bay: string) =>
    (await app.inject({ url: `/api/v1/bays/${bay}`, headers: bearer })).json().assigned
  {
    await using api = await apiUnderTest({ storeUrl, layout })
    for (const each of [assign('a', 'A'), assign('b', 'B')]) await api.app.inject(post('/api/v1/assignments', each))
    assert.equal((await api.app.inject(post('/api/v1/assignments', swap, 'swap'))).json().version, 4)
    assert.equal((await api.app.inject(post('/api/v1/overrides', closing, 'close'))).statusCode, 200)
    assert.deepEqual(await devicesAt(api, 'B'), ['a'])
  }
  await using api = await apiUnderTest({ storeUrl })
  const [before] = await overrides(api)
  const again = await api.app.inject(post('/api/v1/overrides', closing, 'close'))
  assert.deepEqual([again.statusCode, again.json().id], [200, before?.id])
  assert.equal((await overrides(api)).length, 1)
  const swapped = await api.app.inject(post('/api/v1/assignments', swap, 'swap'))
  assert.deepEqual([swapped.statusCode, swapped.json()], [200, { version: 4 }])
  assert.deepEqual(await devicesAt(api, 'B'), ['a'])
  const other = await api.app.inject(post('/api/v1/overrides', { ...closing, bays: ['B'] }, 'close'))
  assert.equal(other.statusCode, 422)
})

test('a change whose fate was not known is sent again with its key and takes effect once', async () => {
  let isCut = true
  let inner: Publisher | undefined
  const cutting: Publisher = {
    async publish(record) {
      const position = await (inner as Publisher).publish(record)
      if (!isCut) return position
      isCut = false
      throw new PublicationRefused('interrupted', 'the intake process ended before it answered')
    },
  }
  await using api = await apiUnderTest({
    layout,
    aroundPublisher: (publisher) => {
      inner = publisher
      return cutting
    },
  })
  const first = await api.app.inject(post('/api/v1/overrides', closing, 'k'))
  assert.deepEqual([first.statusCode, first.json().code], [503, 'E_PUBLICATION_UNKNOWN'])
  assert.equal((await api.app.inject(post('/api/v1/overrides', closing, 'k'))).statusCode, 200)
  assert.equal((await overrides(api)).length, 1)
})

test('of two at once with one key of which the first fails, and a retry, one has an effect', async () => {
  let isDown = true
  await using api = await apiUnderTest({
    layout,
    aroundPublisher: (publisher) => ({
      async publish(record) {
        if (!isDown) return publisher.publish(record)
        isDown = false
        // The other one waits for this one by then.
        await sleep(200)
        throw new PublicationRefused('unavailable', 'the journal does not answer')
      },
    }),
  })
  const request = post('/api/v1/overrides', closing, 'k')
  const both = await Promise.all([api.app.inject(request), api.app.inject(request)])
  assert.deepEqual(both.map(({ statusCode }) => statusCode).sort(), [200, 503])
  const retried = await api.app.inject(request)
  assert.deepEqual([retried.statusCode, retried.headers['idempotency-replayed']], [200, 'true'])
  assert.equal((await overrides(api)).length, 1)
})

test('after a restart a wait, an action on an alert, an alert and a mode of a sign are the same ones, made once', async (t) => {
  const storeUrl = await placed(t)
  const contacts = new Map<string, string>()
  const notifier = {
    report: () => ({ state: 'running', detail: '', items: [{ name: 'mail', kind: 'email' }] }),
    addContact: async ({ wait, address }: { wait: string; address: string }) => contacts.set(wait, address) && 'kept',
  } as unknown as NotifierPort
  const until = new Date(Date.now() + 86_400_000).toISOString()
  const site = layout.sites[0]?.id
  const requestsOn = (alert: string) => [
    post('/api/v1/waits', { site, channel: 'mail', address: 'a@example.org', until }, 'wait'),
    post('/api/v1/alerts', { title: 'Barrier', severity: 'warning', site }, 'alert'),
    post('/api/v1/alerts/actions', { alerts: [alert], action: 'acknowledge' }, 'action'),
    post('/api/v1/signs/main/mode', { mode: 'blank', minutes: 30, reason: 'cleaning' }, 'mode'),
  ]
  let requests: ReturnType<typeof requestsOn> = []
  const made: { id: string; mode_until?: string }[] = []
  const listed = async ({ app }: ApiUnderTest, url: string) =>
    (await app.inject({ url, headers: bearer })).json().items.length as number
  {
    await using api = await apiUnderTest({ storeUrl, layout, notifier })
    const sign = { name: 'Main', places: [{ site }] }
    await api.app.inject({ method: 'PUT', url: '/api/v1/signs/main', payload: sign, headers: bearer })
    const earlier = post('/api/v1/alerts', { title: 'Gate', severity: 'warning', site }, 'earlier')
    requests = requestsOn((await api.app.inject(earlier)).json().id)
    for (const request of requests) {
      const { statusCode, body, ...answer } = await api.app.inject(request)
      assert.ok(statusCode < 300, body)
      made.push(answer.json())
    }
  }
  await using api = await apiUnderTest({ storeUrl, notifier })
  for (const [i, request] of requests.entries()) {
    const { statusCode, body, ...answer } = await api.app.inject(request)
    assert.ok(statusCode < 300, body)
    const { id, mode_until: end } = answer.json() as (typeof made)[number]
    assert.deepEqual([id, end], [made[i]?.id, made[i]?.mode_until], String(request.url))
  }
  assert.deepEqual([...contacts.keys()], [made[0]?.id])
  assert.deepEqual([await listed(api, '/api/v1/waits'), await listed(api, '/api/v1/alerts?group=all')], [1, 2])
  assert.equal(await listed(api, '/api/v1/signs/main/history'), 2)
})
