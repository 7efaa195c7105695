/** No device speaks for another source, and a limited token does no more than it is made for, over every protocol. */
import assert from 'node:assert/strict'
import { createHmac, hash } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import mqtt from 'mqtt'
import { ingestTokens } from '../auth/ingest-tokens.ts'
import { openKeyring } from '../auth/keyring.ts'
import { createAddressList } from '../lib/address-list.ts'
import { systemClock } from '../lib/clock.ts'
import { connectionsFor, createConnectionLimits } from './connection-limits.ts'
import { httpSource } from './http/http-source.ts'
import { mqttBrokerSource } from './mqtt/broker-source.ts'
import { limitRefusal, type SenderLimits } from './sender-limits.ts'
import type { Source } from './source.ts'
import { tcpSource } from './tcp/tcp-source.ts'
import { createFakeContext } from './testing/fake-context.ts'
import { createTokenLine, proofOf } from './token-line.ts'
import { udpSource } from './udp/udp-source.ts'

async function keys(t: TestContext) {
  const dir = await mkdtemp(path.join(tmpdir(), 'limits-'))
  const keyring = await openKeyring(dir, {})
  t.after(async () => {
    keyring[Symbol.dispose]()
    await rm(dir, { recursive: true, force: true })
  })
  const make = (name: string, limits?: SenderLimits, replace = false) =>
    keyring.createToken({ name, kind: 'ingest', replace, ...(limits ? { limits } : {}) })
  return { keyring, make, tokens: ingestTokens(keyring, undefined) }
}

function run(t: TestContext, source: Source) {
  const context = createFakeContext()
  const stopper = new AbortController()
  const running = source.run(stopper.signal, context)
  t.after(() => {
    stopper.abort()
    return running
  })
  return context
}

const closing = (client: mqtt.MqttClient) => new Promise<void>((resolve) => client.once('close', () => resolve()))
const listen = { host: '127.0.0.1', port: 0 }
const limitsOfAll = () =>
  createConnectionLimits({ total: connectionsFor(1_024), trustedProxies: createAddressList([]), clock: systemClock })
const sourcesOf = ({ durable }: ReturnType<typeof createFakeContext>) => durable.map(({ source }) => source)

test('HTTP: a token of an address is refused from elsewhere with its reason, and names its source and devices', async (t) => {
  const { make, tokens } = await keys(t)
  const { promise, resolve } = Promise.withResolvers<string>()
  const context = run(t, httpSource({ listen, tokens, onListening: resolve, connections: limitsOfAll() }))
  const url = await promise
  const post = (token: string) =>
    fetch(`${url}/ingest/v1`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{"device":"A-1","source":"south","occupied":true}',
    })
  const here = await make('north', { addresses: ['127.0.0.0/8'], devices: ['A-*'] })
  const elsewhere = await make('south', { addresses: ['192.0.2.0/24'] })
  assert.equal((await post(here)).status, 202)
  const refused = await post(elsewhere)
  assert.equal(refused.status, 403)
  assert.match(await refused.text(), /token of south is not for this address/)
  assert.deepEqual([sourcesOf(context), context.durable[0]?.meta?.['devices']], [['north'], 'A-*'])
  assert.deepEqual(context.refusals.at(-1), { frames: 1, cause: 'unauthorized', source: 'south' })
  await context.until(() =>
    (context.reported.warnings ?? []).some((text) => text.includes('south is not for this address')),
  )
})

test('MQTT: a token publishes to its topics, under its client id, and ends when it is limited further', async (t) => {
  const { make, tokens } = await keys(t)
  const { promise, resolve } = Promise.withResolvers<string>()
  const context = run(t, mqttBrokerSource({ listen, tokens, anonymous: false, onListening: resolve }))
  const url = await promise
  const token = await make('north', { topics: ['baykeeper/A-1/reading'], clientId: 'gate-7' })
  const connect = (username: string, password: string, clientId: string) =>
    mqtt.connectAsync(url, { username, password, clientId, protocolVersion: 4, reconnectPeriod: 0 })
  await assert.rejects(connect('north', token, 'gate-8'))
  await assert.rejects(connect('south', token, 'gate-7'), 'the user names another source')
  const client = await connect('north', token, 'gate-7')
  t.after(() => client.end(true))
  await client.publishAsync('baykeeper/A-1/reading', '{"occupied":true}', { qos: 1 })
  const closed = closing(client)
  client.publish('baykeeper/B-2/reading', '{"occupied":true}', { qos: 1 }, () => {})
  await closed
  assert.deepEqual(
    context.durable.map(({ source, meta }) => [source, meta?.['topic']]),
    [['north', 'baykeeper/A-1/reading']],
  )
  const shown = () => (context.reported.warnings ?? []).join('\n')
  await context.until(() => /not for this topic/.test(shown()) && /for the client id gate-7 only/.test(shown()))
  const again = await connect('north', token, 'gate-7')
  const ended = closing(again)
  t.after(() => again.end(true))
  await make('north', { addresses: ['192.0.2.1'] }, true)
  await ended
})

