import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { networkInterfaces } from 'node:os'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { lineBytesMax } from '../line-splitter.ts'
import { createFakeContext } from '../testing/fake-context.ts'
import { type TcpSourceOptions, tcpSource } from './tcp-source.ts'

async function open(t: TestContext, options: Partial<TcpSourceOptions> = {}, context = createFakeContext()) {
  const stopper = new AbortController()
  const { promise, resolve } = Promise.withResolvers<string>()
  const source = tcpSource({ listen: { host: '127.0.0.1', port: 0 }, onListening: resolve, ...options })
  const running = source.run(stopper.signal, context)
  const port = Number(new URL(await promise).port)
  const stop = () => {
    stopper.abort()
    return running
  }
  t.after(stop)
  return { context, port, stop, connect: (host = '127.0.0.1') => connect(t, port, host) }
}

function connect(t: TestContext, port: number, host: string) {
  const socket = net.connect(port, host)
  t.after(() => socket.destroy())
  let heard = ''
  socket.on('error', () => {})
  socket.on('data', (data) => {
    heard += data
  })
  return { socket, write: (text: string) => socket.write(text), heard: () => heard }
}

test('lines go to the journal together, with peer and columns; column names are noise', async (t) => {
  const { context, connect } = await open(t)
  const { write } = connect()
  write('{"device":"A"}\r\n\ndevice=B occupied=1\ndevice,seq\nC,1\n')
  await context.until(() => context.frames().length === 3)
  assert.deepEqual(context.frames(), ['{"device":"A"}', 'device=B occupied=1', 'C,1'])
  assert.deepEqual(
    context.durable.map(({ meta }) => meta),
    [{ peer: '127.0.0.1' }, { peer: '127.0.0.1', columns: 'device,seq' }],
  )
  assert.equal(context.delivers, 1)
  assert.deepEqual(context.noises, ['device,seq\n'])
})

test('ACK counts the lines that are durable, and is not sent before the sync', async (t) => {
  const { context, connect } = await open(t)
  context.hold()
  const { write, heard } = connect()
  write('#ack')
  await new Promise((resolve) => setTimeout(resolve, 20))
  write(' on\r\na,1\nb,2\n')
  await context.until(() => context.delivers === 1)
  await new Promise((resolve) => setTimeout(resolve, 30))
  assert.equal(heard(), '')
  context.release()
  await context.until(() => heard() === 'ACK 2\n')
  write('\ndevice,seq\nc,3\n')
  await context.until(() => heard().endsWith('ACK 4\n'))
  assert.deepEqual(context.frames(), ['a,1', 'b,2', 'c,3'])
})

test('a client that has closed its side is still acknowledged', async (t) => {
  const { context, connect } = await open(t)
  context.hold()
  const { socket, heard } = connect()
  socket.end('#ack on\na,1\n')
  await context.until(() => context.delivers === 1)
  context.release()
  await once(socket, 'close')
  assert.equal(heard(), 'ACK 1\n')
})

test('a client that did not ask is not acknowledged', async (t) => {
  const { context, connect } = await open(t)
  const { write, heard } = connect()
  write('a,1\n#ack on\n')
  await context.until(() => context.frames().length === 2)
  await new Promise((resolve) => setTimeout(resolve, 30))
  assert.equal(heard(), '')
})

test('while intake refuses nothing is acknowledged or dropped, and it resumes without a new connection', async (t) => {
  const { context, connect } = await open(t)
  context.refuse('journal')
  const { write, heard } = connect()
  write('#ack on\na,1\n')
  await context.until(() => context.delivers >= 2)
  write('b,2\n')
  assert.equal(heard(), '')
  context.refuse(undefined)
  await context.until(() => heard().endsWith('ACK 2\n'))
  assert.deepEqual(context.frames(), ['a,1', 'b,2'])
})

test('while nothing can be accepted the socket is paused: the window closes, and no retry counts as a refusal', async (t) => {
  const { context, connect } = await open(t)
  context.refuse('journal')
  const { socket, write } = connect()
  write('first\n')
  await context.until(() => context.delivers >= 2)
  const block = 'x'.repeat(999).concat('\n').repeat(1_000)
  const sent = 6
  for (let i = 0; i < sent; i++) socket.write(block)
  await new Promise((resolve) => setTimeout(resolve, 200))
  assert.ok(socket.writableLength > 0, 'the window closed')
  assert.ok(context.delivers >= 3)
  context.refuse(undefined)
  await context.until(() => context.durable.reduce((sum, { frames }) => sum + frames, 0) === sent * 1_000 + 1)
  assert.deepEqual([context.refusals, context.refusedByIntake], [[], 0])
})

