import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as netConnect } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import mqtt from 'mqtt'
import { openBroker } from './broker-under-test.ts'
import { publish } from './raw-client.ts'

const soon = (ms = 40) => new Promise((resolve) => setTimeout(resolve, ms))

test('no PUBACK before the message is durable; what came in one go is one delivery, acknowledged in order', async (t) => {
  const { context, client } = await openBroker(t)
  const { send, answers } = await client()
  context.hold()
  send(...[7, 3, 9].map((id) => publish(id, `m${id}`)))
  await context.until(() => context.delivers === 1)
  await soon()
  assert.deepEqual(answers(), [])
  context.release()
  await context.until(() => answers().length === 3)
  assert.deepEqual(answers(), ['puback 7', 'puback 3', 'puback 9'])
  assert.deepEqual(context.frames(), ['m7', 'm3', 'm9'])
  assert.equal(context.delivers, 1)
  assert.deepEqual(context.durable[0]?.meta, { topic: 'baykeeper/A-017/reading' })
  assert.equal(context.durable[0]?.source, undefined)
})

test('when intake refuses the client is disconnected without PUBACK, and what it sends again is taken', async (t) => {
  const { context, client } = await openBroker(t)
  const first = await client()
  context.refuse('journal')
  first.send(publish(1, 'a'), publish(2, 'b'))
  await once(first.socket, 'close')
  assert.deepEqual(first.answers(), [])
  context.refuse(undefined)
  const second = await client()
  second.send(publish(1, 'a', { dup: true }), publish(2, 'b', { dup: true }))
  await context.until(() => second.answers().length === 2)
  assert.deepEqual(context.frames(), ['a', 'b'])
})

test('QoS 2: PUBREC after the sync, a repeated message is journaled once, PUBREL is completed', async (t) => {
  const { context, client } = await openBroker(t)
  const { send, answers } = await client()
  context.hold()
  send(publish(5, 'once', { qos: 2 }))
  await context.until(() => context.delivers === 1)
  send(publish(5, 'once', { qos: 2, dup: true }))
  await soon()
  assert.deepEqual(answers(), [])
  context.release()
  await context.until(() => answers().length === 2)
  send(publish(5, 'once', { qos: 2, dup: true }), { cmd: 'pubrel', messageId: 5 })
  await context.until(() => answers().includes('pubcomp 5'))
  assert.deepEqual(context.frames(), ['once'])
  send(publish(5, 'next', { qos: 2 }))
  await context.until(() => context.frames().length === 2)
  assert.deepEqual(context.frames(), ['once', 'next'])
})

test('QoS 2: a refusal ends the connection without PUBREC', async (t) => {
  const { context, client } = await openBroker(t)
  const { send, socket, answers } = await client({ clean: false })
  context.refuse('overload')
  send(publish(5, 'x', { qos: 2 }))
  await once(socket, 'close')
  assert.deepEqual(answers(), [])
  context.refuse(undefined)
  const again = await client({ clean: false })
  again.send(publish(5, 'x', { qos: 2, dup: true }))
  await context.until(() => again.answers().includes('pubrec 5'))
  assert.deepEqual(context.frames(), ['x'])
})

test('QoS 0 is journaled and marked', async (t) => {
  const { context, client } = await openBroker(t)
  const { send } = await client()
  send(publish(0, 'a', { qos: 0 }))
  await context.until(() => context.frames().length === 1)
  assert.deepEqual(context.durable[0]?.meta, { topic: 'baykeeper/A-017/reading', qos: '0' })
  assert.match(context.reported.lossy ?? '', /lossy by protocol/)
  assert.match(context.reported.warnings?.[0] ?? '', /set QoS 1 at the sender/)
})

