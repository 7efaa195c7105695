import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { networkInterfaces } from 'node:os'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { createFakeContext } from '../testing/fake-context.ts'
import { dropsOf, kernelDrops } from './kernel-drops.ts'
import { type UdpSourceOptions, udpPreflight, udpSource } from './udp-source.ts'

async function open(t: TestContext, options: Partial<UdpSourceOptions> = {}) {
  const context = createFakeContext()
  const stopper = new AbortController()
  const { promise, resolve } = Promise.withResolvers<number>()
  const source = udpSource({ listen: { host: '127.0.0.1', port: 0 }, onListening: resolve, ...options })
  const running = source.run(stopper.signal, context)
  const port = await promise
  const stop = () => {
    stopper.abort()
    return running
  }
  const sender = createSocket('udp4')
  t.after(async () => {
    sender.close()
    await stop()
  })
  const heard: string[] = []
  sender.on('message', (bytes) => heard.push(bytes.toString()))
  const send = (bytes: string | Uint8Array, host = '127.0.0.1') =>
    new Promise<void>((resolve, reject) =>
      sender.send(bytes, port, host, (fault) => (fault ? reject(fault) : resolve())),
    )
  return { context, port, stop, send, heard }
}

test('each datagram is one frame with its sender of any bytes', async (t) => {
  const { context, send } = await open(t)
  await send('{"device":"A"}\n{"device":"B"}\n')
  await send(new Uint8Array())
  await context.until(() => context.durable.length === 2)
  assert.deepEqual(context.frames(), ['{"device":"A"}\n{"device":"B"}\n', ''])
  assert.deepEqual(context.durable[0]?.meta, { peer: '127.0.0.1' })
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 1_000 }), async (bytes) => {
      const before = context.durable.length
      await send(bytes)
      await context.until(() => context.durable.length === before + 1)
      assert.deepEqual(Uint8Array.from(context.durable.at(-1)?.bytes ?? []), bytes)
    }),
    { numRuns: 50 },
  )
})

test('who asks for an acknowledgement gets it after the sync, others get none; the request is no part of the frame', async (t) => {
  const { context, send, heard } = await open(t)
  context.hold()
  await send('#ack 412\r\n{"device":"A"}')
  await send('#ack on the first of May\nB,1')
  await send('C,1')
  await context.until(() => context.delivers === 1)
  await new Promise((resolve) => setTimeout(resolve, 30))
  assert.deepEqual(heard, [])
  context.refuse('journal', 1)
  context.release()
  await context.until(() => context.durable.length === 3)
  await context.until(() => heard.length === 1)
  await new Promise((resolve) => setTimeout(resolve, 30))
  assert.deepEqual(heard, ['ACK 412\n'])
  assert.deepEqual(context.frames(), ['{"device":"A"}', '#ack on the first of May\nB,1', 'C,1'])
})

test('while intake refuses datagrams are kept, and delivered when it accepts again', async (t) => {
  const { context, send } = await open(t)
  context.refuse('journal')
  for (let i = 0; i < 20; i++) await send(`d${i}`)
  await context.until(() => context.delivers >= 2)
  context.refuse(undefined)
  await context.until(() => context.durable.length === 20)
  assert.deepEqual(
    context.frames(),
    Array.from({ length: 20 }, (_, i) => `d${i}`),
  )
})

test('beyond what may be kept datagrams are counted as refused, and room comes back', async (t) => {
  const { context, send } = await open(t)
  context.hold()
  const big = new Uint8Array(60_000)
  while (context.refusals.length === 0) {
    await send(big)
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.deepEqual(context.refusals[0], { frames: 1, cause: 'overload', source: undefined })
  context.release()
  await context.until(() => context.durable.length > 500)
  await send('after')
  await context.until(() => context.frames().includes('after'))
})

test('datagrams with nothing behind their request are bounded too', async (t) => {
  // With each datagram the devices of its token are kept.
  const devices = ['x'.repeat(60_000)]
  const tokens = { ingest: () => ({ source: 'north', limits: { devices } }) }
  const { context, send } = await open(t, { tokens })
  context.hold()
  for (let i = 0; i < 2_000 && context.refusals.length === 0; i++) {
    await send('#token good\n#ack 1\n')
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.deepEqual(context.refusals[0], { frames: 1, cause: 'overload', source: undefined })
  context.release()
})

test('closing makes durable what was received', async (t) => {
  const { context, send, stop } = await open(t)
  context.hold()
  await send('last')
  await context.until(() => context.delivers === 1)
  const stopped = stop()
  context.release()
  await stopped
  assert.deepEqual(context.frames(), ['last'])
})

test('what the kernel dropped is counted as lost', async (t) => {
  if (process.platform !== 'linux') return t.skip('only Linux reports the drops of a socket')
  const { context, send, stop, port } = await open(t)
  assert.equal(await kernelDrops('127.0.0.1', port), 0)
  assert.match(context.states.at(-1)?.detail ?? '', /receive buffer \d+ KiB/)
  const flood = new Uint8Array(60_000)
  // Sent without letting the source read between: the buffer overflows.
  const sent = Array.from({ length: 400 }, () => send(flood))
  const until = performance.now() + 300
  while (performance.now() < until);
  await Promise.allSettled(sent)
  const dropped = (await kernelDrops('127.0.0.1', port)) ?? 0
  if (dropped === 0) return t.skip('this kernel granted a buffer that holds the whole flood')
  await stop()
  assert.equal(
    context.losses.reduce((sum, { frames }) => sum + (frames ?? 0), 0),
    dropped,
  )
  assert.deepEqual([...new Set(context.losses.map(({ cause }) => cause))], ['kernel-drop'])
  assert.equal(context.reported.figures?.['kernel_drops'], dropped)
})

test('the granted receive buffer is a fact, less than asked for a warning, and the protocol is named lossy', async (t) => {
  const { context } = await open(t)
  await context.until(() => context.reported.figures !== undefined)
  const { figures = {}, warnings = [], lossy } = context.reported
  const granted = Number(figures['receive_buffer_bytes'])
  assert.ok(granted > 0)
  assert.equal(warnings.length, granted < 8 * 1024 * 1024 ? 1 : 0)
  assert.deepEqual(await udpPreflight(), warnings)
  assert.match(lossy ?? '', /no acknowledgement/)
  assert.equal(figures['kernel_drops'], process.platform === 'linux' ? 0 : 'not available')
})

test('the drops are read by the address and port of the socket', () => {
  const table = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  123: 0100007F:1B59 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 30177 2 0000000000000000 42
  124: 0100007F:1B58 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 30178 2 0000000000000000 7
`
  assert.equal(dropsOf(table, '0100007F:1B59'), 42)
  assert.equal(dropsOf(table, '0100007F:FFFF'), undefined)
  assert.equal(dropsOf('garbage', '0100007F:1B59'), undefined)
})

test('a sender on another address is refused and counted unless it is listed', async (t) => {
  const own = Object.values(networkInterfaces())
    .flat()
    .find((address) => address && !address.internal && address.family === 'IPv4')
  if (!own) return t.skip('this machine has no address but loopback')
  const listen = { host: '0.0.0.0', port: 0 }
  const closed = await open(t, { listen })
  await closed.send('x', own.address)
  await closed.context.until(() => closed.context.refusals.length === 1)
  assert.equal(closed.context.refusals[0]?.cause, 'unauthorized')
  const opened = await open(t, { listen, allow: [own.address] })
  await opened.send('x', own.address)
  await opened.context.until(() => opened.context.durable.length === 1)
})
