import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { openHttp as open } from './http-under-test.ts'

const json = { 'content-type': 'application/json' }
const row = '{"device":"A-017","seq":412,"occupied":true}'

async function problem(response: Response, status: number) {
  assert.equal(response.status, status)
  assert.equal(response.headers.get('content-type'), 'application/problem+json')
  const body = (await response.json()) as { status: number; title: string; detail: string }
  assert.equal(body.status, status)
  assert.ok(body.detail.length > 10 && body.title)
  return body.detail
}

test('each form is accepted, counted and named after its token', async (t) => {
  const { post, context } = await open(t)
  const forms: [string, string, number, string][] = [
    ['application/json', row, 1, 'json'],
    ['application/json; charset=utf-8', `[${row},${row}]`, 2, 'json'],
    ['application/x-ndjson', `${row}\n${row}\r\n\n`, 2, 'lines'],
    ['text/csv', 'device,seq,time,occupied\nA,1,,true\n', 1, 'csv-header'],
    ['text/csv', 'A,1,,true\nB,2,,false\n', 2, 'csv'],
    ['text/csv', 'seq, "Device" ,occupied\n1,A,true\n', 1, 'csv-header'],
    ['text/csv; header=absent', 'device,1,,true\n', 1, 'csv'],
    ['text/csv; header=present', 'id,seq\nA,1\n', 1, 'csv-header'],
  ]
  for (const [type, body, frames, framing] of forms) {
    const response = await post(body, { 'content-type': type })
    assert.equal(response.status, 202)
    assert.deepEqual(await response.json(), { accepted: frames })
    const last = context.durable.at(-1)
    assert.equal(last?.framing, framing)
    assert.equal(last.source, 'north')
    assert.equal(last.codec, 'generic')
    assert.equal(Buffer.from(last.bytes).toString(), body)
  }
})

test('a body without a reading is refused and counted: its sender must not believe that something was kept', async (t) => {
  const { post, context } = await open(t)
  for (const [type, body] of [
    ['application/json', ''],
    ['application/json', ' [ ] '],
    ['application/x-ndjson', '\n\n'],
    ['text/csv', ''],
    ['text/csv', 'device,seq,time,occupied\r\n'],
    ['text/csv; header=present', 'A,1,,1'],
  ] as const)
    assert.match(await problem(await post(body, { 'content-type': type }), 400), /holds no reading/)
  assert.equal(context.delivers, 0)
  assert.deepEqual([...new Set(context.refusals.map(({ cause, source }) => `${cause} ${source}`))], ['protocol north'])
  assert.equal(context.refusals.length, 6)
})

test('no answer before the frames are durable', async (t) => {
  const { post, context } = await open(t)
  context.hold()
  let answered = false
  const answer = post(row).then((response) => {
    answered = true
    return response
  })
  await context.until(() => context.delivers === 1)
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(answered, false)
  context.release()
  assert.equal((await answer).status, 202)
  assert.equal(context.durable.length, 1)
})

test('what intake refuses is answered 503 with the time to come again, and nothing is durable', async (t) => {
  const { post, context } = await open(t)
  context.refuse('journal')
  const response = await post(row)
  assert.equal(response.headers.get('retry-after'), '1')
  await problem(response, 503)
  assert.equal(context.durable.length, 0)
  context.refuse(undefined)
  assert.equal((await post(row)).status, 202)
})

test('a body of a known sender that cannot be decoded is kept whole', async (t) => {
  const { post, context } = await open(t)
  assert.deepEqual(await (await post('[{"device":')).json(), { accepted: 1 })
  assert.deepEqual(await (await post('nonsense', { ...json, 'content-encoding': 'gzip' })).json(), { accepted: 1 })
  assert.deepEqual(context.frames(), ['[{"device":', 'nonsense'])
  assert.deepEqual(context.durable[1]?.meta, { body: '1', 'content-encoding': 'gzip' })
  assert.equal(context.durable[1]?.framing, 'whole')
})

test('without a valid token nothing is read, and it is counted', async (t) => {
  const { url, context } = await open(t)
  for (const authorization of ['', 'Bearer', 'Bearer bad', 'Basic good', 'good']) {
    const response = await fetch(`${url}/ingest/v1?token=good`, {
      method: 'POST',
      body: row,
      headers: { ...json, authorization },
    })
    assert.equal(response.headers.get('www-authenticate'), 'Bearer')
    await problem(response, 401)
  }
  assert.equal(context.delivers, 0)
  assert.equal(context.refusals.length, 5)
  assert.deepEqual(context.refusals[0], { frames: 1, cause: 'unauthorized', source: undefined })
})

