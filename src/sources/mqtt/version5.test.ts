/** Clients of MQTT 5 at the built-in broker: real ones (MQTT.js, mosquitto_pub) and bytes that no client would send. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { connect as netConnect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import fc from 'fast-check'
import mqtt from 'mqtt'
import { generate, type Packet } from 'mqtt-packet'
import { missing } from '../../../tools/parts.ts'
import { changeableTokens, openBroker } from './broker-under-test.ts'
import { publish, rawPeer } from './raw-client.ts'
import { createWire5 } from './version5/wire.ts'

const wire5 = { protocolVersion: 5 }
const soon = (ms = 40) => new Promise((resolve) => setTimeout(resolve, ms))

async function client5(t: TestContext, port: number, more: object = {}) {
  const socket = netConnect(port, '127.0.0.1')
  t.after(() => socket.destroy())
  const peer = rawPeer(socket, 5)
  await once(socket, 'connect')
  const connect = { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 5, clientId: 'raw', clean: true, keepalive: 0 }
  peer.send({ ...connect, ...more } as Packet)
  const answered = () => peer.heard.find(({ cmd }) => cmd === 'connack')
  for (let i = 0; i < 200 && !answered() && !socket.destroyed; i++) await soon(5)
  const connack = answered()
  return { ...peer, peer, connack: connack?.cmd === 'connack' ? connack : undefined }
}
const reasonOf = (heard: readonly Packet[]) => {
  const packet = heard.find(({ cmd }) => cmd === 'disconnect')
  return packet?.cmd === 'disconnect' ? packet.reasonCode : undefined
}

test('MQTT.js with version 5 publishes with every QoS; PUBACK only after the sync', async (t) => {
  const { context, url } = await openBroker(t)
  const client = await mqtt.connectAsync(url, { protocolVersion: 5, clientId: 'js' })
  t.after(() => client.endAsync(true))
  context.hold()
  let acknowledged = false
  const properties = { messageExpiryInterval: 60, contentType: 'application/json', userProperties: { a: '1' } }
  const first = client.publishAsync('baykeeper/A/reading', 'one', { qos: 1, properties }).then(() => {
    acknowledged = true
  })
  await context.until(() => context.delivers === 1)
  await soon()
  assert.equal(acknowledged, false)
  context.release()
  await first
  await client.publishAsync('baykeeper/A/reading', 'two', { qos: 2 })
  await client.publishAsync('baykeeper/A/reading', 'zero', { qos: 0 })
  await context.until(() => context.frames().length === 3)
  assert.deepEqual(context.frames(), ['one', 'two', 'zero'])
  assert.deepEqual(context.durable[0]?.meta, { topic: 'baykeeper/A/reading' })
})

test('mosquitto_pub -V 5 publishes readings', { skip: missing('mosquitto') }, async (t) => {
  const { context, port } = await openBroker(t, { anonymous: false })
  const args = ['-V', '5', '-p', String(port), '-t', 'baykeeper/A/reading', '-u', 'north', '-P', 'good']
  for (const qos of ['1', '2']) await promisify(execFile)('mosquitto_pub', [...args, '-q', qos, '-m', `q${qos}`])
  assert.deepEqual(context.frames(), ['q1', 'q2'])
  assert.equal(context.durable[0]?.source, 'north')
  const wrong = await promisify(execFile)('mosquitto_pub', [...args, '-P', 'bad', '-m', 'x']).catch(
    (fault: Error) => fault,
  )
  assert.match(String(wrong), /Connection error: Bad User Name or Password|not authori[sz]ed/i)
})

test('CONNACK names what the broker takes and does not offer, and the id it chose', async (t) => {
  const { port } = await openBroker(t)
  const { connack } = await client5(t, port, { clientId: '', properties: { sessionExpiryInterval: 100 } })
  assert.equal(connack?.reasonCode, 0)
  const { assignedClientIdentifier, ...properties } = connack?.properties ?? {}
  assert.match(assignedClientIdentifier ?? '', /^[0-9a-f-]{36}$/)
  assert.deepEqual(
    { ...properties },
    {
      ...{ sessionExpiryInterval: 0, receiveMaximum: 1_000, retainAvailable: false, maximumPacketSize: 262_144 },
      ...{ topicAliasMaximum: 64, subscriptionIdentifiersAvailable: false, sharedSubscriptionAvailable: false },
    },
  )
})

test('a topic alias stands for its topic; one that was not set, and one too high, end the connection with 0x94', async (t) => {
  const { context, port } = await openBroker(t)
  const { send, answers } = await client5(t, port)
  const aliased = (id: number, topic: string, topicAlias: number): Packet =>
    ({
      ...(publish(id, `m${id}`, { topic }) as object as Packet),
      ...{ properties: { topicAlias } },
    }) as Packet
  send(aliased(1, 'baykeeper/A/reading', 3), aliased(2, '', 3), aliased(3, 'baykeeper/B/reading', 3), aliased(4, '', 3))
  await context.until(() => answers().length === 4)
  assert.deepEqual(
    context.durable.map(({ meta }) => meta?.['topic']),
    ['baykeeper/A/reading', 'baykeeper/A/reading', 'baykeeper/B/reading', 'baykeeper/B/reading'],
  )
  for (const [topic, alias] of [
    ['', 9],
    ['baykeeper/A/reading', 65],
  ] as const) {
    const other = await client5(t, port, { clientId: `other${alias}` })
    other.send(aliased(1, topic, alias))
    await once(other.socket, 'close')
    assert.equal(reasonOf(other.heard), 0x94)
  }
  assert.deepEqual(
    context.refusals.map(({ cause }) => cause),
    ['protocol', 'protocol'],
  )
})

const connectOf = (clientId: string): Packet => ({
  ...{ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 5, clientId, clean: true, keepalive: 0 },
})
/** PUBLISH of QoS 0 whose topic is an alias that was set before. */
const byAlias = (topicAlias: number, topic = '') =>
  generate({ ...(publish(0, '', { topic, qos: 0 }) as object), properties: { topicAlias } } as Packet, wire5)

