import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { freeUdpPort, PortTaken } from './bound-sockets.ts'

async function held(t: TestContext): Promise<number> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  t.after(() => socket.close())
  return socket.address().port
}
const wish = { label: 'UDP datagrams', flag: '--udp-port' }

test('a UDP port that is taken is an error that names who holds it', async (t) => {
  const port = await held(t)
  await assert.rejects(freeUdpPort('127.0.0.1', { ...wish, port, mayMove: false }), (fault: Error) => {
    assert.ok(fault instanceof PortTaken)
    assert.match(fault.message, new RegExp(`^port ${port} for UDP datagrams is taken`))
    if (process.platform === 'linux') assert.match(fault.message, new RegExp(`pid ${process.pid}\\)`))
    assert.match(fault.message, /--udp-port PORT/)
    return true
  })
})

test('in the demo a taken UDP port moves on, and reports from where', async (t) => {
  const port = await held(t)
  const free = await freeUdpPort('127.0.0.1', { ...wish, port, mayMove: true })
  assert.equal(free.movedFrom, port)
  assert.ok(free.port > port)
})

test('a free UDP port, and any free one, are left free for the process that takes readings in', async (t) => {
  assert.deepEqual(await freeUdpPort('127.0.0.1', { ...wish, port: 0, mayMove: false }), { port: 0 })
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(resolve))
  assert.deepEqual(await freeUdpPort('127.0.0.1', { ...wish, port, mayMove: false }), { port })
  const again = createSocket('udp4')
  t.after(() => again.close())
  again.bind(port, '127.0.0.1')
  await once(again, 'listening')
})
