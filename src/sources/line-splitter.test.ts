import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createLineSplitter, lineBytesMax, type Piece } from './line-splitter.ts'

const show = (pieces: readonly Piece[]) =>
  pieces.map((piece) =>
    piece.kind === 'noise'
      ? `noise ${piece.bytes}`
      : `${piece.lines}${piece.columns ? ` by ${piece.columns}` : ''}: ${piece.bytes}`,
  )

test('lines that arrive together are one block, the rest waits for its end', () => {
  const splitter = createLineSplitter()
  assert.deepEqual(show(splitter.push(Buffer.from('a,1\r\nb,2\n\nc'))), ['2: a,1\r\nb,2\n\n'])
  assert.equal(splitter.rest().toString(), 'c')
  assert.deepEqual(show(splitter.push(Buffer.from(',3'))), [])
  assert.deepEqual(show(splitter.push(Buffer.from('\n \r\n'))), ['1: c,3\n \r\n'])
  assert.equal(splitter.rest().length, 0)
})

test('a line whose first cell is device names the columns of the lines after it, and is noise', () => {
  const splitter = createLineSplitter()
  assert.deepEqual(
    show(splitter.push(Buffer.from('x,1\nDevice,seq\r\na,1\ndevice=b,seq=1\n\uFEFF"device" ,n\nc,1\ndevices,1\n'))),
    [
      '1: x,1\n',
      'noise Device,seq\r\n',
      '2 by Device,seq: a,1\ndevice=b,seq=1\n',
      'noise \uFEFF"device" ,n\n',
      '2 by "device" ,n: c,1\ndevices,1\n',
    ],
  )
})

test('a line that is too long is noise, whole or in parts, and the next line is read', () => {
  const long = 'x'.repeat(lineBytesMax + 1)
  const whole = createLineSplitter().push(Buffer.from(`a\n${long}\nb\n`))
  assert.deepEqual(
    whole.map(({ kind, lines }) => [kind, lines]),
    [
      ['lines', 1],
      ['noise', 1],
      ['lines', 1],
    ],
  )
  const parts = createLineSplitter()
  const pieces = [long, long, 'end\nb\n'].flatMap((text) => parts.push(Buffer.from(text)))
  assert.deepEqual(
    pieces.map(({ kind, lines, bytes }) => [kind, lines, bytes.length]),
    [
      ['noise', 1, lineBytesMax + 1],
      ['noise', 0, lineBytesMax + 1],
      ['noise', 0, 4],
      ['lines', 1, 2],
    ],
  )
  assert.equal(createLineSplitter().push(Buffer.from(`${'x'.repeat(lineBytesMax)}\n`))[0]?.kind, 'lines')
})

test('however the stream is cut, every byte comes out once, in order, but for blank lines', () => {
  const text = fc
    .array(fc.constantFrom('a,1\n', 'device,seq\n', '\n', '\r\n', ' ', 'x', 'y'.repeat(30_000), '\0', '\u00ff\n'), {
      maxLength: 20,
    })
    .map((parts) => Buffer.from(parts.join('')))
  fc.assert(
    fc.property(text, fc.array(fc.nat(), { maxLength: 8 }), (bytes, cuts) => {
      const places = cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b)
      const splitter = createLineSplitter()
      const pieces = [...places, bytes.length].flatMap((place, i) =>
        splitter.push(bytes.subarray(places[i - 1] ?? 0, place)),
      )
      const out = Buffer.concat([...pieces.map((piece) => piece.bytes), splitter.rest()]).toString()
      assert.equal(out.replace(/[\s]/g, ''), bytes.toString().replace(/[\s]/g, ''))
      const lines = bytes
        .toString()
        .split('\n')
        .slice(0, -1)
        .filter((line) => line.trim() !== '')
      assert.ok(pieces.reduce((sum, piece) => sum + piece.lines, 0) - lines.length <= 1)
      assert.ok(pieces.reduce((sum, piece) => sum + piece.lines, 0) >= lines.length)
    }),
  )
})