test('a sender is held back while its bytes are not durable or intake is under pressure, and loses nothing', async (t) => {
  const { context, connect } = await open(t)
  context.hold()
  context.press(true)
  const { socket } = connect()
  const block = 'x'.repeat(999).concat('\n').repeat(1_000)
  const blocks = 12
  for (let i = 0; i < blocks; i++) socket.write(block)
  await new Promise((resolve) => setTimeout(resolve, 150))
  assert.ok(socket.writableLength > 0, 'the window closed')
  context.release()
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.ok(context.durable.reduce((sum, { frames }) => sum + frames, 0) < blocks * 1_000)
  context.press(false)
  await context.until(() => context.durable.reduce((sum, { frames }) => sum + frames, 0) === blocks * 1_000)
})

test('an overlong line and a line cut off by the end of the connection are kept as noise', async (t) => {
  const { context, connect } = await open(t)
  const { socket } = connect()
  socket.end(`${'x'.repeat(lineBytesMax + 1)}\na,1\nb,2`)
  await context.until(() => context.noises.includes('b,2'))
  assert.deepEqual(context.frames(), ['a,1'])
  assert.equal(context.noises.join('').length, lineBytesMax + 1 + 1 + 3)
  const second = connect()
  second.socket.end('#ack')
  await context.until(() => context.noises.includes('#ack'))
})

test('closing stops reading, makes durable what was read and acknowledges it', async (t) => {
  const { context, connect, stop } = await open(t)
  context.hold()
  const { socket, write, heard } = connect()
  write('#ack on\na,1\n')
  await context.until(() => context.delivers === 1)
  const stopped = stop()
  context.release()
  await Promise.all([stopped, once(socket, 'close')])
  assert.equal(heard(), 'ACK 1\n')
})

test('a client that sends again from the first unacknowledged line loses nothing across broken connections', async (t) => {
  const { context, port } = await open(t)
  const lines = Array.from({ length: 3_000 }, (_, i) => `line ${i}`)
  let from = 0
  let round = 0
  while (from < lines.length) {
    const { socket, write, heard } = connect(t, port, '127.0.0.1')
    write(
      `#ack on\n${lines
        .slice(from)
        .map((line) => `${line}\n`)
        .join('')}`,
    )
    const acked = () => Number(/ACK (\d+)\n$/.exec(heard())?.[1] ?? 0)
    if (round++ < 5) context.hold()
    await new Promise((resolve) => setTimeout(resolve, 10))
    context.release()
    await context.until(() => acked() > 0)
    socket.resetAndDestroy()
    from += acked()
  }
  assert.deepEqual(new Set(context.frames()), new Set(lines))
})

test('a sender on another address is refused and counted unless it is listed', async (t) => {
  const own = Object.values(networkInterfaces())
    .flat()
    .find((address) => address && !address.internal && address.family === 'IPv4')
  if (!own) return t.skip('this machine has no address but loopback')
  const listen = { host: '0.0.0.0', port: 0 }
  const closed = await open(t, { listen })
  const { socket } = closed.connect(own.address)
  await once(socket, 'close')
  assert.deepEqual(closed.context.refusals, [{ frames: 1, cause: 'unauthorized', source: undefined }])
  const opened = await open(t, { listen, allow: [own.address] })
  opened.connect(own.address).write('a,1\n')
  await opened.context.until(() => opened.context.frames().length === 1)
})

test('a connection that names no token in time is closed, one that has named its token stays', async (t) => {
  const tokens = { ingest: (token: string) => (token === 'good' ? { source: 'north' } : undefined) }
  const { context, connect } = await open(t, { access: 'token', tokens })
  const turns = async (done: () => boolean) => {
    for (let i = 0; i < 10_000 && !done(); i++) await new Promise((resolve) => setImmediate(resolve))
    assert.ok(done(), 'in time')
  }
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const sender = connect()
  sender.write('#token good\na,1\n')
  await turns(() => context.frames().length === 1)
  const silent = [connect(), connect()]
  silent[1]?.write('#token go')
  await turns(() => {
    t.mock.timers.tick(1_000)
    return silent.every(({ socket }) => socket.destroyed)
  })
  t.mock.timers.tick(20_000)
  sender.write('a,2\n')
  await turns(() => context.frames().length === 2)
  t.mock.timers.reset()
  assert.deepEqual(context.frames(), ['a,1', 'a,2'])
})

test('any bytes are taken, counted once and kept', async (t) => {
  const { context, connect } = await open(t)
  const bytes = fc.array(fc.constantFrom('#ack on', '\n', '\r', 'a', ',', 'device', '\0', '\uFEFF', ' ', '"'), {
    maxLength: 15,
  })
  let sent = ''
  await fc.assert(
    fc.asyncProperty(bytes, async (parts) => {
      const { socket } = connect()
      const text = parts.join('')
      sent += text.replace(/^#ack on\r?\n/, '')
      socket.end(text)
      socket.resume()
      await once(socket, 'close')
    }),
    { numRuns: 150 },
  )
  const sorted = (text: string) => [...text.replace(/[\s\uFEFF]/g, '')].sort().join('')
  const kept = () =>
    context.durable.map((delivery) => Buffer.from(delivery.bytes).toString()).join('') + context.noises.join('')
  await context.until(() => sorted(kept()) === sorted(sent))
})
