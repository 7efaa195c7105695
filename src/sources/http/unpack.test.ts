import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { bodyBytesMax } from './body.ts'
import { unpack } from './unpack.ts'

const mebibyte = 1024 * 1024
const packed = (bytes: number) => gzipSync(Buffer.alloc(bytes, ' '))

test('what is packed comes back, small or large; what is too large or no gzip is an error', async () => {
  for (const bytes of [0, 1, 64 * 1024, 64 * 1024 + 1, mebibyte, bodyBytesMax]) {
    const unpacked = await unpack(`a${bytes}`, packed(bytes))
    assert.ok(Buffer.isBuffer(unpacked) && unpacked.length === bytes, `${bytes}`)
  }
  assert.equal(await unpack('b', packed(bodyBytesMax + 1)), 'too-large')
  assert.equal(await unpack('c', Buffer.from('no gzip')), undefined)
  assert.equal(await unpack('d', Buffer.alloc(100_000)), undefined)
  assert.equal(await unpack('e', packed(mebibyte).subarray(0, -4)), undefined)
})

test('the small body of one source does not wait for the bombs of another, and its large one waits for one of them', async () => {
  const bomb = packed(bodyBytesMax)
  let exploded = 0
  const bombs = Array.from({ length: 12 }, () =>
    unpack('abuser', bomb).then((unpacked) => {
      exploded++
      return unpacked
    }),
  )
  assert.ok(Buffer.isBuffer(await unpack('honest', packed(100))))
  assert.equal(exploded, 0)
  assert.ok(Buffer.isBuffer(await unpack('honest', packed(mebibyte))))
  assert.ok(exploded <= 2, `${exploded} bombs went first`)
  for (const unpacked of await Promise.all(bombs)) assert.ok(Buffer.isBuffer(unpacked))
})

test('a source that sends more than can wait gets an error', async () => {
  const body = packed(70_000)
  const answers = await Promise.all(Array.from({ length: 70 }, () => unpack('many', body)))
  const taken = answers.filter((answer) => Buffer.isBuffer(answer)).length
  assert.deepEqual([taken, answers.filter((answer) => answer === 'too-many-of-source').length], [65, 5])
})
