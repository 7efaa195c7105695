/** Every byte of a port lies in one frame, in noise, or in an end; however the bytes are cut into chunks. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { effort } from '../../../test/fixtures/effort.ts'
import { framed, type SerialFraming, serialFramings, unframed } from '../../lib/serial-framing.ts'
import { createFrameSplitter } from './frame-splitter.ts'

const whole = { firstIsPartial: () => false }

function framesOf(framing: SerialFraming, chunks: readonly Buffer[]): Buffer[] {
  const splitter = createFrameSplitter({ framing, ...whole })
  return chunks.flatMap((chunk) => splitter.push(chunk).map(({ bytes }) => Buffer.from(bytes)))
}

test('messages come out as they went in, in any framing and any chunks', () => {
  const message = fc.uint8Array({ minLength: 1, maxLength: 255 })
  fc.assert(
    fc.property(
      fc.constantFrom(...serialFramings),
      fc.array(message, { maxLength: 6 }),
      fc.integer({ min: 1, max: 40 }),
      (framing, given, step) => {
        const messages = framing === 'cr' ? given.map((each) => each.map((byte) => (byte % 90) + 33)) : given
        const wire = Buffer.concat(messages.map((each) => framed(framing, 'none', each)))
        const chunks = Array.from({ length: Math.ceil(wire.length / step) }, (_, i) =>
          wire.subarray(i * step, (i + 1) * step),
        )
        const got = framesOf(framing, chunks).map((frame) => unframed(framing, frame))
        assert.deepEqual(
          got.map((each) => (each.ok ? Buffer.from(each.value).toString('hex') : each.error)),
          messages.map((each) => Buffer.from(each).toString('hex')),
        )
      },
    ),
    { numRuns: effort(500) },
  )
})

test('the message that was under way when the port was opened is noise, the next one is a frame', () => {
  for (const framing of ['cobs', 'slip', 'cr'] as const) {
    const splitter = createFrameSplitter({ framing, firstIsPartial: () => true })
    const wire = Buffer.concat([
      framed(framing, 'none', Buffer.from('ABC')).subarray(2),
      framed(framing, 'none', Buffer.from('DEF')),
    ])
    assert.deepEqual(
      splitter.push(wire).map(({ kind }) => kind),
      ['noise', 'frame'],
      framing,
    )
  }
})

test('LF behind CR belongs to no message', () => {
  assert.deepEqual(framesOf('cr', [Buffer.from('A,1\r\nB,2\r\n')]).map(String), ['A,1', 'B,2'])
})

test('a length whose bytes never come ends with the silence, and the next message is read', () => {
  const splitter = createFrameSplitter({ framing: 'length8', ...whole })
  assert.deepEqual(splitter.push(Buffer.of(200, 1, 2)), [])
  assert.deepEqual(splitter.quiet(), [{ kind: 'noise', bytes: Buffer.of(200, 1, 2) }])
  assert.deepEqual(splitter.push(Buffer.of(1, 65)), [{ kind: 'frame', bytes: Buffer.of(1, 65) }])
})

test('a stream without an end is noise and holds no memory', () => {
  const splitter = createFrameSplitter({ framing: 'cobs', ...whole })
  const pieces = Array.from({ length: 20 }, () => splitter.push(Buffer.alloc(10_000, 7))).flat()
  assert.ok(pieces.length > 0 && pieces.every(({ kind }) => kind === 'noise'))
  assert.ok(splitter.rest().length <= 64 * 1024)
  const after = splitter.push(Buffer.concat([Buffer.of(7, 0), framed('cobs', 'none', Buffer.from('A'))]))
  assert.deepEqual(
    after.map(({ kind }) => kind),
    ['noise', 'frame'],
  )
})