test('wrong paths, methods, types and encodings say what is right', async (t) => {
  const { url, post } = await open(t)
  assert.match(await problem(await post(row, json, '/ingest/v2'), 404), /\/ingest\/v1/)
  const wrong = await fetch(`${url}/ingest/v1`)
  assert.equal(wrong.headers.get('allow'), 'POST')
  await problem(wrong, 405)
  assert.match(await problem(await post(row, { 'content-type': 'text/html' }), 415), /application\/json/)
  await problem(await post(row, { 'content-type': '' }), 415)
  assert.match(await problem(await post(row, { ...json, 'content-encoding': 'br' }), 415), /gzip/)
})

test('more than 8 MiB or 50,000 frames is too large, announced, in chunks or unpacked', async (t) => {
  const { post, url, context } = await open(t)
  const big = Buffer.alloc(8 * 1024 * 1024 + 1, ' ')
  await problem(await post(big), 413)
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue(big)
      controller.close()
    },
  })
  const chunked = { method: 'POST', body: stream, duplex: 'half', headers: { ...json, authorization: 'Bearer good' } }
  await problem(await fetch(`${url}/ingest/v1`, chunked as RequestInit), 413)
  await problem(await post(gzipSync(big), { ...json, 'content-encoding': 'gzip' }), 413)
  assert.match(await problem(await post(`[${'1,'.repeat(50_000)}1]`), 413), /50001/)
  assert.deepEqual(await (await post(`[${'1,'.repeat(49_999)}1]`)).json(), { accepted: 50_000 })
  const most = gzipSync(
    big
      .subarray(0, 8 * 1024 * 1024 - 3)
      .fill(' ', 0)
      .fill('1', 0, 3),
  )
  assert.deepEqual(await (await post(most, { ...json, 'content-encoding': 'gzip' })).json(), { accepted: 1 })
  assert.deepEqual(
    context.refusals.map(({ frames, cause }) => [frames, cause]),
    [
      [1, 'too-large'],
      [1, 'too-large'],
      [1, 'too-large'],
      [50_001, 'too-large'],
    ],
  )
})

test('a webhook is one frame with its query and content type', async (t) => {
  const { post, context } = await open(t)
  const response = await post('[{"devEui":"1"},\n{"devEui":"2"}]', json, '/ingest/lorawan?event=up')
  assert.deepEqual(await response.json(), { accepted: 1 })
  const [delivery] = context.durable
  assert.equal(delivery?.codec, 'lorawan')
  assert.equal(delivery?.framing, 'whole')
  assert.deepEqual(delivery?.meta, { query: 'event=up', 'content-type': 'application/json' })
  assert.equal((await post(new Uint8Array([0, 1, 255]), {}, '/ingest/lorawan')).status, 202)
})

for (const path of ['/ingest/v1', '/ingest/lorawan'])
  test(`${path} answers exactly: 202 once durable, 401, 413, 429, 503 with the time to come again, and each refusal is counted once`, async (t) => {
    const { post, context, url } = await open(t)
    const outcome = async (answer: Promise<Response>) => {
      const { status, headers } = await answer
      return [status, headers.get('retry-after')]
    }
    assert.deepEqual(await outcome(post('\0 no reading of anybody', json, path)), [202, null])
    assert.deepEqual(context.frames(), ['\0 no reading of anybody'])
    const bad = { method: 'POST', body: row, headers: { ...json, authorization: 'Bearer bad' } }
    assert.deepEqual(await outcome(fetch(url + path, bad)), [401, null])
    assert.deepEqual(await outcome(post(Buffer.alloc(8 * 1024 * 1024 + 1, 'x'), json, path)), [413, null])
    context.refuse('overload')
    assert.deepEqual(await outcome(post(row, json, path)), [503, '1'])
    context.refuse(undefined)
    context.hold()
    const big = Buffer.alloc(8 * 1024 * 1024 - 10, 'x')
    const held = Array.from({ length: 4 }, () => post(big, json, path))
    await context.until(() => context.delivers === 6)
    assert.deepEqual(await outcome(post(row, json, path)), [429, '1'])
    context.release()
    for (const answer of held) assert.deepEqual(await outcome(answer), [202, null])
    assert.deepEqual(
      context.refusals.map(({ frames, cause, source }) => [frames, cause, source]),
      [
        [1, 'unauthorized', undefined],
        [1, 'too-large', 'north'],
        [1, 'overload', 'north'],
      ],
    )
    assert.equal(context.refusedByIntake, 1)
    assert.equal(context.durable.length, 5)
  })

