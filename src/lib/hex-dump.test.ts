import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hexDump } from './hex-dump.ts'

test('bytes are shown 16 a line with their offset and their text, as hexdump -C does', () => {
  assert.deepEqual(hexDump(new TextEncoder().encode('{"occupied":true}')), [
    '00000000  7b 22 6f 63 63 75 70 69  65 64 22 3a 74 72 75 65  |{"occupied":true|',
    '00000010  7d                                                |}|',
  ])
  assert.deepEqual(hexDump(Uint8Array.of(0, 0x7f, 0xff)), [
    '00000000  00 7f ff                                          |...|',
  ])
  assert.deepEqual(hexDump(new Uint8Array()), [])
})

test('no more bytes are shown than requested', () => {
  assert.equal(hexDump(new Uint8Array(100), 32).length, 2)
})
