import assert from 'node:assert/strict'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { Aedes } from 'aedes'
import { openIngestDouble } from '../ingest-double.ts'
import type { WireReading } from '../wire-reading.ts'
import { createHttpSender } from './http.ts'
import { openMqttSender } from './mqtt.ts'
import { SendRefused } from './sender.ts'
import { openTcpSender } from './tcp.ts'

const readings = (from: number, to: number): WireReading[] =>
  Array.from({ length: to - from }, (_, i) => ({ device: 'A', seq: from + i, time: 1_000 * i, occupied: i % 2 === 0 }))
const seqs = (lines: readonly string[]) => lines.map((line) => (JSON.parse(line) as { seq: number }).seq)
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i)

test('HTTP sends a batch again until it is accepted, and repeats a frame whose outcome is unknown', async () => {
  for (const body of ['ndjson', 'json'] as const) {
    await using ingest = await openIngestDouble()
    const troubles: string[] = []
    const sender = createHttpSender(ingest.url, { token: 't', body, onTrouble: (text) => troubles.push(text) })
    ingest.faults.push(503, 'cut')
    await sender.send(readings(0, 3))
    ingest.faults.push('cut-after')
    await sender.send(readings(3, 5))
    assert.deepEqual(seqs(ingest.lines), [0, 1, 2, 3, 4, 3, 4])
    assert.deepEqual(sender.stats, { sent: 5, acknowledged: 5, retries: 3 })
    assert.equal(troubles.length, 2, troubles.join('; '))
    assert.equal(ingest.requests[0]?.type, body === 'json' ? 'application/json' : 'application/x-ndjson')
  }
})

test('HTTP does not retry after a permanent rejection: its error states what to do', async () => {
  await using ingest = await openIngestDouble()
  ingest.faults.push(401)
  await assert.rejects(createHttpSender(ingest.url).send(readings(0, 1)), (error: Error) => {
    assert.ok(error instanceof SendRefused)
    return /--token/.test(error.message)
  })
})

test('an abort ends the waiting for a server that is not there', async () => {
  const stop = new AbortController()
  const sender = createHttpSender('http://127.0.0.1:1', { signal: stop.signal })
  setTimeout(() => stop.abort(), 50)
  await assert.rejects(sender.send(readings(0, 1)))
})

async function openBroker() {
  const broker = await Aedes.createBroker()
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    broker.handle(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const received: { topic: string; line: string }[] = []
  broker.authorizePublish = (_client, { topic, payload }, done) => {
    received.push({ topic, line: payload.toString() })
    done(null)
  }
  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    broker,
    received,
    cut: () => {
      for (const socket of sockets) socket.destroy()
    },
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => broker.close(() => resolve()))
      server.close()
    },
  }
}

test('MQTT waits for every PUBACK and sends again what a cut connection left open', async () => {
  await using broker = await openBroker()
  await using sender = await openMqttSender(broker.url)
  await sender.send(readings(0, 100))
  const cut = sender.send(readings(100, 400))
  broker.cut()
  await cut
  assert.deepEqual(
    [...new Set(seqs(broker.received.map(({ line }) => line)))].sort((a, b) => a - b),
    upTo(400),
  )
  assert.ok(broker.received.every(({ topic }) => topic === 'baykeeper/A/reading'))
  assert.equal(sender.stats.acknowledged, 400)
})

test('MQTT reports a refused user instead of retrying for ever', async () => {
  await using broker = await openBroker()
  broker.broker.authenticate = (_client, user, _password, done) =>
    user === 'good' ? done(null, true) : done(Object.assign(new Error('no'), { returnCode: 4 }), false)
  await assert.rejects(openMqttSender(broker.url, { user: 'bad', token: 'x' }), SendRefused)
  await using sender = await openMqttSender(broker.url, { user: 'good', token: 'x' })
  await sender.send(readings(0, 1))
})

test('TCP writes every line, and delivers all of them before it closes', async () => {
  let text = ''
  const server = createServer((socket) => socket.on('data', (chunk) => (text += chunk)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  {
    await using sender = await openTcpSender(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`)
    await sender.send(readings(0, 5_000))
    await sender.send(readings(5_000, 10_000))
    assert.deepEqual(sender.stats, { sent: 10_000, acknowledged: 0, retries: 0 })
  }
  server.close()
  assert.deepEqual(seqs(text.trimEnd().split('\n')), upTo(10_000))
})