test('one source may not hold all the room, and room comes back when bytes are durable', async (t) => {
  const { post, context, url } = await open(t)
  context.hold()
  const big = `[${' '.repeat(8 * 1024 * 1024 - 10)}1]`
  const held = Array.from({ length: 4 }, () => post(big))
  await context.until(() => context.delivers === 4)
  const response = await post(row)
  await problem(response, 429)
  assert.equal(response.headers.get('retry-after'), '1')
  const other = fetch(`${url}/ingest/v1`, {
    method: 'POST',
    body: row,
    headers: { ...json, authorization: 'Bearer other' },
  })
  await context.until(() => context.delivers === 5)
  context.release()
  for (const answer of [...held, other]) assert.equal((await answer).status, 202)
  assert.equal((await post(row)).status, 202)
  assert.deepEqual(context.refusals, [{ frames: 1, cause: 'overload', source: 'north' }])
})

test('closing answers what is in flight and takes nothing new', async (t) => {
  const { post, context, stop, url } = await open(t)
  context.hold()
  const answer = post(row)
  await context.until(() => context.delivers === 1)
  const stopped = stop()
  await assert.rejects(fetch(`${url}/ingest/v1`, { method: 'POST' }))
  context.release()
  assert.equal((await answer).status, 202)
  const began = performance.now()
  await stopped
  assert.ok(performance.now() - began < 1_000)
})

test('a connection that was taken before closing began may still bring its request, and is answered', async (t) => {
  const { stop, url, context } = await open(t, { limits: { closeIdleMs: 500 } })
  const socket = net.connect(Number(new URL(url).port), '127.0.0.1')
  await once(socket, 'connect')
  // Until the server has taken it.
  assert.equal((await fetch(`${url}/nowhere`)).status, 404)
  const stopped = stop()
  await new Promise((resolve) => setTimeout(resolve, 100))
  const type = 'content-type: application/json'
  socket.write(
    `POST /ingest/v1 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer good\r\n${type}\r\ncontent-length: ${row.length}\r\n\r\n${row}`,
  )
  const [answer] = (await once(socket, 'data')) as [Buffer]
  assert.match(answer.toString(), /^HTTP\/1.1 202 /)
  await stopped
  assert.equal(context.frames().length, 1)
})

test('a sender that stalls is cut off: in the head, in the body, and at closing', async (t) => {
  const limits = { headersMs: 150, requestMs: 300, closeMs: 100 }
  const { url, stop, context } = await open(t, { limits })
  const port = Number(new URL(url).port)
  const head = `POST /ingest/v1 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer good\r\ncontent-type: application/json\r\n`
  for (const bytes of ['POST /ingest', `${head}content-length: 100\r\n\r\n[1,`]) {
    const socket = net.connect(port, '127.0.0.1')
    socket.write(bytes)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    assert.match(answer.toString(), /^HTTP\/1.1 408 /)
    await once(socket, 'close')
  }
  const stalled = net.connect(port, '127.0.0.1')
  stalled.on('error', () => {})
  stalled.write(`${head}content-length: 100\r\n\r\n[1,`)
  await new Promise((resolve) => setTimeout(resolve, 20))
  await Promise.all([stop(), once(stalled, 'close')])
  assert.equal(context.delivers, 0)
})

test('any bytes posted get an answer or a closed connection, and the next sender is served', async (t) => {
  const { url, post } = await open(t)
  const port = Number(new URL(url).port)
  const heads = fc.constantFrom(
    '',
    'POST /ingest/v1 HTTP/1.1\r\n',
    'POST /ingest/v1 HTTP/1.1\r\nauthorization: Bearer good\r\n',
  )
  const lines = fc.constantFrom(
    'content-length: 5\r\n',
    'content-type: text/csv\r\n',
    'transfer-encoding: chunked\r\n',
    '\r\n',
    'content-encoding: gzip\r\n',
  )
  await fc.assert(
    fc.asyncProperty(
      heads,
      fc.array(lines, { maxLength: 5 }),
      fc.uint8Array({ maxLength: 40 }),
      async (head, more, body) => {
        const socket = net.connect(port, '127.0.0.1')
        socket.on('error', () => {})
        socket.end(Buffer.concat([Buffer.from(head + more.join('')), body]))
        socket.resume()
        await once(socket, 'close')
      },
    ),
    { numRuns: 150 },
  )
  assert.equal((await post(row)).status, 202)
})

test('the times of a token that is trusted are trusted, request by request', async (t) => {
  let time: { time?: 'trust' } = { time: 'trust' }
  const tokens = { ingest: () => ({ source: 'north', ...time }) }
  const { post, context } = await open(t, { tokens })
  await post(row)
  time = {}
  await post(row)
  assert.deepEqual(
    context.durable.map((delivery) => delivery.time),
    ['trust', undefined],
  )
})
