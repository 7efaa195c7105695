/** The lines of examples/arduino, made from the constants of the sketch, are what the server reads with checksums required. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { genericCodec } from '../src/codecs/generic/decode.ts'
import { instant } from '../src/lib/brand.ts'
import { root } from '../tools/run-command.ts'

const sketch = readFileSync(path.join(root, 'examples/arduino/baykeeper-bay/baykeeper-bay.ino'), 'utf8')
function constant(name: string): string {
  const [, value] = new RegExp(`^const [\\w ]+ ${name}(?:\\[\\])? = "?([^";]+)"?;`, 'm').exec(sketch) ?? []
  assert.ok(value !== undefined, `the sketch has no constant ${name}`)
  return value
}

/** As printf fills it. */
function filled(format: string, values: readonly (string | number)[]): string {
  const left = [...values]
  return format.replace(/%(?:s|u|lu)/g, () => String(left.shift()))
}

/** The loop of the sketch, with its polynomial and start. */
function checked(line: string): string {
  let crc = Number(constant('CRC_START'))
  for (const byte of Buffer.from(line)) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++)
      crc = (crc & 0x8000 ? (crc << 1) ^ Number(constant('CRC_POLYNOMIAL')) : crc << 1) & 0xffff
  }
  return `${line}*${crc.toString(16).toUpperCase().padStart(4, '0')}`
}
const read = (line: string) =>
  genericCodec.decode(Buffer.from(line), { arrivedAt: instant(0), meta: { checksum: 'required' } })

test('a line of the sketch is a reading with its number, its start and its measures', () => {
  const line = checked(filled(constant('LINE_FORMAT'), [constant('DEVICE'), 12, 4_294_967_295, '1', 812]))
  const result = read(line)
  assert.ok(result.ok, JSON.stringify(result))
  assert.deepEqual(result.value, [
    { device: constant('DEVICE'), seq: 4_294_967_295, boot: '12', measures: { occupied: true, distanceMm: 812 } },
  ])
})

test('a line without an echo is unknown, not free', () => {
  const result = read(checked(filled(constant('LINE_FORMAT_UNKNOWN'), [constant('DEVICE'), 12, 8, 'unknown'])))
  assert.ok(result.ok && result.value[0]?.measures.occupied === null)
})

test('two lines that were joined by lost bytes are kept aside', () => {
  const lines = [7, 8].map((seq) => checked(filled(constant('LINE_FORMAT'), [constant('DEVICE'), 12, seq, '1', 812])))
  const joined = `${(lines[0] as string).slice(0, 20)}${(lines[1] as string).slice(24)}`
  const result = read(joined)
  assert.ok(!result.ok && result.error.code === 'bad-checksum')
})

test('the longest line fits into the buffer of the sketch', () => {
  const [, size] = /char line\[(\d+)\]/.exec(sketch) ?? []
  const longest = filled(constant('LINE_FORMAT'), [constant('DEVICE'), 65_535, 4_294_967_295, '0', 65_535])
  assert.ok(longest.length < Number(size), `${longest.length} characters`)
})
