/** Connections that say nothing, against each listener: honest senders still come in. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { type TestContext, test } from 'node:test'
import { createAddressList } from '../lib/address-list.ts'
import { systemClock } from '../lib/clock.ts'
import { createConnectionLimits } from './connection-limits.ts'
import { httpSource } from './http/http-source.ts'
import { mqttBrokerSource } from './mqtt/broker-source.ts'
import { publish, rawClient } from './mqtt/raw-client.ts'
import type { Source } from './source.ts'
import { tcpSource } from './tcp/tcp-source.ts'
import { createFakeContext } from './testing/fake-context.ts'

const listen = { host: '127.0.0.1', port: 0 }
const tokens = { ingest: (token: string) => (token === 'good' ? { source: 'north' } : undefined) }
const total = 16

async function flooded(
  t: TestContext,
  make: (onListening: (url: string) => void, limits: ReturnType<typeof limited>) => Source,
) {
  const context = createFakeContext()
  const stopper = new AbortController()
  const limits = limited()
  const { promise, resolve } = Promise.withResolvers<string>()
  const source = make(resolve, limits)
  const running = source.run(stopper.signal, context)
  t.after(() => {
    stopper.abort()
    return running
  })
  const port = Number(new URL(await promise).port)
  const silent = Array.from({ length: 3 * total }, () => net.connect(port, '127.0.0.1').on('error', () => {}))
  t.after(() => {
    for (const socket of silent) socket.destroy()
  })
  await context.until(() => silent.filter(({ destroyed }) => destroyed).length >= 2 * total)
  return { port, context, evicted: () => limits.figures(source.name).connections_evicted }
}

const limited = () => createConnectionLimits({ total, trustedProxies: createAddressList([]), clock: systemClock })

test('TCP: a sender comes in, and stays when more silent ones come', async (t) => {
  const { port, context, evicted } = await flooded(t, (onListening, connections) =>
    tcpSource({ listen, onListening, connections }),
  )
  const sender = net.connect(port, '127.0.0.1')
  t.after(() => sender.destroy())
  sender.write('a,1,,1\n')
  await context.until(() => context.frames().length === 1)
  const more = Array.from({ length: total }, () => net.connect(port, '127.0.0.1').on('error', () => {}))
  t.after(() => {
    for (const socket of more) socket.destroy()
  })
  await context.until(() => evicted() >= 3 * total)
  sender.write('a,2,,1\n')
  await context.until(() => context.frames().length === 2)
})

test('HTTP: a request is answered', async (t) => {
  const { port, context } = await flooded(t, (onListening, connections) =>
    httpSource({ listen, tokens, onListening, connections, limits: { closeIdleMs: 0 } }),
  )
  const answer = await fetch(`http://127.0.0.1:${port}/ingest/v1`, {
    method: 'POST',
    body: '{"device":"A","occupied":true}',
    headers: { authorization: 'Bearer good', 'content-type': 'application/json', connection: 'close' },
  })
  assert.equal(answer.status, 202)
  assert.equal(context.durable.length, 1)
})

test('MQTT: a client is connected and acknowledged', async (t) => {
  const { port, context } = await flooded(t, (onListening, connections) =>
    mqttBrokerSource({ listen, tokens, anonymous: true, onListening, connections }),
  )
  const client = await rawClient(port)
  client.send(publish(1, 'x'))
  await once(client.socket, 'data')
  assert.deepEqual(client.answers(), ['puback 1'])
  assert.equal(context.durable.length, 1)
  client.socket.destroy()
})