test('an alias for a long topic ends the connection with 0x94', { timeout: 5_000 }, async (t) => {
  const { context, port } = await openBroker(t)
  const { write, heard, socket } = await client5(t, port)
  write(byAlias(1, 'é'.repeat(128)))
  await context.until(() => context.durable.length === 1)
  write(byAlias(1, `${'é'.repeat(128)}a`))
  await once(socket, 'close')
  assert.equal(reasonOf(heard), 0x94)
})

const wireOf = () =>
  createWire5({ bytesMax: () => 262_144, receiveMax: 10, packetBytesMax: 262_144, subscriptionsMax: 256 })
const acceptedWire = (more: object = {}) => {
  const wire = wireOf()
  wire.read(generate({ ...connectOf('a'), ...more } as Packet, wire5))
  wire.write(Buffer.from([0x20, 2, 0, 0]))
  return wire
}

test('no alias is taken before the client is known', () => {
  const wire = wireOf()
  const repeated = Array.from({ length: 2_000 }, () => byAlias(1))
  const chunk = Buffer.concat([generate(connectOf('a'), wire5), byAlias(1, 'a/b'), ...repeated])
  const { forBroker, found } = wire.read(chunk)
  assert.ok(forBroker.length < 100, `${forBroker.length} bytes`)
  assert.deepEqual(typeof found === 'object' && found.answer, Buffer.from([0x20, 3, 0, 0x82, 0]))
})

test('when intake refuses, DISCONNECT 0x89 comes without PUBACK, and what is sent again is taken', async (t) => {
  const { context, url } = await openBroker(t)
  const publisher = mqtt.connect(url, { protocolVersion: 5, clientId: 'p', clean: false, reconnectPeriod: 20 })
  t.after(() => publisher.endAsync(true))
  const reasons: (number | undefined)[] = []
  publisher.on('disconnect', ({ reasonCode }) => reasons.push(reasonCode))
  const messages = Array.from({ length: 400 }, (_, i) => `m${i}`)
  await new Promise<void>((resolve) => publisher.once('connect', () => resolve()))
  context.refuse('overload')
  const published = messages.map((message) => publisher.publishAsync('baykeeper/a/reading', message, { qos: 1 }))
  await context.until(() => reasons.length > 0)
  context.refuse(undefined)
  await Promise.all(published)
  assert.deepEqual(new Set(context.frames()), new Set(messages))
  assert.equal(reasons[0], 0x89)
})

