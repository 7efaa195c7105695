/** What a port sends is understood from its bytes, and bytes that are nothing are not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { configSchema } from '../config/config.ts'
import { framed, type SerialCheck, type SerialFraming } from '../lib/serial-framing.ts'
import { guessPort } from './port-guess.ts'
import { chunksOf, configurationLines } from './serial.ts'

const readings = Array.from({ length: 12 }, (_, i) => `{"device":"A${i % 3}","seq":${i},"occupied":${i % 2}}`)
const lines = (texts: readonly string[], end = '\n') => Buffer.from(texts.map((text) => text + end).join(''))

const ports: readonly [about: string, bytes: Buffer, settings: object][] = [
  ['JSON lines', lines(readings), {}],
  [
    'key=value lines, CRLF',
    lines(
      readings.map((_, i) => `device=A1 seq=${i} occupied=1`),
      '\r\n',
    ),
    {},
  ],
  ['CR lines', lines(readings, '\r'), { framing: 'cr' }],
  [
    'CSV of two columns',
    lines(readings.map((_, i) => `A${i},${i % 2}`)),
    { framing: 'lines', columns: 'device,occupied' },
  ],
  [
    'CSV with a distance',
    lines(readings.map((_, i) => `A${i},${800 + i}`)),
    { framing: 'lines', columns: 'device,distance_mm' },
  ],
  [
    'a bare distance',
    lines(readings.map((_, i) => `${812 + i}`)),
    { framing: 'lines', columns: 'distance_mm', device: 'sensor-1' },
  ],
  [
    'prose with a name',
    lines(readings.map((_, i) => `Slot ${i}: ${i % 2 ? 'occupied' : 'not occupied'}`)),
    { patterns: ['Slot {device}: {occupied}'] },
  ],
  [
    'prose without one',
    lines(readings.map((_, i) => `Distance: ${i + 80} cm`)),
    { patterns: ['Distance: {distance_cm} cm'], device: 'sensor-1' },
  ],
  ...(
    [
      ['cobs', 'crc16'],
      ['slip', 'crc32-le'],
      ['length8', 'crc16-modbus'],
      ['length16', 'none'],
    ] as [SerialFraming, SerialCheck][]
  ).map(([framing, check]): [string, Buffer, object] => [
    `${framing} with ${check}`,
    Buffer.concat(readings.map((text) => framed(framing, check, Buffer.from(text)))),
    { framing, check },
  ]),
]
for (const [about, bytes, settings] of ports)
  test(`${about}: its settings are found, and are a configuration`, () => {
    const guess = guessPort(bytes)
    assert.ok(guess, 'not understood')
    assert.deepEqual(guess.settings, settings)
    const { serial } = configSchema.parse(parse(configurationLines('/dev/ttyUSB0', 9_600, guess).join('\n')))
    assert.equal(serial.length, 1)
  })

test('a capture that began within a message is understood all the same', () => {
  const guess = guessPort(lines(readings).subarray(11))
  assert.deepEqual(guess?.settings, {})
})

test('noise, silence and a sentence without a state are not understood', () => {
  const noise = Buffer.from(Array.from({ length: 2_000 }, (_, i) => (i * 7_919 + (i % 13) * 131) & 0xff))
  for (const bytes of [noise, Buffer.alloc(0), Buffer.alloc(500), lines(['Booting', 'Ready.', 'Waiting for network'])])
    assert.equal(guessPort(bytes), undefined)
})

test('a line of a capture that is wrong is named', () => {
  assert.deepEqual(chunksOf('{"ms":0,"hex":"41"}\n\n{"ms":7,"hex":"0d0a"}\n', 'a'), [
    { ms: 0, bytes: Buffer.from('A') },
    { ms: 7, bytes: Buffer.from('\r\n') },
  ])
  for (const wrong of ['x', '{"ms":-1,"hex":"41"}', '{"ms":0,"hex":"4"}', '{"ms":0}', '[]'])
    assert.throws(() => chunksOf(`{"ms":0,"hex":"41"}\n${wrong}`, 'a.ndjson'), /a\.ndjson:2 is no line of a capture/)
})
