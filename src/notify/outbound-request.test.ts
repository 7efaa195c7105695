import assert from 'node:assert/strict'
import { once } from 'node:events'
import net, { type AddressInfo, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createAddressList } from '../lib/address-list.ts'
import { OutboundError, type OutboundOptions, post } from '../lib/outbound-request.ts'
import { dnsStub } from './testing/dns-stub.ts'
import { answering, httpReceiver } from './testing/http-receiver.ts'

const loopback: OutboundOptions = { isAllowed: createAddressList(['127.0.0.0/8']) }
const none: OutboundOptions = { isAllowed: createAddressList([]) }
const request = (url: string, timeoutMs = 2_000) => ({
  ...{ url, timeoutMs, headers: { 'x-test': 'yes' }, body: '{"a":"ü"}' },
  signal: new AbortController().signal,
})
const faultOf = (work: Promise<unknown>): Promise<OutboundError> =>
  work.then(
    () => assert.fail('it was answered'),
    (fault: unknown) => {
      assert.ok(fault instanceof OutboundError, String(fault))
      return fault
    },
  )

test('a request arrives whole, and its answer is reported', async () => {
  await using receiver = await httpReceiver(answering(202, { 'retry-after': '7' }))
  assert.deepEqual(await post(request(receiver.url), loopback), { status: 202, retryAfter: '7' })
  assert.equal(receiver.requests[0]?.body, '{"a":"ü"}')
  assert.equal(receiver.requests[0]?.headers['x-test'], 'yes')
})

test('every spelling of an address of this machine is refused before a connection is made', async () => {
  await using receiver = await httpReceiver()
  const { port } = receiver
  for (const host of [
    ...['127.0.0.1', '2130706433', '0x7f000001', '0177.0.0.1', '0x7f.1', '127.1', '127.0.0.1.', '0', '[::1]'],
    ...[
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[64:ff9b::7f00:1]',
      '[2002:7f00:1::]',
      '[::127.0.0.1]',
      '①②⑦.0.0.1',
      'localhost',
    ],
  ]) {
    const fault = await faultOf(post(request(`http://${host}:${port}/hook`), none))
    assert.equal(fault.refused, true, `${host}: ${fault.message}`)
  }
  assert.equal(receiver.requests.length, 0)
})

test('a name that resolves to this machine at the second time is connected to its first address only', async () => {
  await using receiver = await httpReceiver()
  // Public at the first time, this machine at every later one.
  await using stub = await dnsStub((time) => (time === 1 ? ['127.0.0.9'] : ['127.0.0.1']))
  const isAllowed = createAddressList(['127.0.0.9/32'])
  const url = `http://rebinding.example:${receiver.port}/hook`
  const fault = await faultOf(post(request(url), { isAllowed, resolve: stub.resolve }))
  assert.match(fault.message, /refused the connection/)
  assert.equal(stub.asked, 2, 'the name was resolved more than once')
  const later = await faultOf(post(request(url), { isAllowed, resolve: stub.resolve }))
  assert.equal(later.refused, true)
  assert.equal(receiver.requests.length, 0)
})

test('a name with one forbidden address among allowed ones is refused, for IPv6 too', async () => {
  await using receiver = await httpReceiver()
  const isAllowed = createAddressList(['127.0.0.1/32'])
  for (const answer of [
    ['127.0.0.1', '10.0.0.1'],
    ['127.0.0.1', '::1'],
    ['127.0.0.1', 'fd00::1'],
  ]) {
    await using stub = await dnsStub(() => answer)
    const fault = await faultOf(
      post(request(`http://two.example:${receiver.port}/`), { isAllowed, resolve: stub.resolve }),
    )
    assert.equal(fault.refused, true, answer.join())
  }
  assert.equal(receiver.requests.length, 0)
})

test('a redirect to this machine is an answer, and is not followed', async () => {
  await using inner = await httpReceiver()
  await using receiver = await httpReceiver(answering(307, { location: inner.url }))
  assert.equal((await post(request(receiver.url), loopback)).status, 307)
  assert.equal(inner.requests.length, 0)
})

async function rawServer(t: TestContext, serve: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    serve(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

test('a server that resets, hangs, drips or answers nonsense is a failure that may have been received', async (t) => {
  const wrong: Record<string, (socket: Socket) => void> = {
    reset: (socket) => socket.once('data', () => socket.resetAndDestroy()),
    close: (socket) => socket.once('data', () => socket.end()),
    hang: () => {},
    nonsense: (socket) => socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.9\r\n')),
    half: (socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-le')),
    header: (socket) => socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\nx: ${'a'.repeat(100_000)}\r\n\r\n`)),
    drip(socket) {
      const timer = setInterval(() => socket.write('HTTP/1.1 200 OK\r\n'.charAt(0)), 20)
      socket.on('close', () => clearInterval(timer))
    },
  }
  for (const [name, serve] of Object.entries(wrong)) {
    const fault = await faultOf(post(request(await rawServer(t, serve), 300), loopback))
    assert.equal(fault.reached, true, `${name}: ${fault.message}`)
  }
})

test('an answer without an end costs nothing: its status counts', async (t) => {
  const url = await rawServer(t, (socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')
      const flood = () => {
        while (!socket.destroyed && socket.write(`ffff\r\n${'a'.repeat(0xffff)}\r\n`));
      }
      socket.on('drain', flood)
      flood()
    })
  })
  assert.equal((await post(request(url), loopback)).status, 200)
})

test('a server that is not there, or speaks no TLS, has not received anything', async (t) => {
  const gone = await httpReceiver()
  await gone[Symbol.asyncDispose]()
  const refused = await faultOf(post(request(gone.url), loopback))
  assert.deepEqual([refused.reached, /refused the connection/.test(refused.message)], [false, true])
  const plain = await rawServer(t, (socket) =>
    socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
  )
  const notTls = await faultOf(post(request(plain.replace('http:', 'https:')), loopback))
  assert.equal(notTls.reached, false, notTls.message)
})
