/** Signs over Modbus TCP: read by a client of another hand (modbus-serial), and by bytes that no client sends. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { signReasonCodes, signShows } from '@baykeeper/contract/vocabulary.ts'
import fc from 'fast-check'
import modbusSerial from 'modbus-serial'
import { silentLog } from '../lib/log.ts'
import { answerTo } from './modbus-request.ts'
import { type ModbusSettings, serveModbus } from './modbus-server.ts'
import { mapVersion, notKnown } from './register-map.ts'
import { numberShown, signsUnderTest } from './testing/signs-under-test.ts'

async function served(t: TestContext, more: Partial<ModbusSettings> = {}, mayConnect = () => true) {
  const signs = signsUnderTest()
  const stop = new AbortController()
  const listening = Promise.withResolvers<number>()
  const settings: ModbusSettings = {
    ...{ host: '127.0.0.1', port: 0, unit: 1, registers: { main: 100, side: 108 }, connections: 4, idleS: 60, ...more },
  }
  const deps = { settings, signs, log: silentLog, mayConnect, onListening: listening.resolve }
  const running = serveModbus(deps, stop.signal)
  t.after(async () => {
    stop.abort()
    await running
  })
  const port = await listening.promise
  async function client(unit = 1) {
    const modbus = new modbusSerial.default()
    await modbus.connectTCP('127.0.0.1', { port })
    modbus.setID(unit)
    modbus.setTimeout(5_000)
    t.after(() => void modbus.close(() => {}))
    return modbus
  }
  return { signs, port, client }
}

async function raw(t: TestContext, port: number) {
  const socket = connect(port, '127.0.0.1')
  t.after(() => socket.destroy())
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

const refusedWith = (code: number) => (fault: { modbusCode?: number }) => fault.modbusCode === code

test('a sign whose count is too old gives no free places and no coverage, blank or set by a person', async (t) => {
  const { signs, client } = await served(t)
  signs.set('main', numberShown(17))
  signs.set('side', { ...numberShown(17), show: 'closed', value: null, mode: 'closed', reason: 'mode' })
  const modbus = await client()
  for (const [processing, reason] of [
    [400_000, 'processing-behind'],
    [undefined, 'starting'],
  ] as const) {
    signs.ages.processing = processing
    const { data } = await modbus.readHoldingRegisters(100, 16)
    assert.deepEqual([data[0], data[2]], [signShows.indexOf('blank'), signReasonCodes.indexOf(reason)])
    assert.deepEqual([data[4], data[6], data[7]], [notKnown, notKnown, 40])
    assert.deepEqual([data[8], data[12], data[14]], [signShows.indexOf('closed'), notKnown, notKnown])
  }
})

test('a client reads what a sign shows, as holding and as input registers', async (t) => {
  const { signs, client } = await served(t)
  signs.set('main', numberShown(17))
  signs.set('side', { show: 'full', value: null, reason: 'below-floor', capacity: 9, known: 9, free: 0 })
  signs.ages.processing = 2_500
  const modbus = await client()
  const { data } = await modbus.readHoldingRegisters(100, 16)
  assert.deepEqual(data.slice(0, 5), [signShows.indexOf('number'), 17, signReasonCodes.indexOf('counted'), 2, 95])
  assert.deepEqual(data.slice(6, 8), [17, 40])
  assert.deepEqual(data.slice(8, 13), [
    signShows.indexOf('full'),
    notKnown,
    signReasonCodes.indexOf('below-floor'),
    2,
    100,
  ])
  const input = await modbus.readInputRegisters(100, 5)
  assert.deepEqual(input.data, data.slice(0, 5))
  assert.deepEqual((await modbus.readHoldingRegisters(0, 4)).data.toSpliced(1, 1), [mapVersion, 2, 2])
})

test('a sign that is not there, and one whose processing is behind, are blank and never 0', async (t) => {
  const { signs, client } = await served(t)
  const modbus = await client()
  const read = async () => (await modbus.readHoldingRegisters(100, 3)).data
  assert.deepEqual(await read(), [0, notKnown, signReasonCodes.indexOf('no-sign')])
  signs.set('main', numberShown(17))
  signs.ages.processing = 300_001
  assert.deepEqual(await read(), [0, notKnown, signReasonCodes.indexOf('processing-behind')])
  signs.ages.processing = undefined
  assert.deepEqual(await read(), [0, notKnown, signReasonCodes.indexOf('starting')])
})

test('the heartbeat counts on', async (t) => {
  const { client } = await served(t)
  const modbus = await client()
  const read = async () => (await modbus.readHoldingRegisters(1, 1)).data[0] ?? 0
  const first = await read()
  for (const end = Date.now() + 10_000; (await read()) === first; ) assert.ok(Date.now() < end, 'it stands still')
})

test('everything but a read of registers that are there is refused by the standard', async (t) => {
  const { signs, client } = await served(t)
  signs.set('main', numberShown(17))
  const modbus = await client()
  await assert.rejects(modbus.readHoldingRegisters(99, 1), refusedWith(2))
  await assert.rejects(modbus.readHoldingRegisters(115, 2), refusedWith(2))
  await assert.rejects(modbus.readHoldingRegisters(65_535, 2), refusedWith(2))
  await assert.rejects(modbus.readCoils(0, 1), refusedWith(1))
  await assert.rejects(modbus.writeRegister(101, 99), refusedWith(1))
  await assert.rejects(modbus.writeRegisters(101, [99]), refusedWith(1))
  assert.equal((await modbus.readHoldingRegisters(101, 1)).data[0], 17)
  const count = (n: number) => answerTo(Buffer.from([0, 1, 0, 0, 0, 6, 1, 3, 0, 0, n >> 8, n & 0xff]), 1, () => 7)
  assert.deepEqual([...count(0).subarray(7)], [0x83, 3])
  assert.deepEqual([...count(126).subarray(7)], [0x83, 3])
  assert.equal(count(125).length, 9 + 250)
  await assert.rejects((await client(9)).readHoldingRegisters(100, 1), refusedWith(11))
  assert.equal((await (await client(255)).readHoldingRegisters(101, 1)).data[0], 17)
})

test('requests that come in pieces and together are answered in their order', async (t) => {
  const { signs, port } = await served(t)
  signs.set('main', numberShown(17))
  const socket = await raw(t, port)
  const request = (id: number) => Buffer.from([0, id, 0, 0, 0, 6, 1, 3, 0, 101, 0, 1])
  const all = Buffer.concat([1, 2, 3].map(request))
  const answers: Buffer[] = []
  socket.on('data', (bytes: Buffer) => answers.push(bytes))
  for (const piece of [all.subarray(0, 5), all.subarray(5, 20), all.subarray(20)]) {
    socket.write(piece)
    await new Promise(setImmediate)
  }
  for (const end = Date.now() + 5_000; Buffer.concat(answers).length < 33 && Date.now() < end; )
    await new Promise(setImmediate)
  const expected = [1, 2, 3].map((id) => Buffer.from([0, id, 0, 0, 0, 5, 1, 3, 2, 0, 17]))
  assert.deepEqual(Buffer.concat(answers), Buffer.concat(expected))
})

test('what is no Modbus ends its connection, and only that one', async (t) => {
  const { client, port } = await served(t)
  const modbus = await client()
  for (const bytes of ['GET / HTTP/1.1\r\n\r\n', '\0\x01\0\0\xff\xff\x01', '\0\x01\0\0\0\x01\x01']) {
    const socket = await raw(t, port)
    const closed = once(socket, 'close')
    socket.write(Buffer.from(bytes, 'latin1'))
    socket.resume()
    await closed
  }
  assert.equal((await modbus.readHoldingRegisters(0, 1)).data[0], mapVersion)
})

test('connections are bounded, silent ones are ended, and strangers are not let in', async (t) => {
  const few = await served(t, { connections: 1, idleS: 1 })
  const kept = await raw(t, few.port)
  const keptClosed = once(kept, 'close')
  const more = connect(few.port, '127.0.0.1')
  more.on('error', () => {})
  await once(more.resume(), 'close')
  kept.resume()
  await keptClosed
  const closed = await served(t, {}, () => false)
  const stranger = connect(closed.port, '127.0.0.1')
  stranger.on('error', () => {})
  await once(stranger.resume(), 'close')
})

test('a port that is in use is tried again until it is free', async (t) => {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const { port } = holder.address() as { port: number }
  const running = served(t, { port })
  await new Promise((resolve) => setTimeout(resolve, 50))
  holder.close()
  assert.equal((await running).port, port)
})

test('no bytes make it throw, and an answer is never longer than the standard allows', () => {
  const message = fc.uint8Array({ minLength: 2, maxLength: 254 }).map((body) => {
    const header = Buffer.from([0, 7, 0, 0, 0, body.length])
    return Buffer.concat([header, body])
  })
  fc.assert(
    fc.property(message, (bytes) => {
      const answer = answerTo(bytes, 1, (address) => (address < 200 ? 7 : undefined))
      assert.ok(answer.length <= 260 && answer.length >= 9)
      assert.equal(answer.readUInt16BE(4), answer.length - 6)
    }),
  )
})
