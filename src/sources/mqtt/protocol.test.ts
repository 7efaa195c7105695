/** Violations of the protocol as raw packets, by the normative statements of MQTT 3.1.1 (OASIS Standard, 29 October 2014). */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectSocket } from 'node:net'
import { test } from 'node:test'
import { openBroker } from './broker-under-test.ts'

const u16 = (value: number) => Buffer.from([value >> 8, value & 0xff])
const text = (value: string | Buffer) => {
  const bytes = Buffer.from(value as string)
  return Buffer.concat([u16(bytes.length), bytes])
}
function packet(header: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const length: number[] = []
  for (let rest = body.length; ; rest = rest >> 7) {
    if (rest < 128) {
      length.push(rest)
      break
    }
    length.push((rest & 0x7f) | 0x80)
  }
  return Buffer.concat([Buffer.from([header, ...length]), body])
}
const byte = (value: number) => Buffer.from([value])
const clean = 0x02

interface Connect {
  readonly protocol?: string | Buffer
  readonly level?: number
  readonly flags?: number
  readonly id?: string | Buffer
  /** Will topic, will message, user, password: as the flags say. */
  readonly rest?: readonly Buffer[]
  readonly header?: number
}
const connect = ({ protocol = 'MQTT', level = 4, flags = clean, id = 'c', rest = [], header = 0x10 }: Connect = {}) =>
  packet(header, text(protocol), byte(level), byte(flags), u16(0), text(id), ...rest)
const publish = (topic: string | Buffer, header = 0x32, id = 1) =>
  packet(header, text(topic), ...(header & 6 ? [u16(id)] : []), Buffer.from('x'))
const subscribe = (filter: string | Buffer, qos = 0, id = 1, header = 0x82) =>
  packet(header, u16(id), text(filter), byte(qos))

const accepted = '20020000'
const unacceptableVersion = '20020001'
const identifierRejected = '20020002'
const notUtf8 = Buffer.from([0x62, 0xff, 0xfe])
const surrogate = Buffer.from([0xed, 0xa0, 0x80])
const overlong = Buffer.from([0xc0, 0xaf])

