import assert from 'node:assert/strict'
import net from 'node:net'
import { test } from 'node:test'
import { type ListeningSource, listen } from './listener.ts'
import { createFakeContext } from './testing/fake-context.ts'

const source: ListeningSource = { name: 'test', context: createFakeContext(), connections: undefined }

test('a bound socket handed in as a descriptor is listened on, and the address is returned', async () => {
  const bound = new net.BoundSocket({ host: '127.0.0.1', port: 0 })
  const server = net.createServer((socket) => socket.end('here'))
  const address = await listen(server, { fd: bound.fd() }, source)
  assert.equal(address, `127.0.0.1:${(bound.address() as net.AddressInfo).port}`)
  const { promise, resolve } = Promise.withResolvers<string>()
  net.connect((bound.address() as net.AddressInfo).port, '127.0.0.1').on('data', (data) => resolve(data.toString()))
  assert.equal(await promise, 'here')
  server.close()
})

test('a taken address is an error', async () => {
  const first = net.createServer()
  const port = Number((await listen(first, { host: '127.0.0.1', port: 0 }, source)).split(':')[1])
  await assert.rejects(listen(net.createServer(), { host: '127.0.0.1', port }, source), { code: 'EADDRINUSE' })
  first.close()
})
