/** Sources as intake makes them: from the configuration, and the sockets that main hands over. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAddressList } from '../lib/address-list.ts'
import { systemClock } from '../lib/clock.ts'
import { createConnectionLimits } from '../sources/connection-limits.ts'
import { configSchema } from './config.ts'
import { configuredSources } from './configured-sources.ts'

const hooks = {
  ingest: () => undefined,
  onUdpPort: () => {},
  missingOf: () => ({ numbers: [], absence: undefined }),
  connections: createConnectionLimits({ total: 8, trustedProxies: createAddressList([]), clock: systemClock }),
}
/** Nothing listens until a source runs, so any descriptor will do. */
const sockets = { listeners: { web: 3, ingest: 4, mqtt: 5, tcp: 6 }, udpPorts: { udp: 7001 } }
const namesOf = async (settings: object, place: object = sockets) => {
  const config = configSchema.parse(settings)
  const sources = await configuredSources({ ...sockets, ...place, config }, hooks)
  return sources.map(({ name, kind }) => `${name} ${kind}`)
}

test('every listener that is switched on is made, and each line under its name', async () => {
  assert.deepEqual(await namesOf({}), ['http http', 'mqtt mqtt', 'tcp tcp', 'udp udp'])
  const lines = {
    serial: [{ path: '/dev/a' }, { path: '/dev/b', name: 'gate' }],
    brokers: [{ url: 'mqtt://h' }],
    ingest: { port: 'off' },
    udp: { port: 'off' },
  }
  assert.deepEqual(await namesOf(lines), ['mqtt-broker mqtt', 'tcp tcp', 'serial-1 serial', 'gate serial', 'mqtt mqtt'])
})

test('a source that is switched on without a socket is an error that names it, and never left out', async () => {
  const { tcp: _tcp, ...others } = sockets.listeners
  await assert.rejects(namesOf({}, { listeners: others }), /no socket was bound for "tcp"/)
  await assert.rejects(namesOf({}, { udpPorts: {} }), /no UDP port was chosen for "udp"/)
  assert.equal((await namesOf({ tcp: { port: 'off' } }, { listeners: others })).includes('tcp tcp'), false)
})