test('a message to a topic without a rule is passed on and kept for a dead letter before its PUBACK; nothing is retained', async (t) => {
  const { context, client, url } = await openBroker(t)
  const { send, answers } = await client()
  const listener = await mqtt.connectAsync(url, { clientId: 'listener' })
  t.after(() => listener.endAsync(true))
  await listener.subscribeAsync('#', { qos: 1 })
  const heard: string[] = []
  listener.on('message', (topic, payload, packet) => heard.push(`${topic} ${payload} ${packet.retain}`))
  context.hold()
  send(publish(1, 'a'), publish(2, 'on', { topic: 'light/1', retain: true }))
  await context.until(() => context.delivers === 1)
  await soon()
  assert.deepEqual(answers(), [])
  context.release()
  await context.until(() => heard.length === 2 && answers().length === 2)
  assert.deepEqual(answers(), ['puback 1', 'puback 2'])
  assert.deepEqual(heard.sort(), ['baykeeper/A-017/reading a false', 'light/1 on false'])
  assert.deepEqual(
    context.durable.map(({ codec, meta }) => [codec, meta?.['topic']]),
    [
      ['generic', 'baykeeper/A-017/reading'],
      ['unmatched-topic', 'light/1'],
    ],
  )
  assert.deepEqual(context.frames(), ['a', 'on'])
  const late = await mqtt.connectAsync(url, { clientId: 'late' })
  t.after(() => late.endAsync(true))
  late.on('message', (topic) => heard.push(`late ${topic}`))
  await late.subscribeAsync('#', { qos: 1 })
  await soon()
  assert.equal(heard.length, 2)
})

test('topics that are nearly right lose nothing at any QoS, and are counted', async (t) => {
  const { context, client } = await openBroker(t)
  const { send, answers } = await client()
  const topics = ['baykeeper/M8/reading/', 'baykeeper/M8/readings', '/baykeeper/M8/reading', 'Baykeeper/M8/reading']
  topics.forEach((topic, i) => {
    send(publish(i + 1, `one ${topic}`, { topic }), publish(0, `zero ${topic}`, { topic, qos: 0 }))
    send(publish(i + 101, `two ${topic}`, { topic, qos: 2 }))
  })
  await context.until(() => context.frames().length === 3 * topics.length && answers().length === 2 * topics.length)
  assert.ok(context.durable.every(({ codec }) => codec === 'unmatched-topic'))
  await context.until(() => context.reported.figures?.['unmatched_messages'] === 3 * topics.length)
  assert.match(context.reported.warnings?.at(-1) ?? '', /topics that no rule is about/)
})

test('a message to one of the server’s own topics ends the connection and is counted as refused', async (t) => {
  const { context, client } = await openBroker(t)
  const { send, socket, answers } = await client()
  send(publish(1, 'x', { topic: '$SYS/broker/load' }))
  await once(socket, 'close')
  assert.deepEqual(answers(), [])
  assert.deepEqual(context.refusals, [{ frames: 1, cause: 'protocol', source: undefined }])
})

test('no session outlives its connection, and CONNACK reports none', async (t) => {
  const { client } = await openBroker(t)
  const first = await client({ clientId: 'gone', clean: false })
  first.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 1 }] })
  await once(first.socket, 'data')
  first.socket.destroy()
  await soon()
  const other = await client({ clientId: 'other' })
  other.send(publish(1, 'missed'))
  await soon()
  const again = await client({ clientId: 'gone', clean: false })
  await soon()
  assert.deepEqual(
    again.heard.map((packet) => [packet.cmd, packet.cmd === 'connack' && packet.sessionPresent]),
    [['connack', false]],
  )
})

test('a subscriber that does not read delays no publisher', async (t) => {
  const { context, client } = await openBroker(t)
  const deaf = await client({ clientId: 'deaf' })
  deaf.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 1 }] })
  await once(deaf.socket, 'data')
  deaf.socket.pause()
  const { send, answers } = await client({ clientId: 'busy' })
  const payload = 'x'.repeat(100_000)
  for (let i = 1; i <= 200; i++) send(publish(i, payload))
  await context.until(() => answers().length === 200)
  assert.equal(context.frames().length, 200)
  // What it did not read in time it does not get: nothing is piled up for it.
  deaf.socket.resume()
  await soon(200)
  assert.ok(deaf.heard.filter(({ cmd }) => cmd === 'publish').length < 200)
})

test('a client is not read while too much of it is on its way', async (t) => {
  const { context, client } = await openBroker(t)
  context.hold()
  const { send, socket, answers } = await client()
  const payload = 'x'.repeat(200_000)
  for (let i = 1; i <= 100; i++) send(publish(i, payload))
  await context.until(() => context.delivers === 1)
  await soon(200)
  assert.ok(socket.writableLength > 0, 'the window closed')
  context.release()
  await context.until(() => answers().length === 100)
  assert.deepEqual(
    answers(),
    Array.from({ length: 100 }, (_, i) => `puback ${i + 1}`),
  )
})