test('the end of a connection has its reason: taken over, revoked, shutting down', async (t) => {
  const tokens = changeableTokens({ good: { source: 'north' } })
  const { port, stop, client } = await openBroker(t, { tokens })
  const first = await client5(t, port, { clientId: 'same' })
  await client5(t, port, { clientId: 'same' })
  if (!first.socket.destroyed) await once(first.socket, 'close')
  assert.equal(reasonOf(first.heard), 0x8e)
  const known = await client5(t, port, { clientId: 'k', username: 'north', password: Buffer.from('good') })
  tokens.set({})
  await once(known.socket, 'close')
  assert.equal(reasonOf(known.heard), 0x87)
  const last = await client5(t, port, { clientId: 'last' })
  await client({ clientId: 'old' })
  await Promise.all([stop(), once(last.socket, 'close')])
  assert.equal(reasonOf(last.heard), 0x8b)
})

test('subscriptions work for clients without a token; no local, UNSUBACK and a refusal have their codes', async (t) => {
  const { port } = await openBroker(t)
  const { send, heard, answers } = await client5(t, port)
  send({
    cmd: 'subscribe',
    messageId: 1,
    subscriptions: [
      { topic: 'a/#', qos: 1, nl: true },
      { topic: '$SYS/#', qos: 0 },
    ],
  } as Packet)
  send(publish(2, 'own', { topic: 'a/b' }))
  const other = await client5(t, port, { clientId: 'other' })
  other.send(publish(3, 'foreign', { topic: 'a/b' }))
  for (let i = 0; i < 100 && !heard.some(({ cmd }) => cmd === 'publish'); i++) await soon(10)
  const got = heard.flatMap((packet) => (packet.cmd === 'publish' ? [String(packet.payload)] : []))
  assert.deepEqual(got, ['foreign'])
  const suback = heard.find(({ cmd }) => cmd === 'suback')
  assert.deepEqual(suback?.cmd === 'suback' && suback.granted, [1, 0x87])
  send({ cmd: 'unsubscribe', messageId: 9, unsubscriptions: ['a/#', 'never'] } as Packet)
  for (let i = 0; i < 100 && !answers().includes('unsuback 9'); i++) await soon(10)
  const unsuback = heard.find(({ cmd }) => cmd === 'unsuback') as unknown as { granted: number[] }
  assert.deepEqual(unsuback.granted, [0, 0x11])
})

test('filters are kept once SUBACK grants them, and no more than a client may have', () => {
  const wire = acceptedWire()
  const { filters, subscribing } = wire.session
  const ask = (messageId: number, topics: readonly string[]) => {
    const subscriptions = topics.map((topic) => ({ topic, qos: 0 }))
    wire.read(generate({ cmd: 'subscribe', messageId, subscriptions } as Packet, wire5))
  }
  for (let id = 1; id <= 50; id++)
    ask(
      id,
      Array.from({ length: 200 }, (_, i) => `${id}/${i}`),
    )
  const asked = [...subscribing.values()].reduce((sum, { size }) => sum + size, 0)
  assert.deepEqual([filters.size, asked], [0, 256])
  const answer = (messageId: number, granted: number[]) =>
    wire.write(generate({ cmd: 'suback', messageId, granted } as unknown as Packet))
  for (let id = 1; id <= 50; id++) answer(id, Array(200).fill(0x80))
  assert.deepEqual([filters.size, subscribing.size], [0, 0])
  ask(51, ['a', 'b', 'a', 'c'])
  answer(51, [0, 0x80, 0])
  assert.deepEqual([...filters.keys()], ['a', 'c'])
})

test('a client gets no more at once than its receive maximum, and no packet above its size', async (t) => {
  const { port } = await openBroker(t)
  const slow = await client5(t, port, { clientId: 'slow', properties: { receiveMaximum: 2, maximumPacketSize: 100 } })
  slow.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a', qos: 1 }] } as Packet)
  await soon()
  const { send, answers } = await client5(t, port, { clientId: 'fast' })
  send(publish(1, 'x'.repeat(200), { topic: 'a' }), ...[2, 3, 4, 5].map((id) => publish(id, `m${id}`, { topic: 'a' })))
  for (let i = 0; i < 100 && answers().length < 5; i++) await soon(10)
  await soon()
  const got = () => slow.heard.flatMap((packet) => (packet.cmd === 'publish' ? [packet] : []))
  assert.deepEqual(
    got().map(({ payload }) => String(payload)),
    ['m2', 'm3'],
  )
  slow.send({ cmd: 'puback', messageId: got()[0]?.messageId as number })
  for (let i = 0; i < 100 && got().length < 3; i++) await soon(10)
  assert.equal(String(got()[2]?.payload), 'm4')
})