test('MQTT: a will to a topic that the token is not for is refused when it is due', async (t) => {
  const { make, tokens } = await keys(t)
  const { promise, resolve } = Promise.withResolvers<string>()
  const context = run(t, mqttBrokerSource({ listen, tokens, anonymous: false, onListening: resolve }))
  const url = await promise
  const token = await make('north', { topics: ['baykeeper/A-1/reading'] })
  const wills = ['baykeeper/A-1/reading', 'baykeeper/B-2/reading']
  for (const topic of wills) {
    const client = await mqtt.connectAsync(url, {
      ...{ username: 'north', password: token, protocolVersion: 4, reconnectPeriod: 0 },
      will: { topic, payload: Buffer.from('{"occupied":false}'), qos: 1, retain: false },
    })
    client.stream.destroy()
  }
  await context.until(() => context.durable.length === 1 && context.refusals.length === 1)
  assert.equal(context.durable[0]?.meta?.['topic'], 'baykeeper/A-1/reading')
})

test('TCP: with access "token" nothing is taken without one, and a revoked token ends its connection', async (t) => {
  const { keyring, make, tokens } = await keys(t)
  const { promise, resolve } = Promise.withResolvers<string>()
  const connections = limitsOfAll()
  const context = run(t, tcpSource({ listen, tokens, access: 'token', connections, onListening: resolve }))
  const port = Number(new URL(await promise).port)
  const send = (text: string) => {
    const socket = net.connect(port, '127.0.0.1')
    t.after(() => socket.destroy())
    socket.on('error', () => {})
    socket.write(text)
    return socket
  }
  const token = await make('north', { devices: ['A-1'] })
  const wrong = [send('A-1,1,,1\n'), send('#token wrong\nA-1,1,,1\n'), send(`#tokens ${token}\nA-1,1,,1\n`)]
  await Promise.all(wrong.map((socket) => once(socket, 'close')))
  assert.deepEqual([context.durable.length, context.refusals.length], [0, 3])
  const right = send(`#token ${token}\r\n#ack on\nA-1,1,,1\n`)
  const [ack] = (await once(right, 'data')) as [Buffer]
  assert.equal(ack.toString(), 'ACK 1\n')
  assert.deepEqual([sourcesOf(context), context.frames()], [['north'], ['A-1,1,,1']])
  assert.equal(context.durable[0]?.meta?.['devices'], 'A-1')
  const ended = once(right, 'close')
  await keyring.revoke('north', 'ingest')
  await ended
})

test('UDP: a token or a MAC proves the source; a wrong one, or one of other bytes, is refused', async (t) => {
  const { make, tokens } = await keys(t)
  const { promise, resolve } = Promise.withResolvers<number>()
  const context = run(t, udpSource({ listen, tokens, access: 'token', onListening: resolve }))
  const port = await promise
  const socket = createSocket('udp4')
  t.after(() => socket.close())
  const token = await make('north')
  const mac = (text: string, of = token) =>
    createHmac('sha256', hash('sha256', of, 'buffer'))
      .update(text)
      .digest('hex')
  const body = '#ack 7\nA-1,1,,1'
  for (const text of [
    'A-1,1,,1',
    '#token wrong\nA-1,1,,1',
    `#hmac north ${mac(body)}\n${body.replace('A-1', 'A-2')}`,
    `#hmac south ${mac(body)}\n${body}`,
    `#hmac north ${mac(body, 'another')}\n${body}`,
    `#token ${token}\nT-1,1,,1`,
    `#hmac north ${mac(body)}\n${body}`,
  ])
    await new Promise((sent) => socket.send(text, port, '127.0.0.1', sent))
  await context.until(() => context.durable.length === 2 && context.refusals.length === 5)
  assert.deepEqual(
    [sourcesOf(context), context.frames()],
    [
      ['north', 'north'],
      ['T-1,1,,1', 'A-1,1,,1'],
    ],
  )
})

test('a first line that is no token stays part of the bytes, however they are cut', () => {
  for (const [text, token, rest] of [
    ['#token abc\nA,1\n', 'abc', 'A,1\n'],
    ['#token abc\r\nA,1\n', 'abc', 'A,1\n'],
    ['#ack on\nA,1\n', undefined, '#ack on\nA,1\n'],
    ['#token \nA,1\n', undefined, '#token \nA,1\n'],
    ['A,1\n#token abc\n', undefined, 'A,1\n#token abc\n'],
    [`#token ${'x'.repeat(600)}\nA\n`, undefined, `#token ${'x'.repeat(600)}\nA\n`],
  ] as const)
    for (const size of [1, 3, 1_000]) {
      const line = createTokenLine()
      let read = ''
      for (let at = 0; at < text.length; at += size) read += line.push(Buffer.from(text.slice(at, at + size))) ?? ''
      assert.deepEqual([line.token, read + line.rest().toString()], [token, rest], `${text.slice(0, 20)} by ${size}`)
    }
  assert.deepEqual(proofOf(Buffer.from('#token abc\nx')).proof, { is: 'token', token: 'abc' })
  assert.equal(proofOf(Buffer.from('#hmac a b\nx')).proof, undefined)
})

test('a token without limits is limited by nothing', () => {
  assert.equal(limitRefusal({ source: 'a' }, { address: '192.0.2.1', topic: 'x', clientId: 'y' }), undefined)
  assert.equal(
    limitRefusal({ source: 'a', limits: { addresses: ['10.0.0.0/8'] } }, { address: undefined }),
    'the token of a is not for this address',
  )
})