test('a client may not subscribe without end', async (t) => {
  const { client } = await openBroker(t)
  const { send, heard, socket } = await client()
  send({
    cmd: 'subscribe',
    messageId: 1,
    subscriptions: Array.from({ length: 300 }, (_, i) => ({ topic: `t/${i}`, qos: 0 })),
  })
  await once(socket, 'data')
  const suback = heard.find(({ cmd }) => cmd === 'suback')
  assert.equal(suback?.cmd === 'suback' && suback.granted.filter((code) => code === 128).length, 300 - 256)
})

test('a password is an ingest token and names the source; a wrong one is rejected, none is accepted only where allowed', async (t) => {
  const { context, client } = await openBroker(t, { anonymous: false })
  const known = await client({ clientId: 'a', username: 'north', password: 'good' })
  assert.equal(known.returnCode, 0)
  known.send(publish(1, 'a'))
  await context.until(() => context.frames().length === 1)
  assert.equal(context.durable[0]?.source, 'north')
  assert.equal((await client({ clientId: 'b', username: 'south', password: 'good' })).returnCode, 4)
  assert.equal((await client({ clientId: 'c', username: 'north', password: 'bad' })).returnCode, 4)
  assert.equal((await client({ clientId: 'd', username: 'north' })).returnCode, 4)
  assert.equal((await client({ clientId: 'e' })).returnCode, 4)
  const open2 = await openBroker(t, { anonymous: true })
  assert.equal((await open2.client({ username: 'north', password: 'bad' })).returnCode, 4)
  assert.equal((await open2.client({ username: 'anyone' })).returnCode, 0)
})

test('a packet that is too large ends the connection before it is gathered', async (t) => {
  const { context, client, port } = await openBroker(t)
  const { write, send, socket, answers } = await client()
  send(publish(1, 'x'.repeat(200_000)))
  await context.until(() => answers().length === 1)
  write(Buffer.from([0x32, 0xff, 0xff, 0xff, 0x7f]))
  await once(socket, 'close')
  const stranger = netConnect(port, '127.0.0.1')
  stranger.on('error', () => {})
  stranger.write(Buffer.from([0x10, 0xff, 0xff, 0x03]))
  await once(stranger, 'close')
  assert.deepEqual(
    context.refusals.map(({ cause }) => cause),
    ['too-large', 'too-large'],
  )
})

test('more connections than allowed are refused', async (t) => {
  const { client, port } = await openBroker(t, { connectionsMax: 1 })
  await client()
  const second = netConnect(port, '127.0.0.1')
  second.on('error', () => {})
  await once(second, 'close')
})

test('closing acknowledges what is on its way and reads no more', async (t) => {
  const { context, client, stop } = await openBroker(t)
  const { send, answers, socket } = await client()
  context.hold()
  send(publish(1, 'a'))
  await context.until(() => context.delivers === 1)
  const stopped = stop()
  send(publish(2, 'b'))
  await soon()
  context.release()
  await Promise.all([stopped, once(socket, 'close')])
  assert.deepEqual(answers(), ['puback 1'])
  assert.deepEqual(context.frames(), ['a'])
})

test('a client that keeps what is not acknowledged loses nothing across refusals', async (t) => {
  const { context, url } = await openBroker(t)
  const publisher = mqtt.connect(url, { clientId: 'p', clean: false, reconnectPeriod: 20 })
  t.after(() => publisher.endAsync(true))
  const messages = Array.from({ length: 2_000 }, (_, i) => `m${i}`)
  const published = messages.map((message) => publisher.publishAsync('baykeeper/a/reading', message, { qos: 1 }))
  for (let i = 0; i < 4; i++) {
    await soon(15)
    context.refuse('overload')
    await soon(15)
    context.refuse(undefined)
  }
  await Promise.all(published)
  assert.deepEqual(new Set(context.frames()), new Set(messages))
})

test('any bytes leave the broker standing', async (t) => {
  const { context, client, port } = await openBroker(t)
  const connectBytes = Buffer.from('100f00044d515454040200000003726177', 'hex')
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.uint8Array({ maxLength: 60 }), async (known, bytes) => {
      const socket = netConnect(port, '127.0.0.1')
      socket.on('error', () => {})
      if (known) socket.write(connectBytes)
      socket.end(bytes)
      socket.resume()
      await once(socket, 'close')
    }),
    { numRuns: 200 },
  )
  const { send } = await client()
  send(publish(1, 'still here'))
  await context.until(() => context.frames().includes('still here'))
})
