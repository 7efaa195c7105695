import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createLineSplitter } from '../line-splitter.ts'
import { createSift } from './sift.ts'

function read(bytes: string | Buffer, partial = false, cuts: readonly number[] = []) {
  const splitter = createLineSplitter({ sift: createSift({ firstIsPartial: () => partial }) })
  const data = Buffer.from(bytes)
  const places = [0, ...cuts.map((cut) => cut % (data.length + 1)).sort((a, b) => a - b), data.length]
  const pieces = places.slice(1).flatMap((place, i) => splitter.push(data.subarray(places[i], place)))
  const text = (kind: string) =>
    pieces
      .filter((piece) => piece.kind === kind)
      .map((piece) => piece.bytes.toString('latin1'))
      .join('')
  return { lines: text('lines'), noise: text('noise'), pieces, rest: splitter.rest().toString('latin1') }
}

test('a line that had begun before the port was opened is noise; one after silence is a line', () => {
  assert.deepEqual(pick(read('17,412,,true\nA,1\n', true)), ['A,1\n', '17,412,,true\n'])
  assert.deepEqual(pick(read('17,412,,true\nA,1\n')), ['17,412,,true\nA,1\n', ''])
  assert.deepEqual(pick(read('\r\nA,1\n', true)), ['\r\nA,1\n', ''])
})

test('what a board prints before its first reading is noise, later prose is not', () => {
  const { lines, noise } = read('ets Jun  8 2016\r\nReady.\r\n\r\ndevice=A occupied=1\r\nParking Not Available\r\n')
  assert.equal(noise, 'ets Jun  8 2016\r\nReady.\r\n')
  assert.equal(lines.trim(), 'device=A occupied=1\r\nParking Not Available')
})

test('junk before a line, colours and a byte order mark are taken off and kept', () => {
  const { lines, noise } = read(
    Buffer.from('\0\0\xff\xfe\xffA,0\n\0\xffA,1\n\x1b[0;32mB,2\x1b[0m\r\n\xef\xbb\xbfC,3\n\x1b[2J\n', 'latin1'),
  )
  assert.equal(lines, '\xfe\xffA,0\nA,1\nB,2\r\nC,3\n')
  assert.equal(noise, '\0\0\xff\0\xff\x1b[0;32m\x1b[0m\xef\xbb\xbf\x1b[2J')
})

test('column names are found behind junk', () => {
  const { pieces } = read('\0\0device,seq\nA,1\n')
  const last = pieces.at(-1)
  assert.equal(last?.kind === 'lines' && last.columns, 'device,seq')
})

test('a damaged reading does not turn into a whole one', () => {
  assert.equal(read('A-0\x0017,1\n').lines, 'A-0\x0017,1\n')
})

test('every byte ends in lines, noise or the rest, however it is cut; blanks aside', () => {
  const part = fc.constantFrom(
    'A,1',
    '\n',
    '\r\n',
    '\0',
    '\xff',
    '\x1b[1m',
    '\x1b',
    '[',
    'boot',
    '\xef\xbb\xbf',
    'device,n\n',
    ' ',
  )
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 25 }),
      fc.boolean(),
      fc.array(fc.nat(), { maxLength: 6 }),
      (parts, partial, cuts) => {
        const bytes = Buffer.from(parts.join(''), 'latin1')
        const { lines, noise, rest } = read(bytes, partial, cuts)
        const sorted = (text: string) => [...text.replace(/\s/g, '')].sort().join('')
        assert.equal(sorted(lines + noise + rest), sorted(bytes.toString('latin1')))
        const whole = (text: string) => text.split('\n').filter((line) => line.trim() !== '')
        assert.deepEqual(whole(lines), whole(read(bytes, partial).lines))
      },
    ),
    { numRuns: 500 },
  )
})

const pick = ({ lines, noise }: { lines: string; noise: string }) => [lines, noise]