/** What the server answers to each before it closes the connection. */
const violations: readonly [statement: string, bytes: Buffer, answer: string][] = [
  ['[MQTT-3.1.0-1] the first packet is no CONNECT', publish('baykeeper/A/reading'), ''],
  ['[MQTT-3.1.0-2] a second CONNECT', Buffer.concat([connect(), connect()]), accepted],
  ['[MQTT-3.1.2-1] a protocol of another name', connect({ protocol: 'MQTX' }), ''],
  ['[MQTT-3.1.2-2] protocol level 6', connect({ level: 6 }), unacceptableVersion],
  ['[MQTT-3.1.2-2] protocol level 3 under the name MQTT', connect({ level: 3 }), unacceptableVersion],
  ['[MQTT-3.1.2-2] protocol level 4 under the name of MQTT 3.1', connect({ protocol: 'MQIsdp' }), unacceptableVersion],
  [
    'MQTT 5.0, 3.1.2: a client of MQTT 5 whose CONNECT is cut off is answered in its version',
    connect({ level: 5 }),
    '2003008100',
  ],
  ['[MQTT-3.1.2-3] the reserved flag', connect({ flags: clean | 1 }), ''],
  ['[MQTT-3.1.2-14] will QoS 3', connect({ flags: clean | 0x1c, rest: [text('w'), text('m')] }), ''],
  ['[MQTT-3.1.2-13] will QoS without a will', connect({ flags: clean | 0x08 }), ''],
  ['[MQTT-3.1.2-15] will retain without a will', connect({ flags: clean | 0x20 }), ''],
  ['[MQTT-3.1.2-22] a password without a user', connect({ flags: clean | 0x40, rest: [text('p')] }), ''],
  ['[MQTT-3.1.3-8] an empty client id and a session to keep', connect({ id: '', flags: 0 }), identifierRejected],
  ['MQTT 3.1, 3.1: an empty client id', connect({ protocol: 'MQIsdp', level: 3, id: '' }), identifierRejected],
  [
    'MQTT 3.1, 3.1: a client id of 24 characters',
    connect({ protocol: 'MQIsdp', level: 3, id: 'x'.repeat(24) }),
    identifierRejected,
  ],
  ['[MQTT-1.5.3-1] a client id that is no UTF-8', connect({ id: notUtf8 }), ''],
  ['[MQTT-1.5.3-2] a client id with U+0000', connect({ id: 'a\0b' }), ''],
  ['[MQTT-1.5.3-1] a will topic that is no UTF-8', connect({ flags: clean | 4, rest: [text(notUtf8), text('m')] }), ''],
  ['[MQTT-3.1.3-11] a user that is no UTF-8', connect({ flags: clean | 0x80, rest: [text(notUtf8)] }), ''],
  ['3.1.3: bytes behind the last field', connect({ rest: [byte(1)] }), ''],
  ['3.1.3: a will that is cut off', connect({ flags: clean | 4, rest: [text('w')] }), ''],
  ['[MQTT-2.2.2-2] CONNECT with flags', connect({ header: 0x11 }), ''],
  ...(
    [
      ['[MQTT-1.5.3-1] a topic that is no UTF-8', publish(notUtf8)],
      ['[MQTT-1.5.3-1] a topic with a surrogate', publish(surrogate)],
      ['[MQTT-1.5.3-1] a topic in overlong form', publish(overlong)],
      ['[MQTT-1.5.3-2] a topic with U+0000', publish('baykeeper/A\0/reading')],
      ['[MQTT-4.7.3-1] an empty topic', publish('')],
      ['[MQTT-3.3.2-2] a topic with a wildcard', publish('baykeeper/+/reading')],
      ['[MQTT-3.3.1-4] QoS 3', publish('baykeeper/A/reading', 0x36)],
      ['[MQTT-3.3.1-2] QoS 0 with DUP', publish('baykeeper/A/reading', 0x38)],
      ['[MQTT-2.3.1-1] PUBLISH with packet id 0', publish('baykeeper/A/reading', 0x32, 0)],
      ['3.3.2.1: a topic longer than its packet', packet(0x32, u16(500), Buffer.from('ab'))],
      ['[MQTT-2.3.1-1] SUBSCRIBE with packet id 0', subscribe('a', 0, 0)],
      ['[MQTT-3.8.1-1] SUBSCRIBE without its flags', subscribe('a', 0, 1, 0x80)],
      ['[MQTT-3.8.3-3] SUBSCRIBE without a filter', packet(0x82, u16(1))],
      ['[MQTT-3-8.3-4] SUBSCRIBE with QoS 3', subscribe('a', 3)],
      ['[MQTT-3-8.3-4] SUBSCRIBE with reserved bits', subscribe('a', 0x10)],
      ['[MQTT-4.7.1-2] the filter a#', subscribe('a#')],
      ['[MQTT-4.7.1-2] the filter a/#/b', subscribe('a/#/b')],
      ['[MQTT-4.7.1-3] the filter a+', subscribe('a+')],
      ['[MQTT-4.7.1-3] the filter a/+b', subscribe('a/+b')],
      ['[MQTT-4.7.3-1] an empty filter', subscribe('')],
      ['[MQTT-1.5.3-1] a filter that is no UTF-8', subscribe(notUtf8)],
      ['[MQTT-3.10.1-1] UNSUBSCRIBE without its flags', packet(0xa0, u16(1), text('a'))],
      ['[MQTT-3.10.3-2] UNSUBSCRIBE without a filter', packet(0xa2, u16(1))],
      ['[MQTT-3.6.1-1] PUBREL without its flags', packet(0x60, u16(1))],
      ['3.4.1: PUBACK without a packet id', packet(0x40)],
      ['[MQTT-2.3.1-1] PUBREL with packet id 0', packet(0x62, u16(0))],
      ['[MQTT-3.14.1-1] DISCONNECT with flags', packet(0xe1)],
      ['3.12: PINGREQ with a body', packet(0xc0, byte(0))],
      ['2.2.1: packet type 0', packet(0x00)],
      ['2.2.1: packet type 15', packet(0xf0)],
      ['2.2.1: a packet that only servers send', packet(0x20, u16(0))],
      ['2.2.3: a length of five bytes', Buffer.from([0x32, 0x80, 0x80, 0x80, 0x80, 0x01])],
    ] as const
  ).map(([statement, bytes]): [string, Buffer, string] => [statement, Buffer.concat([connect(), bytes]), accepted]),
]

