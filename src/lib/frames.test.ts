import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { effort } from '../../test/fixtures/effort.ts'
import { countFrames, type Framing, frameSpans, framings, hasHeader, headerRow } from './frames.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const bytesOf = (text: string) => encoder.encode(text)

function split(framing: Framing, text: string): string[] {
  const bytes = bytesOf(text)
  const spans = frameSpans(framing, bytes)
  const frames: string[] = []
  for (let i = 0; i < spans.length; i += 2) frames.push(decoder.decode(bytes.subarray(spans[i], spans[i + 1])))
  return frames
}

/** Random bytes that look enough like text to reach every branch. */
const alphabet = bytesOf('[]{}",\\ \t\r\n\uFEFFa1:')
const nasty = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.array(fc.constantFrom(...alphabet), { maxLength: 60 }).map((list) => Uint8Array.from(list)),
)

test('whole: all bytes are one frame, none included', () => {
  assert.deepEqual(split('whole', '\uFEFFa\nb\n'), ['\uFEFFa\nb\n'])
  assert.deepEqual(frameSpans('whole', new Uint8Array()), [0, 0])
})

test('lines: LF and CRLF end a line, blank lines and the byte order mark are no frames', () => {
  assert.deepEqual(split('lines', '\uFEFFa\r\n\r\n \t\nb \n\n c'), ['a', 'b ', ' c'])
  assert.deepEqual(split('lines', '\n\r\n'), [])
  assert.deepEqual(split('lines', 'a\rb'), ['a\rb'])
})

test('csv: quotes hide commas and line ends, doubled quotes are text, a quote inside a bare cell is not special', () => {
  assert.deepEqual(split('csv', 'a,"x\r\ny ""z"""\r\nb,1\n\nc"d,2\n'), ['a,"x\r\ny ""z"""', 'b,1', 'c"d,2'])
  assert.deepEqual(split('csv', '"a\nb", "c\n"\nd\n'), ['"a\nb", "c\n"', 'd'])
  assert.deepEqual(split('csv', 'a\n"never closed,1\nb,2\n'), ['a', '"never closed,1\nb,2\n'])
})

test('csv-header: the first row is no frame and can be read as text', () => {
  const text = '\uFEFF\n"device",seq\r\nA,1\nB,2'
  assert.deepEqual(split('csv-header', text), ['A,1', 'B,2'])
  assert.equal(headerRow(bytesOf(text)), '"device",seq')
  assert.equal(headerRow(new Uint8Array()), '')
  assert.deepEqual(split('csv-header', 'device,seq\n'), [])
})

test('csv-cr: CR, LF and CRLF end a row in any mixture, and quotes hide them', () => {
  assert.deepEqual(split('csv-cr', '\uFEFFa,1\rb,2\r\rc,"x\ry"\r\nd\ne\n'), ['a,1', 'b,2', 'c,"x\ry"', 'd', 'e'])
  assert.deepEqual(split('csv-cr-header', 'device,seq\rA,1\rB,2\n'), ['A,1', 'B,2'])
  assert.equal(headerRow(bytesOf('device,seq\rA,1\r'), 'csv-cr-header'), 'device,seq')
  assert.deepEqual(split('csv', 'a\rb\n'), ['a\rb'])
})

test('json: the elements of an array, or the whole text', () => {
  assert.deepEqual(split('json', '\uFEFF [ {"a":[1,2]} , "x]\\",[" ,\n3 ] \n'), ['{"a":[1,2]}', '"x]\\",["', '3'])
  assert.deepEqual(split('json', ' {"a":1} '), ['{"a":1}'])
  for (const empty of ['', ' \n', '[]', ' [ \n ] ']) assert.deepEqual(split('json', empty), [])
})

test('json: an array that is broken anywhere is one frame with all its text', () => {
  for (const text of [
    '[1,2',
    '[1,,2]',
    '[1,]',
    '[,1]',
    '[1] [2]',
    '[1]x',
    '["a]',
    '["a\\"]',
    '[{"a":1]',
    '[1}',
    '[',
    '[[1]',
  ])
    assert.deepEqual(split('json', text), [text])
})

test('frames ascend, do not overlap, cover every byte that is no separator, and are counted alike', () => {
  fc.assert(
    fc.property(fc.constantFrom(...framings), nasty, (framing, bytes) => {
      const spans = frameSpans(framing, bytes)
      assert.equal(countFrames(framing, bytes), spans.length / 2)
      const left = Uint8Array.from(bytes)
      let before = 0
      for (let i = 0; i < spans.length; i += 2) {
        const [start, end] = [spans[i] as number, spans[i + 1] as number]
        assert.ok(before <= start && start <= end && end <= bytes.length)
        if (framing !== 'whole') assert.ok(start < end, 'an empty frame')
        left.fill(32, start, end)
        before = end
      }
      const header = hasHeader(framing) ? headerRow(bytes, framing) : ''
      const rest = decoder.decode(left)
      if (header) assert.ok(rest.includes(header))
      else assert.match(rest, framing === 'json' ? /^\uFEFF?[[\],\s]*$/ : /^\uFEFF?\s*$/)
    }),
    { numRuns: effort(3_000) },
  )
})

test('json: splitting an array and parsing the elements equals parsing the array', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { maxLength: 8 }), fc.constantFrom(0, 2), (values, indent) => {
      const parsed = split('json', JSON.stringify(values, null, indent)).map((frame) => JSON.parse(frame))
      assert.deepEqual(parsed, JSON.parse(JSON.stringify(values)))
    }),
  )
})

test('csv: rows that were quoted by RFC 4180 come apart where they were joined', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ') })
  const rows = fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 6 })
  fc.assert(
    fc.property(rows, (table) => {
      const texts = table.map((cells) => cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(','))
      assert.deepEqual(split('csv', texts.map((text) => `${text}\r\n`).join('')), texts)
    }),
  )
})

/** Counts the bytes that searches look at. */
class Counted extends Uint8Array {
  static scanned = 0
  override indexOf(byte: number, from = 0): number {
    const at = super.indexOf(byte, from)
    Counted.scanned += (at < 0 ? this.length : at + 1) - from
    return at
  }
}

test('no bytes, however hostile, are searched more than a few times', () => {
  const units = ['"', '"\n', '",', '[', '[",', '\\"', 'a"\n', '\r', '\n', 'a\r', '"\r', '\r\n"']
  for (const unit of [...units, '{"device":"A-017"}\n'])
    for (const framing of framings)
      for (const end of ['', '\r', '"']) {
        const hostile = new Counted(bytesOf(unit.repeat(5_000) + end))
        Counted.scanned = 0
        countFrames(framing, hostile)
        assert.ok(Counted.scanned <= 8 * hostile.length, `${framing} of ${JSON.stringify(unit)} repeated`)
      }
})