test('few bytes wait for the acknowledgements of a slow client, and the rest is dropped', () => {
  const wire = acceptedWire({ properties: { receiveMaximum: 1 } })
  const payload = 'x'.repeat(60_000)
  const sent = (bytes: Buffer | undefined) => Math.round((bytes?.length ?? 0) / 60_000)
  let got = 0
  for (let id = 1; id <= 20; id++) got += sent(wire.write(generate(publish(id, payload, { topic: 'a' }))))
  assert.equal(got, 1)
  const acknowledge = (messageId: number) => wire.read(generate({ cmd: 'puback', messageId }, wire5)).forClient
  for (let id = 1; id <= 20; id++) got += sent(acknowledge(id))
  assert.equal(got, 5)
  wire.write(generate(publish(21, payload, { topic: 'a' })))
  wire.write(generate(publish(22, payload, { topic: 'a' })))
  assert.equal(sent(acknowledge(21)), 1)
})

test('more QoS 2 messages on their way than were offered end the connection with 0x93', async (t) => {
  const { context, port } = await openBroker(t)
  const { send, heard, socket } = await client5(t, port)
  context.hold()
  send(...Array.from({ length: 1_001 }, (_, i) => publish(i + 1, 'm', { qos: 2 })))
  await once(socket, 'close')
  assert.equal(reasonOf(heard), 0x93)
  context.release()
})

test('DISCONNECT with 0x04 leaves the will in force, and one with 0 does not', async (t) => {
  const { context, port } = await openBroker(t)
  const will = { topic: 'baykeeper/A/reading', payload: Buffer.from('gone'), qos: 1, retain: false }
  const quiet = await client5(t, port, { clientId: 'quiet', will })
  quiet.send({ cmd: 'disconnect', reasonCode: 0 } as Packet)
  await once(quiet.socket, 'close')
  const loud = await client5(t, port, { clientId: 'loud', will })
  loud.send({ cmd: 'disconnect', reasonCode: 4 } as Packet)
  await context.until(() => context.frames().length === 1)
  await soon()
  assert.deepEqual(context.frames(), ['gone'])
})

const connect5 = '101000044d5154540502003c000003726177'
for (const [about, hex, answer] of [
  ['an authentication method', '10150004 4d515454 05 02 003c 05 150002 4142 0003 726177'.replaceAll(' ', ''), '8c'],
  ['a property that CONNECT cannot have', '10120004 4d515454 05 02 003c 02 0101 0003 726177'.replaceAll(' ', ''), '82'],
  ['a property twice', '10160004 4d515454 05 02 003c 06 210001 210001 0003 726177'.replaceAll(' ', ''), '82'],
  ['a receive maximum of 0', '10130004 4d515454 05 02 003c 03 210000 0003 726177'.replaceAll(' ', ''), '82'],
  ['a client id that is no UTF-8', '10100004 4d515454 05 02 003c 00 0003 72ff77'.replaceAll(' ', ''), '81'],
] as const)
  test(`CONNECT of MQTT 5 with ${about} is answered by CONNACK 0x${answer}`, async (t) => {
    const { port } = await openBroker(t)
    const socket = netConnect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(Buffer.from(hex, 'hex'))
    const [bytes] = (await once(socket, 'data')) as [Buffer]
    assert.equal(bytes.toString('hex'), `200300${answer}00`)
    socket.destroy()
  })

test('packets in single bytes and in one go are the same', async (t) => {
  const { context, port } = await openBroker(t)
  const bytes = Buffer.concat([
    Buffer.from(connect5, 'hex'),
    ...[1, 2].map((id) => generate(publish(id, `m${id}`), wire5)),
  ])
  assert.equal(bytes[1], 16)
  const socket = netConnect(port, '127.0.0.1')
  t.after(() => socket.destroy())
  socket.setNoDelay(true)
  for (const byte of bytes) {
    socket.write(Buffer.from([byte]))
    await new Promise((resolve) => setImmediate(resolve))
  }
  await context.until(() => context.frames().length === 2)
  assert.deepEqual(context.frames(), ['m1', 'm2'])
})

test('any bytes of a client of MQTT 5 leave the broker standing', async (t) => {
  const { context, client, port } = await openBroker(t)
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
      const socket = netConnect(port, '127.0.0.1')
      socket.on('error', () => {})
      socket.write(Buffer.from(connect5, 'hex'))
      socket.end(bytes)
      socket.resume()
      await once(socket, 'close')
    }),
    { numRuns: 100 },
  )
  const { send } = await client()
  send(publish(1, 'still here'))
  await context.until(() => context.frames().includes('still here'))
})
