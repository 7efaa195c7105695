import assert from 'node:assert/strict'
import { it } from 'node:test'
import * as zlib from 'node:zlib'
import { crc32 } from './crc32.ts'
import { memory } from './memory.ts'

it('agrees with zlib at every length and place, also when continued', () => {
  const block = memory(1_400)
  for (let i = 0; i < block.bytes.length; i++) block.bytes[i] = (i * 2_654_435_761) >>> 24
  for (let length = 0; length < 600; length++) {
    const from = length % 17
    const bytes = block.bytes.subarray(from, from + length)
    for (const seed of [0, 1, 0xffff_ffff, 0x1234_5678])
      assert.equal(crc32(block, from, from + length, seed), zlib.crc32(bytes, seed), `${length} bytes, seed ${seed}`)
    const half = from + (length >> 1)
    assert.equal(crc32(block, half, from + length, crc32(block, from, half, 7)), zlib.crc32(bytes, 7))
  }
})
