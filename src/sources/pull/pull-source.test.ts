/** A publisher as publishers are: changed and unchanged bodies, old times, broken bodies, errors, redirects, endless answers. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { pulledFeedCodec } from '../../codecs/pulled-feed/decode.ts'
import { instant } from '../../lib/brand.ts'
import type { Delivery } from '../source.ts'
import { createFakeContext } from '../testing/fake-context.ts'
import { pull } from './declaration.ts'
import { pullSource } from './pull-source.ts'

const json = { format: 'json', items: '/data', fields: { device: '/id', occupied: '/state', time: '/at' } } as const
const bay = (id: string, state: unknown, at = '2026-11-23T08:00:00Z') => ({ id, state, at })
const bodyOf = (...bays: object[]) => JSON.stringify({ data: bays })

async function publisher(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise((resolve) => server.once('listening', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/feed`
}

function pulling(t: TestContext, url: string, more: object = {}, staleAfterS?: number) {
  const context = createFakeContext()
  const stopper = new AbortController()
  const [settings] = pull.settings.parse([{ url, allowAddresses: ['127.0.0.1'], ...json, ...more }])
  assert.ok(settings)
  const { time: _time, name: _name, ...rest } = settings
  // More often than a configuration may ask, so that a test need not wait.
  const running = pullSource({
    ...rest,
    name: 'pull',
    everyS: 0.02,
    ...(staleAfterS === undefined ? {} : { staleAfterS }),
  }).run(stopper.signal, context)
  t.after(() => {
    stopper.abort()
    return running
  })
  return context
}
const read = ({ bytes, meta = {} }: Delivery) => {
  const result = pulledFeedCodec.decode(bytes, { arrivedAt: instant(0), meta })
  return result.ok ? result.value.map(({ device, measures }) => ({ device, ...measures })) : result.error
}

test('a body is journaled when it has changed, and read by the map that travels with it', async (t) => {
  let body = bodyOf(bay('A', 'occupied'), bay('B', false))
  let asked = 0
  const url = await publisher(t, (_request, response) => {
    asked++
    response.setHeader('content-encoding', 'gzip').end(gzipSync(body))
  })
  const context = pulling(t, url)
  await context.until(() => asked > 3)
  assert.equal(context.durable.length, 1)
  assert.deepEqual(read(context.durable[0] as Delivery), [
    { device: 'A', occupied: true },
    { device: 'B', occupied: false },
  ])
  body = bodyOf(bay('A', 0, '2026-11-23T08:05:00Z'))
  await context.until(() => context.durable.length === 2)
  assert.deepEqual(read(context.durable[1] as Delivery), [{ device: 'A', occupied: false }])
})

test('the ETag of a body that is durable is asked with, and 304 is no body', async (t) => {
  const asked: (string | undefined)[] = []
  const url = await publisher(t, (request, response) => {
    asked.push(request.headers['if-none-match'])
    if (request.headers['if-none-match'] === '"v1"') response.writeHead(304).end()
    else response.setHeader('etag', '"v1"').end(bodyOf(bay('A', true)))
  })
  const context = pulling(t, url)
  context.refuse('overload', 1)
  await context.until(() => asked.length > 4)
  assert.deepEqual(asked.slice(0, 3), [undefined, undefined, '"v1"'], 'a refused body is asked for again')
  assert.equal(context.durable.length, 1)
})

test('a body that cannot be read is journaled as it came, and is a dead letter', async (t) => {
  const url = await publisher(t, (_request, response) => response.end('<html>Wartung</html>'))
  const context = pulling(t, url)
  await context.until(() => context.durable.length === 1)
  assert.equal(context.frames()[0], '<html>Wartung</html>')
  assert.equal((read(context.durable[0] as Delivery) as { code: string }).code, 'not-json')
})

for (const [about, answer, reason] of [
  ['an error', (_, response) => response.writeHead(503).end('later'), /answered 503/],
  [
    'a redirect',
    (_, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    /answered 302/,
  ],
  ['no body', (_, response) => response.end(), /empty body/],
  ['a broken gzip', (_, response) => response.setHeader('content-encoding', 'gzip').end('no'), /not the gzip/],
  [
    'a bomb',
    (_, response) => response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(9 * 1024 * 1024))),
    /more than/,
  ],
  ['a body without an end', (_, response) => void response.write(Buffer.alloc(9 * 1024 * 1024)), /more than/],
  [
    'an answer that breaks off',
    (request, response) =>
      void response.writeHead(200, { 'content-length': 99 }).write('{', () => request.socket.destroy()),
    /./,
  ],
] as [string, RequestListener, RegExp][])
  test(`${about} is no body: it is shown, nothing is journaled, and the feed is asked again`, async (t) => {
    let asked = 0
    const url = await publisher(t, (request, response) => {
      asked++
      answer(request, response)
    })
    const context = pulling(t, url)
    await context.until(() => asked > 1 && context.states.some(({ state }) => state === 'waiting'), 10_000)
    assert.match(context.states.find(({ state }) => state === 'waiting')?.detail ?? '', reason)
    assert.deepEqual(context.durable, [])
  })

test('a private address that is not allowed is never called', async (t) => {
  let asked = 0
  const url = await publisher(t, (_request, response) => {
    asked++
    response.end(bodyOf(bay('A', true)))
  })
  const context = pulling(t, url, { allowAddresses: [] })
  await context.until(() => context.states.some(({ state }) => state === 'waiting'))
  assert.match(context.states.at(-1)?.detail ?? '', /loopback address\. Add it to its allowAddresses/)
  assert.equal(asked, 0)
})

test('a feed without times is a sign of life each time it answers', async (t) => {
  const url = await publisher(t, (_request, response) => response.setHeader('etag', '"v"').end('[{"id":7,"state":1}]'))
  const context = pulling(t, url, { items: '', fields: { device: '/id', occupied: '/state' } })
  await context.until(() => context.durable.length >= 3)
  assert.deepEqual(read(context.durable[2] as Delivery), [{ device: '7', occupied: true }])
})

const standards = path.join(import.meta.dirname, '../../../../shared/data/standards/datex2-v2/OnStreetStatus.xml')
test('the states of DATEX II v2 spaces are read, with the zone of its times', {
  skip: !existsSync(standards) && 'SKIPPED: no DATEX II samples',
}, async (t) => {
  const file = readFileSync(standards)
  const url = await publisher(t, (_request, response) => response.end(file))
  const context = pulling(t, url, { format: 'datex2', items: undefined, fields: undefined, zone: 'Europe/Prague' })
  await context.until(() => context.durable.length === 1)
  const readings = read(context.durable[0] as Delivery) as { device: string; occupied: boolean }[]
  const spaces = file.toString().match(/parkingSpaceIndex=/g)?.length
  assert.equal(readings.length, spaces)
  assert.ok(readings.every(({ device, occupied }) => /^[\w-]+:\d+$/.test(device) && typeof occupied === 'boolean'))
})

test('a feed that has stopped changing is stale: it is shown, and its answers are no sign of life', async (t) => {
  let asked = 0
  let body = '[{"id":7,"state":1}]'
  const url = await publisher(t, (_request, response) => {
    asked++
    response.end(body)
  })
  const context = pulling(t, url, { items: '', fields: { device: '/id', occupied: '/state' }, staleAfterS: 60 }, 0.05)
  await context.until(() =>
    context.states.some(({ state, detail = '' }) => state === 'waiting' && /has not changed/.test(detail)),
  )
  assert.match(context.reported.warnings?.[0] ?? '', /publisher may have stopped/)
  const [kept, before] = [context.durable.length, asked]
  await context.until(() => asked > before + 3)
  assert.equal(context.durable.length, kept)
  body = '[{"id":7,"state":0}]'
  await context.until(() => context.durable.length > kept)
  await context.until(() => context.states.at(-1)?.state === 'up')
  assert.deepEqual(context.reported.warnings ?? [], [])
})

test('an old body is stale at once after a start, and keeps nothing alive until it changes', async (t) => {
  let asked = 0
  let body = '[{"id":7,"state":1,"at":"2026-11-23T08:00:00Z"}]'
  const url = await publisher(t, (_request, response) => {
    asked++
    response.setHeader('last-modified', 'Mon, 23 Nov 2020 08:00:00 GMT').end(body)
  })
  const untimed = pulling(t, url, { items: '', fields: { device: '/id', occupied: '/state' } })
  await untimed.until(() => asked > 2)
  assert.deepEqual([untimed.durable.length, untimed.states[0]?.state], [0, 'waiting'])
  assert.match(untimed.reported.warnings?.[0] ?? '', /publisher may have stopped/)
  const timed = pulling(t, url, { items: '', fields: { device: '/id', occupied: '/state', time: '/at' } })
  await timed.until(() => timed.states.length > 2)
  assert.deepEqual([timed.durable.length, timed.states[0]?.state], [1, 'waiting'])
  body = '[{"id":7,"state":0,"at":"2026-11-23T08:05:00Z"}]'
  await untimed.until(() => untimed.durable.length > 1)
  await untimed.until(() => untimed.states.at(-1)?.state === 'up')
})

test('a file that is gzip is unpacked; one that is damaged, and a bomb, are kept as they came', async (t) => {
  const good = gzipSync(bodyOf(bay('A', true)))
  const bodies = [good, good.subarray(0, 30), gzipSync(Buffer.alloc(9 * 1024 * 1024))]
  for (const body of bodies) {
    const url = await publisher(t, (_request, response) => response.end(body))
    const context = pulling(t, url)
    await context.until(() => context.durable.length === 1)
    const kept = Buffer.from((context.durable[0] as Delivery).bytes)
    assert.deepEqual(kept, body === good ? Buffer.from(bodyOf(bay('A', true))) : body)
  }
})
