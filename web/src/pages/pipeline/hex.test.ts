import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bytesOf, hexLines } from './hex.ts'

test('bytes are shown in hexadecimal and as text', () => {
  const bytes = bytesOf(Buffer.from('{"a":"ü"}\n', 'utf8').toString('base64'))
  assert.deepEqual(hexLines(bytes), ['0000  7b 22 61 22 3a 22 c3 bc  {"a":"··', '0008  22 7d 0a                 "}·'])
  assert.deepEqual(hexLines(new Uint8Array()), [])
})

test('no byte value is left out or changed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const shown = hexLines(bytes).flatMap((line) => line.slice(6, 29).trim().split(' '))
      assert.deepEqual(
        shown.filter((pair) => pair !== '').map((pair) => Number.parseInt(pair, 16)),
        [...bytes],
      )
    }),
  )
})
