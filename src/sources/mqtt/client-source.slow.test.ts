/** Pins what MQTT.js does with withheld acknowledgements, against a scripted broker, and tries the source against Mosquitto. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import mqtt from 'mqtt'
import { findPart, missing } from '../../../tools/parts.ts'
import { createFakeContext } from '../fake-context.ts'
import { type MqttClientOptions, mqttClientSource } from './client-source.ts'
import { publish, type RawPeer, rawPeer } from './raw-client.ts'

/** A broker that says what the test tells it to. */
async function scriptedBroker(t: TestContext, version: 4 | 5) {
  const peers: RawPeer[] = []
  const server = createServer((socket) => {
    const peer = rawPeer(socket, version)
    peers.push(peer)
    peer.hear((packet) => {
      if (packet.cmd === 'connect')
        peer.send({ cmd: 'connack', returnCode: 0, reasonCode: 0, sessionPresent: peers.length > 1 })
      if (packet.cmd === 'subscribe') peer.send({ cmd: 'suback', messageId: packet.messageId as number, granted: [1] })
    })
    t.after(() => socket.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return { peers, url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

function run(t: TestContext, options: MqttClientOptions) {
  const context = createFakeContext()
  const stop = new AbortController()
  const running = mqttClientSource(options).run(stop.signal, context)
  running.catch(() => {})
  const leave = () => {
    stop.abort()
    return running.catch(() => {})
  }
  t.after(leave)
  return { context, running, leave, up: () => context.until(() => context.states.some(({ state }) => state === 'up'), 5_000) }
}

const acks = (peer: RawPeer | undefined) => peer?.answers().filter((answer) => answer.startsWith('puback')) ?? []
const soon = () => new Promise((resolve) => setTimeout(resolve, 60))

for (const version of [4, 5] as const) {
  test(`MQTT ${version === 4 ? '3.1.1' : '5'}: no PUBACK before the sync, then one for each message in order, without waiting for each other`, async (t) => {
    const { peers, url } = await scriptedBroker(t, version)
    const { context, up } = run(t, { url, clientId: 'a', version })
    await up()
    context.hold()
    peers[0]?.send(...[7, 3, 9].map((id) => publish(id, `m${id}`)))
    await context.until(() => context.delivers === 1)
    await soon()
    assert.deepEqual(acks(peers[0]), [])
    context.release()
    await context.until(() => acks(peers[0]).length === 3)
    assert.deepEqual(acks(peers[0]), ['puback 7', 'puback 3', 'puback 9'])
    assert.deepEqual(context.frames(), ['m7', 'm3', 'm9'])
  })

  test(`MQTT ${version === 4 ? '3.1.1' : '5'}: what is refused gets no PUBACK and the connection is closed`, async (t) => {
    const { peers, url } = await scriptedBroker(t, version)
    const { context, running, up } = run(t, { url, clientId: 'a', version })
    await up()
    context.refuse('journal')
    peers[0]?.send(publish(5, 'x'))
    await assert.rejects(running, /refused/)
    await context.until(() => peers[0]?.closed === true)
    assert.deepEqual(acks(peers[0]), [])
  })
}

test('messages of a kept session that come with CONNACK are not lost', async (t) => {
  const peers: RawPeer[] = []
  const server = createServer((socket) => {
    const peer = rawPeer(socket)
    peers.push(peer)
    peer.hear((packet) => {
      if (packet.cmd === 'connect')
        peer.send({ cmd: 'connack', returnCode: 0, sessionPresent: true }, publish(1, 'kept'))
      if (packet.cmd === 'subscribe') peer.send({ cmd: 'suback', messageId: packet.messageId as number, granted: [1] })
    })
    t.after(() => socket.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { context } = run(t, {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clientId: 'a',
    version: 4,
  })
  await context.until(() => acks(peers[0]).length === 1, 5_000)
  assert.deepEqual(context.frames(), ['kept'])
})

test('Mosquitto keeps for us what it has acknowledged to the sensor, over refusals and restarts of the source', {
  skip: missing('mosquitto'),
}, async (t) => {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-mosquitto-'))
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  await writeFile(path.join(dir, 'conf'), `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n`)
  const broker = spawn(findPart('mosquitto') as string, ['-c', path.join(dir, 'conf')], { stdio: 'ignore' })
  t.after(async () => {
    broker.kill('SIGKILL')
    await rm(dir, { recursive: true, force: true })
  })
  const url = `mqtt://127.0.0.1:${port}`
  const sensor = mqtt.connect(url, { reconnectPeriod: 100 })
  sensor.on('error', () => {})
  await new Promise<void>((resolve) => sensor.once('connect', () => resolve()))
  t.after(() => sensor.endAsync(true))
  // The session exists from the first subscription on; what was published before it is nobody's.
  const first = run(t, { url, clientId: 'baykeeper-test' })
  await first.up()
  await first.leave()
  const seen = new Set<string>()
  const total = 3_000
  let sent = 0
  const sending = (async () => {
    for (; sent < total; sent++) await sensor.publishAsync('baykeeper/A/reading', `{"seq":${sent}}`, { qos: 1 })
  })()
  for (let round = 0; seen.size < total && round < 200; round++) {
    const { context, running, leave } = run(t, { url, clientId: 'baykeeper-test' })
    if (round % 3 === 2) setTimeout(() => context.refuse('overload'), 20)
    await Promise.race([
      running.catch(() => {}),
      context
        .until(() => context.durable.length > 400 || seen.size + new Set(context.frames()).size >= total, 1_000)
        .catch(() => {}),
    ])
    await leave()
    for (const frame of context.frames()) seen.add(frame)
  }
  await sending
  assert.equal(seen.size, total)
})
