import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import net from 'node:net'
import os from 'node:os'
import { type TestContext, test } from 'node:test'
import { loadConfig } from '../config/config.ts'
import { listeningSections } from '../config/source-sections.ts'
import { bindServerPorts, descriptorsOf, type ServerPorts, udpPortsOf, urlsOf } from './server-ports.ts'

const flags = { port: '0', ingestPort: '0', mqttPort: '0', tcpPort: '0', udpPort: '0' }
const load = (more: Record<string, string> = {}) =>
  loadConfig({ cwd: os.tmpdir(), env: {}, flags: { ...flags, ...more } })

async function bound(t: TestContext, more: Record<string, string> = {}, mayMove = false): Promise<ServerPorts> {
  const ports = await bindServerPorts(load(more), mayMove)
  t.after(() => {
    for (const { socket } of Object.values(ports.bound)) socket.close()
  })
  return ports
}

test('every listed source that listens gets its own socket, or a UDP port', async (t) => {
  const ports = await bound(t)
  const listed = listeningSections(load().config)
  const keys = (protocol: string) =>
    listed.filter(({ listen }) => listen.protocol === protocol).map(({ source }) => source.key)
  assert.deepEqual(Object.keys(ports.bound).sort(), ['web', ...keys('tcp')].sort())
  assert.deepEqual(Object.keys(ports.udp), keys('udp'))
  assert.equal(new Set(Object.values(descriptorsOf(ports))).size, 1 + keys('tcp').length)
  for (const { port } of Object.values(ports.bound)) assert.ok(port > 0)
})

test('a source that is switched off gets none', async (t) => {
  const ports = await bound(t, { mqttPort: 'off', udpPort: 'off', port: 'off' })
  assert.deepEqual(Object.keys(ports.bound), ['ingest', 'tcp'])
  assert.deepEqual(udpPortsOf(ports), {})
})

test('each URL has the scheme of its source, and a UDP source has one once its port is known', async (t) => {
  const ports = await bound(t)
  const { config } = load()
  const urls = urlsOf(config, ports, {})
  assert.deepEqual(Object.keys(urls), ['web', 'ingest', 'mqtt', 'tcp'])
  assert.equal(urls['mqtt'], `mqtt://127.0.0.1:${ports.bound['mqtt']?.port}`)
  assert.equal(urls['ingest'], `http://127.0.0.1:${ports.bound['ingest']?.port}`)
  assert.equal(urlsOf(config, ports, { udp: 7007 })['udp'], 'udp://127.0.0.1:7007')
})

test('a port that is taken moves only where it was not set', async (t) => {
  const holder = net.createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  t.after(() => holder.close())
  const { port } = holder.address() as net.AddressInfo
  await assert.rejects(
    bindServerPorts(load({ tcpPort: `${port}` }), true),
    new RegExp(`port ${port} for TCP lines is taken`),
  )
  const loaded = load({ tcpPort: `${port}` })
  const ports = await bindServerPorts({ ...loaded, origins: new Map() }, true)
  t.after(() => {
    for (const { socket } of Object.values(ports.bound)) socket.close()
  })
  assert.equal(ports.bound['tcp']?.movedFrom, port)
  const datagrams = createSocket('udp4')
  t.after(() => datagrams.close())
  datagrams.bind(0, '127.0.0.1')
  await once(datagrams, 'listening')
  const udpPort = `${datagrams.address().port}`
  await assert.rejects(bindServerPorts(load({ udpPort }), true), /for UDP datagrams is taken/)
})
