/** The page that describes the format is held against the code, byte by byte. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { crc32 } from 'node:zlib'
import { memory } from './memory.ts'
import { markBytes, recordBytesLimit, recordHeaderBytes, writeRecord } from './record.ts'
import { encodeHeader, formatVersion, headerBytes, segmentSalt } from './segment.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/specs/journal.md'), 'utf8')
const section = (title: string) => page.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? ''
const rows = (text: string) =>
  text
    .split('\n')
    .filter((line) => /^\| *\w/.test(line) && !/^\| (offset|constant)/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )

/** The little-endian number in that many bytes. */
const numberAt = (bytes: Uint8Array, at: number, size: number) =>
  size <= 6
    ? Buffer.from(bytes).readUIntLE(at, size)
    : Buffer.from(bytes)
        .subarray(at, at + size)
        .toString('hex')

const name = { id: '0123456789abcdef', ordinal: 11, first: 22 }
const header = encodeHeader({
  ...name,
  ...{ fence: 33, prior: 20, acceptedFrames: 44, noiseFrames: 55, madeAt: 66 },
  checkpoint: { ordinal: 77, offset: 88, number: 99 },
})

it('names the constants', () => {
  assert.deepEqual(
    rows(page.split('\n## ')[0] ?? '').map(([, value]) => Number(value)),
    [formatVersion, headerBytes, recordHeaderBytes, Buffer.from(markBytes).readUInt16LE(), recordBytesLimit],
  )
})

it('defines the offset of each field of a segment header', () => {
  const fields = rows(section('Segment header'))
  const found = fields.map(([offset, size]) => numberAt(header, Number(offset), Number(size)))
  const magic = Buffer.from('BAYKJRNL').toString('hex')
  const checksum = crc32(header.subarray(0, 508))
  assert.deepEqual(found, [magic, 1, 512, name.id, 11, 33, 22, 20, 44, 55, 66, 77, 88, 99, checksum])
  const used = fields.reduce((sum, [, size]) => sum + Number(size), 0)
  assert.equal(used, 12 + 12 + 48 + 4)
})

it('defines the offset of each field of a record, and the bytes that its checksums cover', () => {
  const content = Buffer.from('content')
  const out = memory(recordHeaderBytes + content.length)
  const place = { flags: 1, number: 5, acceptedFrames: 6, noiseFrames: 7 }
  writeRecord(out, 0, { kind: 2, frames: 4, bytes: content }, place, segmentSalt(name))
  const salted = Buffer.alloc(18)
  Buffer.from(name.id, 'hex').copy(salted)
  salted.writeUInt32LE(name.ordinal, 8)
  salted.writeUIntLE(name.first, 12, 6)
  const headSum = crc32(out.bytes.subarray(8, recordHeaderBytes), crc32(salted))
  const sum = crc32(content, headSum)
  const found = rows(section('Record')).map(([offset, size]) => [
    Number(offset),
    size === 'length'
      ? Buffer.from(out.bytes.subarray(Number(offset))).toString()
      : numberAt(out.bytes, Number(offset), Number(size)),
  ])
  assert.deepEqual(
    found.map(([, value]) => value),
    [sum, 0x4a42, (headSum ^ (headSum >>> 16)) & 0xffff, 2, 1, 7, 4, 5, 6, 7, 'content'],
  )
})

it('shows a journal as it is: the example is the beginning of a golden one', () => {
  const dir = join(import.meta.dirname, 'golden/v1-whole')
  const bytes = readFileSync(join(dir, readdirSync(dir)[0] ?? ''))
  const example = /```\n([\s\S]*?)```/.exec(section('Example'))?.[1] ?? ''
  let shown = 0
  for (const line of example.trim().split('\n')) {
    const [at = '', ...hex] = line.split(/ +/)
    const from = Number.parseInt(at, 16)
    assert.equal(bytes.subarray(from, from + hex.length).toString('hex'), hex.join(''), `line ${at}`)
    shown += hex.length
  }
  assert.equal(shown, 72 + 4 + recordHeaderBytes + 'first'.length)
  assert.ok(bytes.subarray(72, 508).every((byte) => byte === 0))
})
