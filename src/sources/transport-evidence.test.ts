/** What each transport knows about a repetition reaches the journal: processing has nothing else for frames without number and clock. */
import assert from 'node:assert/strict'
import net from 'node:net'
import { type TestContext, test } from 'node:test'
import { httpSource } from './http/http-source.ts'
import { mqttBrokerSource } from './mqtt/broker-source.ts'
import { mqttClientSource } from './mqtt/client-source.ts'
import { publish, rawClient } from './mqtt/raw-client.ts'
import { scriptedBroker } from './mqtt/scripted-broker.ts'
import type { Source } from './source.ts'
import { tcpSource } from './tcp/tcp-source.ts'
import { createFakeContext, type FakeContext } from './testing/fake-context.ts'

const listen = { host: '127.0.0.1', port: 0 }
const tokens = { ingest: () => ({ source: 'north' }) }

function run(t: TestContext, source: Source, context: FakeContext) {
  const stopper = new AbortController()
  const running = source.run(stopper.signal, context).catch(() => {})
  t.after(() => {
    stopper.abort()
    return running
  })
}

async function listening(t: TestContext, make: (onListening: (url: string) => void) => Source) {
  const context = createFakeContext()
  const { promise, resolve } = Promise.withResolvers<string>()
  run(t, make(resolve), context)
  const port = Number(new URL(await promise).port)
  const metas = async (count: number) => {
    await context.until(() => context.durable.length >= count)
    return context.durable.map(({ meta }) => meta)
  }
  return { port, metas }
}

test('a message with the DUP flag is marked by the built-in broker, one without it is not', async (t) => {
  const { port, metas } = await listening(t, (onListening) =>
    mqttBrokerSource({ listen, tokens, anonymous: true, onListening }),
  )
  const client = await rawClient(port)
  t.after(() => client.socket.destroy())
  client.send(publish(1, 'a'), publish(1, 'a', { dup: true }))
  const topic = 'baykeeper/A-017/reading'
  assert.deepEqual(await metas(2), [{ topic }, { topic, dup: '1' }])
})

test('DUP and retain are marked for messages of another broker', async (t) => {
  await using broker = await scriptedBroker()
  const context = createFakeContext()
  run(t, mqttClientSource({ url: broker.url, version: 4 }), context)
  await context.until(() => broker.peers[0]?.heard.some(({ cmd }) => cmd === 'subscribe') === true)
  broker.peers[0]?.send(
    publish(1, 'a'),
    publish(2, 'b', { dup: true }),
    publish(3, 'c', { retain: true }),
    publish(0, 'd', { qos: 0, retain: true }),
  )
  await context.until(() => context.durable.length === 4)
  const topic = 'baykeeper/A-017/reading'
  assert.deepEqual(
    context.durable.map(({ meta }) => meta),
    [{ topic }, { topic, dup: '1' }, { topic, retain: '1' }, { topic, qos: '0', retain: '1' }],
  )
})

test('readings that were posted together are marked as one body, a webhook is not', async (t) => {
  const { port, metas } = await listening(t, (onListening) => httpSource({ listen, tokens, onListening }))
  const post = (path: string) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: { authorization: 'Bearer good', 'content-type': 'application/json', connection: 'close' },
      body: '[{"device":"A","occupied":true},{"device":"A","occupied":false}]',
    })
  assert.equal((await post('/ingest/v1')).status, 202)
  assert.equal((await post('/ingest/lorawan')).status, 202)
  assert.deepEqual(await metas(2), [{ body: '1' }, { 'content-type': 'application/json' }])
})

test('a connection that asked for acknowledgements has an id, others have none', async (t) => {
  const { port, metas } = await listening(t, (onListening) => tcpSource({ listen, onListening }))
  const send = (text: string) => {
    const socket = net.connect(port, '127.0.0.1')
    t.after(() => socket.destroy())
    socket.write(text)
  }
  send('a,1,,1\n')
  await metas(1)
  send('#ack on\nb,1,,1\nb,2,,1\n')
  await metas(2)
  send('#ack on\nb,1,,1\n')
  const [plain, first, second] = await metas(3)
  assert.deepEqual(plain, { peer: '127.0.0.1' })
  assert.match(first?.['conn'] ?? '', /^\S{6,}$/)
  assert.match(second?.['conn'] ?? '', /^\S{6,}$/)
  assert.notEqual(first?.['conn'], second?.['conn'])
})
