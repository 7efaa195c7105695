/** Pins what MQTT.js does with withheld acknowledgements, against a scripted broker. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import mqtt from 'mqtt'
import { createFakeContext } from '../testing/fake-context.ts'
import { brokerPreflight } from './broker-preflight.ts'
import { mqttBrokerSource } from './broker-source.ts'
import { type MqttClientOptions, mqttClientSource } from './client-source.ts'
import { publish, type RawPeer } from './raw-client.ts'
import { type Script, scriptedBroker } from './scripted-broker.ts'

function start(t: TestContext, options: MqttClientOptions) {
  const context = createFakeContext()
  const stopper = new AbortController()
  const source = mqttClientSource({ clientId: 'a', ...options })
  const runAgain = () => {
    const running = source.run(stopper.signal, context)
    running.catch(() => {})
    return running
  }
  const running = runAgain()
  const stop = () => {
    stopper.abort()
    return running
  }
  t.after(() => stop().catch(() => {}))
  const up = () => context.until(() => context.states.some(({ state }) => state === 'up'))
  return { context, running, runAgain, stop, up }
}

async function scripted(t: TestContext, script: Script = {}) {
  const broker = await scriptedBroker(script)
  t.after(() => broker[Symbol.asyncDispose]())
  const started = start(t, { url: broker.url, version: script.version ?? 4 })
  return { ...broker, ...started, peer: () => broker.peers[0] as RawPeer }
}

const soon = (ms = 40) => new Promise((resolve) => setTimeout(resolve, ms))
const acks = (peer: RawPeer) => peer.answers().filter((answer) => answer.startsWith('pub'))
const told = ({ states }: { states: readonly { detail: string | undefined }[] }) => states.at(-1)?.detail ?? ''

for (const version of [4, 5] as const) {
  const name = version === 4 ? 'MQTT 3.1.1' : 'MQTT 5'

  test(`${name}: no PUBACK before the sync; many messages are one delivery, acknowledged in order`, async (t) => {
    const { context, up, peer } = await scripted(t, { version })
    await up()
    context.hold()
    const ids = Array.from({ length: 500 }, (_, i) => ((i * 7) % 500) + 1)
    peer().send(...ids.map((id) => publish(id, `m${id}`)))
    await context.until(() => context.delivers === 1)
    await soon()
    assert.deepEqual(acks(peer()), [])
    context.release()
    await context.until(() => acks(peer()).length === 500)
    assert.deepEqual(
      acks(peer()),
      ids.map((id) => `puback ${id}`),
    )
    assert.deepEqual(
      context.frames(),
      ids.map((id) => `m${id}`),
    )
    assert.ok(context.delivers <= 5, `${context.delivers} deliveries for 500 messages`)
    assert.deepEqual(context.durable[0]?.meta, { topic: 'baykeeper/A-017/reading' })
  })

  test(`${name}: a refused message gets no PUBACK, nor do those after it, and the connection is dropped`, async (t) => {
    const { context, running, up, peer } = await scripted(t, { version })
    await up()
    peer().send(publish(1, 'a'))
    await context.until(() => acks(peer()).length === 1)
    context.refuse('journal')
    peer().send(publish(2, 'b'))
    peer().send(publish(3, 'c'))
    await assert.rejects(running, { code: 'E_INTAKE_REFUSED' })
    context.refuse(undefined)
    if (!peer().closed) await once(peer().socket, 'close')
    assert.deepEqual(acks(peer()), ['puback 1'])
  })

  test(`${name}: the session is persistent and QoS 1 is asked for`, async (t) => {
    const { up, peer } = await scripted(t, { version })
    await up()
    const connect = peer().heard.find(({ cmd }) => cmd === 'connect')
    assert.equal(connect?.cmd === 'connect' && connect.clean, false)
    assert.equal(connect?.cmd === 'connect' && connect.clientId, 'a')
    const subscribe = peer().heard.find(({ cmd }) => cmd === 'subscribe')
    assert.deepEqual(subscribe?.cmd === 'subscribe' && subscribe.subscriptions.map(({ topic, qos }) => [topic, qos]), [
      ['baykeeper/+/reading', 1],
    ])
  })
}

test('a message after a refused one is not acknowledged, though it is durable: the order would be lost', async (t) => {
  const { context, running, up, peer } = await scripted(t)
  await up()
  context.hold()
  context.refuse('journal', 1)
  peer().send(publish(2, 'b'))
  await context.until(() => context.delivers === 1)
  peer().send(publish(3, 'c'))
  await soon()
  context.release()
  await assert.rejects(running, { code: 'E_INTAKE_REFUSED' })
  await context.until(() => context.frames().includes('c'))
  await soon()
  assert.deepEqual(acks(peer()), [])
})

test('messages of a kept session that come with CONNACK are taken', async (t) => {
  const { context, up, peer } = await scripted(t, { kept: [publish(1, 'kept')], connack: { sessionPresent: true } })
  await up()
  await context.until(() => acks(peer())[0] === 'puback 1')
  assert.deepEqual(context.frames(), ['kept'])
})

test('a stop acknowledges what is durable, takes nothing more and leaves with DISCONNECT', async (t) => {
  const { context, up, peer, stop } = await scripted(t)
  await up()
  context.hold()
  peer().send(publish(1, 'a'))
  await context.until(() => context.delivers === 1)
  const stopped = stop()
  await soon(10)
  peer().send(publish(2, 'b'))
  await soon(10)
  context.release()
  await stopped
  await context.until(() => peer().closed)
  assert.deepEqual(peer().answers().slice(-2), ['puback 1', 'disconnect'])
  assert.deepEqual(context.frames(), ['a'])
})

test('while much is not durable the broker waits', async (t) => {
  const { context, up, peer } = await scripted(t)
  await up()
  context.hold()
  const megabyte = 'x'.repeat(1024 * 1024)
  for (let id = 1; id <= 12; id++) peer().send(publish(id, megabyte))
  await soon(200)
  assert.ok(peer().socket.writableLength > 0)
  context.release()
  await context.until(() => acks(peer()).length === 12)
})

test('QoS 0 is marked, a QoS 2 message that comes all the same is completed after the sync', async (t) => {
  const { context, up, peer } = await scripted(t)
  await up()
  peer().send(publish(0, 'lossy', { qos: 0 }))
  await context.until(() => context.frames().length === 1)
  assert.equal(context.durable[0]?.meta?.['qos'], '0')
  await context.until(() => /lossy by protocol/.test(context.reported.lossy ?? ''))
  assert.equal(context.reported.figures?.['qos0_messages'], 1)
  context.hold()
  peer().send(publish(4, 'twice', { qos: 2 }))
  await context.until(() => acks(peer()).includes('pubrec 4'))
  peer().send({ cmd: 'pubrel', messageId: 4 })
  await soon()
  assert.ok(!acks(peer()).includes('pubcomp 4'))
  context.release()
  await context.until(() => acks(peer()).includes('pubcomp 4'))
  assert.deepEqual(context.frames(), ['lossy', 'twice'])
})

test('a message that fits no record is kept as noise and acknowledged', async (t) => {
  const { context, up, peer } = await scripted(t)
  await up()
  peer().send(publish(1, 'x'.repeat(8 * 1024 * 1024 + 1)))
  await context.until(() => acks(peer()).length === 1)
  assert.equal(context.noises.join('').length, 8 * 1024 * 1024 + 1)
  assert.equal(context.frames().length, 0)
})

test('what weakens the promise is reported: QoS 0 granted, a forgotten or short session, no client id', async (t) => {
  const lossy = await scripted(t, { granted: 0 })
  await lossy.up()
  assert.match(told(lossy.context), /QoS 0/)
  const short = await scripted(t, { version: 5, connack: { properties: { sessionExpiryInterval: 60 } } })
  await short.up()
  assert.match(told(short.context), /for 60 s only/)
  const forgetful = await scripted(t, { connack: { sessionPresent: false } })
  await forgetful.up()
  assert.doesNotMatch(told(forgetful.context), /no session/)
  forgetful.peer().socket.destroy()
  await assert.rejects(forgetful.running)
  forgetful.runAgain()
  await forgetful.context.until(() => /no session/.test(told(forgetful.context)))
  assert.ok(forgetful.context.reported.warnings?.some((warning) => /kept no session/.test(warning)))
  assert.deepEqual(
    forgetful.context.losses.map(({ cause, frames, from = 0, to = 0 }) => [cause, frames, to >= from && from > 0]),
    [['port-down', null, true]],
  )
  assert.equal(
    lossy.context.reported.lossy,
    'QoS 0 is lossy by protocol: a message that does not arrive is not reported',
  )
  assert.deepEqual(lossy.context.reported.figures, { qos_granted: 0, session_present: 0, qos0_messages: 0 })
  const nameless = await scriptedBroker()
  t.after(() => nameless[Symbol.asyncDispose]())
  const context = createFakeContext()
  const stopper = new AbortController()
  const running = mqttClientSource({ url: nameless.url, version: 4 }).run(stopper.signal, context)
  await context.until(() => /no client id/.test(told(context)))
  stopper.abort()
  await running
})

test('a session that the broker has kept is no loss', async (t) => {
  const { context, up, peer, running, runAgain } = await scripted(t)
  await up()
  peer().socket.destroy()
  await assert.rejects(running)
  runAgain()
  await context.until(() => context.states.filter(({ state }) => state === 'up').length === 2)
  assert.deepEqual(context.losses, [])
  assert.deepEqual(context.reported.warnings, [])
  assert.equal(context.reported.figures?.['session_present'], 1)
})

/** Our own broker, which keeps no session and does not know MQTT 5; ended with the test. Returns its address. */
function ownBroker(t: TestContext): Promise<string> {
  const stopper = new AbortController()
  const { promise, resolve } = Promise.withResolvers<string>()
  const broker = mqttBrokerSource({
    listen: { host: '127.0.0.1', port: 0 },
    tokens: { ingest: () => undefined },
    anonymous: true,
    onListening: resolve,
  }).run(stopper.signal, createFakeContext())
  t.after(() => {
    stopper.abort()
    return broker
  })
  return promise
}

