/** Framings and Modbus RTU on real pseudo-terminal pairs; the Modbus device is an independent implementation. Skips where socat is missing. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { type TestContext, test } from 'node:test'
import { type IServiceVector, ServerSerial } from 'modbus-serial'
import { missing } from '../../../tools/parts.ts'
import { serialFrameCodec } from '../../codecs/serial-frame/decode.ts'
import { instant } from '../../lib/brand.ts'
import { crc16Modbus } from '../../lib/crc.ts'
import { framed } from '../../lib/serial-framing.ts'
import { runSource } from '../runner.ts'
import type { Delivery, Source } from '../source.ts'
import { createFakeContext } from '../testing/fake-context.ts'
import { modbusSource } from './modbus-source.ts'
import { serialSource } from './serial-source.ts'
import { ptyPair } from './testing/pty-pair.ts'

const skip = missing('socat')

function start(t: TestContext, source: Source) {
  const context = createFakeContext()
  const stopper = new AbortController()
  const running = runSource(source, stopper.signal, context)
  t.after(() => {
    stopper.abort()
    return running
  })
  return context
}
const readingsOf = (deliveries: readonly Delivery[]) =>
  deliveries.map(({ bytes, meta = {} }) => {
    const read = serialFrameCodec.decode(bytes, { arrivedAt: instant(0), meta })
    return read.ok ? read.value.map(({ device, measures }) => ({ device, ...measures })) : read.error.code
  })

test('COBS with CRC-16 on a port: readings in order, a damaged frame kept with its bytes', { skip }, async (t) => {
  const { near, far } = await ptyPair(t)
  const device = await open(far, 'r+')
  t.after(() => device.close())
  const context = start(t, serialSource({ path: near, framing: 'cobs', check: 'crc16' }))
  await context.until(() => context.states.some(({ state }) => state === 'up'))
  await device.write(Buffer.of(0))
  const frames = ['A,1,,1', 'A,2,,0', 'A,3,,1'].map((text) => framed('cobs', 'crc16', Buffer.from(text)))
  const damaged = frames[1] as Buffer
  damaged[3] = (damaged[3] as number) ^ 4
  await device.write(Buffer.concat(frames))
  await context.until(() => context.durable.length === 3)
  assert.deepEqual(readingsOf(context.durable), [
    [{ device: 'A', occupied: true }],
    'bad-checksum',
    [{ device: 'A', occupied: true }],
  ])
  assert.deepEqual(Buffer.from((context.durable[1] as Delivery).bytes), damaged.subarray(0, -1))
})

test('a Modbus RTU device is polled: values by the map, a unit without an answer named, a refusal explained', {
  skip,
}, async (t) => {
  const { near, far } = await ptyPair(t)
  const registers = [0b01, 1_230, 0, 7]
  const vector: IServiceVector = {
    getHoldingRegister: (address: number) => {
      const value = registers[address]
      if (value === undefined) throw Object.assign(new Error('no such register'), { modbusErrorCode: 2 })
      return value
    },
    getCoil: (address: number) => address === 2,
  }
  const server = new ServerSerial(vector, { port: far, baudRate: 9_600, unitID: 7 } as never)
  t.after(() => new Promise<void>((resolve) => server.close(() => resolve())))
  await once(server, 'initialized')
  const readings = [
    { device: 'A1', field: 'occupied', at: 0, type: 'u16', bit: 0, scale: 1 },
    { device: 'A1', field: 'distance_mm', at: 1, type: 'u16', scale: 1 },
    { device: 'C1', field: 'count_in', at: 2, type: 'u32', scale: 1 },
  ] as const
  const coil = { device: 'B1', field: 'occupied', at: 2, type: 'u16', scale: 1 } as const
  const context = start(
    t,
    modbusSource({
      ...{ path: near, baud: 9_600, name: 'line', everyS: 0.2, timeoutMs: 300 },
      units: [
        { unit: 7, table: 'holding', from: 0, count: 4, readings: [...readings] },
        { unit: 7, table: 'coils', from: 0, count: 3, readings: [coil] },
        { unit: 7, table: 'holding', from: 90, count: 1, readings: [{ ...coil, at: 90 }] },
        { unit: 9, table: 'holding', from: 0, count: 1, readings: [{ ...coil, at: 0 }] },
      ],
    }),
  )
  await context.until(() => context.durable.length >= 4, 10_000)
  assert.deepEqual(readingsOf(context.durable).slice(0, 2), [
    [
      { device: 'A1', occupied: true, distanceMm: 1_230 },
      { device: 'C1', countIn: 7 },
    ],
    [{ device: 'B1', occupied: true }],
  ])
  const warnings = context.reported.warnings?.join('; ') ?? ''
  assert.match(warnings, /unit 7: refused, it has no such registers/)
  assert.match(warnings, /unit 9: no answer within 300 ms/)
  registers[0] = 0
  const before = context.durable.length
  await context.until(() => context.durable.length >= before + 4, 10_000)
  const last = readingsOf(context.durable).findLast((each) => each.length === 2)
  assert.deepEqual(last?.[0], { device: 'A1', occupied: false, distanceMm: 1_230 })
})

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('a message with a length is whole when its second part came while the process was busy', { skip }, async (t) => {
  const { near, far } = await ptyPair(t)
  const device = await open(far, 'r+')
  t.after(() => device.close())
  const context = start(t, serialSource({ path: near, framing: 'length16', check: 'crc16' }))
  await context.until(() => context.states.some(({ state }) => state === 'up'))
  await pause(80)
  const message = framed('length16', 'crc16', Buffer.from('A,1,,1'))
  for (let round = 1; round <= 3; round++) {
    await device.write(message.subarray(0, 4))
    await pause(15)
    await device.write(message.subarray(4))
    const busyUntil = performance.now() + 120
    while (performance.now() < busyUntil);
    await context.until(() => context.durable.length + context.noises.length >= round)
  }
  assert.deepEqual(readingsOf(context.durable), Array(3).fill([{ device: 'A', occupied: true }]))
})

test('an answer that comes too late is not taken for that of the next question', { skip }, async (t) => {
  const { near, far } = await ptyPair(t)
  const device = await open(far, 'r+')
  const answerTo = (question: Buffer) => {
    const isFirst = question.readUInt16BE(2) === 0
    const answer = Buffer.from([7, 3, 2, 0, isFirst ? 1 : 0, 0, 0])
    answer.writeUInt16LE(crc16Modbus(answer.subarray(0, 5)), 5)
    setTimeout(() => device.write(answer).catch(() => {}), isFirst ? 450 : 200)
  }
  const line = device.createReadStream({ autoClose: false })
  t.after(() => line.destroy())
  // The cable is taken away at the end of the test.
  line.on('error', () => {})
  line.on('data', (chunk) => answerTo(Buffer.from(chunk)))
  const asked = (at: number, name: string) => ({
    ...{ unit: 7, table: 'holding' as const, from: at, count: 1 },
    readings: [{ device: name, field: 'occupied', at, type: 'u16', scale: 1 } as const],
  })
  const context = start(
    t,
    modbusSource({
      ...{ path: near, baud: 9_600, name: 'line', everyS: 0.1, timeoutMs: 300 },
      units: [asked(0, 'late'), asked(1, 'free')],
    }),
  )
  await context.until(() => context.durable.length >= 3, 10_000)
  assert.deepEqual(readingsOf(context.durable).slice(0, 3), Array(3).fill([{ device: 'free', occupied: false }]))
  assert.match(context.reported.warnings?.join('; ') ?? '', /unit 7: no answer within 300 ms/)
})