/** Sends `bytes` in two parts and resolves with everything that was answered until the server closed the connection. */
async function answerTo(port: number, bytes: Buffer, cut: number): Promise<string> {
  const socket = connectSocket(port, '127.0.0.1')
  await once(socket, 'connect')
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk as Buffer))
  socket.on('error', () => {})
  const closed = once(socket, 'close')
  // The answer to CONNECT first, so that it does not depend on the order of writing and closing.
  const first = bytes.subarray(0, 2 + (bytes[1] ?? 0))
  socket.write(first)
  if (first.length < bytes.length) await once(socket, 'data')
  const rest = bytes.subarray(first.length)
  socket.write(rest.subarray(0, cut))
  await new Promise((resolve) => setImmediate(resolve))
  if (!socket.destroyed) socket.write(rest.subarray(cut))
  await closed
  return Buffer.concat(chunks).toString('hex')
}

for (const [statement, bytes, answer] of violations)
  test(`the connection ends: ${statement}`, { timeout: 5_000 }, async (t) => {
    const { port, context } = await openBroker(t)
    for (const cut of [0, 3]) assert.equal(await answerTo(port, bytes, cut), answer)
    assert.equal(context.durable.length, 0)
    const messages = bytes.subarray(2 + (bytes[1] ?? 0))[0] ?? 0
    if (answer === accepted && messages >> 4 === 3 && !statement.startsWith('2.2.3'))
      assert.deepEqual(
        context.refusals.map(({ frames, cause }) => [frames, cause]),
        [
          [1, 'protocol'],
          [1, 'protocol'],
        ],
      )
  })

test('what the standard allows is taken: an empty client id of a clean session, a will, MQTT 3.1, the bit of a bridge', {
  timeout: 5_000,
}, async (t) => {
  const { port } = await openBroker(t)
  for (const bytes of [
    connect({ id: '' }),
    connect({ flags: clean | 0x34, rest: [text('baykeeper/A/reading'), text(notUtf8)] }),
    connect({ flags: clean | 0x80, rest: [text('anyone')] }),
    connect({ protocol: 'MQIsdp', level: 3, id: 'x'.repeat(23) }),
    connect({ level: 0x84 }),
    connect({ id: 'x'.repeat(300) }),
    connect({ id: 'malformed' }),
    connect({ flags: clean | 0x80, rest: [text('malformed')] }),
    connect({ flags: 0 }),
  ]) {
    const socket = connectSocket(port, '127.0.0.1')
    socket.on('error', () => {})
    t.after(() => socket.destroy())
    socket.write(bytes)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    assert.equal(answer.toString('hex'), accepted)
  }
})

test('a topic of any well-formed text is taken as it is, in one part or byte by byte', {
  timeout: 5_000,
}, async (t) => {
  const { port, context } = await openBroker(t)
  const topics = ['baykeeper/Ä 🅿️/reading', 'a//b', '/', ' ', '\u{fffd}', 'malformed', 'x'.repeat(5_000)]
  const socket = connectSocket(port, '127.0.0.1')
  t.after(() => socket.destroy())
  const bytes = Buffer.concat([connect(), ...topics.map((topic) => publish(topic))])
  socket.write(bytes.subarray(0, 200))
  for (const each of bytes.subarray(200, 300)) {
    socket.write(byte(each))
    await new Promise((resolve) => setImmediate(resolve))
  }
  socket.write(bytes.subarray(300))
  await context.until(() => context.durable.length === topics.length)
  assert.deepEqual(
    context.durable.map(({ meta }) => meta?.['topic']),
    topics,
  )
})