test('a broker that keeps no session, as our own, is found out before it matters, and no client is disconnected', async (t) => {
  const url = await ownBroker(t)
  const { context, up } = start(t, { url, preflight: brokerPreflight })
  await up()
  await context.until(() => context.reported.figures?.['session_kept'] === 0)
  assert.deepEqual(context.reported.warnings?.filter((warning) => /clean session/.test(warning)).length, 1)
  assert.equal(context.reported.figures?.['qos_granted'], 1)
  assert.equal(context.states.at(-1)?.state, 'up')
})

test('a topic that the broker refuses is an error that names it', async (t) => {
  const { running } = await scripted(t, { granted: 128 })
  await assert.rejects(running, /baykeeper\/\+\/reading/)
})

test('a broker that is not there is an error, a stop while connecting is none', async (t) => {
  const { running } = start(t, { url: 'mqtt://127.0.0.1:1' })
  await assert.rejects(running, { code: 'ECONNREFUSED' })
  const silent = await scripted(t, { connack: { returnCode: 0 } })
  await silent.stop()
})

test('a broker that does not know MQTT 5, as our own, is asked with 3.1.1', async (t) => {
  const url = await ownBroker(t)
  const { context, up } = start(t, { url })
  await up()
  const sensor = await mqtt.connectAsync(url)
  await sensor.publishAsync('baykeeper/a/reading', 'hello', { qos: 1 })
  await context.until(() => context.frames().includes('hello'))
  await sensor.endAsync()
})
