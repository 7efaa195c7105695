import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHeld, letGo, take } from './body.ts'

const mebibyte = 1024 * 1024

test('what all sources hold together is bounded, and what is let go is room again', () => {
  const held = createHeld()
  for (const source of ['a', 'b']) assert.equal(take(held, source, 32 * mebibyte), undefined)
  assert.equal(take(held, 'c', 1), 'too-many')
  letGo(held, 'c', 1)
  letGo(held, 'a', mebibyte)
  assert.equal(take(held, 'c', mebibyte), undefined)
  assert.equal(take(held, 'c', 1), 'too-many')
  for (const [source, bytes] of [
    ['a', 31 * mebibyte],
    ['b', 32 * mebibyte],
    ['c', mebibyte + 1],
  ] as const)
    letGo(held, source, bytes)
  assert.deepEqual(held, createHeld())
})

test('one source is bounded below all', () => {
  const held = createHeld()
  assert.equal(take(held, 'a', 32 * mebibyte + 1), 'too-many-of-source')
  assert.equal(take(held, 'b', 1), undefined)
})
